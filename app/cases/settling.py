"""A case's money: when it came, what of ours came shortly before, and what was taken back later."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.payments import OURS, SWITCHED, amount_of, known_of
from app.cases.rules import Rules
from app.models import Attempt, Case, Delivery, Step, Visit
from app.recovery import attribution
from app.recovery.attribution import Attribution, Touch
from app.recovery.followed import day_of_payment
from app.recovery.machine import CaseState
from app.recovery.winback import KIND

HAS_IT = ("sent", "unknown")
"""Outcomes after which the message may have moved somebody; one that is in flight has not been read."""


def settle_money(session: Session, case: Case, rules: Rules) -> None:
    """When it was paid, what came before the payment, and what was taken back later."""
    known = known_of(case.payment)
    case.recovered_at = known.paid_at
    case.paid_on = day_of_payment(case.opened_at, known.paid_at) if known.paid_at else None
    if known.paid_at is not None:
        credit = attribution.attribute(
            _touches(session, case),
            paid_at=known.paid_at,
            window=rules.attribution_window,
            ours=_by_our_charge(session, case),
        )
        case.attribution, case.attribution_step_id = credit.attribution.value, credit.step_id
    if CaseState(case.state) is CaseState.REVERSED:
        case.taken_back_minor = case.amount_minor or 0
    else:
        case.taken_back_minor = known.taken_back(amount_of(case.payment)) or 0


def _by_our_charge(session: Session, case: Case) -> bool:
    """Of charges on one payment only one brings the money; what succeeded was the one that we had asked for."""
    ours = (Attempt.outcome == "paid", Attempt.trigger.in_((OURS, SWITCHED)))
    wanted = select(Attempt.id).where(Attempt.payment_id == case.payment_id, *ours)
    return session.scalar(wanted.limit(1)) is not None


def _touches(session: Session, case: Case) -> list[Touch]:
    """Messages and visits of all this person's cases: one conversation may speak of several payments.

    An offer to come back asks for no open payment, so it is none of them.
    """
    messages = session.execute(
        select(Delivery.started_at, Delivery.step_id)
        .join(Case, Delivery.case_id == Case.id)
        .join(Step, Delivery.step_id == Step.id)
        .where(Case.customer_id == case.customer_id, Delivery.outcome.in_(HAS_IT), Step.kind != KIND)
    )
    visits = session.scalars(
        select(Visit.at)
        .join(Case, Visit.case_id == Case.id)
        .where(Case.customer_id == case.customer_id, Visit.kind == "continued")
    )
    return [Touch(Attribution.MESSAGE, at, step_id) for at, step_id in messages] + [
        Touch(Attribution.VISIT, at) for at in visits
    ]
