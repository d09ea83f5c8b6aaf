"""What somebody has tested on the set-up page, and what came of it: the newest test of each thing."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base


class Proof(Base):
    __tablename__ = "proof"
    __table_args__ = (UniqueConstraint("merchant_id", "name"),)

    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    name: Mapped[str]
    """Of the thing: a line of the page."""
    ok: Mapped[bool]
    code: Mapped[str | None]
    """Our word for what came of it; the permissions that a key lacks, separated by spaces."""
    text: Mapped[str | None]
    """What the tested part said by itself; no address and no secret."""
    at: Mapped[datetime]
    """The machine's time."""
