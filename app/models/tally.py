"""How many cases and messages are alike, as signed rows: the sum of the rows of a key is the figure.

The database's own triggers write them, in the transaction that changes a case (migration 0017); no code of ours
does, but for `app.cases.tally_upkeep`, which puts rows of one key together. Days are whole days of UTC.
"""

from datetime import date

from sqlalchemy import Float, ForeignKey, Index, true
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, BigInt, partial_index

ALL = "*"
"""Stands in `product_id` for all products together: most questions are about them, and need fewer rows."""
NOT_PAID = -1
"""Stands for none in `paid_on`: a key has no empty parts."""


class Tally:
    """What every one of these tables has."""

    fresh: Mapped[bool] = mapped_column(default=True, server_default=true())
    """Written by a trigger, and not yet put together with others."""


class CaseTally(Tally, Base):
    """Cases by the day of their first failure; those of before us by its month."""

    __tablename__ = "case_tally"
    __table_args__ = (
        Index(None, "merchant_id", "origin", "product_id", "day"),
        partial_index("ix_case_tally_running", "merchant_id", "state IN ('open', 'pending', 'paused')"),
        partial_index("ix_case_tally_fresh", "merchant_id", "fresh"),
    )

    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    day: Mapped[date]
    origin: Mapped[str]
    state: Mapped[str]
    decline_class: Mapped[str]
    touched: Mapped[bool]
    arm: Mapped[str]
    product_id: Mapped[str]
    """Empty where Whop has named none. Each case is here twice: in its product, and in `ALL`."""
    currency: Mapped[str]
    """Empty where the amount is unknown."""
    cases: Mapped[int]
    amount_minor: Mapped[int] = mapped_column(BigInt)
    taken_back_minor: Mapped[int] = mapped_column(BigInt)


class RecoveryTally(Tally, Base):
    """Recovered cases by the hours from the first failure to the money."""

    __tablename__ = "recovery_tally"
    __table_args__ = (
        Index(None, "merchant_id", "product_id", "day"),
        partial_index("ix_recovery_tally_fresh", "merchant_id", "fresh"),
    )

    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    day: Mapped[date]
    product_id: Mapped[str]
    currency: Mapped[str]
    hours: Mapped[int]
    """The lower end of a span of `app.recovery.waiting`."""
    cases: Mapped[int]


class DrawnTally(Tally, Base):
    """People of the two groups, by the day of the first failure of the case that they were drawn with."""

    __tablename__ = "drawn_tally"
    __table_args__ = (
        Index(None, "merchant_id", "day"),
        partial_index("ix_drawn_tally_fresh", "merchant_id", "fresh"),
    )

    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    day: Mapped[date]
    arm: Mapped[str]
    share: Mapped[float] = mapped_column(Float)
    paid_on: Mapped[int]
    """`NOT_PAID` also for what was taken back."""
    running: Mapped[bool]
    people: Mapped[int]


class MessageTally(Tally, Base):
    """Messages, and payments that came after one, by the day of their case's first failure."""

    __tablename__ = "message_tally"
    __table_args__ = (
        Index(None, "merchant_id", "product_id", "day"),
        partial_index("ix_message_tally_fresh", "merchant_id", "fresh"),
    )

    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    day: Mapped[date]
    product_id: Mapped[str]
    currency: Mapped[str]
    channel: Mapped[str]
    wording_key: Mapped[str]
    what: Mapped[str]
    """An outcome of a delivery, or recovered: the payment whose last message it was."""
    messages: Mapped[int]
    amount_minor: Mapped[int] = mapped_column(BigInt)
    """Of what was recovered; else nothing."""
    taken_back_minor: Mapped[int] = mapped_column(BigInt)


TALLIES: tuple[type[CaseTally] | type[RecoveryTally] | type[DrawnTally] | type[MessageTally], ...] = (
    CaseTally,
    RecoveryTally,
    DrawnTally,
    MessageTally,
)
