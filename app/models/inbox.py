"""Raw events, stored once by message id before anything else happens to them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, Job, partial_index


def _of_merchants(name: str, column: str) -> Index:
    """For the filters of the events page. Only rows whose merchant is known: the door's insert pays nothing for it."""
    owned = text("merchant_id IS NOT NULL")
    columns = ("merchant_id", column, "received_at", "id")
    return Index(name, *columns, postgresql_where=owned, sqlite_where=owned)


class InboxRow(Job, Base):
    """States: waiting, claimed, and at the end done, ignored, quarantined or dead."""

    __tablename__ = "inbox"
    __table_args__ = (
        partial_index("ix_inbox_due", "due_at", "state = 'waiting'"),
        partial_index("ix_inbox_lease", "lease_until", "state = 'claimed'"),
        partial_index("ix_inbox_amiss", "state", "state IN ('quarantined', 'dead')"),
        Index("ix_inbox_received", "merchant_id", "received_at", "id"),
        _of_merchants("ix_inbox_by_state", "state"),
        _of_merchants("ix_inbox_by_event_type", "event_type"),
    )

    message_id: Mapped[str] = mapped_column(unique=True)
    origin: Mapped[str]
    """How it came: webhook or simulated, or by a look of ours: look, reconcile, backfill."""
    body: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime]
    request_id: Mapped[str | None]
    """Names the request that brought it, in log lines of web and worker alike."""
    event_type: Mapped[str | None]
    reason: Mapped[str | None]
    merchant_id: Mapped[int | None] = mapped_column(ForeignKey("merchant.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    tries: Mapped[int] = mapped_column(default=0)
    """Times that the event itself could not be worked on; deaths of workers and databases do not count."""
    done_at: Mapped[datetime | None]
