"""What a merchant's own cases of the last days tell a simulation. Reads, and changes nothing."""

from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.models import Case, Merchant
from app.models.case import BACKFILL, Arm
from app.recovery.campaign import LIMITS
from app.recovery.decline import POLICIES, DeclineClass
from app.recovery.learning import RESOLVED_AFTER
from app.recovery.machine import CaseState
from app.recovery.simulation.own_past import Past

YEAR = timedelta(days=365)
"""Cases that nobody touched are few, so older ones count as well."""


def past_of(session: Session, merchant: Merchant, *, now: datetime, days: int) -> Past:
    counted = (Case.merchant_id == merchant.id, Case.state != CaseState.VOID.value)
    by_class = session.execute(
        select(Case.decline_class, func.count())
        .where(*counted, Case.opened_at >= now - timedelta(days=days), Case.opened_at <= now)
        .group_by(Case.decline_class)
    )
    untouched = session.execute(
        select(Case.opened_at, Case.recovered_at, Case.state).where(
            *counted,
            or_(Case.arm == Arm.CONTROL.value, Case.origin == BACKFILL),
            Case.opened_at >= now - YEAR,
            Case.opened_at <= now - RESOLVED_AFTER,
        )
    ).all()
    paid = [
        opened_at
        for opened_at, recovered_at, state in untouched
        if state == CaseState.RECOVERED and recovered_at and recovered_at < opened_at + LIMITS.runway
    ]
    return Past(
        days=days,
        by_class={
            DeclineClass(name): count
            for name, count in by_class
            if POLICIES[DeclineClass(name)].dunned
        },
        untouched=len(untouched),
        untouched_paid=len(paid),
    )  # fmt: skip
