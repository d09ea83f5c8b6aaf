"""The merchant leaves a customer alone for good: no message and no charge, for this payment or any later one.

It stands apart from what the customer said themselves, so taking it back never undoes their own wish.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from app.cases.audit import Act, note, note_case
from app.cases.commands import Refusal, for_anything, lock
from app.cases.rules import Rules
from app.cases.standing import reassess, running_cases
from app.models import Case, Customer
from app.models.case import Arm
from app.models.merchant import lock_merchant


def exclude(session: Session, case: Case, *, actor: str, now: datetime, rules: Rules) -> Refusal | None:
    """The person of this case. Their running cases end as lost; later failures open a case that is over at once."""
    lock(session, case)
    alone = case.customer.excluded_at or case.customer.erased_at
    refusal = for_anything(case) or (Refusal.ALREADY if alone else None)
    if refusal is not None:
        return refusal
    case.customer.excluded_at = now
    note_case(session, case, Act.CUSTOMER_EXCLUDED, actor=actor, at=now)
    for running in running_cases(session, case.customer):
        reassess(session, running, now=now, rules=rules)
    return None


def readmit(session: Session, case: Case, *, actor: str, now: datetime, rules: Rules) -> Refusal | None:
    """From the next failure on the person is treated like everybody; what was closed stays closed."""
    lock(session, case)
    refusal = for_anything(case) or (None if case.customer.excluded_at else Refusal.NOT_NOW)
    if refusal is not None:
        return refusal
    case.customer.excluded_at = None
    note_case(session, case, Act.CUSTOMER_READMITTED, actor=actor, at=now)
    return None


def exclude_customer(
    session: Session, customer: Customer, *, actor: str, now: datetime, rules: Rules
) -> Refusal | None:
    """The same without a case in hand."""
    lock_merchant(session, customer.merchant_id)
    running = running_cases(session, customer)
    if customer.arm == Arm.CONTROL or any(case.arm == Arm.CONTROL for case in running):
        return Refusal.CONTROL_GROUP
    if customer.excluded_at is not None or customer.erased_at is not None:
        return Refusal.ALREADY
    customer.excluded_at = now
    _note(session, customer, running, Act.CUSTOMER_EXCLUDED, actor=actor, now=now)
    for case in running:
        reassess(session, case, now=now, rules=rules)
    return None


def readmit_customer(
    session: Session, customer: Customer, *, actor: str, now: datetime, rules: Rules
) -> Refusal | None:
    """The same without a case in hand."""
    lock_merchant(session, customer.merchant_id)
    if customer.excluded_at is None:
        return Refusal.NOT_NOW
    customer.excluded_at = None
    _note(session, customer, running_cases(session, customer), Act.CUSTOMER_READMITTED, actor=actor, now=now)
    return None


def _note(
    session: Session, customer: Customer, running: list[Case], act: Act, *, actor: str, now: datetime
) -> None:
    """In the story of each case in progress; where there is none, in the merchant's own."""
    for case in running:
        note_case(session, case, act, actor=actor, at=now)
    if not running:
        detail = {"customer": customer.id}
        note(session, act, merchant_id=customer.merchant_id, actor=actor, at=now, detail=detail)
