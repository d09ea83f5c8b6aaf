"""The accounts that customers link so that reminders reach them there: codes, linking, unlinking.

A code is made on the customer's own page and shown by the account that is to be linked, once and within
the hour. So nobody can link an account to somebody else, and nobody is written to who did not ask for it.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.cases.audit import Act, Actor, note
from app.models import Customer, LinkCode, LinkedAccount
from app.models.merchant import lock_merchant

CODE_LIFE = timedelta(hours=1)
CODE_BYTES = 24
"""32 characters: Telegram takes 64 of letters, digits, `_` and `-`."""


def fresh_code(session: Session, customer: Customer, channel: str, *, wall: datetime) -> str:
    """A new code to link one account of this channel to this customer. `wall` is the machine's time."""
    code = secrets.token_urlsafe(CODE_BYTES)
    session.add(
        LinkCode(code_hash=_hash(code), customer_id=customer.id, channel=channel, expires_at=wall + CODE_LIFE)
    )
    return code


def use_code(session: Session, code: str, channel: str, *, wall: datetime) -> Customer | None:
    """The customer whose code this is, used up by this call; None where it is unknown, old or used."""
    customer_id = session.scalar(
        update(LinkCode)
        .where(
            LinkCode.code_hash == _hash(code),
            LinkCode.channel == channel,
            LinkCode.used_at.is_(None),
            LinkCode.expires_at > wall,
        )
        .values(used_at=wall)
        .returning(LinkCode.customer_id)
    )
    return session.get(Customer, customer_id) if customer_id is not None else None


def whose_code(session: Session, code: str, channel: str) -> Customer | None:
    """The customer for whom this code was made, used or not."""
    return session.scalars(
        select(Customer)
        .join(LinkCode, LinkCode.customer_id == Customer.id)
        .where(LinkCode.code_hash == _hash(code), LinkCode.channel == channel)
    ).one_or_none()


def link(
    session: Session, customer: Customer, channel: str, *, address: str, label: str | None, now: datetime
) -> None:
    """From now on this account is the customer's on that channel, in the place of any other."""
    lock_merchant(session, customer.merchant_id)
    account = account_of(session, customer, channel)
    if account is None:
        account = LinkedAccount(customer_id=customer.id, channel=channel)
        session.add(account)
    account.address, account.label, account.linked_at = address, label, now
    _note(session, customer, Act.ACCOUNT_LINKED, channel, now)


def unlink(session: Session, customer: Customer, channel: str, *, now: datetime) -> bool:
    """Forget the customer's account on that channel; False where there was none."""
    lock_merchant(session, customer.merchant_id)
    account = account_of(session, customer, channel)
    if account is None:
        return False
    session.delete(account)
    _note(session, customer, Act.ACCOUNT_UNLINKED, channel, now)
    return True


def accounts_of(session: Session, customer: Customer) -> Sequence[LinkedAccount]:
    """All of a customer's, in the order in which they were linked."""
    return session.scalars(
        select(LinkedAccount)
        .where(LinkedAccount.customer_id == customer.id)
        .order_by(LinkedAccount.linked_at, LinkedAccount.id)
    ).all()


def account_of(session: Session, customer: Customer, channel: str) -> LinkedAccount | None:
    return session.scalars(
        select(LinkedAccount).where(
            LinkedAccount.customer_id == customer.id, LinkedAccount.channel == channel
        )
    ).one_or_none()


def customers_with(session: Session, channel: str, address: str) -> Sequence[Customer]:
    """Everybody who has linked this account: one person can be the customer of several merchants."""
    return session.scalars(
        select(Customer)
        .join(LinkedAccount, LinkedAccount.customer_id == Customer.id)
        .where(LinkedAccount.channel == channel, LinkedAccount.address == address)
        .order_by(Customer.id)
    ).all()


def hand_over_accounts(session: Session, double: Customer, kept: Customer) -> None:
    """Two rows have turned out to be one person: `kept` has both rows' accounts, of one channel its own."""
    own = select(LinkedAccount.channel).where(LinkedAccount.customer_id == kept.id)
    theirs = LinkedAccount.customer_id == double.id
    session.execute(delete(LinkedAccount).where(theirs, LinkedAccount.channel.in_(own)))
    session.execute(update(LinkedAccount).where(theirs).values(customer_id=kept.id))
    codes = update(LinkCode).where(LinkCode.customer_id == double.id)
    session.execute(codes.values(customer_id=kept.id))


def name_of(customer: Customer) -> str:
    """The random name in the links to this customer's own pages, made if they have none yet."""
    if customer.token is None:
        customer.token = secrets.token_urlsafe(15)
    return customer.token


def prune_codes(session: Session, *, wall: datetime, limit: int) -> int:
    """Delete codes that nobody can use any more; how many there were, at most `limit`."""
    old = select(LinkCode.id).where(LinkCode.expires_at <= wall).limit(limit)
    gone = delete(LinkCode).where(LinkCode.id.in_(old)).returning(LinkCode.id)
    return len(session.scalars(gone).all())


def _note(session: Session, customer: Customer, act: Act, channel: str, now: datetime) -> None:
    note(
        session,
        act,
        merchant_id=customer.merchant_id,
        case_id=None,
        actor=Actor.CUSTOMER,
        at=now,
        detail={"channel": channel, "customer": customer.id},
    )


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()
