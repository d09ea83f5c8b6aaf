"""The one statement of the webhook door: the raw bytes are stored once by their message id."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.db import Database
from app.models import InboxRow

_INSERTS = {
    sqlite: insert(InboxRow)
    .on_conflict_do_nothing(index_elements=["message_id"])
    .returning(InboxRow.message_id)
    for sqlite, insert in ((True, sqlite_insert), (False, postgresql_insert))
}
"""Made once: making them costs more than the database takes to carry them out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    message_id: str
    body: bytes
    received_at: datetime
    origin: str = "webhook"
    request_id: str | None = None
    """Names the request that brought it; the worker's lines will carry it."""


def store_events(database: Database, events: Sequence[Event]) -> list[bool]:
    """Store them all in one statement; durable when it returns. False: that message id is known already.

    Of two with one message id the first counts. Raises SQLAlchemy's errors where the database is away: the caller
    answers 503 and Whop sends again.
    """
    # In one order everywhere, so that two statements with the same ids wait for each other and never crosswise.
    ordered = sorted(range(len(events)), key=lambda at: events[at].message_id)
    rows = [_row(events[at]) for at in ordered]
    with database.autocommit() as connection:
        stored = set(connection.execute(_INSERTS[database.sqlite], rows).scalars())
    news = [False] * len(events)
    for at in ordered:
        message_id = events[at].message_id
        news[at] = message_id in stored
        stored.discard(message_id)
    return news


def store_event(
    database: Database,
    *,
    message_id: str,
    body: bytes,
    received_at: datetime,
    origin: str = "webhook",
    request_id: str | None = None,
) -> bool:
    """The same for one."""
    event = Event(
        message_id=message_id, body=body, received_at=received_at, origin=origin, request_id=request_id
    )
    return store_events(database, [event])[0]


def _row(event: Event) -> dict[str, object]:
    return {
        "message_id": event.message_id,
        "body": event.body,
        "received_at": event.received_at,
        "due_at": event.received_at,
        "origin": event.origin,
        "request_id": event.request_id,
        "state": "waiting",
        "attempts": 0,
        "tries": 0,
    }
