"""Finds or makes the merchant and the customer that an event speaks of, and keeps their newest data."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.models import Case, Customer, Membership, Merchant, Payment
from app.models.base import insert_once
from app.recovery.facts import CustomerView, MerchantView
from app.recovery.keys import customer_identity

CONTACT_FIELDS = ("name", "username", "email", "country", "member_id")


def merchant_of(session: Session, view: MerchantView, *, now: datetime) -> Merchant:
    """The merchant, locked as by `lock_merchant`; made if new."""
    wanted = select(Merchant).where(Merchant.biz_id == view.biz_id).with_for_update(key_share=True)
    merchant = session.scalars(wanted).one_or_none()
    if merchant is None:
        insert_once(session, Merchant, ("biz_id",), Merchant.fresh(view.biz_id, title=view.title, now=now))
        merchant = session.scalars(wanted).one()
    if view.title and view.title != merchant.title:
        merchant.title = view.title
    return merchant


def customer_of(
    session: Session,
    merchant: Merchant,
    view: CustomerView,
    *,
    at: datetime,
    now: datetime,
    payment_id: str | None = None,
) -> Customer | None:
    """The customer, made if new; None where the event names nobody. `at` is the provider's time."""
    identity = customer_identity(user_id=view.user_id, member_id=view.member_id, payment_id=payment_id)
    if identity is None:
        return None
    found = _find(session, merchant.id, identity, view.member_id)
    if found:
        customer = found[0]
        for double in found[1:]:
            _merge(session, customer, double)
    else:
        customer = Customer(
            merchant_id=merchant.id, identity=identity, seen_at=at, created_at=now, complaints={}
        )
        session.add(customer)
    if view.user_id and customer.identity != view.user_id:
        customer.identity = view.user_id
    keep_newest(customer, view, at)
    if customer.id is None:
        session.flush()
    return customer


def _find(session: Session, merchant_id: int, identity: str, member_id: str | None) -> list[Customer]:
    """The rows of this person, the one to keep first: events may have named them by either id alone."""
    this = Customer.identity == identity
    if member_id is not None:
        this |= Customer.member_id == member_id
    with session.no_autoflush:
        found = session.scalars(select(Customer).where(Customer.merchant_id == merchant_id, this)).all()
    # Whop's user id names the person best; it is unique, and so is its row.
    return sorted(found, key=lambda row: (not row.identity.startswith("user_"), row.id))


def _merge(session: Session, kept: Customer, double: Customer) -> None:
    """Two rows have turned out to be one person: whatever forbids contact with either forbids it."""
    kept.contact_stopped = kept.contact_stopped or double.contact_stopped
    kept.complaints = {**double.complaints, **kept.complaints}
    for name in CONTACT_FIELDS:
        if getattr(kept, name) is None:
            setattr(kept, name, getattr(double, name))
    session.flush()
    for table in (Payment, Membership, Case):
        session.execute(update(table).where(table.customer_id == double.id).values(customer_id=kept.id))
    session.delete(double)
    session.flush()


def keep_newest(customer: Customer, view: CustomerView, at: datetime) -> None:
    newer = at >= customer.seen_at
    for name in CONTACT_FIELDS:
        value = getattr(view, name)
        if value is not None and (newer or getattr(customer, name) is None):
            setattr(customer, name, value)
    customer.seen_at = max(at, customer.seen_at)
