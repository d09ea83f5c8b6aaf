"""Erases one customer: sends stop at once, the cases keep their amounts, and nothing leads to a person any more.

Totals, groups and comparisons stay as they were. Only keyed hashes tell the person again, so that what Whop tells
later is not stored (`app.cases.erased`). Raw events are emptied by `app.privacy.leftovers`.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cases.audit import Act, note
from app.cases.campaign import cancel_steps
from app.cases.commands import Refusal
from app.cases.erased import ERASED, remember
from app.cases.personal import Store, empty
from app.cases.rules import Rules
from app.cases.standing import lock_case, reassess
from app.delivery.suppression import suppress
from app.models import Case, Customer, Erasure, InboxRow, LinkedAccount, Membership, Payment, SavedView
from app.models.merchant import lock_merchant
from app.privacy.rows import rows_of_customer
from app.recovery.folding import folded
from app.recovery.reasons import Reason, Why

SHORTEST_NAME = 3
"""A search for fewer letters finds many people and is about none."""


def erase(session: Session, customer: Customer, *, actor: str, now: datetime, rules: Rules) -> Refusal | None:
    """In one transaction; once is enough."""
    lock_merchant(session, customer.merchant_id)
    session.refresh(customer, with_for_update={"of": Customer})
    if customer.erased_at is not None:
        return Refusal.ALREADY
    names = _names(session, customer)
    _silence(session, customer, now=now, rules=rules)
    _suppress(session, customer, now=now)
    customer.merchant.erasures += 1
    remember(session, customer, names)
    views = _forget_searches(session, customer, names)
    rows = empty_all(session, rows_of_customer(session, customer))
    newest = session.scalar(select(func.max(InboxRow.id))) or 0
    session.add(
        Erasure(
            merchant_id=customer.merchant_id, customer_id=customer.id, at=now, after_id=0, until_id=newest
        )
    )
    detail = {"customer": customer.id, "rows": rows, "views": views}
    note(session, Act.CUSTOMER_ERASED, merchant_id=customer.merchant_id, actor=actor, at=now, detail=detail)
    session.flush()
    return None


def empty_all(session: Session, found: Iterable[tuple[Store, Iterable[Any]]]) -> int:
    """Empty or delete all these rows; how many."""
    rows = 0
    for store, theirs in list(found):
        for row in theirs:
            if store.deleted:
                session.delete(row)
            else:
                empty(row, store)
            rows += bool(store.deleted or store.goes)
    session.flush()
    return rows


def _silence(session: Session, customer: Customer, *, now: datetime, rules: Rules) -> None:
    """Nothing more is sent or charged; the states of the cases stay, for the money may come all the same."""
    customer.contact_stopped = customer.contact_stopped or ERASED
    customer.winback_consent_at = customer.card_consent_at = None
    customer.erased_at = now
    session.flush()
    why = Reason(Why.CONTACT_STOPPED, {"cause": ERASED})
    for case in session.scalars(select(Case).where(Case.customer_id == customer.id).order_by(Case.id)).all():
        lock_case(session, case)
        cancel_steps(session, case, why, now=now)
        if case.closed_at is None:
            reassess(session, case, now=now, rules=rules)


def _suppress(session: Session, customer: Customer, *, now: datetime) -> None:
    """Their addresses stay closed, whoever names them next."""
    accounts = session.scalars(select(LinkedAccount).where(LinkedAccount.customer_id == customer.id)).all()
    addresses = [(one.channel, one.address) for one in accounts]
    addresses += [("email", customer.email)] if customer.email else []
    for channel, address in addresses:
        suppress(
            session, customer.merchant, channel=channel, address=address, reason=ERASED, now=now
        )  # fmt: skip


def _names(session: Session, customer: Customer) -> list[str]:
    """All by which an event may name the person."""
    payments = select(Payment.payment_id).where(Payment.customer_id == customer.id)
    memberships = select(Membership.membership_id).where(Membership.customer_id == customer.id)
    billed = select(Payment.membership_id).where(Payment.customer_id == customer.id).distinct()
    names = [customer.identity, customer.member_id, customer.email]
    for wanted in (payments, memberships, billed):
        names += session.scalars(wanted).all()
    return [name for name in names if name]


def _forget_searches(session: Session, customer: Customer, names: Iterable[str]) -> int:
    """Delete the team's saved lists that search for this very person; how many."""
    known = {folded(name) for name in names} | {customer.name_key, customer.name_turned, customer.email_key}
    known |= {folded(customer.username or ""), *customer.name_key.split()}
    views = session.scalars(select(SavedView).where(SavedView.merchant_id == customer.merchant_id)).all()
    theirs = [view for view in views if _searches(view, known)]
    for view in theirs:
        session.delete(view)
    return len(theirs)


def _searches(view: SavedView, known: set[str | None]) -> bool:
    text = folded(str(view.query.get("q", "")))
    return len(text) >= SHORTEST_NAME and any(name and name.startswith(text) for name in known)
