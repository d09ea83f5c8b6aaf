"""Begins and ends a session: a new id at each sign-in, an audit line for both."""

import re
from dataclasses import dataclass

from flask import current_app, session, url_for
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.cases.audit import Act, note
from app.errors import InvalidInput
from app.log import get_logger
from app.models import Merchant, User
from app.models.base import insert_once
from app.security.api_tokens import has_live
from app.security.grants import grants
from app.security.rights import MOCK, end_other_rights, write_rights
from app.security.signed_in_browsers import others_left
from app.security.tenancy import MERCHANT, MOCK_MERCHANT, MOCK_TITLE, SIGNED_IN_NOW, USER
from app.services import services
from app.whop.accounts import Account, Right
from app.whop.oauth import Identity, Tokens
from notifiers.address import one_mailbox

DEFAULT_EMAIL = "dev@example.com"
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class MockPerson:
    email: str
    biz_id: str


def mock_person(*, email: str, whop: str) -> MockPerson:
    """The mock owner of a merchant. Raises `InvalidInput` naming the field.

    `whop` is the merchant's account id; one without its prefix gets it.
    """
    email, whop = email.strip() or DEFAULT_EMAIL, whop.strip() or MOCK_MERCHANT
    if one_mailbox(email) is None:
        raise InvalidInput({"email": "give one e-mail address, such as dev@example.com"})
    if not _ID.fullmatch(whop):
        raise InvalidInput({"whop": "give an account id, such as biz_dev: letters, digits, - and _"})
    return MockPerson(email, whop if whop.startswith("biz_") else f"biz_{whop}")


def begin_mock(person: MockPerson) -> None:
    """Make what is missing and sign the person in under a new session id."""
    title = MOCK_TITLE if person.biz_id == MOCK_MERCHANT else None
    with services().database.transaction() as write:
        user = _user(write, Identity(f"{MOCK}{person.email}", None, person.email))
        owner = Right(Account(person.biz_id, title), "owner")
        (merchant,) = write_rights(write, user, [owner], now=services().clock.now(), wall=None)
        _note_sign_in(write, user, merchant)
    _new_session(user, merchant)


def begin(identity: Identity, tokens: Tokens, rights: list[Right]) -> None:
    """Sign in whom Whop vouches for, with the rights that it named just now; there is at least one."""
    wired = services()
    with wired.database.transaction() as write:
        user = _user(write, identity)
        now, wall = wired.clock.now(), wired.clock.wall()
        merchants = write_rights(write, user, rights, now=now, wall=wall)
        end_other_rights(write, user, merchants, wall=wall)
        for merchant in merchants:
            _note_sign_in(write, user, merchant)
    grants().keep(user, tokens)
    _new_session(user, merchants[0])
    session[SIGNED_IN_NOW] = True  # not of the mock sign-in: who tries the program out wants to see its pages


def end() -> None:
    """Sign out; rights are not asked for it. What the database or Whop cannot do any more is only logged."""
    refresh = None
    try:
        user_id, merchant_id = session.get(USER), session.get(MERCHANT)
        if user_id is not None:
            with services().database.transaction() as write:
                if merchant_id is not None:
                    at = services().clock.now()
                    note(write, Act.SIGNED_OUT, merchant_id=merchant_id, actor=f"user:{user_id}", at=at)
                wall = services().clock.wall()
                last = others_left(write, user_id, wall=wall) == 0 and not has_live(write, user_id, wall=wall)
            refresh = grants().end(user_id) if last else None
    except SQLAlchemyError as error:
        log.error("auth.sign_out_not_noted", error=type(error).__name__)
    session.clear()
    oauth = services().oauth
    if oauth:
        oauth.revoke(refresh)


def way_in(wanted: str | None = None) -> str:
    """The address that a person who is not signed in is sent to, and from there back to `wanted`."""
    settings = services().settings
    mock = settings.mock_login or (not settings.production and services().oauth is None)
    return url_for("auth.dev" if mock else "auth.sign_in", next=wanted)


def _new_session(user: int, merchant: Merchant) -> None:
    # First the new id, then the clearing: an empty session would keep its old one.
    current_app.session_interface.regenerate(session)  # type: ignore[attr-defined]
    session.clear()
    session.update({USER: user, MERCHANT: merchant.id})


def _user(write: Session, identity: Identity) -> int:
    wall = services().clock.wall()
    known = {"email": identity.email, "name": identity.name, "signed_in_at": wall}
    fresh = {"whop_user_id": identity.user_id, "created_at": wall, **known}
    insert_once(write, User, ("whop_user_id",), fresh)
    mine = update(User).where(User.whop_user_id == identity.user_id)
    return write.execute(mine.values(**known).returning(User.id)).scalar_one()


def _note_sign_in(write: Session, user: int, merchant: Merchant) -> None:
    note(write, Act.SIGNED_IN, merchant_id=merchant.id, actor=f"user:{user}", at=services().clock.now())
