"""The one retry of a payment: when it is to be made, or why not, and what became of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Base, Job, Json, partial_index
from .case import Case

RETRY = "retry"
SPENT = ("sending", "taken", "unknown")
"""Whop has, or may have, the charge: there is no second one."""


class Retry(Job, Base):
    """States: kept and cancelled (may be planned again), planned, claimed, sending; at the end taken, refused or unknown."""

    __tablename__ = "retry"
    __table_args__ = (
        # The database itself refuses a second retry of a payment.
        UniqueConstraint("payment_id", "kind"),
        partial_index("ix_retry_due", "due_at", "state = 'planned'"),
        partial_index("ix_retry_lease", "lease_until", "state IN ('claimed', 'sending')"),
        Index(None, "case_id"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"))
    kind: Mapped[str]
    """retry: the same card once more."""
    key: Mapped[str] = mapped_column(unique=True)
    """Whop's idempotency key. A new decision has a new one: Whop repeats its answer to an old key for a day."""
    actor: Mapped[str]
    """Whose wish it is: worker, or user:<id>."""
    why: Mapped[dict[str, Any]] = mapped_column(Json)
    """The reason for this time, or for keeping it (`app.recovery.reasons`)."""
    outcome_why: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """What became of it, or why it waits."""
    refusals: Mapped[int] = mapped_column(default=0)
    """How often Whop said "not now"."""
    not_before: Mapped[datetime | None]
    """After a "not now", Whop is left in peace until then."""
    decided_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    """When the charge was asked for."""
    ended_at: Mapped[datetime | None]

    case: Mapped[Case] = relationship()
