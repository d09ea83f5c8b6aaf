"""Addresses of merchants' own programs, each event that goes to one, and each try."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, true
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, BigInt, Job, partial_index


class Endpoint(Base):
    """One address with the events that it wants. All times are the machine's."""

    __tablename__ = "endpoint"

    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"), index=True)
    name: Mapped[str]
    url: Mapped[str] = mapped_column(Text)
    events: Mapped[str]
    """Their types, each once, between blanks."""
    on: Mapped[bool] = mapped_column(default=True, server_default=true())
    off_why: Mapped[str | None]
    """by_hand, failing, or gone: it answered 410. None while it is on."""
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    """Signs what is sent. Sealed: see `security.sealing`."""
    old_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    old_until: Mapped[datetime | None]
    """Until then the old one signs as well."""
    created_at: Mapped[datetime]
    failing_since: Mapped[datetime | None]
    """When the first of its failures since its last success was; None: the last try was well."""
    last_ok_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]


class EndpointDelivery(Job, Base):
    """One event to one address. States: planned, claimed; at the end sent, dead or skipped."""

    __tablename__ = "endpoint_delivery"
    __table_args__ = (
        Index(None, "endpoint_id", "id"),
        partial_index("ix_endpoint_delivery_due", "due_at", "state = 'planned'"),
        partial_index("ix_endpoint_delivery_lease", "lease_until", "state = 'claimed'"),
    )

    endpoint_id: Mapped[int] = mapped_column(ForeignKey("endpoint.id"))
    merchant_id: Mapped[int] = mapped_column(BigInt)
    case_id: Mapped[int | None] = mapped_column(BigInt)
    message_id: Mapped[str] = mapped_column(unique=True)
    """The `webhook-id`: the same at every try, so that a receiver knows a repetition."""
    event: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    """As it is signed and sent, at every try. Codes, figures and ids; no name and no address."""
    tries: Mapped[int] = mapped_column(default=0)
    status: Mapped[int | None]
    """Of the last answer; None where there was none."""
    reason: Mapped[str | None]
    """Our word for why the last try failed."""
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(index=True)


class EndpointTry(Base):
    """One call. Nothing of what was answered but its status is kept: it is no window into anybody's network."""

    __tablename__ = "endpoint_try"

    delivery_id: Mapped[int] = mapped_column(
        ForeignKey("endpoint_delivery.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime]
    status: Mapped[int | None]
    reason: Mapped[str | None]
    milliseconds: Mapped[int]
