"""What customers decide about their reminders: stop, allow again, one payment alone, channel, language.

Each command holds the merchant's lock, leaves an audit line without an address, and may be repeated:
where nothing was to be done it says False.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import links
from app.cases.audit import Act, Actor, note, note_case
from app.cases.campaign import LIVE
from app.cases.conversation import converse
from app.cases.people import customer_of
from app.cases.rules import Rules
from app.cases.standing import lock_case, running_cases, stop_case, stop_contact
from app.models import Case, Customer, Merchant, Step
from app.models.merchant import lock_merchant
from app.recovery.card_notice import KIND as NOTICE
from app.recovery.facts import CustomerView
from app.recovery.machine import CaseReason, CaseState

OPTED_OUT = "opted_out"
EMAIL = "email"


def locked(session: Session, name: str) -> Customer | None:
    """The customer of this name, read afresh under the merchant's lock; None where there is none."""
    wanted = select(Customer).where(Customer.token == name)
    customer = session.scalars(wanted).one_or_none()
    if customer is None:
        return None
    lock_merchant(session, customer.merchant_id)
    # Two rows may have become one meanwhile.
    return session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()


def stop_reminders(session: Session, customer: Customer, *, now: datetime) -> bool:
    """No reminder about any payment to this merchant any more."""
    if customer.contact_stopped is not None:
        return False
    _note(session, customer, Act.OPTED_OUT, now)
    stop_contact(session, customer, OPTED_OUT, now=now)
    return True


def allow_reminders(
    session: Session, customer: Customer, *, lifted: bool, now: datetime, rules: Rules
) -> bool:
    """Take back one's own wish; what else forbids contact stays. Open payments are planned anew.

    `lifted`: their address was kept from reminders by the same wish, and is no longer.
    """
    if customer.contact_stopped != OPTED_OUT and not lifted:
        return False
    if customer.contact_stopped == OPTED_OUT:
        customer.contact_stopped = None
    _note(session, customer, Act.OPTED_IN, now)
    for case in running_cases(session, customer):
        session.flush()
        lock_case(session, case)
        silent = case.leader_id is None and not _has_messages(session, case)
        if case.state == CaseState.OPEN and silent:
            converse(session, case, now=now, rules=rules)
    return True


def stop_case_reminders(session: Session, case: Case, *, now: datetime, rules: Rules) -> bool:
    """No reminder about this payment any more. The case ends; money that comes after all still counts."""
    lock_case(session, case)
    if case.closed_at is not None:
        return False
    note_case(session, case, Act.CASE_STOPPED_BY_CUSTOMER, actor=Actor.CUSTOMER, at=now)
    stop_case(session, case, CaseReason.STOPPED_BY_CUSTOMER, now=now, rules=rules)
    return True


def choose(
    session: Session, customer: Customer, *, channel: str | None, language: str | None, now: datetime
) -> bool:
    """None leaves either to us. Raises `ValueError` for a channel that does not lead to this person."""
    if channel not in (None, *channels_of(session, customer)):
        raise ValueError("no such channel of this customer")
    wanted = {"preferred_channel": channel, "locale": language}
    changed = [name for name, value in wanted.items() if getattr(customer, name) != value]
    for name in changed:
        setattr(customer, name, wanted[name])
    if changed:
        _note(session, customer, Act.PREFERENCES_CHANGED, now, fields=changed)
    return bool(changed)


def choose_offers(session: Session, customer: Customer, *, wanted: bool, now: datetime) -> bool:
    """Their consent to one offer to come back after a membership has ended, or its withdrawal."""
    if wanted == (customer.winback_consent_at is not None):
        return False
    customer.winback_consent_at = now if wanted else None
    _note(session, customer, Act.PREFERENCES_CHANGED, now, fields=["offers"], consent=wanted)
    return True


def forget_account(session: Session, customer: Customer, channel: str, *, now: datetime) -> bool:
    """Unlink, and prefer that channel no longer."""
    lock_merchant(session, customer.merchant_id)
    if customer.preferred_channel == channel:
        customer.preferred_channel = None
    return links.unlink(session, customer, channel, now=now)


def identified(
    session: Session, merchant: Merchant, who: CustomerView, *, now: datetime, rules: Rules
) -> Customer:
    """The customer who has shown by Whop's sign-in who they are; made where nothing was known of them yet."""
    lock_merchant(session, merchant.id)
    customer = customer_of(session, merchant, who, at=now, now=now, rules=rules)
    if customer is None:
        raise ValueError("a person has a user id")
    _note(session, customer, Act.CUSTOMER_IDENTIFIED, now)
    return customer


def channels_of(session: Session, customer: Customer) -> tuple[str, ...]:
    """By which a reminder can reach this person: mail, and what they linked."""
    return (EMAIL, *(account.channel for account in links.accounts_of(session, customer)))


def _has_messages(session: Session, case: Case) -> bool:
    live = select(Step.id).where(Step.case_id == case.id, Step.state.in_(LIVE), Step.kind != NOTICE).limit(1)
    return session.scalar(live) is not None


def _note(session: Session, customer: Customer, act: Act, now: datetime, **detail: Any) -> None:
    note(
        session,
        act,
        merchant_id=customer.merchant_id,
        actor=Actor.CUSTOMER,
        at=now,
        detail={"customer": customer.id, **detail},
    )
