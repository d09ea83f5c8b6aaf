"""The notices of another card: what Whop has charged, or tried to, because the customer had agreed to it.

They are no reminders: they go out although the payment is in or the case is over, and no plan cancels them.
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cases.payments import SWITCHED
from app.models import Attempt, Case, MethodSwitch, Step
from app.recovery import wording
from app.recovery.card_notice import CHARGED, DECLINED, KIND, key_of
from app.recovery.reasons import Reason, Why

WHY = {CHARGED: Why.SWITCH_CHARGED, DECLINED: Why.SWITCH_DECLINED}


def tell(session: Session, case: Case, row: MethodSwitch, *, now: datetime) -> None:
    """Of a switch that Whop took. Each thing is told once; that it was charged after all, also after "not yet"."""
    what = _come_of_it(session, case, row)
    if what is None or row.told in (CHARGED, what):
        return
    row.told = what
    session.flush()
    last = session.scalar(select(func.max(Step.position)).where(Step.case_id == case.id))
    session.add(
        Step(
            case_id=case.id,
            position=(last or 0) + 1,
            kind=KIND,
            wording_key=key_of(what),
            wording_version=wording.VERSION,
            wording_number=case.merchant.wording_number,
            channel="email",
            why=Reason(WHY[what]).stored(),
            state="planned",
            due_at=now,
            planned_at=now,
            tries=0,
        )
    )
    session.flush()


def _come_of_it(session: Session, case: Case, row: MethodSwitch) -> str | None:
    """None: it is still under way, or the customer has paid in another way since."""
    payment = case.payment
    outcomes = set(
        session.scalars(
            select(Attempt.outcome).where(Attempt.payment_id == payment.id, Attempt.trigger == SWITCHED)
        )
    )
    if payment.paid_at is not None:
        theirs = payment.method_id in (row.method_id, None)
        return CHARGED if theirs or "paid" in outcomes else None
    return DECLINED if "failed" in outcomes or case.closed_at is not None else None
