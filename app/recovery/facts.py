"""What has happened at Whop, in our words: one frozen type for each kind of event, in the past tense.

Facts are made by `app.whop.events` and by nothing else; the machine and the planner read them.
`at` is always the provider's time (the resource's `updated_at` where there is one), because
events arrive late, twice and in any order.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .money import Money


class BillingReason(StrEnum):
    """Why Whop made the charge (whop-sdk `types/billing_reasons.py`); renewals are what we dun."""

    SUBSCRIPTION_CREATE = "subscription_create"
    SUBSCRIPTION_CYCLE = "subscription_cycle"
    SUBSCRIPTION_UPDATE = "subscription_update"
    ONE_TIME = "one_time"
    MANUAL = "manual"
    SUBSCRIPTION = "subscription"
    UNKNOWN = "unknown"


class MembershipStatus(StrEnum):
    TRIALING = "trialing"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    COMPLETED = "completed"
    CANCELED = "canceled"
    EXPIRED = "expired"
    UNRESOLVED = "unresolved"
    DRAFTED = "drafted"
    CANCELING = "canceling"
    PAUSED = "paused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class MerchantView:
    biz_id: str
    title: str | None = None


@dataclass(frozen=True, slots=True)
class CustomerView:
    """All that an event says of a person; None where it says nothing."""

    user_id: str | None = None
    member_id: str | None = None
    name: str | None = None
    username: str | None = None
    email: str | None = None
    country: str | None = None
    """Two capital letters, from the billing address."""


@dataclass(frozen=True, slots=True)
class CardView:
    brand: str | None = None
    last4: str | None = None
    exp_month: int | None = None
    exp_year: int | None = None
    """Four digits."""


@dataclass(frozen=True, slots=True)
class PaymentView:
    payment_id: str
    status: str | None
    billing_reason: BillingReason
    amount: Money | None
    """None where the event's amount or currency cannot be trusted."""
    customer: CustomerView
    membership_id: str | None = None
    product_id: str | None = None
    product_title: str | None = None
    plan_id: str | None = None
    decline_code: str | None = None
    failure_message: str | None = None
    retryable: bool | None = None
    payments_failed: int | None = None
    """Failed charge attempts on this payment so far."""
    last_attempt_at: datetime | None = None
    next_attempt_at: datetime | None = None
    """When Whop itself tries next."""
    recovery_url: str | None = None
    """Whop's page for 3-D Secure only; it does not change the card."""
    method_id: str | None = None
    """Of the saved way to pay that was charged; None where it is not saved."""
    card: CardView = CardView()
    created_at: datetime | None = None
    paid_at: datetime | None = None
    substatus: str | None = None
    """Whop's finer word: it alone tells that a paid payment was refunded or is disputed."""


@dataclass(frozen=True, slots=True)
class MembershipView:
    membership_id: str
    status: MembershipStatus
    customer: CustomerView
    cancel_at_period_end: bool | None = None
    canceled_at: datetime | None = None
    manage_url: str | None = None
    """Where the customer changes the card, after signing in at Whop."""
    product_id: str | None = None
    product_title: str | None = None
    plan_id: str | None = None
    current_period_end: datetime | None = None
    created_at: datetime | None = None
    """When the person joined."""


@dataclass(frozen=True, slots=True)
class PaymentFailed:
    merchant: MerchantView
    at: datetime
    payment: PaymentView


@dataclass(frozen=True, slots=True)
class PaymentNeedsAction:
    """The bank wants 3-D Secure; `payment.recovery_url` is where the customer confirms."""

    merchant: MerchantView
    at: datetime
    payment: PaymentView


@dataclass(frozen=True, slots=True)
class PaymentSucceeded:
    merchant: MerchantView
    at: datetime
    payment: PaymentView


@dataclass(frozen=True, slots=True)
class PaymentPending:
    """A slow rail (ACH, SEPA) is clearing: the money may be on its way."""

    merchant: MerchantView
    at: datetime
    payment: PaymentView


@dataclass(frozen=True, slots=True)
class PaymentVoided:
    merchant: MerchantView
    at: datetime
    payment: PaymentView


@dataclass(frozen=True, slots=True)
class PaymentNoted:
    """A charge was started or a hold placed: kept for the record, no effect on a case."""

    merchant: MerchantView
    at: datetime
    payment: PaymentView


@dataclass(frozen=True, slots=True)
class MembershipChanged:
    merchant: MerchantView
    at: datetime
    membership: MembershipView


@dataclass(frozen=True, slots=True)
class MemberChanged:
    merchant: MerchantView
    at: datetime
    customer: CustomerView


@dataclass(frozen=True, slots=True)
class PaymentRefunded:
    merchant: MerchantView
    at: datetime
    payment_id: str
    refund_id: str
    amount: Money | None
    status: str | None
    """Whop's refund status; "failed" and "canceled" took nothing back."""


@dataclass(frozen=True, slots=True)
class PaymentDisputed:
    """A dispute, or Whop's early warning of one (`warning` is True)."""

    merchant: MerchantView
    at: datetime
    payment_id: str | None
    dispute_id: str
    status: str | None
    customer: CustomerView
    warning: bool = False


@dataclass(frozen=True, slots=True)
class ComplaintChanged:
    """A case in Whop's resolution centre was opened, updated or decided."""

    merchant: MerchantView
    at: datetime
    complaint_id: str
    payment_id: str | None
    membership_id: str | None
    customer: CustomerView
    open: bool


@dataclass(frozen=True, slots=True)
class InvoiceChanged:
    """An invoice that the merchant sent by hand; recorded, not dunned."""

    merchant: MerchantView
    at: datetime
    invoice_id: str
    status: str | None


@dataclass(frozen=True, slots=True)
class CardSetupChanged:
    """The customer saved, or failed to save, a card in a setup-mode checkout."""

    merchant: MerchantView
    at: datetime
    setup_id: str
    payment_method_id: str | None
    customer: CustomerView
    succeeded: bool


Fact = (
    PaymentFailed
    | PaymentNeedsAction
    | PaymentSucceeded
    | PaymentPending
    | PaymentVoided
    | PaymentNoted
    | MembershipChanged
    | MemberChanged
    | PaymentRefunded
    | PaymentDisputed
    | ComplaintChanged
    | InvoiceChanged
    | CardSetupChanged
)


@dataclass(frozen=True, slots=True)
class Ignored:
    """A well-formed event that means nothing for recovery. `reason` is a short fixed word."""

    reason: str
    event_type: str
    merchant: MerchantView | None = None


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An event that could not be understood: the raw bytes stay and an operator is shown the reason."""

    reason: str
    event_type: str | None = None
    merchant: MerchantView | None = None


Parsed = Fact | Ignored | Quarantined
