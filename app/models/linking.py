"""Accounts of other services by which customers want to be reminded, and the codes that link them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base


class LinkedAccount(Base):
    """One account a channel and customer: linking another takes its place."""

    __tablename__ = "linked_account"
    __table_args__ = (UniqueConstraint("customer_id", "channel"), Index(None, "channel", "address"))

    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    channel: Mapped[str]
    address: Mapped[str]
    """What the channel calls the person: a chat id, a user id."""
    label: Mapped[str | None]
    """What the person calls themselves there, such as `@maria`."""
    linked_at: Mapped[datetime]


class LinkCode(Base):
    """Lets one customer link one account once, for a short time. Only a hash of the code is kept."""

    __tablename__ = "link_code"
    __table_args__ = (Index(None, "expires_at"),)

    code_hash: Mapped[str] = mapped_column(unique=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    channel: Mapped[str]
    expires_at: Mapped[datetime]
    """By the machine's time."""
    used_at: Mapped[datetime | None]
