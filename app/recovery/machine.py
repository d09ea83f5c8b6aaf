"""What is known of a payment, and where its case stands because of it.

Events come late, twice and in any order. So nothing here reacts to "the next event": `learn` merges a
fact into what is known (commutative, associative, idempotent: see the property tests) and `assess`
reads the standing off all of it. Money wins over every other ending; a late failure reopens nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from .facts import (
    BillingReason,
    Fact,
    MembershipStatus,
    MembershipView,
    PaymentDisputed,
    PaymentFailed,
    PaymentNeedsAction,
    PaymentPending,
    PaymentRefunded,
    PaymentSucceeded,
    PaymentView,
    PaymentVoided,
)
from .money import Money
from .taken_back import SAID_BY_PAYMENT, Dispute, Refund, newest, of_substatus, told

DUNNED = frozenset({BillingReason.SUBSCRIPTION_CYCLE, BillingReason.SUBSCRIPTION_UPDATE})
"""Renewals. Whop's own list filter `subscription_cycle` matches both."""

REFUNDS_WITHOUT_EFFECT = frozenset({"failed", "canceled", "cancelled"})
FAILED_AT_MOST_BEFORE = timedelta(days=5)
"""How long before an attempt the first one of the same payment may lie: Whop's own window."""
CHARGED_WITHIN = timedelta(minutes=10)
"""How long after its making a payment's first charge may come to be counted as of that moment. Without this the
first failure would be some seconds earlier or later by which event was heard first, and messages with it."""


class CaseState(StrEnum):
    OPEN = "open"
    PENDING = "pending"
    PAUSED = "paused"
    RECOVERED = "recovered"
    LOST = "lost"
    REVERSED = "reversed"
    VOID = "void"

    @property
    def running(self) -> bool:
        """No final word on the money yet: counted as in progress."""
        return self in (CaseState.OPEN, CaseState.PENDING, CaseState.PAUSED)


class CaseReason(StrEnum):
    COLLECTING = "collecting"
    CLEARING = "clearing"
    COMPLAINT_OPEN = "complaint_open"
    HELD_BY_MERCHANT = "held_by_merchant"
    MEMBERSHIP_PAUSED = "membership_paused"
    PAID = "paid"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    VOIDED = "voided"
    UNCOLLECTIBLE = "uncollectible"
    CUSTOMER_CANCELED = "customer_canceled"
    MEMBERSHIP_ENDED = "membership_ended"
    WINDOW_ENDED = "window_ended"
    CLOSED_BY_MERCHANT = "closed_by_merchant"
    STOPPED_BY_CUSTOMER = "stopped_by_customer"
    EXCLUDED_BY_MERCHANT = "excluded_by_merchant"
    PAID_ELSEWHERE = "paid_elsewhere"


@dataclass(frozen=True, slots=True)
class Known:
    """All that counts of one payment. Each field only ever moves one way."""

    failed_at: datetime | None = None
    last_failed_at: datetime | None = None
    pending_at: datetime | None = None
    paid_at: datetime | None = None
    voided_at: datetime | None = None
    uncollectible_at: datetime | None = None
    refunds: Mapping[str, Refund] = field(default_factory=dict)
    disputes: Mapping[str, Dispute] = field(default_factory=dict)

    @property
    def disputed(self) -> bool:
        """A warning stops contact, but takes no money: the dispute that may follow has an id of its own."""
        return any(not dispute.over and not dispute.warning for dispute in told(self.disputes))

    def taken_back(self, amount: Money | None) -> int | None:
        """Minor units refunded, at most the amount; None where a refund's figure cannot be compared with it."""
        taken = [refund for refund in told(self.refunds) if refund.took_money]
        if any(refund.minor is None or (amount and refund.currency != amount.currency) for refund in taken):
            return None
        total = sum(refund.minor or 0 for refund in taken)
        return total if amount is None else min(total, amount.minor)


@dataclass(frozen=True, slots=True)
class Ended:
    """A membership was seen canceling or ended at that provider time."""

    at: datetime
    reason: CaseReason


@dataclass(frozen=True, slots=True)
class Standing:
    state: CaseState
    reason: CaseReason


def learn(known: Known, fact: Fact) -> Known:
    """What is known after also hearing this fact; facts about anything else change nothing."""
    match fact:
        case PaymentFailed(payment=payment) | PaymentNeedsAction(payment=payment):
            return _learn_failure(known, payment, fact.at)
        case PaymentSucceeded(payment=payment):
            paid = replace(known, paid_at=_earliest(known.paid_at, payment.paid_at or fact.at))
            match of_substatus(payment, fact.at):
                case Refund() as refund:
                    return replace(paid, refunds=newest(known.refunds, SAID_BY_PAYMENT, refund))
                case Dispute() as dispute:
                    return replace(paid, disputes=newest(known.disputes, SAID_BY_PAYMENT, dispute))
            return paid
        case PaymentPending():
            return replace(known, pending_at=_latest(known.pending_at, fact.at))
        case PaymentVoided():
            return replace(known, voided_at=_earliest(known.voided_at, fact.at))
        case PaymentRefunded():
            took = fact.status not in REFUNDS_WITHOUT_EFFECT
            refund = Refund(
                fact.at,
                fact.amount.minor if fact.amount else None,
                fact.amount.currency if fact.amount else None,
                took,
            )
            # What is given back was there: the success itself may never have been heard.
            return replace(
                known,
                refunds=newest(known.refunds, fact.refund_id, refund),
                paid_at=_earliest(known.paid_at, fact.at),
            )
        case PaymentDisputed():
            dispute = Dispute(fact.at, fact.status or "unknown", fact.warning)
            return replace(known, disputes=newest(known.disputes, fact.dispute_id, dispute))
        case _:
            return known


