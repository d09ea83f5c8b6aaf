"""The people who have signed in and may see an account, and where each of them is signed in. Reads only.

Who belongs to the team is decided at Whop. A person's sessions open all of their accounts, so others see
them here and only the person ends them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import ApiToken, MerchantUser, SessionRow, User
from app.security.api_tokens import is_live


@dataclass(frozen=True, slots=True)
class Sitting:
    """A session of a colleague. `browser` is empty where it does not say its name."""

    browser: str
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    user_id: int
    name: str | None
    email: str | None
    role: str
    checked_at: datetime | None
    """When Whop last confirmed the role; None: a mock right."""
    seen_at: datetime
    """The last use of a session, else the last sign-in."""
    sittings: Sequence[Sitting]
    tokens: int
    """Personal tokens for this account that open something now."""


def members(read: Session, merchant_id: int, *, wall: datetime) -> list[Member]:
    """Last seen first."""
    people = read.execute(
        select(User, MerchantUser)
        .join(MerchantUser, MerchantUser.user_id == User.id)
        .where(MerchantUser.merchant_id == merchant_id)
    ).all()
    ids = [user.id for user, _ in people]
    sittings: dict[int, list[Sitting]] = {}
    rows = read.scalars(
        select(SessionRow)
        .where(SessionRow.user_id.in_(ids), SessionRow.expires_at > wall)
        .order_by(SessionRow.seen_at.desc(), SessionRow.id.desc())
    )
    for row in rows:
        sittings.setdefault(row.user_id or 0, []).append(Sitting(row.label or "", row.seen_at))
    counted = (
        select(ApiToken.user_id, func.count())
        .where(ApiToken.merchant_id == merchant_id, is_live(wall))
        .group_by(ApiToken.user_id)
    )
    tokens: dict[int, int] = dict(read.execute(counted).all())
    found = [
        Member(
            user_id=user.id,
            name=user.name,
            email=user.email,
            role=link.role,
            checked_at=link.checked_at,
            seen_at=max([user.signed_in_at, *(one.seen_at for one in sittings.get(user.id, ()))]),
            sittings=sittings.get(user.id, ()),
            tokens=tokens.get(user.id, 0),
        )
        for user, link in people
    ]
    return sorted(found, key=lambda member: member.seen_at, reverse=True)
