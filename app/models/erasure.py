"""Who was erased, so that nobody stores them again, and how far the nightly forgetting has come."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, BigInt, partial_index


class Erasure(Base):
    """One person's data was erased; raw events that name them are emptied afterwards, a part at a time."""

    __tablename__ = "erasure"
    __table_args__ = (partial_index("ix_erasure_open", "id", "ended_at IS NULL"),)

    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), unique=True)
    """The row that holds nobody any more."""
    at: Mapped[datetime]
    after_id: Mapped[int] = mapped_column(BigInt)
    """Events of the inbox up to this one have been looked through."""
    until_id: Mapped[int] = mapped_column(BigInt)
    """The newest event when they were erased; later ones are emptied as they are processed."""
    ended_at: Mapped[datetime | None]


class ErasedName(Base):
    """One id or address of an erased person, as a keyed hash. Without the name itself it tells nothing."""

    __tablename__ = "erased_name"
    __table_args__ = (UniqueConstraint("merchant_id", "name_hash"),)

    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    name_hash: Mapped[str]


class RetentionMark(Base):
    """Up to which row a table has been emptied of what is old. Whoever goes on holds the row meanwhile."""

    __tablename__ = "retention_mark"

    name: Mapped[str] = mapped_column(unique=True)
    after_id: Mapped[int] = mapped_column(BigInt, default=0)
    at: Mapped[datetime]
