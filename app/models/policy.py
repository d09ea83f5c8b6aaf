"""Merchants' own campaigns for some of their customers, every version of them: a row is never changed or deleted."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from .base import Base, Json


class Policy(Base):
    """One version of a policy. A case points to the one that it was opened with."""

    __tablename__ = "policy"
    __table_args__ = (UniqueConstraint("merchant_id", "number"),)

    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    number: Mapped[int]
    """Rises with every version of any of the merchant's policies."""
    key: Mapped[int]
    """Which policy it is a version of: the number of its first one."""
    name: Mapped[str]
    matches: Mapped[dict[str, Any]] = mapped_column(Json)
    """`app.recovery.segments.Matches` as it stores itself."""
    campaign: Mapped[dict[str, Any]] = mapped_column(Json)
    """See `app.recovery.campaign_json`."""
    position: Mapped[int]
    """Of several that match a case the first one counts."""
    active: Mapped[bool]
    saved_at: Mapped[datetime]
    actor: Mapped[str]
    """As the audit names them: `user:<id>`."""


def newest_policies(session: Session, merchant_id: int) -> Sequence[Policy]:
    """The version of each policy that counts now, in their order; those switched off among them."""
    latest = select(func.max(Policy.number)).where(Policy.merchant_id == merchant_id).group_by(Policy.key)
    return session.scalars(
        select(Policy)
        .where(Policy.merchant_id == merchant_id, Policy.number.in_(latest))
        .order_by(Policy.position, Policy.key)
    ).all()
