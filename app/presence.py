"""Notices a PostgreSQL that has gone silent, and bounds how long anybody waits for it.

A frozen server neither answers nor hangs up, and no time-out of TCP ends the wait, as the kernel goes on
acknowledging. So every wait of psycopg2 passes through `wait_for_answer`. A slow statement is not silence:
whoever waits long asks on a fresh connection whether the server is there at all.
"""

import math
import select
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import psycopg2
from psycopg2 import extensions
from sqlalchemy.exc import TimeoutError as PoolTimeout

CONNECT_SECONDS = 2.0
"""How long a new connection may take to be made."""
SILENCE_SECONDS = 0.5
"""After this long without an answer the server is asked whether it is there."""
SIGN_OF_LIFE_SECONDS = 0.9
"""Generous, as a server under heavy load is slow to greet; both together are less than the door may take."""
ASK_EVERY_SECONDS = 2.0
REST_SECONDS = 1.0
"""A silent server is left alone for this long; then one caller tries it, and the others go on being refused."""
LOOK_SECONDS = 0.1
_CONNECTING = 20
"""libpq is still shaking hands; psycopg2 has no name for it."""


class DatabaseAway(PoolTimeout):
    """The database was silent a moment ago: nobody waits for it again so soon."""

    def __init__(self) -> None:
        super().__init__("the database does not answer")


class Presence:
    """What this process knows of one server: there, or silent."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        """`connect` opens a bare connection to it."""
        self._connect = connect
        self._lock = threading.Lock()
        self._asking = threading.Lock()
        self._asked_at = -math.inf
        self._silent_at = -math.inf
        self._refused_until: float | None = None

    def enter(self) -> None:
        """Before anything is asked of the server; raises `DatabaseAway` while it is silent."""
        if self._refused_until is None:
            return
        with self._lock:
            now = time.monotonic()
            if self._refused_until is not None and now < self._refused_until:
                raise DatabaseAway
            self._refused_until = now + REST_SECONDS + SILENCE_SECONDS + SIGN_OF_LIFE_SECONDS

    def answered(self) -> None:
        self._refused_until = None

    def still_there(self, *, since: float) -> bool:
        """For one who has been waiting since then: whether it is worth going on."""
        now = time.monotonic()
        if now < self._silent_at + REST_SECONDS:
            return False
        if now - since < SILENCE_SECONDS or now - self._asked_at < ASK_EVERY_SECONDS:
            return True
        if not self._asking.acquire(blocking=False):
            return True  # somebody else is asking; their answer is ours
        try:
            self._asked_at = now
            if self._shows_life():
                return True
            with self._lock:
                self._silent_at = time.monotonic()
                self._refused_until = self._silent_at + REST_SECONDS
            return False
        finally:
            self._asking.release()

    def _shows_life(self) -> bool:
        before = time.monotonic()
        token = _watch.set(_Watch(ends_at=before + SIGN_OF_LIFE_SECONDS))
        try:
            self._connect().close()
        except psycopg2.Error:
            # A refusal is an answer, too: full, starting, or gone and about to hang up on everybody.
            return time.monotonic() - before < SIGN_OF_LIFE_SECONDS
        finally:
            _watch.reset(token)
        return True


@dataclass(frozen=True, slots=True)
class _Watch:
    presence: Presence | None = None
    ends_at: float = math.inf


_watch: ContextVar[_Watch] = ContextVar("database_watch", default=_Watch())  # noqa: B039  it is frozen


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Whatever the block asks of a database, it has that long for all of it together."""
    around = _watch.get()
    token = _watch.set(_Watch(around.presence, min(around.ends_at, time.monotonic() + seconds)))
    try:
        yield
    finally:
        _watch.reset(token)


@contextmanager
def watched(presence: Presence) -> Iterator[None]:
    """The block speaks to that server; it ends early where the server goes silent."""
    presence.enter()
    token = _watch.set(_Watch(presence, _watch.get().ends_at))
    try:
        yield
    finally:
        _watch.reset(token)


def seconds_left() -> float:
    """Of the time given by `within`; endless where none was given."""
    return max(0.0, _watch.get().ends_at - time.monotonic())


def wait_for_answer(connection: Any) -> None:
    """psycopg2's wait callback. Where it raises, psycopg2 closes the connection."""
    watch, since = _watch.get(), time.monotonic()
    ends_at = watch.ends_at
    while (state := connection.poll()) != extensions.POLL_OK:
        if connection.status == _CONNECTING:
            ends_at = min(ends_at, since + CONNECT_SECONDS)
        while not _ready(connection, state):
            if time.monotonic() >= ends_at:
                raise psycopg2.OperationalError("the database did not answer in time")
            if watch.presence is not None and not watch.presence.still_there(since=since):
                raise psycopg2.OperationalError("the database has gone silent")
    if watch.presence is not None:
        watch.presence.answered()


def _ready(connection: Any, state: int) -> bool:
    waiter = select.poll()
    waiter.register(connection.fileno(), select.POLLIN if state == extensions.POLL_READ else select.POLLOUT)
    return bool(waiter.poll(LOOK_SECONDS * 1000))
