"""Gives a fact its effect: on what is known, on the case, and on the case's steps. One call, one transaction.

The caller owns the transaction. Applying a fact again, or in another order, ends in the same state.
"""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.applied import Applied
from app.cases.audit import Act, Actor, note_case
from app.cases.erased import ERASED, erased_customer, without_person
from app.cases.memberships import apply_membership
from app.cases.payments import (
    AttemptFact,
    find_payment,
    keep_attempt,
    keep_known,
    keep_view,
    known_of,
    new_payment,
    payment_of,
    trigger_of,
)
from app.cases.people import customer_of, keep_newest, merchant_of, merge
from app.cases.retrying import started_at
from app.cases.rules import Rules
from app.cases.standing import open_case, reassess, running_cases, stop_contact
from app.cases.switching import switched_at
from app.models import Case, Customer, Merchant, Payment
from app.models.case import LIVE
from app.recovery import facts
from app.recovery.decline import POLICIES, DeclineClass, classify
from app.recovery.facts import Fact
from app.recovery.machine import DUNNED, learn

PaymentFact = (
    facts.PaymentFailed
    | facts.PaymentNeedsAction
    | facts.PaymentSucceeded
    | facts.PaymentPending
    | facts.PaymentVoided
)

ACTS: dict[type[object], Act] = {
    facts.PaymentFailed: Act.PAYMENT_FAILED,
    facts.PaymentNeedsAction: Act.PAYMENT_NEEDS_ACTION,
    facts.PaymentSucceeded: Act.PAYMENT_SUCCEEDED,
    facts.PaymentPending: Act.PAYMENT_PENDING,
    facts.PaymentVoided: Act.PAYMENT_VOIDED,
}


def apply(session: Session, fact: Fact, *, now: datetime, rules: Rules, origin: str = LIVE) -> Applied:
    """Record the fact and do what follows from it. `now` is the campaign's time.

    `origin` is that of a case that the fact may open.
    """
    merchant = merchant_of(session, fact.merchant, now=now)
    match fact:
        case (
            facts.PaymentFailed()
            | facts.PaymentNeedsAction()
            | facts.PaymentSucceeded()
            | facts.PaymentPending()
            | facts.PaymentVoided()
        ):
            return _apply_payment(session, merchant, fact, now=now, rules=rules, origin=origin)
        case facts.PaymentRefunded():
            return _apply_refund(session, merchant, fact, now=now, rules=rules)
        case facts.PaymentDisputed():
            return _apply_dispute(session, merchant, fact, now=now, rules=rules)
        case facts.MembershipChanged():
            return apply_membership(session, merchant, fact, now=now, rules=rules)
        case facts.ComplaintChanged():
            return _apply_complaint(session, merchant, fact, now=now, rules=rules)
        case facts.MemberChanged():
            if erased_customer(session, merchant, fact.customer) is not None:
                return Applied(merchant.id, reason=ERASED)
            customer_of(session, merchant, fact.customer, at=fact.at, now=now, rules=rules)
            return Applied(merchant.id)
        case facts.PaymentNoted():
            return Applied(merchant.id, reason="charge_started")
        case facts.InvoiceChanged():
            return Applied(merchant.id, reason="invoices_are_not_reminded")
        case facts.CardSetupChanged():
            return Applied(merchant.id, reason="card_saved_without_charge")
        case _ as never:
            assert_never(never)


def _apply_payment(
    session: Session, merchant: Merchant, fact: PaymentFact, *, now: datetime, rules: Rules, origin: str
) -> Applied:
    known = find_payment(session, merchant.id, fact.payment.payment_id)
    view = without_person(session, merchant, known, fact.payment)
    if view is None:
        return Applied(merchant.id, reason=ERASED)
    fact = replace(fact, payment=view)
    stood = _snapshot(known) if known else None
    customer = _customer_of_payment(session, merchant, known, view, at=fact.at, now=now, rules=rules)
    payment = known or new_payment(session, merchant.id, view.payment_id, at=fact.at)
    payment.customer_id = customer.id
    failure = isinstance(fact, facts.PaymentFailed | facts.PaymentNeedsAction)
    before = known_of(payment)
    after = learn(before, fact)
    attempt = fact if isinstance(fact, AttemptFact) else None
    ours = started_at(session, known) if known and attempt else None
    switched = switched_at(session, known) if known and attempt else None
    trigger = trigger_of(payment, attempt, ours=ours, switched=switched) if attempt else ""
    keep_view(payment, view, at=fact.at, failure=failure)
    keep_known(payment, after)
    session.flush()
    fresh_attempt = attempt is not None and keep_attempt(session, payment, attempt, trigger=trigger)
    if payment.disputes:  # perhaps heard before anybody knew whose payment it is
        stop_contact(session, customer, "disputed", now=now)
    if failure and classify(view.decline_code) is DeclineClass.SENSITIVE:
        # The account holder has died: not a word about their other payments either.
        stop_contact(session, customer, "deceased", now=now)
    case = _case_of(session, payment) if known else None
    opened = case is None
    if case is None:
        refusal = _not_dunned(payment)
        if refusal is not None:
            return Applied(merchant.id, reason=refusal)
        case = open_case(session, merchant, payment, now=now, rules=rules, origin=origin)
    elif after == before and not fresh_attempt and _snapshot(payment) == stood:
        return Applied(merchant.id, case.id, reason="already_known")
    detail = {"code": view.decline_code, "failed": view.payments_failed} if failure else {}
    note_case(session, case, ACTS[type(fact)], actor=Actor.WHOP, at=fact.at, detail=detail)
    if not opened:
        reassess(session, case, now=now, rules=rules)
    return Applied(merchant.id, case.id)


