"""Commits the events of requests that arrive together in one statement, and answers each after its own commit.

Nobody waits for company: who comes while nothing is being written writes at once; who come meanwhile wait, and one
of them then writes for all. So a process has one connection in the door's hands, however many its threads.
"""

import threading
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError

from app.db import Database, is_away
from app.inbox.store import Event, store_events
from app.presence import DatabaseAway, seconds_left

INTAKE = "autocharge_intake"


@dataclass(eq=False, slots=True)
class _Waiting:
    event: Event
    woken: threading.Event = field(default_factory=threading.Event)
    leads: bool = False
    """Woken to write for all who wait; else because its own event has been written or has failed."""
    new: bool = False
    failure: Exception | None = field(default_factory=DatabaseAway)
    """None once it is stored: whatever befalls who writes, nobody takes silence for that."""


class Intake:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._waiting: list[_Waiting] = []
        self._busy = False

    def store(self, event: Event) -> bool:
        """Durable when it returns. False: this message id is known already.

        Raises SQLAlchemy's errors where the database is away; `within` bounds the wait. An error of another event
        is nobody else's.
        """
        one = _Waiting(event)
        with self._lock:
            self._waiting.append(one)
            one.leads, self._busy = not self._busy, True
        if not one.leads:
            self._wait(one)
        if one.leads:
            self._write()
        if one.failure is not None:
            raise one.failure
        return one.new

    def _wait(self, one: _Waiting) -> None:
        if one.woken.wait(min(seconds_left(), threading.TIMEOUT_MAX)):
            return
        with self._lock:
            if one.leads:
                return  # woken just now
            if one in self._waiting:
                self._waiting.remove(one)
        raise DatabaseAway

    def _write(self) -> None:
        with self._lock:
            batch, self._waiting = self._waiting, []
        try:
            _settle(self._database, batch)
        finally:
            with self._lock:
                self._pass_on()
            for one in batch:
                one.woken.set()

    def _pass_on(self) -> None:
        """To the last who came: of all who wait it has the most time left."""
        self._busy = bool(self._waiting)
        if self._busy:
            self._waiting[-1].leads = True
            self._waiting[-1].woken.set()


def _settle(database: Database, batch: list[_Waiting]) -> None:
    try:
        news = store_events(database, [one.event for one in batch])
    except (SQLAlchemyError, ValueError) as error:  # the driver's own for a NUL is the latter
        if len(batch) == 1 or is_away(error):
            for one in batch:
                one.failure = error
            return
        for one in batch:  # one of them cannot be stored: which, shows only by itself
            _settle(database, [one])
        return
    for one, new in zip(batch, news, strict=True):
        one.new, one.failure = new, None
