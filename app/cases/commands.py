"""What people do to a case: the merchant holds, resumes or closes it; the customer visits or opts out.

Each command locks merchant and case, goes through `reassess`, and leaves an audit line with its actor.
One that cannot be carried out says why, and has changed nothing.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from app.cases.audit import Act, Actor, note_case
from app.cases.rules import Rules
from app.cases.standing import lock_case, reassess, stop_case, stop_contact
from app.models import Case, Visit
from app.models.merchant import lock_merchant
from app.recovery.machine import CaseReason


class Refusal(StrEnum):
    """Why a command was not carried out."""

    CONTROL_GROUP = "control_group"
    BACKFILLED = "backfilled"
    NOT_NOW = "not_now"
    """The case is not in the state that the command is for."""
    ALREADY = "already"
    """It is so already."""
    NO_CONTACT = "no_contact"
    JOINED_CONVERSATION = "joined_conversation"
    NOTHING_PLANNED = "nothing_planned"
    BEING_SENT = "being_sent"
    TOO_SOON = "too_soon"


def hold(session: Session, case: Case, *, actor: str, now: datetime, rules: Rules) -> Refusal | None:
    """No reminders until `resume`."""
    lock(session, case)
    refusal = for_running(case) or (Refusal.ALREADY if case.held else None)
    if refusal is not None:
        return refusal
    case.held = True
    note_case(session, case, Act.CASE_HELD, actor=actor, at=now)
    reassess(session, case, now=now, rules=rules)
    return None


def resume(session: Session, case: Case, *, actor: str, now: datetime, rules: Rules) -> Refusal | None:
    """Go on with a held case; its remaining messages are planned anew."""
    lock(session, case)
    refusal = for_running(case) or (None if case.held else Refusal.NOT_NOW)
    if refusal is not None:
        return refusal
    case.held = False
    note_case(session, case, Act.CASE_RESUMED, actor=actor, at=now)
    reassess(session, case, now=now, rules=rules)
    return None


def close(session: Session, case: Case, *, actor: str, now: datetime, rules: Rules) -> Refusal | None:
    """Give the case up. It counts as lost, unless the money comes after all."""
    lock(session, case)
    refusal = for_running(case)
    if refusal is not None:
        return refusal
    note_case(session, case, Act.CASE_CLOSED_BY_MERCHANT, actor=actor, at=now)
    stop_case(session, case, CaseReason.CLOSED_BY_MERCHANT, now=now, rules=rules)
    return None


def mark_paid_elsewhere(
    session: Session, case: Case, *, actor: str, now: datetime, rules: Rules
) -> Refusal | None:
    """The merchant has the money by another way. Nothing more is sent, and it is no recovery.

    It counts as lost: nobody can check it, and only cases that we work on could be marked.
    """
    lock(session, case)
    refusal = for_running(case)
    if refusal is not None:
        return refusal
    note_case(session, case, Act.CASE_PAID_ELSEWHERE, actor=actor, at=now)
    stop_case(session, case, CaseReason.PAID_ELSEWHERE, now=now, rules=rules)
    return None


def record_visit(session: Session, case: Case, kind: str, *, target: str | None, now: datetime) -> None:
    """`seen`: the page was fetched, perhaps by a scanner. `continued`: a person pressed the button."""
    session.add(Visit(case_id=case.id, kind=kind, target=target, at=now))


def opt_out(session: Session, case: Case, *, now: datetime) -> bool:
    """The customer wants no more reminders from this merchant. False: said already."""
    lock(session, case)
    if case.customer.contact_stopped is not None:
        return False
    note_case(session, case, Act.OPTED_OUT, actor=Actor.CUSTOMER, at=now)
    stop_contact(session, case.customer, "opted_out", now=now)
    return True


def for_anything(case: Case) -> Refusal | None:
    """Why nothing may be done by hand for this case, whatever it is."""
    return Refusal(case.hands_off.value) if case.hands_off else None


def for_running(case: Case) -> Refusal | None:
    """Why something that is for cases in progress cannot be done to this one."""
    return for_anything(case) or (Refusal.NOT_NOW if case.closed_at is not None else None)


def lock(session: Session, case: Case) -> None:
    lock_merchant(session, case.merchant_id)
    lock_case(session, case)
