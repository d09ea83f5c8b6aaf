"""What is known of each payment, and what is done about the failed ones."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Base, BigInt, Json, partial_index
from .customer import Customer
from .merchant import Merchant


class Payment(Base):
    """All attempts of one bill. Columns only ever move forward: events may come in any order."""

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("merchant_id", "payment_id"),
        Index(None, "merchant_id", "membership_id"),
    )

    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), index=True)
    """None while only a refund or a dispute has named the payment."""
    payment_id: Mapped[str]
    membership_id: Mapped[str | None]
    billing_reason: Mapped[str | None]
    product_title: Mapped[str | None]
    amount_minor: Mapped[int | None] = mapped_column(BigInt)
    currency: Mapped[str | None]
    decline_code: Mapped[str | None]
    failure_message: Mapped[str | None]
    retryable: Mapped[bool | None]
    payments_failed: Mapped[int | None]
    next_attempt_at: Mapped[datetime | None]
    recovery_url: Mapped[str | None]
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
    """Who started it: whop by its schedule, or unknown where the event does not tell."""
    decline_code: Mapped[str | None]
    failure_message: Mapped[str | None]


class Case(Base):
    """One failed renewal and the work to recover it."""

    __tablename__ = "case"
    __table_args__ = (
        Index(None, "merchant_id", "opened_at", "id"),
        Index(None, "merchant_id", "state"),
        Index(None, "customer_id", "state"),
        partial_index("ix_case_running", "opened_at", "closed_at IS NULL"),
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
    taken_back_minor: Mapped[int] = mapped_column(BigInt, default=0)
    attribution: Mapped[str | None]
    attribution_step_id: Mapped[int | None] = mapped_column(BigInt)
    policy_version: Mapped[int]
    created_at: Mapped[datetime]

    merchant: Mapped[Merchant] = relationship()
    customer: Mapped[Customer] = relationship()
    payment: Mapped[Payment] = relationship()


class Visit(Base):
    """A look at the fix page (`seen`, may be a mail scanner) or a press on its button (`continued`)."""

    __tablename__ = "visit"
    __table_args__ = (Index(None, "case_id", "at"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    kind: Mapped[str]
    target: Mapped[str | None]
    at: Mapped[datetime]
