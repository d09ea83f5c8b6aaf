"""The one statement of the webhook door: the raw bytes are stored once by their message id."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.db import Database
from app.models import InboxRow


def store_event(
    database: Database,
    *,
    message_id: str,
    body: bytes,
    received_at: datetime,
    origin: str = "webhook",
    request_id: str | None = None,
) -> bool:
    """Store an event; durable when it returns. False: this message id is known already.

    `request_id` names the request that brought it; the worker's lines will carry it.

    Raises SQLAlchemy's errors where the database is away: the caller answers 503 and Whop sends again.
    """
    insert = sqlite_insert if database.sqlite else postgresql_insert
    statement = (
        insert(InboxRow)
        .values(
            message_id=message_id,
            body=body,
            received_at=received_at,
            due_at=received_at,
            origin=origin,
            request_id=request_id,
            state="waiting",
            attempts=0,
            tries=0,
        )
        .on_conflict_do_nothing(index_elements=["message_id"])
        .returning(InboxRow.id)
    )
    with database.autocommit() as connection:
        return connection.execute(statement).first() is not None
