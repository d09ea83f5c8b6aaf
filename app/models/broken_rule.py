"""Rules that must always hold and did not, at the last look or at an earlier one: see `app.invariants`."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, Json


class BrokenRule(Base):
    """One row for each rule that was ever broken. Times are the machine's."""

    __tablename__ = "broken_rule"

    name: Mapped[str] = mapped_column(unique=True)
    found: Mapped[int]
    """Rows that break it, by the last look; 0: it holds again."""
    examples: Mapped[list[str]] = mapped_column(Json)
    """Some of them, as table and number."""
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """When it was seen to hold again; None: it does not."""
