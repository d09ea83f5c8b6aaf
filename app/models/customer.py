"""The merchant's customers, their memberships, and who must not be written to."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from app.recovery.folding import folded, turned

from .base import Base, Json, Key, partial_index
from .merchant import Merchant

USER = "user_"
"""How Whop's user ids begin."""
BY_NAME = ("merchant_id", "name_key", "id")
NO_CONTACT = "contact_stopped IS NOT NULL OR excluded_at IS NOT NULL"
"""The condition of `Customer.no_contact`."""


class Customer(Base):
    __tablename__ = "customer"
    __table_args__ = (
        UniqueConstraint("merchant_id", "identity"),
        Index(None, "merchant_id", "member_id"),
        Index(None, "token", unique=True),
        Index(None, *BY_NAME),
        Index(None, "merchant_id", "name_turned"),
        Index(None, "merchant_id", "email_key"),
        Index(None, "merchant_id", "id"),
        partial_index("ix_customer_no_contact", BY_NAME, NO_CONTACT),
        partial_index("ix_customer_excluded", BY_NAME, "excluded_at IS NOT NULL"),
    )

    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    identity: Mapped[str]
    """Whop's `user_…` id, else `mber_…`, else the payment that alone names this person."""
    member_id: Mapped[str | None]
    name: Mapped[str | None]
    username: Mapped[str | None]
    email: Mapped[str | None]
    name_key: Mapped[str] = mapped_column(Key, default="", server_default="")
    """The name, else the address, as lists are sorted and searched by it; see `app.recovery.folding`."""
    name_turned: Mapped[str | None] = mapped_column(Key)
    """The same with the last word first."""
    email_key: Mapped[str | None] = mapped_column(Key)
    country: Mapped[str | None]
    locale: Mapped[str | None]
    zone: Mapped[str | None]
    preferred_channel: Mapped[str | None]
    """As they chose it; None leaves the choice to us."""
    token: Mapped[str | None]
    """Random name in the links to their own pages; made when the first is."""
    contact_stopped: Mapped[str | None]
    """Why nobody may write to this person any more ("opted_out", "disputed"); None: we may."""
    excluded_at: Mapped[datetime | None]
    """Since when the merchant wants them left alone: no message, no charge. Apart from what they said themselves."""
    winback_consent_at: Mapped[datetime | None]
    """When they asked to be told of offers to come back; None: they have not, or took it back."""
    card_consent_at: Mapped[datetime | None]
    """When they agreed that a failed renewal may be charged to another saved card; None: they have not, or took it back."""
    card_consent_version: Mapped[int | None]
    """Of the words that they agreed to."""
    card_consent_language: Mapped[str | None]
    complaints: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Whop resolution cases by id: [provider time, open]."""
    seen_at: Mapped[datetime]
    """Provider time of the newest contact data."""
    created_at: Mapped[datetime]
    arm: Mapped[str | None]
    """The group that this person was drawn into, for good; None: not drawn yet."""
    drawn_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    """Since when this row holds nobody: only what totals and groups need is left."""

    merchant: Mapped[Merchant] = relationship()

    @validates("name", "email")
    def _fold(self, field: str, value: str | None) -> str | None:
        name, email = (value, self.email) if field == "name" else (self.name, value)
        self.name_key = folded(name or email or "")
        self.name_turned = turned(name) if name else None
        self.email_key = folded(email) if email else None
        return value

    @property
    def no_contact(self) -> str | None:
        """Why nobody may write to this person, whoever wants it so; None: we may."""
        return self.contact_stopped or ("excluded" if self.excluded_at else None)


class Membership(Base):
    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("merchant_id", "membership_id"),
        Index(None, "merchant_id", "customer_id"),
    )

    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), index=True)
    """None while no event has named the person."""
    membership_id: Mapped[str]
    status: Mapped[str]
    cancel_at_period_end: Mapped[bool] = mapped_column(default=False)
    manage_url: Mapped[str | None]
    plan_id: Mapped[str | None]
    product_title: Mapped[str | None]
    started_at: Mapped[datetime | None]
    """When the person joined."""
    current_period_end: Mapped[datetime | None]
    seen_at: Mapped[datetime]
    """Provider time of the newest snapshot; an older one changes nothing above."""
    looked_at: Mapped[datetime | None]
    """When a look at Whop's own records last found it, by the machine's time."""
    endings: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Reasons by the provider's time (ISO 8601): each time at which it was seen canceling or ended."""


class Suppression(Base):
    """One address of one channel that a merchant's reminders must not reach."""

    __tablename__ = "suppression"
    __table_args__ = (UniqueConstraint("merchant_id", "channel", "address_hash"),)

    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    channel: Mapped[str]
    address_hash: Mapped[str]
    """Keyed hash: the list can be kept when the customer's data is erased."""
    reason: Mapped[str]
    created_at: Mapped[datetime]
