"""Empties the raw events that name an erased person, a part of the inbox in each transaction.

What was received before is looked through once; what comes later is emptied when it is processed.
"""

from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.cases.erased import names_erased
from app.db import Database
from app.models import Erasure, InboxRow, Merchant

AT_ONCE = 500
"""Events read in one transaction: some megabytes, a few hundred milliseconds."""


def look_through(database: Database, *, now: datetime, parts: int) -> int:
    """Go on with the erasures that are not finished, so many parts at most; how many parts were looked through."""
    for done in range(parts):
        with database.transaction() as session:
            if not _look_through_part(session, now=now):
                return done
    return parts


def unfinished(session: Session) -> int:
    """Events that are still to be looked through, at most."""
    left = select(func.sum(Erasure.until_id - Erasure.after_id)).where(Erasure.ended_at.is_(None))
    return int(session.scalar(left) or 0)


def _look_through_part(session: Session, *, now: datetime) -> bool:
    erasure = session.scalars(
        select(Erasure)
        .where(Erasure.ended_at.is_(None))
        .order_by(Erasure.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if erasure is None:
        return False
    merchant = session.get_one(Merchant, erasure.merchant_id)
    span = (InboxRow.id > erasure.after_id, InboxRow.id <= erasure.until_id)
    # By number alone, so that the primary key answers; whose an event is, is asked of the few that are read.
    ids = session.scalars(select(InboxRow.id).where(*span).order_by(InboxRow.id).limit(AT_ONCE)).all()
    mine = or_(InboxRow.merchant_id == merchant.id, InboxRow.merchant_id.is_(None))
    for row in session.scalars(select(InboxRow).where(InboxRow.id.in_(ids), mine)):
        # One that waits still has its effect, which keeps nothing of them, and is emptied then.
        if row.done_at is not None and names_erased(session, merchant, row.body):
            row.body = b""
    if len(ids) < AT_ONCE:
        erasure.ended_at = now
    else:
        erasure.after_id = ids[-1]
    return True
