"""Who is signed in and which merchant they look at: the one door to a merchant's data.

What the session says is checked against the tables at every request, so a right that was taken away ends
at once.
"""

from dataclasses import dataclass

from flask import g, session
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import NotFound, NotSignedIn
from app.models import Merchant, MerchantUser, User
from app.services import services

USER = "user_id"
MERCHANT = "merchant_id"
MOCK_MERCHANT = "biz_dev"
"""Whom the mock login and the development tools look at unless told otherwise."""
MOCK_TITLE = "Options Lab"


@dataclass(frozen=True, slots=True)
class SignedIn:
    user_id: int
    merchant_id: int
    name: str | None
    email: str | None
    merchant_name: str
    role: str

    @property
    def actor(self) -> str:
        """As the audit names them."""
        return f"user:{self.user_id}"


def session_lost() -> bool:
    """The store of sessions was away: it is not known whether anybody is signed in."""
    return bool(getattr(session, "lost", False))


def somebody_signed_in() -> bool:
    """As the session has it; asks no table."""
    return USER in session


def load_signed_in() -> SignedIn | None:
    """The person behind this request's session, or None."""
    if not somebody_signed_in():
        return None
    with services().database.reading() as read:
        found = read.execute(
            select(User, Merchant, MerchantUser.role)
            .join(MerchantUser, MerchantUser.user_id == User.id)
            .join(Merchant, Merchant.id == MerchantUser.merchant_id)
            .where(User.id == session[USER], Merchant.id == session.get(MERCHANT))
        ).one_or_none()
    if found is None:
        return None
    user, merchant, role = found
    return SignedIn(user.id, merchant.id, user.name, user.email, merchant.display_name, role)


def signed_in() -> SignedIn:
    """Of a view that is for signed-in people."""
    person = g.get("signed_in")
    if not isinstance(person, SignedIn):
        raise NotSignedIn
    return person


def current_merchant(reading: Session) -> Merchant:
    """The merchant that the signed-in person looks at."""
    merchant = reading.get(Merchant, signed_in().merchant_id)
    if merchant is None:
        raise NotFound
    return merchant