def _customer_of_payment(
    session: Session,
    merchant: Merchant,
    payment: Payment | None,
    view: facts.PaymentView,
    *,
    at: datetime,
    now: datetime,
    rules: Rules,
) -> Customer:
    """The person whom the event names, else the one known already, else one whom the payment alone names."""
    names_nobody = view.customer.user_id is None and view.customer.member_id is None
    if names_nobody and payment is not None and payment.customer_id is not None:
        known = session.get_one(Customer, payment.customer_id)
        keep_newest(known, view.customer, at)
        return known
    customer = customer_of(
        session, merchant, view.customer, at=at, now=now, rules=rules, payment_id=view.payment_id
    )
    assert customer is not None
    if payment is not None and payment.customer_id not in (None, customer.id):
        nameless = session.get_one(Customer, payment.customer_id)
        if nameless.identity == payment.payment_id:
            merge(session, customer, nameless, now=now, rules=rules)
    return customer


def _apply_refund(
    session: Session, merchant: Merchant, fact: facts.PaymentRefunded, *, now: datetime, rules: Rules
) -> Applied:
    payment = payment_of(session, merchant.id, fact.payment_id, at=fact.at)
    keep_known(payment, learn(known_of(payment), fact))
    case = _case_of(session, payment)
    if case is None:
        return Applied(merchant.id, reason="nothing_had_failed")
    detail = {"minor": fact.amount.minor if fact.amount else None, "status": fact.status}
    note_case(session, case, Act.PAYMENT_REFUNDED, actor=Actor.WHOP, at=fact.at, detail=detail)
    reassess(session, case, now=now, rules=rules)
    return Applied(merchant.id, case.id)


def _apply_dispute(
    session: Session, merchant: Merchant, fact: facts.PaymentDisputed, *, now: datetime, rules: Rules
) -> Applied:
    """A dispute stops all contact with the person, whichever payment it is about."""
    case = None
    customer = erased_customer(session, merchant, fact.customer)
    customer = customer or customer_of(session, merchant, fact.customer, at=fact.at, now=now, rules=rules)
    if fact.payment_id is not None:
        payment = payment_of(session, merchant.id, fact.payment_id, at=fact.at)
        keep_known(payment, learn(known_of(payment), fact))
        case = _case_of(session, payment)
        if customer is None and payment.customer_id is not None:
            customer = session.get_one(Customer, payment.customer_id)
    # Before the case hands its conversation over to another one of the same person.
    if customer is not None:
        stop_contact(session, customer, "disputed", now=now)
    if case is not None:
        detail = {"status": fact.status, "warning": fact.warning}
        note_case(session, case, Act.PAYMENT_DISPUTED, actor=Actor.WHOP, at=fact.at, detail=detail)
        reassess(session, case, now=now, rules=rules)
    if case is None:
        return Applied(merchant.id, reason="nothing_had_failed")
    return Applied(merchant.id, case.id)


def _apply_complaint(
    session: Session, merchant: Merchant, fact: facts.ComplaintChanged, *, now: datetime, rules: Rules
) -> Applied:
    """An open complaint at Whop's resolution centre pauses the person's cases until it is decided."""
    customer = erased_customer(session, merchant, fact.customer)
    customer = customer or customer_of(session, merchant, fact.customer, at=fact.at, now=now, rules=rules)
    if customer is None and fact.payment_id is not None:
        payment = payment_of(session, merchant.id, fact.payment_id, at=fact.at)
        customer = session.get(Customer, payment.customer_id) if payment.customer_id else None
    if customer is None:
        return Applied(merchant.id, reason="names_nobody")
    if customer.erased_at is not None:
        return Applied(merchant.id, reason=ERASED)
    old = customer.complaints.get(fact.complaint_id)
    entry = [fact.at.isoformat(), fact.open]
    if old is not None and (datetime.fromisoformat(old[0]), not old[1]) >= (fact.at, not fact.open):
        return Applied(merchant.id, reason="already_known")
    customer.complaints = {**customer.complaints, fact.complaint_id: entry}
    touched = None
    for case in running_cases(session, customer):
        detail = {"open": fact.open}
        note_case(session, case, Act.COMPLAINT_CHANGED, actor=Actor.WHOP, at=fact.at, detail=detail)
        reassess(session, case, now=now, rules=rules)
        touched = case.id
    return Applied(merchant.id, touched)


def _case_of(session: Session, payment: Payment) -> Case | None:
    return session.scalars(select(Case).where(Case.payment_id == payment.id)).one_or_none()


def _not_dunned(payment: Payment) -> str | None:
    if payment.failed_at is None:
        return "nothing_had_failed"
    if payment.billing_reason not in DUNNED:
        return f"not_a_renewal_{payment.billing_reason}"
    if not POLICIES[classify(payment.decline_code)].dunned:
        return "test_or_no_failure"
    return None


def _snapshot(payment: Payment) -> tuple[object, ...]:
    return (
        payment.seen_at, payment.decline_code, payment.payments_failed, payment.next_attempt_at,
        payment.recovery_url, payment.method_id, payment.amount_minor, payment.customer_id, payment.membership_id,
    )  # fmt: skip
