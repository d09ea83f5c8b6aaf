"""Merchants and the people who may see them."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Float, ForeignKey, LargeBinary, UniqueConstraint, false, select, true
from sqlalchemy.orm import Mapped, Session, mapped_column

from .base import Base, BigInt, Json


class Merchant(Base):
    __tablename__ = "merchant"

    biz_id: Mapped[str] = mapped_column(unique=True)
    """Whop's account id, `biz_…`."""
    title: Mapped[str | None]
    zone: Mapped[str]
    """IANA name; used where a customer's own zone is unknown."""
    locale: Mapped[str]
    sender_name: Mapped[str | None]
    reply_to: Mapped[str | None]
    hash_key: Mapped[bytes] = mapped_column(LargeBinary)
    """Random; keys the hashes of this merchant's suppressed addresses."""
    created_at: Mapped[datetime]
    # Of alerts. An earlier release inserts merchants without these.
    alert_email: Mapped[str | None]
    """Where the merchant's alerts go by mail; None: nowhere."""
    alert_amounts: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """Minor units by currency, from which one payment is worth an alert of its own."""
    digest_on: Mapped[bool] = mapped_column(default=True, server_default=true())
    digest_hour: Mapped[int] = mapped_column(default=9, server_default="9")
    """Of the day in the merchant's zone."""
    digest_due_at: Mapped[datetime | None] = mapped_column(index=True)
    """When the next digest is to be thought of; None: to be worked out."""
    digest_after_id: Mapped[int | None] = mapped_column(BigInt)
    """The last audit line that a digest has told of."""
    digest_from: Mapped[datetime | None]
    """Since when nothing has been told."""
    retries_on: Mapped[bool] = mapped_column(default=True, server_default=true())
    """May a failed payment be charged once more by us?"""
    other_card_on: Mapped[bool] = mapped_column(default=False, server_default=false())
    """May it be charged to another saved card, where the customer has agreed?"""
    wording_number: Mapped[int] = mapped_column(default=0, server_default="0")
    """The newest of the merchant's own message texts; 0: they have changed none."""
    control_share: Mapped[float | None] = mapped_column(Float)
    """Of people who are left to Whop alone, from 0 to 0.5; None: as the install is set."""
    launch_cases: Mapped[int] = mapped_column(default=0, server_default="0")
    """So many people are drawn half and half before that share counts."""
    launch_drawn: Mapped[int] = mapped_column(default=0, server_default="0")
    """Of them, those who were drawn already."""
    learning_on: Mapped[bool] = mapped_column(default=False, server_default=false())
    """New cases try other hours, channels and delays, and what brings most is used more often."""
    winback_on: Mapped[bool] = mapped_column(default=False, server_default=false())
    """One offer to come back goes to customers who asked for it, after Whop has ended their membership."""
    winback_url: Mapped[str | None]
    """Where they come back: a page of Whop's own."""
    winback_code: Mapped[str | None]
    """A promo code that the merchant has made at Whop."""

    flood_since: Mapped[datetime | None]
    """Reminders about what failed at once then wait for a person; None: they go out as planned."""
    flood_until: Mapped[datetime | None]
    """What fails later than this is no part of it, also where nobody has looked."""
    erasures: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many people were erased; while there are none, no event is compared with them."""

    @classmethod
    def fresh(cls, biz_id: str, *, title: str | None, now: datetime) -> dict[str, Any]:
        """The columns of a merchant that nobody has seen before."""
        return {
            "biz_id": biz_id,
            "title": title,
            "zone": "UTC",
            "locale": "en",
            "hash_key": secrets.token_bytes(32),
            "created_at": now,
        }

    @property
    def public_name(self) -> str | None:
        """As customers know them; None where nobody has told us. Whop's id would look like a fraud."""
        return self.sender_name or self.title

    @property
    def display_name(self) -> str:
        """For the merchant's own eyes."""
        return self.public_name or self.biz_id


class User(Base):
    """A person who signs in; what they may see is in `merchant_user`."""

    __tablename__ = "user"

    email: Mapped[str | None]
    name: Mapped[str | None]
    whop_user_id: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    signed_in_at: Mapped[datetime]


class MerchantUser(Base):
    __tablename__ = "merchant_user"
    __table_args__ = (UniqueConstraint("merchant_id", "user_id"),)

    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    role: Mapped[str]
    """As Whop names it (owner, admin, …), or the permission that was granted instead of a role."""
    checked_at: Mapped[datetime | None]
    """When Whop last confirmed it, by the machine's time; None: a mock right, which nobody confirms."""


class WhopGrant(Base):
    """What a person allowed us to ask Whop in their name. The tokens are sealed: see `security.sealing`."""

    __tablename__ = "whop_grant"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), unique=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime]
    """Of the access token, by the machine's time."""
    held_until: Mapped[datetime | None]
    """Somebody renews the tokens until then; each renewal ends the tokens before it, so only one may."""
    version: Mapped[int] = mapped_column(default=0)
    """Counts holds and is their fence."""


def lock_merchant(session: Session, merchant_id: int) -> None:
    """Whoever changes a case of this merchant does so alone. Taken before any other lock.

    It leaves foreign keys alone, so pages of the same merchant go on.
    """
    session.execute(select(Merchant.id).where(Merchant.id == merchant_id).with_for_update(key_share=True))
