"""The figures that are looked up in the database at a scrape, and remembered for a moment.

Several scrapers cost no more than one. The count of cases walks an index of all cases (0.14 s for a million
on two cores), so it is made once a minute; all else takes a few milliseconds.
"""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.exc import SQLAlchemyError

from app.clock import Clock
from app.metrics import Reading
from app.ops import vitals
from app.services import Services
from app.version import VERSION

FRESH = timedelta(seconds=5)
CASES_FRESH = timedelta(minutes=1)


class Remembered:
    """Readings that are made again when they are older than `fresh`, by one caller at a time."""

    def __init__(self, clock: Clock, fresh: timedelta, read: Callable[[], list[Reading]]) -> None:
        self._clock = clock
        self._fresh = fresh
        self._read = read
        self._lock = threading.Lock()
        self._kept: list[Reading] = []
        self._read_at: datetime | None = None

    def get(self) -> list[Reading]:
        with self._lock:
            wall = self._clock.wall()
            if self._read_at is None or not timedelta() <= wall - self._read_at < self._fresh:
                self._kept, self._read_at = self._read(), wall
            return self._kept


class DatabaseGauges:
    def __init__(self, services: Services) -> None:
        self._services = services
        remembered = partial(Remembered, services.clock)
        self._parts = (remembered(FRESH, self._vitals), remembered(CASES_FRESH, self._cases))

    def readings(self) -> list[Reading]:
        """All of them; where the database does not answer, only that it does not."""
        try:
            found = [reading for part in self._parts for reading in part.get()]
        except SQLAlchemyError:
            return [*self._always(), _one("database_up", "Whether the database answered this scrape.", 0)]
        return [*self._always(), _one("database_up", "Whether the database answered this scrape.", 1), *found]

    def _always(self) -> list[Reading]:
        return [
            Reading("autocharge_build_info", "The release that answers.", {VERSION: 1}, label="version"),
        ]

    def _vitals(self) -> list[Reading]:
        clock = self._services.clock
        with self._services.database.reading() as read:
            seen_at = vitals.worker_seen_at(read)
            event_due, step_due = vitals.oldest_event(read), vitals.oldest_step(read)
            events, failing = vitals.events_by_state(read), vitals.failing_chores(read)
            broken = vitals.rules_broken(read)
        heartbeat = _late(seen_at, clock.wall()) if seen_at else float("inf")
        return [
            _one("worker_heartbeat_age_seconds", "Since a worker last ended a chore.", heartbeat),
            _one("chores_failing", "Periodic chores whose last run failed.", failing),
            _one("inbox_lag_seconds", "How late the oldest due event is.", _late(event_due, clock.now())),
            _one("step_lag_seconds", "How late the oldest due step is.", _late(step_due, clock.now())),
            Reading("autocharge_invariants_broken", "Rows that break a rule.", broken, label="rule"),
            Reading("autocharge_inbox_rows", "Events that wait or are amiss.", events, label="state"),
        ]

    def _cases(self) -> list[Reading]:
        with self._services.database.reading() as read:
            cases = vitals.cases_by_state(read)
        return [Reading("autocharge_cases", "Cases, counted once a minute.", cases, label="state")]


def _one(name: str, meaning: str, value: float) -> Reading:
    return Reading(f"autocharge_{name}", meaning, {"": value})


def _late(due: datetime | None, now: datetime) -> float:
    return max(0.0, (now - due).total_seconds()) if due else 0.0
