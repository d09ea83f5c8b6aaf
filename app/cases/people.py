"""Finds or makes the merchant and the customer that an event speaks of, and keeps their newest data."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.cases.arms import drawn_first, follow_person
from app.cases.campaign import cancel_steps
from app.cases.conversation import converse, one_conversation
from app.cases.links import hand_over_accounts
from app.cases.rules import Rules
from app.cases.standing import lock_case, reassess, running_cases, stop_contact
from app.models import Case, Customer, Membership, Merchant, Payment
from app.models.base import insert_once
from app.models.customer import USER
from app.recovery.facts import CustomerView, MerchantView
from app.recovery.keys import customer_identity
from app.recovery.machine import CaseState
from app.recovery.reasons import Reason, Why

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
    rules: Rules,
    payment_id: str | None = None,
) -> Customer | None:
    """The customer, made if new; None where the event names nobody. `at` is the provider's time."""
    identity = customer_identity(user_id=view.user_id, member_id=view.member_id, payment_id=payment_id)
    if identity is None:
        return None
    found = _find(session, merchant.id, view, identity)
    if found:
        customer = found[0]
        for double in found[1:]:
            if not double.identity.startswith(USER):  # two user ids are two people
                merge(session, customer, double, now=now, rules=rules)
    else:
        customer = Customer(
            merchant_id=merchant.id, identity=identity, seen_at=at, created_at=now, complaints={}
        )
        session.add(customer)
    if view.user_id and not customer.identity.startswith(USER):
        customer.identity = view.user_id
    keep_newest(customer, view, at)
    if customer.id is None:
        session.flush()
    return customer


def merge(session: Session, kept: Customer, double: Customer, *, now: datetime, rules: Rules) -> None:
    """Two rows have turned out to be one person: whatever forbids contact with either forbids it."""
    kept.complaints = {**kept.complaints, **double.complaints, **_newer(kept.complaints, double.complaints)}
    for name in CONTACT_FIELDS:
        if getattr(kept, name) is None:
            setattr(kept, name, getattr(double, name))
    stopped = [cause for cause in (kept.contact_stopped, double.contact_stopped) if cause]
    drawn_first(session, kept, double)
    session.flush()
    for table in (Payment, Membership, Case):
        session.execute(update(table).where(table.customer_id == double.id).values(customer_id=kept.id))
    kept.preferred_channel = kept.preferred_channel or double.preferred_channel
    kept.locale = kept.locale or double.locale
    kept.excluded_at = kept.excluded_at or double.excluded_at
    kept.winback_consent_at = kept.winback_consent_at or double.winback_consent_at
    page_name, double.token = double.token, None
    session.flush()  # a name is unique
    kept.token = kept.token or page_name
    hand_over_accounts(session, double, kept)
    session.delete(double)
    session.flush()
    for cause in stopped:
        stop_contact(session, kept, cause, now=now)
    _one_arm(session, kept, now=now, rules=rules)
    for case in running_cases(session, kept):
        reassess(session, case, now=now, rules=rules)
    one_conversation(session, kept, now=now)


def _one_arm(session: Session, kept: Customer, *, now: datetime, rules: Rules) -> None:
    """All running cases of the person go by one draw: nothing more is sent, or there is something to say now."""
    moved: list[Case] = []
    for case in running_cases(session, kept):
        lock_case(session, case)
        if follow_person(session, case, now=now):
            cancel_steps(session, case, Reason(case.hands_off or Why.NEW_PLAN), now=now)
            moved.append(case)
    for case in moved:
        if case.state == CaseState.OPEN:
            converse(session, case, now=now, rules=rules)


def _newer(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """Of complaints that both rows know, the newest word: [provider time, open]."""
    return {
        key: max(ours[key], theirs[key], key=lambda word: (word[0], not word[1]))
        for key in ours.keys() & theirs
    }


def _find(session: Session, merchant_id: int, view: CustomerView, identity: str) -> list[Customer]:
    """The rows of this person, the one to keep first: events may have named them by either id alone."""
    this = Customer.identity == identity
    if view.member_id is not None:
        same_member = Customer.member_id == view.member_id
        # Who has another user id is another person, whatever the member id says.
        this |= same_member if view.user_id is None else same_member & ~Customer.identity.startswith(USER)
    with session.no_autoflush:
        found = session.scalars(select(Customer).where(Customer.merchant_id == merchant_id, this)).all()
    # Whop's user id names the person best; it is unique, and so is its row.
    return sorted(found, key=lambda row: (not row.identity.startswith(USER), row.id))


def keep_newest(customer: Customer, view: CustomerView, at: datetime) -> None:
    newer = at >= customer.seen_at
    for name in CONTACT_FIELDS:
        value = getattr(view, name)
        if value is not None and (newer or getattr(customer, name) is None):
            setattr(customer, name, value)
    customer.seen_at = max(at, customer.seen_at)
