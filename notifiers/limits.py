"""Keeps a channel within a number of calls a second, and away from peers that want to be left alone.

It never waits: it says how long the caller would have to. Times are monotonic seconds.
"""

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import timedelta

LONGEST_HOLD_S = 3600.0
"""No peer's wish is believed beyond this."""


class CallPace:
    """No more than `calls` reach the peer within any `seconds`; None: no limit. Safe to use from threads.

    A call's place is free again so long after it *ended*: it may have reached the peer at any moment until then.
    `sharers` processes keep the limit together, each its own part of it.
    """

    def __init__(
        self,
        calls: int | None,
        *,
        seconds: float = 1.0,
        sharers: int = 1,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._places = max(1, calls // sharers) if calls is not None else None
        # Where there are fewer calls than processes, each has one, less often.
        self._seconds = seconds * max(1.0, sharers / calls) if calls is not None else seconds
        self._running = 0
        self._free_at: deque[float] = deque()
        """When the places of calls that ended are free again, in order."""
        self._held_until = -math.inf
        self._clock = clock
        self._lock = threading.Lock()

    def begin(self) -> float:
        """0 where a call may begin now, which ends with `end`; else the seconds after which to ask again."""
        with self._lock:
            now = self._clock()
            if now < self._held_until:
                return self._held_until - now
            while self._free_at and self._free_at[0] <= now:
                self._free_at.popleft()
            if self._places is not None and self._running + len(self._free_at) >= self._places:
                return self._free_at[0] - now if self._free_at else 1.0
            self._running += 1
            return 0.0

    def end(self) -> None:
        with self._lock:
            self._running -= 1
            if self._places is not None:
                self._free_at.append(self._clock() + self._seconds)

    def hold(self, seconds: float) -> None:
        """Nothing begins for that long."""
        with self._lock:
            self._held_until = max(self._held_until, self._clock() + min(seconds, LONGEST_HOLD_S))


class Refusals:
    """Counts answers that a peer holds against us: at `limit` within `window` seconds it is time to stop."""

    def __init__(self, limit: int, window: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._times: deque[float] = deque(maxlen=limit)
        self._window = window
        self._clock = clock
        self._lock = threading.Lock()

    def note(self) -> None:
        with self._lock:
            self._times.append(self._clock())

    def too_many(self) -> bool:
        with self._lock:
            times = self._times
            return len(times) == times.maxlen and self._clock() < times[0] + self._window


def wish(seconds: object) -> timedelta | None:
    """A peer's "try again after", from whatever it gave: at most an hour; None where it gave no such thing."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float | str):
        return None
    try:
        found = float(seconds)
    except (ValueError, OverflowError):
        return None
    if math.isnan(found) or found < 0:
        return None
    return timedelta(seconds=min(found, LONGEST_HOLD_S))
