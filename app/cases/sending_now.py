"""Brings a case's next message forward to now, because the merchant asks for it.

It stays the same message in the same order, and the sender's fresh look still decides: nobody hears from a
merchant sooner than the campaign's gap allows, because somebody pressed a button.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.audit import Act, note_case
from app.cases.campaign import LIVE
from app.cases.commands import Refusal, for_running, lock
from app.cases.rules import Rules
from app.models import Case, Step
from app.models.contact import last_contact, zone_of
from app.recovery.card_notice import KIND as NOTICE
from app.recovery.machine import CaseState
from app.recovery.plan import after_last_contact
from app.recovery.reasons import Reason, Why


def send_now(session: Session, case: Case, *, actor: str, now: datetime, rules: Rules) -> Refusal | None:
    """The next planned message is due now; it goes out by the worker, within seconds."""
    lock(session, case)
    step = _next_step(session, case)
    refusal = for_running(case) or _refusal(session, case, step, now=now, rules=rules)
    if refusal is not None or step is None:
        return refusal
    step.due_at = step.planned_at = now
    step.why, step.outcome_why = Reason(Why.SENT_BY_HAND).stored(), None
    detail = {"position": step.position}
    note_case(session, case, Act.SEND_ASKED_FOR, actor=actor, at=now, detail=detail)
    return None


def _next_step(session: Session, case: Case) -> Step | None:
    """Held, so that no sender claims it meanwhile."""
    return session.scalars(
        select(Step)
        .where(Step.case_id == case.id, Step.state.in_(LIVE), Step.kind != NOTICE)
        .order_by(Step.position)
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()


def _refusal(
    session: Session, case: Case, step: Step | None, *, now: datetime, rules: Rules
) -> Refusal | None:
    if case.state != CaseState.OPEN:
        return Refusal.NOT_NOW
    if case.customer.no_contact is not None:
        return Refusal.NO_CONTACT
    if step is None:
        return Refusal.JOINED_CONVERSATION if case.leader_id is not None else Refusal.NOTHING_PLANNED
    if step.state != "planned":
        return Refusal.BEING_SENT
    if now < case.opened_at + rules.first_delay:
        return Refusal.TOO_SOON
    previous = last_contact(session, case.customer_id)
    if previous is None:
        return None
    allowed, _ = after_last_contact(now, previous, zone_of(case.customer, now).zone, gap=case.campaign.gap)
    return Refusal.TOO_SOON if allowed > now else None
