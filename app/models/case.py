"""What is known of each payment, and what is done about the failed ones."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import Float, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.recovery.campaign import DEFAULT_CAMPAIGN, Campaign
from app.recovery.campaign_json import stored_campaign
from app.recovery.reasons import Why

from .base import Base, BigInt, Json, partial_index
from .customer import Customer
from .merchant import Merchant

if TYPE_CHECKING:
    from .method_switch import MethodSwitch
    from .retry import Retry
from .policy import Policy

BY_AMOUNT = ("merchant_id", "currency", "amount_minor", "id")
RUNNING = "closed_at IS NULL"
NO_AMOUNT = "amount_minor IS NULL OR currency IS NULL"
LIVE = "live"
BACKFILL = "backfill"


class Arm(StrEnum):
    TREATED = "treated"
    CONTROL = "control"


class Payment(Base):
    """All attempts of one bill. Columns only ever move forward: events may come in any order."""

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("merchant_id", "payment_id"),
        Index(None, "merchant_id", "membership_id"),
        Index(None, "merchant_id", "product_id", "seen_at"),
    )

    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), index=True)
    """None while only a refund or a dispute has named the payment."""
    payment_id: Mapped[str]
    membership_id: Mapped[str | None]
    billing_reason: Mapped[str | None]
    plan_id: Mapped[str | None]
    product_id: Mapped[str | None]
    product_title: Mapped[str | None]
    amount_minor: Mapped[int | None] = mapped_column(BigInt)
    currency: Mapped[str | None]
    decline_code: Mapped[str | None]
    failure_message: Mapped[str | None]
    retryable: Mapped[bool | None]
    payments_failed: Mapped[int | None]
    next_attempt_at: Mapped[datetime | None]
    recovery_url: Mapped[str | None]
    method_id: Mapped[str | None]
    """The saved way to pay that the newest attempt was charged to, by Whop's id."""
    card_brand: Mapped[str | None]
    card_last4: Mapped[str | None]
    card_exp_month: Mapped[int | None]
    card_exp_year: Mapped[int | None]
    seen_at: Mapped[datetime]
    """Provider time of the newest snapshot that filled the columns above."""
    failed_at: Mapped[datetime | None]
    last_failed_at: Mapped[datetime | None]
    pending_at: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]
    uncollectible_at: Mapped[datetime | None]
    looked_at: Mapped[datetime | None]
    """When a look at Whop's own records last found it, by the machine's time."""
    refunds: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """By refund id: [provider time, minor units or null, currency or null, took money back]."""
    disputes: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """By dispute id: [provider time, status, warning only]."""


class Attempt(Base):
    """One charge attempt on a payment, as far as events told of it."""

    __tablename__ = "attempt"
    __table_args__ = (UniqueConstraint("payment_id", "at", "outcome"),)

    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"))
    at: Mapped[datetime]
    outcome: Mapped[str]
    trigger: Mapped[str]
    """Who started it: whop by its schedule, ours by our retry, switch by another saved card, or unknown where the
    event does not tell."""
    decline_code: Mapped[str | None]
    failure_message: Mapped[str | None]


