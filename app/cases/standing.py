"""Brings a case in line with what is known: opens it, moves it, plans and cancels its steps.

Every change of a case goes through `reassess`, under the case's lock: the sender takes the same lock
before a reminder starts, so none starts after a change that forbids it is committed.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.cases.audit import Act, Actor, note_case
from app.cases.payments import known_of
from app.models import Case, Customer, Delivery, Membership, Merchant, Payment, Step, Visit
from app.models.contact import REACHED, contacts_of, last_contact
from app.recovery import attribution, wording
from app.recovery.attribution import Attribution, Touch
from app.recovery.decline import POLICIES, DeclineClass, classify
from app.recovery.keys import wording_key
from app.recovery.machine import CaseReason, CaseState, Ended, assess
from app.recovery.plan import POLICY_VERSION, Plan, Situation, plan
from app.recovery.reasons import Reason, Why
from app.settings import Settings

STOPPABLE = ("planned", "claimed", "sending")


@dataclass(frozen=True, slots=True)
class Rules:
    """The install's settings that decisions depend on."""

    first_delay: timedelta
    attribution_window: timedelta

    @classmethod
    def of(cls, settings: Settings) -> "Rules":
        return cls(
            first_delay=timedelta(minutes=settings.first_message_delay_minutes),
            attribution_window=timedelta(days=settings.attr_window_days),
        )


def open_case(session: Session, merchant: Merchant, payment: Payment, *, now: datetime, rules: Rules) -> Case:
    """A case for the first known failure of a renewal; it may open closed, if the money is already in."""
    assert payment.failed_at is not None and payment.customer_id is not None
    case = Case(
        merchant_id=merchant.id,
        customer_id=payment.customer_id,
        payment_id=payment.id,
        token=secrets.token_urlsafe(15),
        state=CaseState.OPEN.value,
        reason=CaseReason.COLLECTING.value,
        held=False,
        decline_class=classify(payment.decline_code).value,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        opened_at=payment.failed_at,
        taken_back_minor=0,
        policy_version=POLICY_VERSION,
        created_at=now,
    )
    session.add(case)
    session.flush()
    detail = {"class": case.decline_class, "code": payment.decline_code}
    note_case(session, case, Act.CASE_OPENED, actor=Actor.WORKER, at=now, detail=detail)
    _alert(session, case, detail, now=now)
    leader = _leader_for(session, case)
    if leader is not None:
        case.leader_id = leader
        note_case(session, case, Act.CASE_JOINED, actor=Actor.WORKER, at=now, detail={"leader": leader})
    reassess(session, case, now=now, rules=rules, fresh=True)
    return case


def reassess(session: Session, case: Case, *, now: datetime, rules: Rules, fresh: bool = False) -> None:
    """Let the pure machine judge the case again and carry out what follows from a change."""
    session.flush()
    session.refresh(case, with_for_update=True)
    payment = case.payment
    known = known_of(payment)
    was = CaseState(case.state)
    standing = assess(
        known,
        amount=payment.amount_minor,
        ended=_ended(session, payment),
        complaint_open=any(is_open for _, is_open in case.customer.complaints.values()),
        held=case.held,
        stop=CaseReason(case.stop) if case.stop else None,
    )
    changed = (standing.state, standing.reason) != (was, case.reason)
    _follow_payment(case, payment)
    if changed:
        detail = {"from": was.value, "to": standing.state.value, "reason": standing.reason.value}
        case.state, case.reason = standing.state.value, standing.reason.value
        note_case(session, case, Act.CASE_CHANGED, actor=Actor.WORKER, at=now, detail=detail)
    _settle_money(session, case, rules)
    other_class = _follow_class(session, case, now=now)
    if standing.state is CaseState.OPEN:
        if other_class:
            cancel_steps(session, case, Reason(Why.NEW_PLAN), now=now)
        if other_class or fresh or was is not CaseState.OPEN:
            make_plan(session, case, now=now, rules=rules)
    elif changed:
        waits = standing.state.running
        why = Reason(Why.CASE_WAITS if waits else Why.CASE_CLOSED, {"cause": standing.reason.value})
        cancel_steps(session, case, why, now=now)
    if not standing.state.running and case.closed_at is None:
        case.closed_at = now
        _hand_over(session, case, now=now, rules=rules)


def make_plan(session: Session, case: Case, *, now: datetime, rules: Rules) -> None:
    """Lay out the messages still to send and write them as steps."""
    merchant, customer = case.merchant, case.customer
    laid_out = plan(
        Situation(
            decline_class=DeclineClass(case.decline_class),
            failed_at=case.opened_at,
            now=now,
            first_delay=rules.first_delay,
            zone=ZoneInfo(customer.zone or merchant.zone),
            contacts=contacts_of(session, case.id),
            last_contact=last_contact(session, customer.id),
            contact_stopped=customer.contact_stopped,
            joins=case.leader_id is not None,
        )
    )
    _write_steps(session, case, laid_out)
    detail = {
        "steps": len(laid_out.steps),
        "left_out": [reason.stored() for reason in laid_out.left_out],
        "policy": POLICY_VERSION,
    }
    note_case(session, case, Act.PLAN_MADE, actor=Actor.WORKER, at=now, detail=detail)


def cancel_steps(session: Session, case: Case, why: Reason, *, now: datetime) -> int:
    """Stop everything that has not ended. One that is being sent may finish; it is not repeated."""
    stopped = session.execute(
        update(Step)
        .where(Step.case_id == case.id, Step.state.in_(STOPPABLE))
        .values(state="cancelled", outcome_why=why.stored(), ended_at=now, lease_until=None)
        .returning(Step.id)
        .execution_options(synchronize_session="fetch")
    ).all()
    if stopped:
        detail = {"steps": len(stopped), **why.stored()}
        note_case(session, case, Act.STEPS_CANCELLED, actor=Actor.WORKER, at=now, detail=detail)
    return len(stopped)


