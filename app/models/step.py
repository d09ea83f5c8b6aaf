"""Planned work on a case, and each try to carry it out."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Base, Job, Json, partial_index
from .case import Case


class Step(Job, Base):
    """States: planned, claimed, sending; at the end sent, gave_up, unknown, skipped, cancelled or dead."""

    __tablename__ = "step"
    __table_args__ = (
        UniqueConstraint("case_id", "position"),
        partial_index("ix_step_due", "due_at", "state = 'planned'"),
        partial_index("ix_step_lease", "lease_until", "state IN ('claimed', 'sending')"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    position: Mapped[int]
    """1, 2, 3 in the order of a case's steps, never used again."""
    kind: Mapped[str]
    wording_key: Mapped[str]
    wording_version: Mapped[int]
    """Of the default texts."""
    wording_number: Mapped[int] = mapped_column(default=0, server_default="0")
    """Of the merchant's own: how they stood when the case was first planned."""
    channel: Mapped[str]
    planned_at: Mapped[datetime]
    """When the plan wants it; `due_at` moves where it is put off."""
    why: Mapped[dict[str, Any]] = mapped_column(Json)
    """The reason for this time: a code and its details (`app.recovery.reasons`); once it was sent, also `by`: the
    reason for each channel that it went by."""
    outcome_why: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """The reason for the state it ended in."""
    tries: Mapped[int] = mapped_column(default=0)
    """Sends that the peer put off; the limit of retries counts these, not crashes."""
    ended_at: Mapped[datetime | None]

    case: Mapped[Case] = relationship()


class Delivery(Base):
    """One call of a notifier. Written before the call, completed after it, never repeated."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("step_id", "fence"),
        Index(None, "case_id", "started_at"),
        Index(None, "started_at"),
        partial_index("ix_delivery_lease", "lease_until", "outcome = 'in_flight'"),
    )

    step_id: Mapped[int] = mapped_column(ForeignKey("step.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    fence: Mapped[int]
    """The step's `attempts` at the send."""
    channel: Mapped[str]
    outcome: Mapped[str]
    """in_flight, then sent, retry, gave_up or unknown."""
    reason: Mapped[str | None]
    provider_id: Mapped[str | None]
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    """The message as it was rendered, without any channel's markup."""
    recipient: Mapped[str]
    started_at: Mapped[datetime]
    lease_until: Mapped[datetime]
    """After this an unfinished call counts as unknown."""
    ended_at: Mapped[datetime | None]
