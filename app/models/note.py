"""What a merchant's people wrote about a case, for each other. Personal text: it stands in no audit line and no log."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base


class Note(Base):
    __tablename__ = "note"

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    actor: Mapped[str]
    """As the audit names them: `user:<id>`."""
    text: Mapped[str]
    at: Mapped[datetime]
