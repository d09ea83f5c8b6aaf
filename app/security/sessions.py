"""Signed-in browsers as rows of our own table: only a hash of the cookie is kept, nothing is pickled.

A session ends 12 hours after it was last used and 7 days after the sign-in, by the machine's time. Inside
Whop's frame, where cookies are not to be relied on, it hangs on the person whom Whop's token names.
"""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any

import msgspec
from flask import Flask, Request, Response, request
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
from app.security.bearer import token_of
from app.security.browsers import browser_name
from app.security.embedded import EmbeddedUsers
from app.security.tenancy import USER

COOKIE = "sid"
INSIDE_WHOP = "Whop"
"""Names the session of a person inside Whop's frame, where a browser's name stands else."""
IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=7)
UNKNOWN = timedelta(hours=1)
"""The life of a session in which nobody has signed in: long enough for the way to Whop and back."""
SEEN_EVERY = timedelta(minutes=5)
"""How often at most a use is written down."""
WITHOUT = (
    "/webhooks/",
    "/static/",
    "/healthz",
    "/readyz",
    "/metrics",
    "/api/health",
    "/r/",
    "/unsubscribe/",
    "/preferences/",
    "/connect/",
)
"""Paths that read no session and set no cookie, whatever the browser sends."""

log = get_logger(__name__)


class BrowserSession(ServerSideSession):  # type: ignore[misc]  # the library has no types
    lost = False
    """The store was away: it is not known whether anybody is signed in."""
    stored = False
    """It was read from its row: where that row is gone by now, the session was ended and stays so."""
    whop_user: str | None = None
    """Inside Whop's frame, the person whom the request's token names."""


class _Json(Serializer):  # type: ignore[misc]
    """The base class falls back to pickle: whoever could write the table would run code."""

    def encode(self, session: ServerSideSession) -> bytes:
        return msgspec.json.encode(dict(session))

    def decode(self, serialized_data: bytes) -> dict[str, Any]:
        return msgspec.json.decode(serialized_data, type=dict[str, Any])

    dumps, loads = encode, decode


class DatabaseSessions(ServerSideSessionInterface):  # type: ignore[misc]  # the library has no types
    session_class = BrowserSession

    def __init__(
        self, app: Flask, database: Database, clock: Clock, *, embedded: EmbeddedUsers | None = None
    ) -> None:
        super().__init__(app, key_prefix="", permanent=True, sid_length=32, serialization_format="json")
        self.serializer = _Json()
        self._database = database
        self._clock = clock
        self._embedded = embedded

    def open_session(self, app: Flask, request: Request) -> BrowserSession:
        if request.path.startswith(WITHOUT) or (request.path.startswith("/api/") and token_of(request)):
            return BrowserSession(sid=self._generate_sid(self.sid_length))
        whop_user = self._embedded.of(request) if self._embedded else None
        try:
            opened = self._of(app, whop_user) if whop_user else super().open_session(app, request)
        except (DBAPIError, PoolTimeout) as error:
            self._database.tell_away("session.store_away", error)
            opened = BrowserSession(sid=self._generate_sid(self.sid_length))
            opened.lost = True
        assert isinstance(opened, BrowserSession)
        opened.whop_user = whop_user
        opened.stored = bool(opened) and not opened.lost
        return opened

    def save_session(self, app: Flask, session: BrowserSession, response: Response) -> None:
        """As the base class does, but inside Whop's frame no cookie is set or cleared."""
        store_id = self._get_store_id(session.sid)
        if session.modified and not session:
            self._delete_session(store_id)
            if session.whop_user is None:
                self._clear_cookie(app, response)
        elif session.whop_user is None:
            super().save_session(app, session, response)
        elif session.modified:
            self._upsert_session(app.permanent_session_lifetime, session, store_id)

    def _clear_cookie(self, app: Flask, response: Response) -> None:
        """With all its flags, which the library leaves out."""
        response.delete_cookie(
            self.get_cookie_name(app),
            path=self.get_cookie_path(app),
            domain=self.get_cookie_domain(app),
            secure=self.get_cookie_secure(app),
            httponly=self.get_cookie_httponly(app),
            samesite=self.get_cookie_samesite(app),
        )

    def regenerate(self, session: BrowserSession) -> None:
        super().regenerate(session)
        session.stored = False

    def _of(self, app: Flask, whop_user: str) -> BrowserSession:
        """The session that hangs on this person; no cookie holds its id, and nobody can make it up."""
        sid = hmac.new(str(app.secret_key).encode(), f"whop:{whop_user}".encode(), "sha256").hexdigest()
        store_id = self._get_store_id(sid)
        found = self._retrieve_session_data(store_id)
        if found is None:
            self._delete_session(store_id)  # one that is over would be in the way of the new one
        return BrowserSession(found, sid=sid)

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
            expires_at = min(row.created_at + ABSOLUTE, wall + (IDLE if row.user_id else UNKNOWN))
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

    def _upsert_session(self, session_lifetime: timedelta, session: BrowserSession, store_id: str) -> None:
        wall = self._clock.wall()
        user_id = session.get(USER)
        values = {"data": self.serializer.encode(session), "user_id": user_id}
        life = IDLE if user_id else UNKNOWN
        label = INSIDE_WHOP if session.whop_user else browser_name(request.user_agent.string)
        fresh = {
            "sid_hash": store_id,
            "created_at": wall,
            "seen_at": wall,
            "expires_at": wall + life,
            "label": label,
            **values,
        }
        with self._database.transaction() as write:
            if session.stored or insert_once(write, SessionRow, ("sid_hash",), fresh) is None:
                write.execute(update(SessionRow).where(SessionRow.sid_hash == store_id).values(**values))


def prune(session: Session, wall: datetime) -> int:
    """Delete the rows of sessions that are over; how many there were."""
    over = session.execute(
        delete(SessionRow).where(SessionRow.expires_at <= wall).returning(SessionRow.id)
    ).all()
    return len(over)
