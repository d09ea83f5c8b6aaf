"""Gives events that came to nothing another try: they wait for the worker like new ones.

A second press changes nothing: only an event that is set aside or failed is taken, under its own lock. Each effect
is still had once, for the machine asks what is known and not how often it was told.
"""

from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.cases.audit import Act, note
from app.cases.heard import AMISS, may_be_tried
from app.errors import NotFound
from app.models import InboxRow, Merchant

MOST_AT_ONCE = 1000
"""In one transaction; the button takes the rest when it is pressed again."""


def hear_again(session: Session, merchant: Merchant, row_id: int, *, actor: str, now: datetime) -> bool:
    """False: it is under way, or it has had its effect. Raises `NotFound` for one that is not the merchant's."""
    mine = may_be_tried(session, merchant)
    known = session.execute(select(InboxRow.state).where(InboxRow.id == row_id, mine)).first()
    if known is None:
        raise NotFound
    return bool(_again(session, merchant, select(InboxRow).where(InboxRow.id == row_id, mine), actor, now))


def hear_all_again(
    session: Session, merchant: Merchant, *, state: str, reason: str, actor: str, now: datetime
) -> int:
    """The merchant's own events that ended in this state for this reason; how many were taken."""
    wanted = select(InboxRow).where(
        InboxRow.merchant_id == merchant.id, InboxRow.state == state, InboxRow.reason == reason
    )
    return _again(session, merchant, wanted.order_by(InboxRow.id).limit(MOST_AT_ONCE), actor, now)


def _again(session: Session, merchant: Merchant, wanted: Select[InboxRow], actor: str, now: datetime) -> int:
    # What was emptied, being old or of an erased customer, can tell nothing any more.
    told = (InboxRow.state.in_(AMISS), func.length(InboxRow.body) > 0)
    rows = session.scalars(wanted.where(*told).with_for_update(skip_locked=True)).all()
    if not rows:
        return 0
    first = rows[0]
    detail = {"events": len(rows), "event": first.id, "state": first.state, "reason": first.reason}
    note(session, Act.EVENTS_HEARD_AGAIN, merchant_id=merchant.id, actor=actor, at=now, detail=detail)
    for row in rows:
        row.state, row.due_at, row.tries = "waiting", now, 0
        row.reason = row.done_at = row.lease_until = None
    session.flush()
    return len(rows)
