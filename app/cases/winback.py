"""The one offer to come back: planned when Whop has ended a membership for want of payment, and counted apart.

Nothing of it is part of a case's campaign or of any figure of recovery.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cases.audit import Act, Actor, note_case
from app.models import Case, Delivery, Membership, Merchant, Step
from app.models.contact import REACHED
from app.models.returning import outlook_of
from app.recovery import wording
from app.recovery.campaign import LIMITS
from app.recovery.reasons import Reason, Why
from app.recovery.winback import AFTER, CAME_BACK_WITHIN, KEY, KIND, why_not


@dataclass(frozen=True, slots=True)
class Winback:
    """Of the offers that went out in a time: how many, and how many of their readers came back within the days."""

    sent: int
    came_back: int
    still_open: int
    """Sent so lately that their days are not over: some of these may yet come back."""


def plan_offer(session: Session, case: Case, *, ended_at: datetime, now: datetime) -> None:
    """After a case was lost because its membership ended. Where the merchant has it off, nothing is written down."""
    if not case.merchant.winback_on:
        return
    due_at = max(ended_at + AFTER, now)
    refusal = why_not(outlook_of(session, case, now=now))
    if refusal is None and due_at - (ended_at + AFTER) > LIMITS.too_late:
        hours = int((due_at - ended_at - AFTER).total_seconds() // 3600)
        refusal = Reason(Why.TOO_LATE, {"hours": hours})
    if refusal is not None:
        detail = refusal.stored()
        note_case(session, case, Act.OFFER_LEFT_OUT, actor=Actor.WORKER, at=now, detail=detail)
        return
    last = session.scalar(select(func.max(Step.position)).where(Step.case_id == case.id))
    step = Step(
        case_id=case.id,
        position=(last or 0) + 1,
        kind=KIND,
        wording_key=KEY,
        wording_version=wording.VERSION,
        wording_number=case.merchant.wording_number,
        channel="email",
        why=Reason(Why.OFFER_TO_RETURN).stored(),
        state="planned",
        due_at=due_at,
        planned_at=due_at,
        tries=0,
    )
    session.add(step)
    note_case(session, case, Act.OFFER_PLANNED, actor=Actor.WORKER, at=now)


def winback_figures(session: Session, merchant: Merchant, *, since: datetime, now: datetime) -> Winback:
    """A membership that the person began within the days after the message counts as having come back."""
    sent = session.execute(
        select(Delivery.started_at, Case.customer_id)
        .join(Step, Delivery.step_id == Step.id)
        .join(Case, Delivery.case_id == Case.id)
        .where(
            Case.merchant_id == merchant.id,
            Step.kind == KIND,
            Delivery.outcome.in_(REACHED),
            Delivery.started_at >= since,
        )
    ).all()
    people = {customer_id for _, customer_id in sent}
    began = session.execute(
        select(Membership.customer_id, Membership.started_at).where(
            Membership.merchant_id == merchant.id,
            Membership.customer_id.in_(people),
            Membership.started_at >= since,
        )
    ).all()
    came_back = sum(
        any(
            person == customer_id and started_at is not None and at < started_at <= at + CAME_BACK_WITHIN
            for person, started_at in began
        )
        for at, customer_id in sent
    )
    return Winback(len(sent), came_back, sum(at + CAME_BACK_WITHIN > now for at, _ in sent))
