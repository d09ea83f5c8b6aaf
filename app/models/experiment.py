"""Two versions of one message text against each other, and which case got which."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from .base import Base
from .wording import EVERY_CHANNEL


class Experiment(Base):
    __tablename__ = "experiment"
    __table_args__ = (Index(None, "merchant_id", "key", "language"),)

    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    key: Mapped[str]
    channel: Mapped[str]
    """Empty for all channels that have no text of their own."""
    language: Mapped[str]
    number_a: Mapped[int]
    number_b: Mapped[int]
    """Versions of the merchant's text; 0: the default."""
    planned: Mapped[int]
    """Cases to be resolved before anything is said of a winner."""
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    actor: Mapped[str]
    """Who began it, as the audit names them."""


class Exposure(Base):
    """A case whose customer was written to in the course of an experiment."""

    __tablename__ = "exposure"
    __table_args__ = (UniqueConstraint("experiment_id", "case_id"),)

    experiment_id: Mapped[int] = mapped_column(ForeignKey("experiment.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    side: Mapped[str]
    at: Mapped[datetime]


def running_experiment(
    session: Session, merchant_id: int, *, key: str, channel: str, language: str
) -> Experiment | None:
    """The channel's own, else the one for all channels."""
    found = session.scalars(
        select(Experiment).where(
            Experiment.merchant_id == merchant_id,
            Experiment.key == key,
            Experiment.channel.in_((channel, EVERY_CHANNEL)),
            Experiment.language == language,
            Experiment.ended_at.is_(None),
        )
    ).all()
    return max(found, key=lambda one: one.channel == channel, default=None)
