"""Who is left to Whop alone, so that the difference we make can be seen: the draw of the control group.

One draw a person, before anything is decided about them, by a keyed hash of who they are: nobody chooses,
and asking again gives the same answer. What was drawn once is kept by the caller and never drawn again.
"""

import hashlib

LAUNCH_SHARE = 0.5
"""Of the first cases, where the merchant wants a launch test: halves tell most from the fewest cases."""
MOST_SHARE = 0.5
_PURPOSE = b"control-group"
"""A label of its own: hashes made with the same key for another purpose tell nothing about the draw."""


def in_control(key: bytes, identity: str, share: float) -> bool:
    """Whether this person belongs to the control group while it has this share, from 0 to 1.

    The person's place between 0 and 1 is fixed, and those below the share are the group: a larger share
    only adds people to it, a smaller one only takes people out.
    """
    digest = hashlib.blake2b(identity.encode(), key=key[:64], person=_PURPOSE, digest_size=8).digest()
    return int.from_bytes(digest) < share * 2**64


def share_now(*, steady: float, launch_cases: int, launch_drawn: int) -> float:
    """The share for the next case: the launch test's until it has its cases, then the steady one."""
    return LAUNCH_SHARE if launch_drawn < launch_cases else steady
