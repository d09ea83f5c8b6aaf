"""Begins and ends a session: a new id at each sign-in, an audit line for both."""

import re
from dataclasses import dataclass

from flask import current_app, session
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.cases.audit import Act, note
from app.errors import InvalidInput
from app.log import get_logger
from app.models import Merchant, MerchantUser, User
from app.models.base import insert_once
from app.security.tenancy import MERCHANT, MOCK_MERCHANT, MOCK_TITLE, USER, load_signed_in
from app.services import services
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


def begin(person: MockPerson) -> None:
    """Make what is missing and sign the person in under a new session id."""
    wired = services()
    with wired.database.transaction() as write:
        merchant, user = _merchant(write, person), _user(write, person)
        insert_once(
            write,
            MerchantUser,
            ("merchant_id", "user_id"),
            {"merchant_id": merchant.id, "user_id": user.id, "role": "owner"},
        )
        note(write, Act.SIGNED_IN, merchant_id=merchant.id, actor=f"user:{user.id}", at=wired.clock.now())
        ids = {USER: user.id, MERCHANT: merchant.id}
    # First the new id, then the clearing: an empty session would keep its old one.
    current_app.session_interface.regenerate(session)  # type: ignore[attr-defined]
    session.clear()
    session.update(ids)


def end() -> None:
    """Sign out. What the database cannot do any more is only logged."""
    try:
        person = load_signed_in()
        if person is not None:
            with services().database.transaction() as write:
                at = services().clock.now()
                note(write, Act.SIGNED_OUT, merchant_id=person.merchant_id, actor=person.actor, at=at)
    except SQLAlchemyError as error:
        log.error("auth.sign_out_not_noted", error=type(error).__name__)
    session.clear()


def _merchant(write: Session, person: MockPerson) -> Merchant:
    now = services().clock.now()
    title = MOCK_TITLE if person.biz_id == MOCK_MERCHANT else None
    insert_once(write, Merchant, ("biz_id",), Merchant.fresh(person.biz_id, title=title, now=now))
    return write.scalars(select(Merchant).where(Merchant.biz_id == person.biz_id)).one()


def _user(write: Session, person: MockPerson) -> User:
    wall = services().clock.wall()
    name = f"mock:{person.email}"
    fresh = {"whop_user_id": name, "email": person.email, "created_at": wall, "signed_in_at": wall}
    insert_once(write, User, ("whop_user_id",), fresh)
    write.execute(update(User).where(User.whop_user_id == name).values(signed_in_at=wall))
    return write.scalars(select(User).where(User.whop_user_id == name)).one()
