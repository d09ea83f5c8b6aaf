"""Merchants whose messages hold a thread for long, so that a neighbour's hanging mail server delays nobody else.

Each worker learns it from its own sends: their customers' server may be slow for this machine alone.
"""

import threading
from datetime import datetime, timedelta

SLOW_SEND = timedelta(seconds=5)
"""A send that takes longer is slow: servers that are well answer within a second or two."""
KEPT = timedelta(minutes=2)
"""After a merchant's last slow send."""


class SlowMerchants:
    """Safe to use from many threads at once."""

    def __init__(self, *, slow_send: timedelta = SLOW_SEND) -> None:
        self._slow_send = slow_send
        self._until: dict[int, datetime] = {}
        self._lock = threading.Lock()

    def note(self, merchant_id: int, *, seconds: float, wall: datetime) -> None:
        """A send of theirs that began at `wall` took so long."""
        if timedelta(seconds=seconds) >= self._slow_send:
            with self._lock:
                self._until[merchant_id] = wall + timedelta(seconds=seconds) + KEPT

    def by(self, wall: datetime) -> frozenset[int]:
        """Who is slow at that time."""
        with self._lock:
            self._until = {merchant: until for merchant, until in self._until.items() if until > wall}
            return frozenset(self._until)
