"""Everything that happened to a case and what is still planned, as one list in the order of time.

It gathers and orders; it words nothing: every entry carries a code and details. Reads only.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.audit import Act, Actor
from app.models import Attempt, Audit, Case, Delivery, Note, Step, Visit
from app.recovery.campaign import LIMITS
from app.recovery.machine import CaseState
from app.recovery.reasons import Why
from app.recovery.switch import UNDO

MOST_VISITS = 50
TOLD_ELSEWHERE = frozenset(
    {
        Act.RETRY_STARTED,
        Act.RETRY_ENDED,
        Act.SWITCH_STARTED,
        Act.SWITCH_ENDED,
        Act.UNDO_STARTED,
        Act.UNDO_ENDED,
        Act.NOTE_ADDED,
    }
)
"""The retry, the other card and the note have entries of their own."""
TOLD_BY_ATTEMPTS = frozenset({Act.PAYMENT_FAILED, Act.PAYMENT_NEEDS_ACTION, Act.PAYMENT_SUCCEEDED})
"""Each charge attempt has its own entry; the event that told of it would only repeat it."""
WAITING = ("planned", "claimed", "sending")
NOT_SENT = ("skipped", "dead")


class EntryKind(StrEnum):
    ACT = "act"
    ATTEMPT = "attempt"
    DELIVERY = "delivery"
    NOT_SENT = "not_sent"
    VISIT = "visit"
    NOTE = "note"
    RETRY = "retry"
    """Our own charge: planned, kept, or what became of it."""
    SWITCH = "switch"
    """Another saved card, as the retry."""
    UNDO = "undo"
    """The way back to the card before."""
    # planned
    STEP = "step"
    WHOP_TRIES = "whop_tries"
    WINDOW_ENDS = "window_ends"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    at: datetime
    kind: EntryKind
    code: str
    """Of its kind: an `Act`, an attempt's or a delivery's outcome, a visit's kind, a step's position."""
    actor: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    why: Mapping[str, Any] | None = None
    """A stored reason."""
    also: Mapping[str, Any] | None = None
    """A second stored reason: why a planned step was put off."""
    message: Mapping[str, Any] | None = None
    """The message as it was sent."""


@dataclass(frozen=True, slots=True)
class Timeline:
    past: tuple[Entry, ...]
    """Oldest first."""
    planned: tuple[Entry, ...]
    """Soonest first."""


def timeline(session: Session, case: Case) -> Timeline:
    """The caller has made sure that the case is the reader's own."""
    steps = {step.id: step for step in session.scalars(select(Step).where(Step.case_id == case.id))}
    attempts = list(_attempts(session, case))
    charges = [*_retries(case), *_switches(case)]
    waiting = [entry for entry in charges if entry.code in WAITING]
    past = [
        *_acts(session, case, outcomes={entry.code for entry in attempts}),
        *attempts,
        *_deliveries(session, case, steps),
        *_not_sent(steps),
        *_visits(session, case),
        *_notes(session, case),
        *(entry for entry in charges if entry.code not in WAITING),
    ]
    return Timeline(
        past=tuple(sorted(past, key=lambda entry: entry.at)),
        planned=tuple(sorted([*_planned(case, steps), *waiting], key=lambda entry: entry.at)),
    )


def _acts(session: Session, case: Case, *, outcomes: set[str]) -> Iterator[Entry]:
    for line in session.scalars(select(Audit).where(Audit.case_id == case.id).order_by(Audit.id)):
        if (outcomes and line.action in TOLD_BY_ATTEMPTS) or line.action in TOLD_ELSEWHERE:
            continue
        yield Entry(at=line.at, kind=EntryKind.ACT, code=line.action, actor=line.actor, detail=line.detail)


def _attempts(session: Session, case: Case) -> Iterator[Entry]:
    wanted = select(Attempt).where(Attempt.payment_id == case.payment_id).order_by(Attempt.at, Attempt.id)
    for number, attempt in enumerate(session.scalars(wanted), start=1):
        yield Entry(
            at=attempt.at,
            kind=EntryKind.ATTEMPT,
            code=attempt.outcome,
            actor=Actor.WHOP,
            detail={
                "number": number,
                "trigger": attempt.trigger,
                "decline_code": attempt.decline_code,
                "failure_message": attempt.failure_message,
            },
        )


