"""Another saved card for a membership, and the way back: when it is to be, or why not, and what became of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Base, Job, Json, partial_index
from .case import Case

DONE = ("sending", "taken", "unknown")
"""Whop has, or may have, changed the card: it is not asked a second time."""


class MethodSwitch(Job, Base):
    """States as of `Retry`. A table of its own: an older worker charges whatever it finds in that of the retries."""

    __tablename__ = "method_switch"
    __table_args__ = (
        # The database itself refuses a second switch of a payment, and a second way back.
        UniqueConstraint("payment_id", "kind"),
        partial_index("ix_method_switch_due", "due_at", "state = 'planned'"),
        partial_index("ix_method_switch_lease", "lease_until", "state IN ('claimed', 'sending')"),
        Index(None, "case_id"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"))
    kind: Mapped[str]
    """switch: to another saved card, which an open payment is charged to at once. undo: back to the former one."""
    method_id: Mapped[str | None]
    """Whop's id of the card that the membership is to pay with; of a switch it is chosen at its time."""
    former_id: Mapped[str | None]
    """Of the card before."""
    card_brand: Mapped[str | None]
    card_last4: Mapped[str | None]
    card_exp_month: Mapped[int | None]
    card_exp_year: Mapped[int | None]
    """Of the card of `method_id`."""
    former_brand: Mapped[str | None]
    former_last4: Mapped[str | None]
    former_exp_month: Mapped[int | None]
    former_exp_year: Mapped[int | None]
    key: Mapped[str] = mapped_column(unique=True)
    """Sent along as the idempotency key; Whop promises for POST alone to heed it, so nothing rests on it."""
    actor: Mapped[str]
    """Whose wish it is: worker, customer, or user:<id>."""
    why: Mapped[dict[str, Any]] = mapped_column(Json)
    """The reason for this time, or for keeping it (`app.recovery.reasons`)."""
    outcome_why: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """What became of it, or why it waits."""
    told: Mapped[str | None]
    """Of what the customer has been told, or will be: declined, then perhaps charged."""
    not_before: Mapped[datetime | None]
    """Whop is left in peace until then."""
    decided_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    """When Whop was asked to change the card."""
    ended_at: Mapped[datetime | None]

    case: Mapped[Case] = relationship()
