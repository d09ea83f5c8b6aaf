"""Questions to the list of cases that a merchant's team has kept under a name."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, Json


class SavedView(Base):
    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("merchant_id", "name"),)

    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    name: Mapped[str]
    query: Mapped[dict[str, Any]] = mapped_column(Json)
    """The parts of the page's address by name, checked when it was saved."""
    actor: Mapped[str]
    """Who saved it: `user:<id>`."""
    saved_at: Mapped[datetime]
