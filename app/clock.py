"""The only reader of the time.

`now()` is the campaign's time: a developer may move it. `wall()` is the machine's time, for what
must not jump with it: signatures, leases, sessions, chores. Everything else gets a time as an argument.
"""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

FOLLOW_SECONDS = 0.25
"""A moved clock is seen by every process after at most this long."""


class Clock(Protocol):
    def now(self) -> datetime: ...

    def wall(self) -> datetime: ...


class SystemClock:
    """Production's clock: both times are the machine's."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def wall(self) -> datetime:
        return datetime.now(UTC)


class MovableClock:
    """Development's clock: the machine's time plus an offset kept in a file that all processes read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = timedelta()
        self._read_at = float("-inf")

    def wall(self) -> datetime:
        return datetime.now(UTC)

    def now(self) -> datetime:
        return self.wall() + self.offset()

    def offset(self) -> timedelta:
        if time.monotonic() - self._read_at >= FOLLOW_SECONDS:
            self._offset = self._load()
            self._read_at = time.monotonic()
        return self._offset

    def advance(self, by: timedelta) -> None:
        self._store(self._load() + by)

    def reset(self) -> None:
        self._store(timedelta())

    def _load(self) -> timedelta:
        try:
            offset = timedelta(seconds=float(self._path.read_text(encoding="ascii")))
            self.wall() + offset  # raises where it leaves the calendar
        except (FileNotFoundError, ValueError, OverflowError):
            return timedelta()
        return offset

    def _store(self, offset: timedelta) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        fresh.write_text(str(offset.total_seconds()), encoding="ascii")
        fresh.replace(self._path)
        self._read_at = float("-inf")
