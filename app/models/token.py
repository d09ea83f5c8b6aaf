"""Personal tokens: what a program of a person's shows instead of a session."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base


class ApiToken(Base):
    """One person's way into one account, for programs. Only a hash is kept. All times are the machine's."""

    __tablename__ = "api_token"
    __table_args__ = (Index(None, "merchant_id", "id"),)

    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    name: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    hint: Mapped[str]
    """Its last characters, so that its owner knows it again."""
    scopes: Mapped[str]
    """What it may do, each word once, between blanks."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    """When it last opened something, to within a minute."""
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str | None]
    """revoked by a person, or right_lost: Whop said that its owner may no longer see the account."""
