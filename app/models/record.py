"""Who did what and why, signed-in sessions, and the worker's periodic chores."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, Job, Json

BY_PEOPLE = text("substr(actor, 1, 5) = 'user:'")
"""Written out, so that both databases see that it is the condition of the index of these few lines."""


class Audit(Base):
    """One decision or act, in the order it happened; a case's timeline is made of these."""

    __tablename__ = "audit"
    __table_args__ = (
        Index(None, "case_id", "id"),
        Index(None, "merchant_id", "id"),
        Index("ix_audit_people", "merchant_id", "id", postgresql_where=BY_PEOPLE, sqlite_where=BY_PEOPLE),
    )

    merchant_id: Mapped[int | None] = mapped_column(ForeignKey("merchant.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    actor: Mapped[str]
    """whop, worker, customer, or user:<id>."""
    action: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Codes and figures; no address and no secret."""
    at: Mapped[datetime]


class SessionRow(Base):
    """A signed-in browser. Only a hash of the cookie is kept."""

    __tablename__ = "session"

    sid_hash: Mapped[str] = mapped_column(unique=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    label: Mapped[str | None]
    """Which browser it is, in words for the person whose it is."""


class Chore(Job, Base):
    """Periodic work, once for all workers together."""

    __tablename__ = "chore"

    name: Mapped[str] = mapped_column(unique=True)
    done_at: Mapped[datetime | None]
    failed: Mapped[str | None]
    """What the last run died of; None after a good one."""
