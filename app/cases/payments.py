"""Keeps what is known of a payment: moves between the table's columns and the pure heart's `Known`."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Attempt, Payment
from app.models.base import insert_once
from app.recovery.facts import PaymentFailed, PaymentNeedsAction, PaymentSucceeded, PaymentView
from app.recovery.machine import Known, failure_heard_of
from app.recovery.money import Money
from app.recovery.taken_back import Dispute, Refund

TIMES = ("failed_at", "last_failed_at", "pending_at", "paid_at", "voided_at", "uncollectible_at")
SNAPSHOT = (
    "membership_id",
    "plan_id",
    "product_id",
    "product_title",
    "retryable",
    "payments_failed",
    "next_attempt_at",
    "recovery_url",
    "method_id",
)
DECLINE = ("decline_code", "failure_message")
CARD = ("brand", "last4", "exp_month", "exp_year")
AttemptFact = PaymentFailed | PaymentNeedsAction | PaymentSucceeded
ON_SCHEDULE = timedelta(minutes=15)
"""An attempt this near to the one that Whop announced is Whop's own; so near to our retry, ours."""
OURS, SWITCHED = "ours", "switch"
"""Attempts that we asked for: on the same card, and on another one."""
STICKY = ("membership_id", "plan_id", "product_id", "product_title")
"""Once named they stay, although a later event may leave them out."""


def find_payment(session: Session, merchant_id: int, payment_id: str) -> Payment | None:
    return session.scalars(
        select(Payment).where(Payment.merchant_id == merchant_id, Payment.payment_id == payment_id)
    ).one_or_none()


def payment_of(session: Session, merchant_id: int, payment_id: str, *, at: datetime) -> Payment:
    """The payment's row, made if new. The merchant's lock is held, so nobody else makes it too."""
    found = find_payment(session, merchant_id, payment_id)
    return found or new_payment(session, merchant_id, payment_id, at=at)


def new_payment(session: Session, merchant_id: int, payment_id: str, *, at: datetime) -> Payment:
    """Not flushed: what the event says of it is written in the same statement."""
    made = Payment(merchant_id=merchant_id, payment_id=payment_id, seen_at=at, refunds={}, disputes={})
    session.add(made)
    return made


def known_of(payment: Payment) -> Known:
    return Known(
        **{name: getattr(payment, name) for name in TIMES},
        refunds={
            key: Refund(datetime.fromisoformat(at), minor, currency, took)
            for key, (at, minor, currency, took) in payment.refunds.items()
        },
        disputes={
            key: Dispute(datetime.fromisoformat(at), status, warning)
            for key, (at, status, warning) in payment.disputes.items()
        },
    )


def keep_known(payment: Payment, known: Known) -> None:
    for name in TIMES:
        setattr(payment, name, getattr(known, name))
    refunds: dict[str, Any] = {
        key: [refund.at.isoformat(), refund.minor, refund.currency, refund.took_money]
        for key, refund in known.refunds.items()
    }
    disputes: dict[str, Any] = {
        key: [dispute.at.isoformat(), dispute.status, dispute.warning]
        for key, dispute in known.disputes.items()
    }
    if refunds != payment.refunds:
        payment.refunds = refunds
    if disputes != payment.disputes:
        payment.disputes = disputes


def keep_view(payment: Payment, view: PaymentView, *, at: datetime, failure: bool) -> None:
    """Take over the newest snapshot. The decline is the newest failure's, heard before a success or after it.

    Call it before `keep_known`: the last failure known so far tells which one is the newest.
    """
    seen_at = payment.seen_at
    newer = at >= seen_at or payment.billing_reason is None
    if newer:
        payment.seen_at = max(at, payment.seen_at)
        payment.billing_reason = view.billing_reason.value
        for name in SNAPSHOT:
            value = getattr(view, name)
            # Of two snapshots with one time, the one that knows more wins, whichever came first.
            if value is not None or (name not in STICKY and at > seen_at):
                setattr(payment, name, value)
        for name in CARD:
            setattr(payment, f"card_{name}", getattr(view.card, name))
    heard_of = failure_heard_of(view, at)
    if failure and (payment.last_failed_at is None or (heard_of, newer) >= (payment.last_failed_at, True)):
        for name in DECLINE:
            setattr(payment, name, getattr(view, name))
    if view.amount is not None and (newer or payment.amount_minor is None):
        payment.amount_minor, payment.currency = view.amount.minor, view.amount.currency
    for name in STICKY:
        if getattr(payment, name) is None:
            setattr(payment, name, getattr(view, name))


def keep_attempt(session: Session, payment: Payment, fact: AttemptFact, *, trigger: str) -> bool:
    """One row for each charge attempt that events told of; False where this one is known."""
    view = fact.payment
    paid = isinstance(fact, PaymentSucceeded)
    values = {
        "payment_id": payment.id,
        "at": _attempted_at(fact),
        "outcome": "paid" if paid else "failed",
        "trigger": trigger,
        "decline_code": None if paid else view.decline_code,
        "failure_message": None if paid else view.failure_message,
    }
    return insert_once(session, Attempt, ("payment_id", "at", "outcome"), values) is not None


def trigger_of(
    payment: Payment, fact: AttemptFact, *, ours: datetime | None = None, switched: datetime | None = None
) -> str:
    """Who started it. Ask before `keep_view`: the next attempt that Whop had announced tells.

    `ours`: when we asked Whop to charge again. `switched`: when we asked it to charge another saved card.
    """
    announced = payment.next_attempt_at
    if ours is not None and abs(_attempted_at(fact) - ours) <= ON_SCHEDULE:
        return OURS
    if switched is not None and abs(_attempted_at(fact) - switched) <= ON_SCHEDULE:
        return SWITCHED
    if (fact.payment.payments_failed or 0) <= 1 and payment.failed_at is None:
        return "whop"
    if announced is not None and abs(_attempted_at(fact) - announced) <= ON_SCHEDULE:
        return "whop"
    return "unknown"


def _attempted_at(fact: AttemptFact) -> datetime:
    paid_at = fact.payment.paid_at if isinstance(fact, PaymentSucceeded) else None
    return paid_at or fact.payment.last_attempt_at or fact.at


def amount_of(payment: Payment) -> Money | None:
    if payment.amount_minor is None or payment.currency is None:
        return None
    return Money(payment.currency, payment.amount_minor)
