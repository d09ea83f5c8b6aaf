"""Finds or makes the merchant and the customer that an event speaks of, and keeps their newest data."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Customer, Merchant
from app.models.base import insert_once
from app.recovery.facts import CustomerView, MerchantView
from app.recovery.keys import customer_identity

CONTACT_FIELDS = ("name", "username", "email", "country", "member_id")


def merchant_of(session: Session, view: MerchantView, *, now: datetime) -> Merchant:
    """The merchant, locked: all facts of one merchant have their effect one after the other.

    The lock leaves foreign keys alone, so pages and reminders of the same merchant go on.
    """
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
    customer = _find(session, merchant.id, identity, view.member_id)
    if customer is None:
        customer = Customer(
            merchant_id=merchant.id, identity=identity, seen_at=at, created_at=now, complaints={}
        )
        session.add(customer)
    elif view.user_id and customer.identity != view.user_id:
        customer.identity = view.user_id
    _keep_newest(customer, view, at)
    session.flush()
    return customer


def _find(session: Session, merchant_id: int, identity: str, member_id: str | None) -> Customer | None:
    mine = select(Customer).where(Customer.merchant_id == merchant_id)
    found = session.scalars(mine.where(Customer.identity == identity)).one_or_none()
    if found is None and member_id is not None:
        # An earlier event may have named this person by the member id alone.
        found = session.scalars(mine.where(Customer.member_id == member_id).order_by(Customer.id)).first()
    return found


def _keep_newest(customer: Customer, view: CustomerView, at: datetime) -> None:
    newer = at >= customer.seen_at
    for name in CONTACT_FIELDS:
        value = getattr(view, name)
        if value is not None and (newer or getattr(customer, name) is None):
            setattr(customer, name, value)
    customer.seen_at = max(at, customer.seen_at)
