"""Merchants' own message texts, every version of them: a row is never changed and never deleted."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from .base import Base

_TEXT = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
EVERY_CHANNEL = ""
"""The text for all channels that have none of their own."""


class SavedWording(Base):
    __tablename__ = "wording"
    __table_args__ = (UniqueConstraint("merchant_id", "key", "channel", "language", "number"),)

    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    key: Mapped[str]
    channel: Mapped[str]
    language: Mapped[str]
    number: Mapped[int]
    """Rises with every save of the merchant; a step renders the newest that is not above its own number."""
    text: Mapped[dict[str, Any] | None] = mapped_column(_TEXT)
    """`app.recovery.wording.OwnText` as it stores itself; None: back to what stood in its place before."""
    actor: Mapped[str]
    """As the audit names them: `user:<id>`."""
    saved_at: Mapped[datetime]


def wording_in_force(
    session: Session, merchant_id: int, *, key: str, channel: str, language: str, number: int
) -> dict[str, Any] | None:
    """The channel's own text as it stood at this number, else the one for all channels; None: the default."""
    if number <= 0:
        return None
    for wanted in dict.fromkeys((channel, EVERY_CHANNEL)):
        text = wording_at(session, merchant_id, key=key, channel=wanted, language=language, number=number)
        if text is not None:
            return text
    return None


def wording_at(
    session: Session, merchant_id: int, *, key: str, channel: str, language: str, number: int
) -> dict[str, Any] | None:
    """The text for just this channel, or for all, as it stood at this number; None: there was none."""
    text: dict[str, Any] | None = session.scalars(
        select(SavedWording.text)
        .where(
            SavedWording.merchant_id == merchant_id,
            SavedWording.key == key,
            SavedWording.channel == channel,
            SavedWording.language == language,
            SavedWording.number <= number,
        )
        .order_by(SavedWording.number.desc())
        .limit(1)
    ).first()
    return text


def newest_wordings(session: Session, merchant_id: int) -> Sequence[SavedWording]:
    """For each key, channel and language the version that counts now, resets among them."""
    latest = (
        select(func.max(SavedWording.number))
        .where(SavedWording.merchant_id == merchant_id)
        .group_by(SavedWording.key, SavedWording.channel, SavedWording.language)
    )
    return session.scalars(
        select(SavedWording).where(SavedWording.merchant_id == merchant_id, SavedWording.number.in_(latest))
    ).all()
