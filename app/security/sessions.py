"""Signed-in browsers as rows of our own table: only a hash of the cookie is kept, nothing is pickled.

A session ends 12 hours after it was last used and 7 days after the sign-in, by the machine's time.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any

import msgspec
from flask import Flask, Request
from flask_session.base import Serializer, ServerSideSession, ServerSideSessionInterface
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from app.clock import Clock
from app.db import Database
from app.log import get_logger
from app.models import SessionRow
from app.models.base import insert_once
from app.security.tenancy import USER

COOKIE = "sid"
IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=5)
"""How often at most a use is written down."""
WITHOUT = ("/webhooks/", "/static/", "/healthz", "/readyz", "/metrics", "/api/health", "/r/", "/unsubscribe/")
"""Paths that read no session and set no cookie, whatever the browser sends."""

log = get_logger(__name__)


class BrowserSession(ServerSideSession):  # type: ignore[misc]  # the library has no types
    lost = False
    """The store was away: it is not known whether anybody is signed in."""


class _Json(Serializer):  # type: ignore[misc]
    """The base class falls back to pickle: whoever could write the table would run code."""

    def encode(self, session: ServerSideSession) -> bytes:
        return msgspec.json.encode(dict(session))

    def decode(self, serialized_data: bytes) -> dict[str, Any]:
        return msgspec.json.decode(serialized_data, type=dict[str, Any])

    dumps, loads = encode, decode


class DatabaseSessions(ServerSideSessionInterface):  # type: ignore[misc]  # the library has no types
    session_class = BrowserSession

    def __init__(self, app: Flask, database: Database, clock: Clock) -> None:
        super().__init__(app, key_prefix="", permanent=True, sid_length=32, serialization_format="json")
        self.serializer = _Json()
        self._database = database
        self._clock = clock

    def open_session(self, app: Flask, request: Request) -> BrowserSession:
        if request.path.startswith(WITHOUT):
            return BrowserSession(sid=self._generate_sid(self.sid_length))
        try:
            opened = super().open_session(app, request)
        except (DBAPIError, PoolTimeout) as error:
            log.warning("session.store_away", error=type(error).__name__)
            opened = BrowserSession(sid=self._generate_sid(self.sid_length))
            opened.lost = True
        assert isinstance(opened, BrowserSession)
        return opened

    def _get_store_id(self, sid: str) -> str:
        return hashlib.sha256(sid.encode("utf-8", "replace")).hexdigest()

    def _retrieve_session_data(self, store_id: str) -> dict[str, Any] | None:
        wall = self._clock.wall()
        with self._database.reading() as read:
            row = read.scalars(
                select(SessionRow).where(SessionRow.sid_hash == store_id, SessionRow.expires_at > wall)
            ).one_or_none()
        if row is None:
            return None
        if wall - row.seen_at >= SEEN_EVERY:
            expires_at = min(row.created_at + ABSOLUTE, wall + IDLE)
            with self._database.transaction() as write:
                write.execute(
                    update(SessionRow)
                    .where(SessionRow.id == row.id)
                    .values(seen_at=wall, expires_at=expires_at)
                )
        try:
            return self.serializer.decode(row.data)
        except msgspec.DecodeError:
            log.error("session.unreadable")
            return None

    def _delete_session(self, store_id: str) -> None:
        try:
            with self._database.transaction() as write:
                write.execute(delete(SessionRow).where(SessionRow.sid_hash == store_id))
        except (DBAPIError, PoolTimeout) as error:
            # The cookie is cleared all the same, and the row ends by itself.
            log.error("session.not_deleted", error=type(error).__name__)

    def _upsert_session(self, session_lifetime: timedelta, session: ServerSideSession, store_id: str) -> None:
        wall = self._clock.wall()
        values = {"data": self.serializer.encode(session), "user_id": session.get(USER), "seen_at": wall}
        fresh = {"sid_hash": store_id, "created_at": wall, "expires_at": wall + IDLE, **values}
        with self._database.transaction() as write:
            if insert_once(write, SessionRow, ("sid_hash",), fresh) is None:
                write.execute(update(SessionRow).where(SessionRow.sid_hash == store_id).values(**values))


def prune(session: Session, wall: datetime) -> int:
    """Delete the rows of sessions that are over; how many there were."""
    over = session.execute(
        delete(SessionRow).where(SessionRow.expires_at <= wall).returning(SessionRow.id)
    ).all()
    return len(over)
