"""Whether anything may go out: a database that was put back from a copy does not know what was sent since.

A copy is known by its place, which the database itself tells and a copy cannot take along. On a strange one nothing is
sent and nothing charged until a person lets it go on; events are taken and worked on meanwhile (docs/adr/0024).
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import String, literal_column, select, text, update
from sqlalchemy.orm import Session

from app.db import Database
from app.held_back import due
from app.log import get_logger
from app.models import Install, MethodSwitch, Retry, Step
from app.models.base import insert_once
from app.recovery.reasons import Reason, Why

ROW = 1
LOOK_SECONDS = 1.0
POSTGRES_PLACE = (
    "SELECT (SELECT system_identifier FROM pg_control_system()) || '/' || oid || '/' || 'install'::regclass::oid"
    " FROM pg_database WHERE datname = current_database()"
)
"""Cluster, database and table. A dump that is restored makes the table anew, even in the same database."""

log = get_logger(__name__)


class Cause(StrEnum):
    RESTORED = "restored"
    BY_HAND = "by_hand"


@dataclass(frozen=True, slots=True)
class Hold:
    since: datetime
    cause: Cause


class Guard:
    """What one process last saw of the hold; it looks again after a second."""

    def __init__(self, see: Callable[[], Hold | None]) -> None:
        self._see = see
        self._lock = threading.Lock()
        self._hold: Hold | None = None
        self._until = 0.0

    def hold(self) -> Hold | None:
        with self._lock:
            if time.monotonic() >= self._until:
                self._hold = self._see()
                self._until = time.monotonic() + LOOK_SECONDS
            return self._hold


def look(session: Session, *, wall: datetime) -> Hold | None:
    """Changes nothing: a copy that no worker has met yet is on hold from `wall` on."""
    found = _found(session)
    return None if found is None else _seen(*found, wall=wall)


def settle(database: Database, *, wall: datetime) -> Hold | None:
    """As `look`, for a worker: a new database learns where it lives, and a copy is put on hold."""
    with database.reading() as session:
        known = _found(session)
        if known is not None and (known[0].held_since is not None or known[0].place == known[1]):
            return _seen(*known, wall=wall)
    with database.transaction() as session:
        found = look(session, wall=wall)
        if found is None:
            _row(session).place = _place(session)
        else:
            _put_on(session, found)
            log.warning("install.on_hold", cause=found.cause.value)
    return found


def put_on(session: Session, *, wall: datetime) -> None:
    """By hand; one that is on hold already stays as it is."""
    if look(session, wall=wall) is None:
        _put_on(session, Hold(wall, Cause.BY_HAND))


def release(session: Session, *, now: datetime, send_due: bool) -> None:
    """Let the install go on. Messages and charges that are due by `now` are over, unless they are to be sent: they may
    have gone out already. Alerts and webhooks go out: they say when something happened, and may come twice.
    """
    row = _row(session)
    row.place, row.held_since, row.held_because = _place(session), None, None
    if send_due:
        return
    over = {"outcome_why": Reason(Why.RESTORED).stored(), "ended_at": now, "lease_until": None}
    session.execute(update(Step).where(*due(Step, now)).values(state="skipped", **over))
    for charge in (Retry, MethodSwitch):
        # There is at most one a payment, and this one may have been it.
        begun = {"state": "unknown", "started_at": charge.due_at, **over}
        session.execute(update(charge).where(*due(charge, now)).values(begun))


def _found(session: Session) -> tuple[Install, str] | None:
    """The row and the present place, in one question."""
    if session.get_bind().dialect.name == "sqlite":
        row = session.get(Install, ROW)
        return None if row is None else (row, _place(session))
    place = literal_column(f"({POSTGRES_PLACE})", String)
    found = session.execute(select(Install, place).where(Install.id == ROW)).one_or_none()
    return None if found is None else (found[0], found[1])


def _seen(row: Install, place: str, *, wall: datetime) -> Hold | None:
    if row.held_since is not None:
        return Hold(row.held_since, Cause(row.held_because or Cause.BY_HAND))
    return Hold(wall, Cause.RESTORED) if row.place not in (None, place) else None


def _row(session: Session) -> Install:
    insert_once(session, Install, ("id",), {"id": ROW})
    return session.get_one(Install, ROW, with_for_update=True)


def _put_on(session: Session, hold: Hold) -> None:
    row = _row(session)
    row.held_since, row.held_because = hold.since, hold.cause.value


def _place(session: Session) -> str:
    """Of SQLite it is the number of the file, which a file that is moved keeps and a copy has not.

    That number may be given again to a copy that takes the place of a file that was deleted, so
    deploy/backup/backup.py writes a place into its copies that is nowhere.
    """
    bind = session.get_bind()
    if bind.dialect.name == "sqlite":
        return str(Path(bind.engine.url.database or "").stat().st_ino)
    return str(session.execute(text(POSTGRES_PLACE)).scalar_one())