class Case(Base):
    """One failed renewal and the work to recover it."""

    __tablename__ = "case"
    __table_args__ = (
        Index(None, "merchant_id", "opened_at", "id"),
        Index(None, "customer_id", "state"),
        partial_index("ix_case_running", "opened_at", RUNNING),
        partial_index("ix_case_backfilled", "merchant_id", "origin = 'backfill'"),
        # Of lists: what they filter by stands in the index, so where few rows match, no others are fetched.
        Index("ix_case_by_state", "merchant_id", "state", "opened_at", "id"),
        Index("ix_case_by_class", "merchant_id", "decline_class", "opened_at", "id"),
        Index("ix_case_by_state_and_class", "merchant_id", "state", "decline_class", "opened_at", "id"),
        Index("ix_case_by_amount", *BY_AMOUNT, "state", "decline_class", "opened_at"),
        partial_index("ix_case_no_amount", ("merchant_id", "id"), NO_AMOUNT),
        partial_index("ix_case_in_progress", ("merchant_id", "opened_at", "id", "decline_class"), RUNNING),
        partial_index("ix_case_in_progress_by_amount", (*BY_AMOUNT, "decline_class", "opened_at"), RUNNING),
        partial_index("ix_case_to_anonymise", "closed_at", "closed_at IS NOT NULL AND anonymised_at IS NULL"),
        partial_index("ix_case_drawn", ("merchant_id", "opened_at"), "draw_share IS NOT NULL"),
    )

    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), unique=True)
    leader_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    """The case whose conversation this one joined; None where it leads its own."""
    token: Mapped[str] = mapped_column(unique=True)
    """Random name in the customer's links."""
    state: Mapped[str]
    reason: Mapped[str | None]
    """Why it is in this state."""
    stop: Mapped[str | None]
    """A decision of ours or the merchant's that ended it, kept whatever comes later."""
    held: Mapped[bool] = mapped_column(default=False)
    """The merchant paused it."""
    decline_class: Mapped[str]
    amount_minor: Mapped[int | None] = mapped_column(BigInt)
    currency: Mapped[str | None]
    opened_at: Mapped[datetime]
    """The first failure, in the provider's time."""
    closed_at: Mapped[datetime | None]
    recovered_at: Mapped[datetime | None]
    paid_on: Mapped[int | None]
    """Days from the first failure to the payment; None: not paid, or after the window."""
    taken_back_minor: Mapped[int] = mapped_column(BigInt, default=0)
    attribution: Mapped[str | None]
    attribution_step_id: Mapped[int | None] = mapped_column(BigInt)
    arm: Mapped[str] = mapped_column(default=Arm.TREATED.value, server_default=Arm.TREATED.value)
    """treated, or control: left to Whop alone. The person's, drawn before anything is decided; it changes only
    where the case turns out to be of somebody who was drawn before."""
    draw_share: Mapped[float | None] = mapped_column(Float)
    """The control group's share when its person was drawn, with this case; None: it is not a drawn one."""
    origin: Mapped[str] = mapped_column(default=LIVE, server_default=LIVE)
    """live, or backfill: learnt from Whop's records of the time before; nobody is ever written to for it."""
    policy_version: Mapped[int]
    """Of the default campaign."""
    policy_id: Mapped[int | None] = mapped_column(BigInt)
    """The version of the merchant's own policy that it was opened with and keeps; None: the default campaign."""
    created_at: Mapped[datetime]
    anonymised_at: Mapped[datetime | None]
    """Since when nothing leads from it to a person."""

    merchant: Mapped[Merchant] = relationship()
    customer: Mapped[Customer] = relationship()
    payment: Mapped[Payment] = relationship()
    retries: Mapped[list["Retry"]] = relationship(viewonly=True)
    switches: Mapped[list["MethodSwitch"]] = relationship(viewonly=True)
    policy: Mapped[Policy | None] = relationship(
        primaryjoin="foreign(Case.policy_id) == Policy.id", viewonly=True
    )

    @property
    def campaign(self) -> Campaign:
        return stored_campaign(self.policy.campaign) if self.policy else DEFAULT_CAMPAIGN

    @property
    def hands_off(self) -> Why | None:
        """Why nothing may be sent, charged or changed for it; None: it may."""
        if self.arm == Arm.CONTROL:
            return Why.CONTROL_GROUP
        return Why.BACKFILLED if self.origin == BACKFILL else None


class Visit(Base):
    """A look at the fix page (`seen`, may be a mail scanner) or a press on its button (`continued`)."""

    __tablename__ = "visit"
    __table_args__ = (Index(None, "case_id", "at"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    kind: Mapped[str]
    target: Mapped[str | None]
    at: Mapped[datetime]
