"""The signed names in customers' links: opaque, for one purpose each, and never too old.

A token is the random name of a case or a customer, or a merchant's id, and a signature. The first secret
signs, all verify, so a link lives as long as its secret is kept in the list.
"""

from collections.abc import Sequence
from enum import StrEnum

from itsdangerous import BadSignature, Signer


class Purpose(StrEnum):
    """A token of one purpose opens nothing of another."""

    FIX = "fix"
    UNSUBSCRIBE = "unsubscribe"
    PREFERENCES = "preferences"
    """Names a customer."""
    CONNECT = "connect"
    """Names a merchant: whoever opens it says by Whop's sign-in who they are."""


class Tokens:
    def __init__(self, secrets: Sequence[str]) -> None:
        # itsdangerous signs with the last key of a list.
        self._keys = list(reversed(secrets))

    def sign(self, purpose: Purpose, name: str) -> str:
        return self._signer(purpose).sign(name).decode("ascii")

    def read(self, purpose: Purpose, token: str) -> str | None:
        """The name that was signed, or None for anything that we did not make for this purpose."""
        try:
            return self._signer(purpose).unsign(token.encode("utf-8", "replace")).decode("ascii")
        except (BadSignature, UnicodeError):
            return None

    def _signer(self, purpose: Purpose) -> Signer:
        return Signer(self._keys, salt=f"customer-link:{purpose.value}")
