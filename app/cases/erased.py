"""Knows erased people again, by keyed hashes alone, and keeps late events from bringing their data back.

Whop goes on telling of them. What it says of an amount that is known still counts; everything else is not kept.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Case, Customer, ErasedName, InboxRow, Merchant, Payment
from app.models.base import insert_once
from app.recovery.facts import CardView, CustomerView, PaymentView

ERASED = "erased"
"""Why nobody may write to this person, and why an event had no effect."""
NAMES = re.compile(rb"(?:user|mber|mem|pay)_[A-Za-z0-9]+|[\w.+%-]{1,64}@[\w-]+(?:\.[\w-]+)+")
"""Whop's ids of people, memberships and payments, and addresses, wherever they stand in a body."""
MOST_NAMES = 500
"""Looked for in one body."""


def name_hash(merchant: Merchant, name: str) -> str:
    return hmac.new(
        merchant.hash_key, f"{ERASED}:{name.strip().lower()}".encode(), hashlib.sha256
    ).hexdigest()


def remember(session: Session, customer: Customer, names: Iterable[str | None]) -> None:
    """This person's ids and addresses, of which only hashes are kept."""
    for name in dict.fromkeys(filter(None, names)):
        values = {
            "merchant_id": customer.merchant_id,
            "customer_id": customer.id,
            "name_hash": name_hash(customer.merchant, name),
        }
        insert_once(session, ErasedName, ("merchant_id", "name_hash"), values)


def erased_customer(
    session: Session, merchant: Merchant, view: CustomerView, *, membership_id: str | None = None
) -> Customer | None:
    """The emptied row of the person that an event names; None: they were not erased.

    An address speaks for somebody only where no id of theirs does: another account of Whop's may have the same.
    """
    address = None if view.user_id or view.member_id else view.email
    ids = [name for name in (view.user_id, view.member_id, membership_id, address) if name]
    if not merchant.erasures or not ids:
        return None
    hashes = [name_hash(merchant, name) for name in ids]
    found = session.scalars(
        select(Customer)
        .join(ErasedName, ErasedName.customer_id == Customer.id)
        .where(ErasedName.merchant_id == merchant.id, ErasedName.name_hash.in_(hashes))
        .order_by(Customer.id)
        .limit(1)
    ).one_or_none()
    if found is not None:
        remember(session, found, ids)  # later events may name them by the other one alone
    return found


def without_person(
    session: Session, merchant: Merchant, known: Payment | None, view: PaymentView
) -> PaymentView | None:
    """What may be kept of an event about a payment: all of it, or no more than the money; None: nothing at all."""
    holder = session.get(Customer, known.customer_id) if known and known.customer_id else None
    if holder is None or holder.erased_at is None:
        person = view.customer
        membership_id = None if person.user_id or person.member_id else view.membership_id
        found = erased_customer(session, merchant, person, membership_id=membership_id)
        return view if found is None else None
    assert known is not None
    if session.scalar(select(Case.id).where(Case.payment_id == known.id, Case.anonymised_at.is_not(None))):
        return None
    return replace(
        view, customer=CustomerView(), membership_id=None, failure_message=None, recovery_url=None, method_id=None,
        card=CardView(),
    )  # fmt: skip


def empty_if_erased(session: Session, row: InboxRow) -> bool:
    """Drop the body of an event that names an erased person in any way; its id stays, so a late copy is known."""
    merchant = session.get(Merchant, row.merchant_id) if row.merchant_id is not None else None
    if merchant is None or not names_erased(session, merchant, row.body):
        return False
    row.body = b""
    return True


def names_erased(session: Session, merchant: Merchant, body: bytes) -> bool:
    if not merchant.erasures or not body:
        return False
    names = {name.decode("utf-8", "replace") for name in NAMES.findall(body)}
    hashes = [name_hash(merchant, name) for name in sorted(names)[:MOST_NAMES]]
    known = select(ErasedName.id).where(
        ErasedName.merchant_id == merchant.id, ErasedName.name_hash.in_(hashes)
    )
    return bool(hashes) and session.scalar(known.limit(1)) is not None
