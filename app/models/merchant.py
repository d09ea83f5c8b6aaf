"""Merchants and the people who may see them."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from .base import Base


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


def lock_merchant(session: Session, merchant_id: int) -> None:
    """Whoever changes a case of this merchant does so alone. Taken before any other lock.

    It leaves foreign keys alone, so pages of the same merchant go on.
    """
    session.execute(select(Merchant.id).where(Merchant.id == merchant_id).with_for_update(key_share=True))
