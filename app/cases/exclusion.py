"""The merchant leaves a customer alone for good: no message and no charge, for this payment or any later one.

It stands apart from what the customer said themselves, so taking it back never undoes their own wish.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from app.cases.audit import Act, note_case
from app.cases.commands import Refusal, for_anything, lock
from app.cases.rules import Rules
from app.cases.standing import reassess, running_cases
from app.models import Case


def exclude(session: Session, case: Case, *, actor: str, now: datetime, rules: Rules) -> Refusal | None:
    """The person of this case. Their running cases end as lost; later failures open a case that is over at once."""
    lock(session, case)
    refusal = for_anything(case) or (Refusal.ALREADY if case.customer.excluded_at else None)
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
