"""What Whop told of a merchant, event by event, with what became of it. Reads only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.models import InboxRow, Merchant
from app.models.case import BACKFILL

PAGE_SIZE = 50
LOOKED_UP = ("look", "reconcile")
"""Origins of events that nobody has sent."""
UNATTRIBUTED = ("ignored", "quarantined", "dead")
"""Final states. One that is still waiting names nobody yet, and may well be another merchant's."""
AMISS = ("quarantined", "dead")
"""Events that had no effect and should perhaps have had one."""


@dataclass(frozen=True, slots=True)
class Place:
    """The last event of the page before."""

    received_at: datetime
    row_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilters:
    state: str | None = None
    event_type: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    """Received from `start` on, and before `end`."""


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

    @property
    def amiss(self) -> bool:
        return self.state in AMISS


@dataclass(frozen=True, slots=True)
class EventPage:
    rows: tuple[Event, ...]
    next: Place | None
    """None: this is the last page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeEvent:
    """One event with all that is kept of it."""

    event: Event
    origin: str
    body: bytes | None
    """None: it may be another merchant's."""
    claims: int
    """How often a worker took it in hand."""
    tries: int
    """Of these, those that failed by the event's own fault."""
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class SetAside:
    """Events that came to nothing for one reason."""

    state: str
    reason: str
    events: int


NO_FILTERS = EventFilters()


def events(
    session: Session,
    merchant: Merchant,
    filters: EventFilters = NO_FILTERS,
    *,
    after: Place | None = None,
    size: int = PAGE_SIZE,
) -> EventPage:
    """Newest first: the merchant's own events, and those that name no merchant at all.

    What was read of the time before is none of them: it would bury a year of events under itself.
    """
    wanted = _newest(filters, after, size)
    found = list(session.execute(wanted.where(InboxRow.merchant_id == merchant.id)))
    if filters.event_type is None and filters.state in (None, *UNATTRIBUTED):
        nobodys = (InboxRow.merchant_id.is_(None), InboxRow.state.in_(UNATTRIBUTED))
        found += session.execute(wanted.where(*nobodys))
    rows = sorted(map(_event, found), key=lambda event: (event.received_at, event.id), reverse=True)
    last = Place(rows[size - 1].received_at, rows[size - 1].id) if len(rows) > size else None
    return EventPage(tuple(rows[:size]), last)


def whole_event(session: Session, merchant: Merchant, row_id: int) -> WholeEvent:
    """Raises `NotFound` for one that is another merchant's, or not yet known to be anybody's."""
    sole = alone(session)
    row = session.scalars(
        select(InboxRow).where(InboxRow.id == row_id, _visible(merchant, sole=sole))
    ).first()
    if row is None:
        raise NotFound
    shown = row.merchant_id is not None or sole
    return WholeEvent(
        event=Event(
            id=row.id,
            message_id=row.message_id,
            received_at=row.received_at,
            state=row.state,
            reason=row.reason,
            event_type=row.event_type if shown else None,
            case_id=row.case_id if row.merchant_id is not None else None,
            looked_up=row.origin in LOOKED_UP,
            attributed=row.merchant_id is not None,
        ),
        origin=row.origin,
        body=row.body if shown else None,
        claims=row.attempts,
        tries=row.tries,
        done_at=row.done_at,
    )


def set_aside(session: Session, merchant: Merchant) -> list[SetAside]:
    """The merchant's events that came to nothing and may be tried again, by reason; the most first."""
    counted = (
        select(InboxRow.state, InboxRow.reason, func.count())
        .where(InboxRow.merchant_id == merchant.id, InboxRow.state.in_(AMISS), InboxRow.reason.is_not(None))
        .group_by(InboxRow.state, InboxRow.reason)
    )
    found = [SetAside(state, reason or "", number) for state, reason, number in session.execute(counted)]
    return sorted(found, key=lambda one: (-one.events, one.state, one.reason))


def may_be_tried(session: Session, merchant: Merchant) -> ColumnElement[bool]:
    """The merchant's own events; where there is no other merchant, those that name nobody, too."""
    mine = InboxRow.merchant_id == merchant.id
    return or_(mine, InboxRow.merchant_id.is_(None)) if alone(session) else mine


def alone(session: Session) -> bool:
    """This install has one merchant: what names nobody can be nobody else's."""
    return len(session.scalars(select(Merchant.id).limit(2)).all()) < 2


def _visible(merchant: Merchant, *, sole: bool) -> ColumnElement[bool]:
    nobodys = InboxRow.merchant_id.is_(None)
    finished = and_(nobodys, InboxRow.state.in_(UNATTRIBUTED))
    return or_(InboxRow.merchant_id == merchant.id, nobodys if sole else finished)


_Columns = Row[int, str, datetime, str, str | None, str | None, int | None, int | None, str]


def _newest(
    filters: EventFilters, after: Place | None, size: int
) -> Select[int, str, datetime, str, str | None, str | None, int | None, int | None, str]:
    return (
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
        .where(InboxRow.origin != BACKFILL, *_conditions(filters, after))
        .order_by(InboxRow.received_at.desc(), InboxRow.id.desc())
        .limit(size + 1)
    )


def _conditions(filters: EventFilters, after: Place | None) -> Iterator[ColumnElement[bool]]:
    if filters.state is not None:
        yield InboxRow.state == filters.state
    if filters.event_type is not None:
        yield InboxRow.event_type == filters.event_type
    if filters.start is not None:
        yield InboxRow.received_at >= filters.start
    if filters.end is not None:
        yield InboxRow.received_at < filters.end
    if after is not None:
        # The first comparison alone lets the index begin at the right place.
        yield InboxRow.received_at <= after.received_at
        yield or_(InboxRow.received_at < after.received_at, InboxRow.id < after.row_id)


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
