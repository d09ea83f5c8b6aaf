"""Who is signed in and which merchant they look at: the one door to a merchant's data.

What the session says is checked at every request, so a right that was taken away ends. The address may name
the account (`/dashboard/biz_…/…`); without that it is the one the session began with.
"""

from dataclasses import dataclass, field

from flask import current_app, g, request, session
from sqlalchemy import and_, func, select, update
from sqlalchemy.orm import Session

from app.errors import NotFound, NotSignedIn
from app.models import Merchant, MerchantUser, User
from app.models.base import insert_once
from app.security.account_path import ACCOUNT
from app.security.rights import RIGHTS, Person, Rights
from app.security.scopes import Scope
from app.services import services

USER = "user_id"
MERCHANT = "merchant_id"
SIGNED_IN_NOW = "signed_in_now"
"""In the session until the overview is first seen: a merchant who has nothing yet is led to the set-up."""
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
    accounts: int
    """How many accounts the person may see."""
    merchant: Merchant = field(repr=False, compare=False)
    """As this request has read it, in a session that is over."""
    token_id: int | None = None
    """Of the personal token that came instead of a session."""
    scopes: frozenset[Scope] | None = None
    """What that token may do; None: a session, which may do all."""

    @property
    def actor(self) -> str:
        """As the audit names them."""
        return f"user:{self.user_id}"


@dataclass(frozen=True, slots=True)
class Standing:
    """One look at the tables: the person, the account in question, and their right to it as it is written."""

    user: User
    merchant: Merchant | None
    link: MerchantUser | None
    accounts: int

    @property
    def person(self) -> Person:
        return Person(self.user.id, self.user.whop_user_id)


def session_lost() -> bool:
    """The store of sessions was away: it is not known whether anybody is signed in."""
    return bool(getattr(session, "lost", False))


def inside_whop() -> bool:
    """The request comes from Whop's frame, with the person's token."""
    return getattr(session, "whop_user", None) is not None


def somebody_signed_in() -> bool:
    """As the session has it; asks no table."""
    return USER in session


def load_signed_in() -> SignedIn | None:
    """The person behind this request, or None. Raises `NotFound` where they name an account not theirs."""
    user_id = _user_id()
    named = request.environ.get(ACCOUNT)
    standing = standing_of(user_id, named) if user_id is not None else None
    if user_id is None or standing is None:
        return None
    biz_id = named or (standing.merchant.biz_id if standing.merchant else None)
    rights = current_app.extensions[RIGHTS]
    assert isinstance(rights, Rights)
    if biz_id is None or not rights.holds(standing.person, biz_id, standing.link, inside=inside_whop()):
        if named and not inside_whop():
            raise NotFound
        return None
    if standing.link is None:
        standing = standing_of(user_id, biz_id) or standing
    return shown(standing)


def signed_in() -> SignedIn:
    """Of a view that is for signed-in people."""
    person = g.get("signed_in")
    if not isinstance(person, SignedIn):
        raise NotSignedIn
    return person


def shown_merchant(reading: Session) -> Merchant:
    """The merchant that the signed-in person looks at; it is not asked for a second time."""
    return reading.merge(signed_in().merchant, load=False)


def current_merchant(writing: Session) -> Merchant:
    """The same to be changed, as it is now."""
    merchant = writing.get(Merchant, signed_in().merchant_id)
    if merchant is None:
        raise NotFound
    return merchant


def _user_id() -> int | None:
    if inside_whop() and not somebody_signed_in():
        session[USER] = _known_user(session.whop_user)  # type: ignore[attr-defined]
    return session.get(USER)


def _known_user(whop_user_id: str) -> int:
    """Whop vouches for who it is; a person never seen before gets a row, and with it no right."""
    wall = services().clock.wall()
    fresh = {"whop_user_id": whop_user_id, "created_at": wall, "signed_in_at": wall}
    with services().database.transaction() as write:
        insert_once(write, User, ("whop_user_id",), fresh)
        write.execute(update(User).where(User.whop_user_id == whop_user_id).values(signed_in_at=wall))
        return write.scalars(select(User.id).where(User.whop_user_id == whop_user_id)).one()


def standing_of(user_id: int, named: str | None) -> Standing | None:
    """`named`: the account's `biz_…`; None: the one that the session began with."""
    wanted = Merchant.biz_id == named if named else Merchant.id == session.get(MERCHANT)
    theirs = select(func.count()).where(MerchantUser.user_id == user_id).scalar_subquery()
    link = and_(MerchantUser.user_id == User.id, MerchantUser.merchant_id == Merchant.id)
    with services().database.reading() as read:
        found = read.execute(
            select(User, Merchant, MerchantUser, theirs)
            .select_from(User)
            .outerjoin(Merchant, wanted)
            .outerjoin(MerchantUser, link)
            .where(User.id == user_id)
        ).one_or_none()
    return Standing(*found) if found else None


def shown(standing: Standing) -> SignedIn | None:
    """None where there is no such account, or no right to it is written down."""
    user, merchant, link = standing.user, standing.merchant, standing.link
    if merchant is None or link is None:
        return None
    if inside_whop() and session.get(MERCHANT) != merchant.id:
        session[MERCHANT] = merchant.id
    return SignedIn(
        user.id,
        merchant.id,
        user.name,
        user.email,
        merchant.display_name,
        link.role,
        standing.accounts,
        merchant,
    )
