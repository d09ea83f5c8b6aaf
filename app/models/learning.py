"""What a case was given to try, and what a merchant's cases had taught on each day."""

from datetime import date, datetime

from sqlalchemy import Date, Float, ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.recovery.learning import AS_PLANNED, Decision

from .base import Base
from .case import Case


class ChosenArm(Base):
    """An arm drawn for a case, with its probability; kept for ever, so that results can be analysed."""

    __tablename__ = "choice"
    __table_args__ = (UniqueConstraint("case_id", "decision"), Index(None, "merchant_id", "decision", "arm"))

    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    decision: Mapped[str]
    arm: Mapped[str]
    probability: Mapped[float] = mapped_column(Float)
    """With which this case got this arm, from 0 to 1."""
    day: Mapped[date | None] = mapped_column(Date)
    """Of the lesson that it was drawn from; None: before the first."""
    created_at: Mapped[datetime]


class Learned(Base):
    """One arm in the lesson of one day: choices of that day are drawn from it."""

    __tablename__ = "learned"
    __table_args__ = (UniqueConstraint("merchant_id", "day", "decision", "arm"),)

    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    day: Mapped[date] = mapped_column(Date)
    """In UTC."""
    decision: Mapped[str]
    arm: Mapped[str]
    resolved: Mapped[int]
    recovered: Mapped[int]
    cancelled: Mapped[int]
    unsubscribed: Mapped[int]
    complained: Mapped[int]
    disputed: Mapped[int]
    dropped: Mapped[str | None]
    """The guardrail that it broke."""
    probability: Mapped[float] = mapped_column(Float)


def channel_to_try(session: Session, case: Case) -> str | None:
    """The channel that this case's messages go by first, where one was drawn for it; None: as usual."""
    if not case.merchant.learning_on:
        return None
    arm = session.scalar(
        select(ChosenArm.arm).where(
            ChosenArm.case_id == case.id, ChosenArm.decision == Decision.FIRST_CHANNEL.value
        )
    )
    return None if arm == AS_PLANNED else arm
