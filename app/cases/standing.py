"""Brings a case in line with what is known: opens it, moves it, and lets its conversation follow.

Every change of a case goes through `reassess`, under the locks of its merchant and its own, in this order:
the sender takes the same before a reminder starts, so none starts after a change that forbids it is committed.
"""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.alerting import alert_of_case
from app.cases.announcing import announce
from app.cases.arms import draw, move_to
from app.cases.audit import Act, Actor, note_case
from app.cases.campaign import cancel_steps
from app.cases.conversation import converse, hand_over
from app.cases.payments import amount_of, known_of
from app.cases.policies import choose_policy
from app.cases.retrying import follow_case
from app.cases.rules import Rules
from app.cases.settling import settle_money
from app.cases.switching import follow_switch
from app.cases.winback import plan_offer
from app.models import Case, Customer, Membership, Merchant, Payment
from app.models.case import BACKFILL
from app.recovery.decline import POLICIES, DeclineClass, classify
from app.recovery.facts import MembershipStatus
from app.recovery.machine import CaseReason, CaseState, Ended, Standing, assess
from app.recovery.plan import POLICY_VERSION
from app.recovery.reasons import Reason, Why


def open_case(
    session: Session, merchant: Merchant, payment: Payment, *, now: datetime, rules: Rules, origin: str
) -> Case:
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
        leader_id=None,
        recovered_at=None,
        taken_back_minor=0,
        policy_version=POLICY_VERSION,
        created_at=now,
        origin=origin,
    )
    draw(session, merchant, case, now=now, rules=rules)
    session.add(case)
    session.flush()
    detail = {"class": case.decline_class, "code": payment.decline_code}
    drawn = {"arm": case.arm, "share": case.draw_share}
    note_case(session, case, Act.CASE_OPENED, actor=Actor.WORKER, at=now, detail={**detail, **drawn})
    choose_policy(session, case, now=now)
    _alert(session, case, detail, now=now)
    reassess(session, case, now=now, rules=rules, new=True)
    return case


def reassess(session: Session, case: Case, *, now: datetime, rules: Rules, new: bool = False) -> None:
    """Let the pure machine judge the case again and carry out what follows from a change.

    `new`: this transaction has made the case, so nobody else can hold it and it has no plan yet.
    """
    session.flush()
    if not new:
        lock_case(session, case)
    payment = case.payment
    known = known_of(payment)
    membership = _membership(session, payment)
    was = CaseState(case.state)
    other_person = _follow_payment(session, case, payment, now=now)
    if case.customer.excluded_at is not None and case.closed_at is None and case.hands_off is None:
        case.stop = case.stop or CaseReason.EXCLUDED_BY_MERCHANT.value
    ended = _ended(membership, payment)
    standing = assess(
        known,
        amount=amount_of(payment),
        ended=ended,
        complaint_open=any(is_open for _, is_open in case.customer.complaints.values()),
        held=case.held,
        stop=CaseReason(case.stop) if case.stop else None,
        paused=membership is not None and membership.status == MembershipStatus.PAUSED,
    )
    if case.closed_at is not None and case.reason and standing.state.running:
        # What is over stays over, whatever a late event says of the membership.
        standing = Standing(was, CaseReason(case.reason))
    changed = (standing.state, standing.reason) != (was, case.reason)
    if changed:
        detail = {"from": was.value, "to": standing.state.value, "reason": standing.reason.value}
        case.state, case.reason = standing.state.value, standing.reason.value
        note_case(session, case, Act.CASE_CHANGED, actor=Actor.WORKER, at=now, detail=detail)
    settle_money(session, case, rules)
    other_class = _follow_class(session, case, now=now)
    if standing.state is CaseState.OPEN:
        if other_person:
            hand_over(session, case, now=now, rules=rules)
        other_plan = other_person or (other_class and case.leader_id is None)
        if other_plan:
            cancel_steps(session, case, Reason(Why.NEW_PLAN), now=now)
        if other_plan or new or was is not CaseState.OPEN:
            converse(session, case, now=now, rules=rules, new=new)
    elif changed:
        waits = standing.state.running
        why = Reason(Why.CASE_WAITS if waits else Why.CASE_CLOSED, {"cause": standing.reason.value})
        cancel_steps(session, case, why, now=now)
        hand_over(session, case, now=now, rules=rules)
    if not standing.state.running and case.closed_at is None:
        case.closed_at = now
    if changed and ended is not None and standing.reason is CaseReason.MEMBERSHIP_ENDED:
        plan_offer(session, case, ended_at=ended.at, now=now)
    follow_case(session, case, now=now, rules=rules, new=new)
    follow_switch(session, case, now=now, rules=rules, new=new)
    alert_of_case(session, case, new=new, changed=changed, now=now)
    announce(session, case, new=new, was=was, now=now)


def lock_case(session: Session, case: Case) -> None:
    """Read the case afresh and hold it. Lock the merchant first: that orders everybody who changes cases."""
    # It may have turned out to be another person's since it was read.
    session.expire(case, ["merchant", "customer", "payment"])
    # Only the case: PostgreSQL cannot lock what a reader has joined to it.
    session.refresh(case, with_for_update={"of": Case})


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


def _membership(session: Session, payment: Payment) -> Membership | None:
    if payment.membership_id is None:
        return None
    return session.scalars(
        select(Membership).where(
            Membership.merchant_id == payment.merchant_id, Membership.membership_id == payment.membership_id
        )
    ).one_or_none()


def _ended(row: Membership | None, payment: Payment) -> Ended | None:
    if row is None or payment.failed_at is None:
        return None
    endings = ((datetime.fromisoformat(at), CaseReason(reason)) for at, reason in row.endings.items())
    # The first one that this case could meet, in whatever order they were heard.
    met = min((ending for ending in endings if ending[0] >= payment.failed_at), default=None)
    return Ended(*met) if met else None


def stop_contact(session: Session, customer: Customer, cause: str, *, now: datetime) -> None:
    """Nobody writes to this person any more; what is planned for any of their cases is cancelled."""
    # Of several causes the same one, in whatever order they were heard.
    customer.contact_stopped = min(filter(None, (customer.contact_stopped, cause)))
    customer.winback_consent_at = None
    for case in running_cases(session, customer):
        session.flush()
        lock_case(session, case)
        cancel_steps(session, case, Reason(Why.CONTACT_STOPPED, {"cause": cause}), now=now)


def _follow_payment(session: Session, case: Case, payment: Payment, *, now: datetime) -> bool:
    """Take over what the payment says; True where it has turned out to be another person's."""
    if payment.failed_at is not None:
        case.opened_at = payment.failed_at
    case.amount_minor, case.currency = payment.amount_minor, payment.currency
    if payment.customer_id is None or payment.customer_id == case.customer_id:
        return False
    move_to(session, case, session.get_one(Customer, payment.customer_id), now=now)
    return True


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
    if POLICIES[DeclineClass(case.decline_class)].alert_merchant and case.origin != BACKFILL:
        note_case(session, case, Act.MERCHANT_ALERT, actor=Actor.WORKER, at=now, detail=detail)
