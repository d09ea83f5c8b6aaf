"""What Whop told of a merchant, event by event, with what became of it. Reads only."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from app.models import InboxRow, Merchant
from app.models.case import BACKFILL

PAGE_SIZE = 50
LOOKED_UP = ("look", "reconcile")
"""Origins of events that nobody has sent."""
UNATTRIBUTED = ("ignored", "quarantined", "dead")
"""Final states. One that is still waiting names nobody yet, and may well be another merchant's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    id: int
    message_id: str
    received_at: datetime
    state: str
    reason: str | None
    event_type: str | None
    case_id: int | None
    looked_up: bool
    """We found it in Whop's records ourselves."""
    attributed: bool
    """False: it could not be told whose it is, so nothing but its arrival is shown."""


@dataclass(frozen=True, slots=True)
class EventPage:
    rows: tuple[Event, ...]
    next: int | None
    """The id before which the next page begins; None: this is the last page."""


def events(
    session: Session, merchant: Merchant, *, before: int | None = None, size: int = PAGE_SIZE
) -> EventPage:
    """Newest first: the merchant's own events, and those that name no merchant at all.

    What was read of the time before is none of them: it would bury a year of events under itself.
    """
    mine = _newest(before, size).where(InboxRow.merchant_id == merchant.id)
    nobodys = _newest(before, size).where(InboxRow.merchant_id.is_(None), InboxRow.state.in_(UNATTRIBUTED))
    found = [*session.execute(mine), *session.execute(nobodys)]
    rows = sorted(map(_event, found), key=lambda event: -event.id)
    return EventPage(tuple(rows[:size]), rows[size - 1].id if len(rows) > size else None)


_Columns = Row[int, str, datetime, str, str | None, str | None, int | None, int | None, str]


def _newest(
    before: int | None, size: int
) -> Select[int, str, datetime, str, str | None, str | None, int | None, int | None, str]:
    wanted = (
        select(
            InboxRow.id,
            InboxRow.message_id,
            InboxRow.received_at,
            InboxRow.state,
            InboxRow.reason,
            InboxRow.event_type,
            InboxRow.case_id,
            InboxRow.merchant_id,
            InboxRow.origin,
        )
        .where(InboxRow.origin != BACKFILL)
        .order_by(InboxRow.id.desc())
        .limit(size + 1)
    )
    return wanted if before is None else wanted.where(InboxRow.id < before)


def _event(columns: _Columns) -> Event:
    row_id, message_id, received_at, state, reason, event_type, case_id, merchant_id, origin = columns
    attributed = merchant_id is not None
    return Event(
        id=row_id,
        message_id=message_id,
        received_at=received_at,
        state=state,
        reason=reason,
        event_type=event_type if attributed else None,
        case_id=case_id if attributed else None,
        looked_up=origin in LOOKED_UP,
        attributed=attributed,
    )
