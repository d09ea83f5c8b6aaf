"""What time alone brings about: cases without any word end, and silent ones hand their conversation over.

Each case in a transaction of its own, under the same locks as every other change.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, aliased

from app.cases.conversation import hand_over, has_live_steps
from app.cases.rules import Rules
from app.cases.standing import lock_case, stop_case
from app.db import Database
from app.models import Case, Payment
from app.models.merchant import lock_merchant
from app.recovery.campaign import LIMITS
from app.recovery.machine import CaseReason, CaseState

BATCH = 200


def close_stale_cases(database: Database, *, now: datetime, rules: Rules) -> int:
    """Cases of which Whop has said nothing for the whole window are lost; a later payment still wins."""

    def close(session: Session, stale: Case) -> None:
        stop_case(session, stale, CaseReason.WINDOW_ENDED, now=now, rules=rules)

    return _each(database, stale(now), close)


def hand_over_silent(database: Database, *, now: datetime, rules: Rules) -> int:
    """Cases that have nothing more to say, but whom others wait for."""

    def release(session: Session, silent: Case) -> None:
        hand_over(session, silent, now=now, rules=rules)

    return _each(database, _silent(), release)


def stale(now: datetime) -> Select[int, int]:
    """Case and merchant of those that Whop has been silent about for too long; some of them."""
    heard = func.coalesce(Payment.last_failed_at, Case.opened_at)
    clearing = Case.state == CaseState.PENDING.value
    limit = case((clearing, now - LIMITS.clearing), else_=now - LIMITS.window)
    return (
        select(Case.id, Case.merchant_id)
        .join(Payment, Case.payment_id == Payment.id)
        .where(
            Case.closed_at.is_(None),
            Case.opened_at < now - LIMITS.window,  # the index begins here
            heard < limit,
            Payment.seen_at < limit,
        )
        .order_by(Case.opened_at)
        .limit(BATCH)
    )


def _silent() -> Select[int, int]:
    follower = aliased(Case)
    return (
        select(Case.id, Case.merchant_id)
        .join(follower, follower.leader_id == Case.id)
        .where(follower.closed_at.is_(None), ~has_live_steps(Case.id))
        .distinct()
        .order_by(Case.id)
        .limit(BATCH)
    )


def _each(database: Database, wanted: Select[int, int], change: Callable[[Session, Case], None]) -> int:
    with database.reading() as read:
        found: Sequence[tuple[int, int]] = [(row[0], row[1]) for row in read.execute(wanted)]
    for case_id, merchant_id in found:
        with database.transaction() as session:
            lock_merchant(session, merchant_id)
            # Somebody may have been quicker: what is asked for is asked for again, now that nobody can be.
            again = wanted.where(Case.id == case_id)
            if session.execute(again).first() is None:
                continue
            row = session.get_one(Case, case_id)
            lock_case(session, row)
            change(session, row)
    return len(found)
