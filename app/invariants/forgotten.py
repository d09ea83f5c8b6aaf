"""Rules about what must be gone by now: see docs/adr/0022. A day is left for the nightly work to do it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select

from app.endpoints.listing import KEPT
from app.invariants.looking import MOST, Found, Look, of
from app.models import Case, Delivery, EndpointDelivery, InboxRow, LinkCode, RetentionMark, SessionRow

DAY = timedelta(days=1)


def old_events(look: Look) -> Iterator[Found]:
    before = look.times.now - look.kept.inbox - DAY
    full = (InboxRow.done_at.is_not(None), func.length(InboxRow.body) > 0)
    wanted = select(*of(InboxRow, InboxRow.merchant_id))
    yield from look.rows(wanted.where(*full, *_in_line(look, InboxRow, InboxRow.received_at, before)))


def old_messages(look: Look) -> Iterator[Found]:
    before = look.times.now - look.kept.bodies - DAY
    full = (Delivery.outcome != "in_flight", Delivery.recipient != "")
    wanted = select(*of(Delivery, Case.merchant_id)).join(Case, Delivery.case_id == Case.id)
    yield from look.rows(wanted.where(*full, *_in_line(look, Delivery, Delivery.started_at, before)))


def old_cases(look: Look) -> Iterator[Found]:
    before = look.kept.closed_before(look.times.now - DAY)
    wanted = select(*of(Case, Case.merchant_id)).order_by(Case.closed_at)  # so that its own index answers
    yield from look.rows(wanted.where(Case.closed_at < before, Case.anonymised_at.is_(None)))


def old_rows(look: Look) -> Iterator[Found]:
    wall = look.times.wall
    sent = select(*of(EndpointDelivery, EndpointDelivery.merchant_id))
    yield from look.rows(
        sent.where(EndpointDelivery.ended_at < look.times.now - KEPT - DAY),
        select(*of(SessionRow, None)).where(SessionRow.expires_at < wall - DAY),
        select(*of(LinkCode, None)).where(LinkCode.expires_at < wall - DAY),
    )


def _in_line(
    look: Look, table: type[InboxRow] | type[Delivery], at: Any, before: datetime
) -> list[ColumnElement[bool]]:
    """Old rows in front of the first young one: they are emptied in their order, up to a mark.

    Every hour only those behind the mark are looked at.
    """
    mark = select(RetentionMark.after_id).where(RetentionMark.name == table.__tablename__)
    after = look.session.scalar(mark) or 0
    young = look.session.scalar(select(func.min(table.id)).where(table.id > after, at >= before))
    front = [table.id < young] if young is not None else []
    if look.whole:
        return [at < before, *front]
    in_line = select(table.id).where(table.id > after).order_by(table.id).limit(MOST)
    return [at < before, *front, table.id.in_(in_line)]
