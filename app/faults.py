"""Marked points at which a test may kill the process; in production each call does nothing.

The environment variable `AUTOCHARGE_FAULT=name[:n]` turns the n-th pass of one point into SIGKILL.
"""

import os
import signal

POINTS = frozenset(
    {
        "before_claim_commit",
        "after_claim_commit",
        "before_send",
        "after_send",
        "after_record",
        "alert_before_send",
        "alert_after_send",
        "retry_before_call",
        "retry_after_call",
        "switch_before_call",
        "switch_after_call",
        "inbox_before_commit",
        "door_after_commit",
    }
)

_name, _, _nth = os.environ.get("AUTOCHARGE_FAULT", "").partition(":")
_left = int(_nth or 1)


def point(name: str) -> None:
    global _left
    if name != _name:
        return
    _left -= 1
    if _left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)