def assess(
    known: Known,
    *,
    amount: Money | None,
    ended: Ended | None,
    complaint_open: bool,
    held: bool,
    stop: CaseReason | None,
    paused: bool = False,
) -> Standing:
    """Where the case of a failed payment stands. `amount` is None where it is unknown.

    `paused`: the merchant has paused the membership at Whop, and nothing is charged for it meanwhile.
    """
    if known.paid_at is not None:
        return _assess_paid(known, amount)
    if known.voided_at is not None:
        return Standing(CaseState.VOID, CaseReason.VOIDED)
    if known.uncollectible_at is not None:
        return Standing(CaseState.LOST, CaseReason.UNCOLLECTIBLE)
    if known.disputes:
        return Standing(CaseState.LOST, CaseReason.DISPUTED)
    if ended is not None and known.failed_at is not None and ended.at >= known.failed_at:
        return Standing(CaseState.LOST, ended.reason)
    if stop is not None:
        return Standing(CaseState.LOST, stop)
    if known.pending_at and known.last_failed_at and known.pending_at >= known.last_failed_at:
        return Standing(CaseState.PENDING, CaseReason.CLEARING)
    if complaint_open:
        return Standing(CaseState.PAUSED, CaseReason.COMPLAINT_OPEN)
    if held:
        return Standing(CaseState.PAUSED, CaseReason.HELD_BY_MERCHANT)
    if paused:
        return Standing(CaseState.PAUSED, CaseReason.MEMBERSHIP_PAUSED)
    return Standing(CaseState.OPEN, CaseReason.COLLECTING)


def membership_ended(membership: MembershipView, at: datetime) -> Ended | None:
    """Whether this snapshot says that the customer leaves or has left.

    `past_due` is neither: with "access while past due" off, Whop may deactivate and still collect.
    """
    if membership.status in (MembershipStatus.CANCELED, MembershipStatus.EXPIRED, MembershipStatus.COMPLETED):
        return Ended(at, CaseReason.MEMBERSHIP_ENDED)
    if membership.cancel_at_period_end or membership.status is MembershipStatus.CANCELING:
        return Ended(at, CaseReason.CUSTOMER_CANCELED)
    return None


def _assess_paid(known: Known, amount: Money | None) -> Standing:
    if known.disputed:
        return Standing(CaseState.REVERSED, CaseReason.DISPUTED)
    taken = known.taken_back(amount)
    if taken is None or (taken > 0 and (amount is None or taken >= amount.minor)):
        return Standing(CaseState.REVERSED, CaseReason.REFUNDED)
    return Standing(CaseState.RECOVERED, CaseReason.PAID)


def failure_heard_of(payment: PaymentView, at: datetime) -> datetime:
    """When the attempt was known to have failed: on a slow rail, days after it was started."""
    return max(payment.last_attempt_at or at, at)


def _learn_failure(known: Known, payment: PaymentView, at: datetime) -> Known:
    attempted = payment.last_attempt_at or at
    first = max(min(_first_attempt(payment, attempted), attempted), attempted - FAILED_AT_MOST_BEFORE)
    learned = replace(
        known,
        failed_at=_earliest(known.failed_at, first),
        last_failed_at=_latest(known.last_failed_at, failure_heard_of(payment, at)),
    )
    if payment.status == "paid":
        learned = replace(learned, paid_at=_earliest(known.paid_at, payment.paid_at or at))
    if payment.status == "uncollectible":
        learned = replace(learned, uncollectible_at=_earliest(known.uncollectible_at, at))
    if payment.status == "void":
        learned = replace(learned, voided_at=_earliest(known.voided_at, at))
    return learned


def _first_attempt(payment: PaymentView, attempted: datetime) -> datetime:
    """Whop makes a payment when it first charges for it; so says every event of it, whichever is heard first."""
    made_at = payment.created_at
    if made_at is None:
        return attempted
    missed = (payment.payments_failed or 1) > 1
    return made_at if missed or attempted - made_at <= CHARGED_WITHIN else attempted


def _earliest(old: datetime | None, new: datetime) -> datetime:
    return new if old is None else min(old, new)


def _latest(old: datetime | None, new: datetime) -> datetime:
    return new if old is None else max(old, new)
