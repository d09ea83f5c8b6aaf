"""The install itself, one row: where its database lives, and whether it may reach anybody outside."""

from datetime import datetime

from sqlalchemy.orm import Mapped

from .base import Base


class Install(Base):
    __tablename__ = "install"

    place: Mapped[str | None]
    """What the database last said of where it lives; None: no worker has seen it yet. See `app.hold`."""
    held_since: Mapped[datetime | None]
    """By the machine's time. Until a person lets it go on, nothing is sent and nothing charged."""
    held_because: Mapped[str | None]
    """restored or by_hand."""
