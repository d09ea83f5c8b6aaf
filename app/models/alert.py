"""What merchants are told without asking, each place it is told at, and which channels do not work."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, Job, Json, partial_index


class Alert(Base):
    """One thing worth telling, written once by its key. States: waiting, kept, and at the end told or over.

    `kept` waits for the next digest; `told` has its rows in `alert_delivery`, or nobody to tell it to.
    """

    __tablename__ = "alert"
    __table_args__ = (
        UniqueConstraint("merchant_id", "key"),
        Index(None, "merchant_id", "id"),
        partial_index("ix_alert_waiting", "id", "state = 'waiting'"),
        partial_index("ix_alert_kept", "merchant_id", "state = 'kept'"),
    )

    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    kind: Mapped[str]
    key: Mapped[str]
    """Kind and subject: what makes it the same thing as another one."""
    urgency: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Codes and figures; no address, no name."""
    state: Mapped[str]
    at: Mapped[datetime]


class AlertDelivery(Job, Base):
    """One alert to one place. States: planned, claimed, sending; at the end sent, gave_up, unknown, skipped
    or dead."""

    __tablename__ = "alert_delivery"
    __table_args__ = (
        UniqueConstraint("alert_id", "place"),
        partial_index("ix_alert_delivery_due", "due_at", "state = 'planned'"),
        partial_index("ix_alert_delivery_lease", "lease_until", "state IN ('claimed', 'sending')"),
    )

    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id"))
    place: Mapped[str]
    """The channel's name: email, telegram, discord_webhook, apprise."""
    tries: Mapped[int] = mapped_column(default=0)
    """Sends that the peer put off."""
    reason: Mapped[str | None]
    """Our word for what happened last."""
    ended_at: Mapped[datetime | None]


class ChannelFault(Base):
    """A channel that has stopped working, or had: one row for each channel that ever did."""

    __tablename__ = "channel_fault"

    channel: Mapped[str] = mapped_column(unique=True)
    reason: Mapped[str]
    times: Mapped[int] = mapped_column(default=1)
    """Counts its faults; each is told once."""
    since: Mapped[datetime]
    """By the machine's time, as the next one."""
    ended_at: Mapped[datetime | None]
    """When it worked again; None: it does not yet."""