def _deliveries(session: Session, case: Case, steps: Mapping[int, Step]) -> Iterator[Entry]:
    wanted = select(Delivery).where(Delivery.case_id == case.id).order_by(Delivery.started_at, Delivery.id)
    for delivery in session.scalars(wanted):
        yield Entry(
            at=delivery.started_at,
            kind=EntryKind.DELIVERY,
            code=delivery.outcome,
            actor=Actor.WORKER,
            detail={
                "position": _position(steps[delivery.step_id]),
                "delivery": delivery.id,
                "channel": delivery.channel,
                "recipient": delivery.recipient,
                "reason": delivery.reason,
                "last_before_payment": delivery.step_id == case.attribution_step_id,
            },
            why=steps[delivery.step_id].why,
            message=delivery.content,
        )


def _not_sent(steps: Mapping[int, Step]) -> Iterator[Entry]:
    for step in steps.values():
        if step.state in NOT_SENT:
            yield Entry(
                at=step.ended_at or step.due_at,
                kind=EntryKind.NOT_SENT,
                code=_position(step),
                actor=Actor.WORKER,
                detail={"channel": step.channel},
                why=step.outcome_why,
            )


def _visits(session: Session, case: Case) -> Iterator[Entry]:
    wanted = select(Visit).where(Visit.case_id == case.id).order_by(Visit.at.desc()).limit(MOST_VISITS)
    for visit in session.scalars(wanted):
        yield Entry(
            at=visit.at,
            kind=EntryKind.VISIT,
            code=visit.kind,
            actor=Actor.CUSTOMER,
            detail={"target": visit.target},
        )


def _notes(session: Session, case: Case) -> Iterator[Entry]:
    for note in session.scalars(select(Note).where(Note.case_id == case.id).order_by(Note.id)):
        yield Entry(
            at=note.at, kind=EntryKind.NOTE, code="note", actor=note.actor, detail={"text": note.text}
        )


def _retries(case: Case) -> Iterator[Entry]:
    """What is planned, or what became of it. Acts tell of decisions, but not of an install without a key."""
    for retry in case.retries:
        told_by_acts = retry.state == "cancelled" or (
            retry.state == "kept" and retry.why.get("code") != Why.RETRY_NO_KEY
        )
        if told_by_acts:
            continue
        waits = retry.state in WAITING
        yield Entry(
            at=retry.due_at if waits else retry.started_at or retry.ended_at or retry.decided_at,
            kind=EntryKind.RETRY,
            code=retry.state,
            actor=retry.actor,
            why=retry.why,
            also=retry.outcome_why,
        )


def _switches(case: Case) -> Iterator[Entry]:
    """What is planned, or what became of it; acts tell of all decisions."""
    for row in case.switches:
        if row.state in ("kept", "cancelled"):
            continue
        waits = row.state in WAITING
        yield Entry(
            at=row.due_at if waits else row.started_at or row.ended_at or row.decided_at,
            kind=EntryKind.UNDO if row.kind == UNDO else EntryKind.SWITCH,
            code=row.state,
            actor=row.actor,
            detail={"brand": row.card_brand, "last4": row.card_last4},
            why=row.why,
            also=row.outcome_why,
        )


def _planned(case: Case, steps: Mapping[int, Step]) -> Iterator[Entry]:
    for step in steps.values():
        if step.state in WAITING:
            yield Entry(
                at=step.due_at,
                kind=EntryKind.STEP,
                code=_position(step),
                actor=Actor.WORKER,
                detail={"channel": step.channel, "state": step.state},
                why=step.why,
                also=step.outcome_why,
            )
    if not CaseState(case.state).running:
        return
    next_attempt = case.payment.next_attempt_at
    newest = case.payment.last_failed_at or case.opened_at
    if next_attempt is not None and next_attempt > newest:
        yield Entry(at=next_attempt, kind=EntryKind.WHOP_TRIES, code="whop_tries", actor=Actor.WHOP)
    yield Entry(
        at=max(newest, case.opened_at) + LIMITS.window,
        kind=EntryKind.WINDOW_ENDS,
        code="window_ends",
        actor=Actor.WORKER,
        detail={"days": LIMITS.window.days},
    )


def _position(step: Step) -> str:
    """Which message of the conversation it is: the second half of its wording's key."""
    return step.wording_key.rpartition(".")[2]