def stop_case(session: Session, case: Case, reason: CaseReason, *, now: datetime, rules: Rules) -> None:
    """End a case by our own decision, kept whatever comes later; only money still changes it."""
    case.stop = reason.value
    reassess(session, case, now=now, rules=rules)


def running_cases(session: Session, customer: Customer) -> list[Case]:
    return list(
        session.scalars(
            select(Case).where(Case.customer_id == customer.id, Case.closed_at.is_(None)).order_by(Case.id)
        )
    )


def _write_steps(session: Session, case: Case, laid_out: Plan) -> None:
    angle = POLICIES[DeclineClass(case.decline_class)].angle
    used = session.scalar(select(func.max(Step.position)).where(Step.case_id == case.id)) or 0
    for number, planned in enumerate(laid_out.steps, start=used + 1):
        session.add(
            Step(
                case_id=case.id,
                position=number,
                kind="note" if planned.position == "note" else "remind",
                wording_key=wording_key(angle.value, planned.position.value),
                wording_version=wording.VERSION,
                channel="email",
                why=planned.why.stored(),
                state="planned",
                due_at=planned.due_at,
                attempts=0,
                tries=0,
            )
        )


def _leader_for(session: Session, case: Case) -> int | None:
    """The running case of the same person that already has the conversation."""
    return session.scalar(
        select(Case.id)
        .where(
            Case.customer_id == case.customer_id,
            Case.id != case.id,
            Case.closed_at.is_(None),
            Case.leader_id.is_(None),
        )
        .order_by(Case.id)
        .limit(1)
    )


def _hand_over(session: Session, case: Case, *, now: datetime, rules: Rules) -> None:
    """The next open payment of the same person takes over the conversation of a closed case."""
    followers = session.scalars(
        select(Case)
        .where(Case.leader_id == case.id, Case.closed_at.is_(None))
        .order_by(Case.opened_at, Case.id)
    ).all()
    if not followers:
        return
    heir, rest = followers[0], followers[1:]
    heir.leader_id = None
    for follower in rest:
        follower.leader_id = heir.id
    note_case(session, heir, Act.CASE_LEADS, actor=Actor.WORKER, at=now, detail={"after": case.id})
    reassess(session, heir, now=now, rules=rules, fresh=True)


def _ended(session: Session, payment: Payment) -> Ended | None:
    if payment.membership_id is None:
        return None
    row = session.scalars(
        select(Membership).where(
            Membership.merchant_id == payment.merchant_id, Membership.membership_id == payment.membership_id
        )
    ).one_or_none()
    if row is None or row.ended_at is None or row.ended_reason is None:
        return None
    return Ended(row.ended_at, CaseReason(row.ended_reason))


def _follow_payment(case: Case, payment: Payment) -> None:
    if payment.failed_at is not None:
        case.opened_at = payment.failed_at
    if payment.customer_id is not None:
        case.customer_id = payment.customer_id
    case.amount_minor, case.currency = payment.amount_minor, payment.currency


def _follow_class(session: Session, case: Case, *, now: datetime) -> bool:
    """A newer decline may need other words, or none. True where the class is another now."""
    newest = classify(case.payment.decline_code).value
    if newest == case.decline_class:
        return False
    if case.closed_at is not None:  # nothing is sent any more; it only counts in the right class
        case.decline_class = newest
        return False
    detail = {"from": case.decline_class, "to": newest, "code": case.payment.decline_code}
    case.decline_class = newest
    note_case(session, case, Act.CLASS_CHANGED, actor=Actor.WORKER, at=now, detail=detail)
    _alert(session, case, detail, now=now)
    return True


def _alert(session: Session, case: Case, detail: dict[str, Any], *, now: datetime) -> None:
    if POLICIES[DeclineClass(case.decline_class)].alert_merchant:
        note_case(session, case, Act.MERCHANT_ALERT, actor=Actor.WORKER, at=now, detail=detail)


def _settle_money(session: Session, case: Case, rules: Rules) -> None:
    """When it was paid, what came before the payment, and what was taken back later."""
    known = known_of(case.payment)
    case.recovered_at = known.paid_at
    if known.paid_at is not None:
        credit = attribution.attribute(
            _touches(session, case), paid_at=known.paid_at, window=rules.attribution_window
        )
        case.attribution, case.attribution_step_id = credit.attribution.value, credit.step_id
    if CaseState(case.state) is CaseState.REVERSED:
        case.taken_back_minor = case.amount_minor or 0
    else:
        case.taken_back_minor = known.taken_back(case.amount_minor) or 0


def _touches(session: Session, case: Case) -> list[Touch]:
    """Messages and visits of all this person's cases: one conversation may speak of several payments."""
    messages = session.execute(
        select(Delivery.started_at, Delivery.step_id)
        .join(Case, Delivery.case_id == Case.id)
        .where(Case.customer_id == case.customer_id, Delivery.outcome.in_(REACHED))
    )
    visits = session.scalars(
        select(Visit.at)
        .join(Case, Visit.case_id == Case.id)
        .where(Case.customer_id == case.customer_id, Visit.kind == "continued")
    )
    return [Touch(Attribution.MESSAGE, at, step_id) for at, step_id in messages] + [
        Touch(Attribution.VISIT, at) for at in visits
    ]
