"""What people do to a case: the merchant holds, resumes or closes it; the customer visits or opts out.

Each command locks merchant and case, goes through `reassess`, and leaves an audit line with its actor.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from app.cases.audit import Act, Actor, note_case
from app.cases.rules import Rules
from app.cases.standing import lock_case, reassess, stop_case, stop_contact
from app.models import Case, Visit
from app.models.merchant import lock_merchant
from app.recovery.machine import CaseReason


def hold(session: Session, case: Case, *, actor: str, now: datetime, rules: Rules) -> bool:
    """No reminders until `resume`. False: the case is over or already held."""
    _lock(session, case)
    if case.closed_at is not None or case.held:
        return False
    case.held = True
    note_case(session, case, Act.CASE_HELD, actor=actor, at=now)
    reassess(session, case, now=now, rules=rules)
    return True


def resume(session: Session, case: Case, *, actor: str, now: datetime, rules: Rules) -> bool:
    """Go on with a held case; its remaining messages are planned anew. False: it was not held."""
    _lock(session, case)
    if case.closed_at is not None or not case.held:
        return False
    case.held = False
    note_case(session, case, Act.CASE_RESUMED, actor=actor, at=now)
    reassess(session, case, now=now, rules=rules)
    return True


def close(session: Session, case: Case, *, actor: str, now: datetime, rules: Rules) -> bool:
    """Give the case up. It counts as lost, unless the money comes after all. False: it is over."""
    _lock(session, case)
    if case.closed_at is not None:
        return False
    note_case(session, case, Act.CASE_CLOSED_BY_MERCHANT, actor=actor, at=now)
    stop_case(session, case, CaseReason.CLOSED_BY_MERCHANT, now=now, rules=rules)
    return True


def record_visit(session: Session, case: Case, kind: str, *, target: str | None, now: datetime) -> None:
    """`seen`: the page was fetched, perhaps by a scanner. `continued`: a person pressed the button."""
    session.add(Visit(case_id=case.id, kind=kind, target=target, at=now))


def opt_out(session: Session, case: Case, *, now: datetime) -> bool:
    """The customer wants no more reminders from this merchant. False: said already."""
    _lock(session, case)
    if case.customer.contact_stopped is not None:
        return False
    note_case(session, case, Act.OPTED_OUT, actor=Actor.CUSTOMER, at=now)
    stop_contact(session, case.customer, "opted_out", now=now)
    return True


def _lock(session: Session, case: Case) -> None:
    lock_merchant(session, case.merchant_id)
    lock_case(session, case)
