"""Keeps a case's one retry in line with the case: plans, moves, keeps or cancels it. When is decided elsewhere.

Called under the locks of merchant and case. It charges nobody.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cases.audit import Act, Actor, note_case
from app.cases.erased import ERASED
from app.cases.rules import Rules
from app.models import Attempt, Case, MethodSwitch, Payment, Retry
from app.models.contact import zone_of
from app.models.merchant import lock_merchant
from app.models.method_switch import DONE
from app.models.retry import RETRY, SPENT
from app.recovery import retry as pure
from app.recovery.decline import DeclineClass
from app.recovery.machine import CaseState
from app.recovery.reasons import Reason, Why
from app.recovery.switch import KIND as SWITCH

WAITING = ("planned", "claimed")
ENDED = (*SPENT, "refused")
NO_CHARGE = frozenset({"disputed", "deceased"})
"""Causes of silence that forbid a charge as well; who asked for no more reminders still owes the money."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How many of our own retries a payment still has. `why` says why none may be spent now."""

    left: int
    used: int
    why: Reason | None = None


def retry_of(session: Session, case: Case) -> Retry | None:
    """Locked: whoever carries it out changes it under the same locks, and its lease's end without them."""
    return session.scalars(
        select(Retry).where(Retry.payment_id == case.payment_id, Retry.kind == RETRY).with_for_update()
    ).one_or_none()


def follow_case(session: Session, case: Case, *, now: datetime, rules: Rules, new: bool = False) -> None:
    """After a change of the case or its payment. `new`: this transaction has made the case."""
    row = None if new else retry_of(session, case)
    if row is not None and row.state in ENDED:
        return
    if case.state != CaseState.OPEN:
        if row is not None and row.state in WAITING:
            _cancel(session, case, row, now)
        return
    outlook = outlook_of(session, case, row, now=now, rules=rules)
    decision = pure.decide(outlook)
    if row is not None and _stands(row, outlook, decision):
        return
    write(session, case, row, decision, now=now)


def write(
    session: Session, case: Case, row: Retry | None, decision: pure.Retry | pure.Keep, *, now: datetime
) -> None:
    """Put a decision down, in the row and in the case's history."""
    planned = isinstance(decision, pure.Retry)
    why = decision.why.stored()
    told_before = row is not None and row.state == "kept" and row.why.get("code") == why["code"]
    if row is None:
        row = Retry(
            case_id=case.id, payment_id=case.payment_id, kind=RETRY, attempts=0, refusals=0, state="", key=""
        )
        session.add(row)
    row.state = "planned" if planned else "kept"
    row.due_at = decision.at if isinstance(decision, pure.Retry) else now
    # Whop repeats for a day what it said to a key, so each decision has its own.
    row.key, row.actor, row.why, row.decided_at = new_key(), Actor.WORKER.value, why, now
    row.outcome_why = row.lease_until = row.ended_at = None
    session.flush()
    if planned:
        detail = {"at": row.due_at.isoformat(), **why}
        note_case(session, case, Act.RETRY_PLANNED, actor=Actor.WORKER, at=now, detail=detail)
    elif not told_before and decision.why.code is not Why.RETRY_NO_KEY:  # that is the install's affair
        note_case(session, case, Act.RETRY_KEPT, actor=Actor.WORKER, at=now, detail=why)


def retry_budget(session: Session, case: Case, *, now: datetime, rules: Rules) -> Budget:
    """What the merchant may still spend by hand, at this moment."""
    row = session.scalars(
        select(Retry).where(Retry.payment_id == case.payment_id, Retry.kind == RETRY)
    ).one_or_none()
    if row is not None and row.state in SPENT:
        return Budget(0, 1, Reason(Why.RETRY_SPENT))
    return Budget(1, 0, _why_not_now(session, case, row, now=now, rules=rules))


def retry_now(session: Session, case: Case, *, actor: str, now: datetime, rules: Rules) -> Reason | None:
    """Spend the retry at once, by the merchant's wish. None: it is due; else why it may not be spent now.

    Whop is read right before the charge all the same.
    """
    lock_merchant(session, case.merchant_id)
    session.refresh(case, with_for_update={"of": Case})
    row = retry_of(session, case)
    why_not = _why_not_now(session, case, row, now=now, rules=rules)
    if why_not is not None:
        return why_not
    if row is not None and row.state == "claimed":
        return None  # a worker is at it
    why = Reason(Why.RETRY_BY_MERCHANT)
    write(session, case, row, pure.Retry(now, why), now=now)
    note_case(session, case, Act.RETRY_ASKED, actor=actor, at=now)
    planned = retry_of(session, case)
    assert planned is not None
    planned.actor = actor
    return None


def due_decision(
    session: Session, case: Case, row: Retry, *, now: datetime, rules: Rules
) -> pure.Keep | pure.Retry | None:
    """For a retry whose time has come: None where it may be made now, else the decision that takes its place."""
    outlook = outlook_of(session, case, row, now=now, rules=rules)
    decision = pure.decide(outlook)
    return None if _stands(row, outlook, decision) else decision


def outlook_of(
    session: Session, case: Case, row: Retry | None, *, now: datetime, rules: Rules
) -> pure.Outlook:
    payment = case.payment
    newest = session.scalar(
        select(func.max(Attempt.at)).where(Attempt.payment_id == payment.id, Attempt.outcome == "failed")
    )
    return pure.Outlook(
        decline_class=DeclineClass(case.decline_class),
        failed_at=case.opened_at,
        last_attempt_at=max(newest or case.opened_at, case.opened_at),
        next_attempt_at=payment.next_attempt_at,
        now=now,
        zone=zone_of(case.customer, now).zone,
        retryable=payment.retryable,
        payments_failed=payment.payments_failed,
        not_before=row.not_before if row else None,
        refusals=row.refusals if row else 0,
        spent=row is not None and row.state in SPENT,
        forbidden=_forbidden(case, rules) or _after_switch(session, payment),
        share=share_of(payment.payment_id),
    )


def started_at(session: Session, payment: Payment) -> datetime | None:
    """When we asked Whop to charge it again; None where we have not."""
    return session.scalar(select(Retry.started_at).where(Retry.payment_id == payment.id, Retry.kind == RETRY))


def new_key() -> str:
    return f"retry_{token_urlsafe(18)}"


def _forbidden(case: Case, rules: Rules) -> Reason | None:
    if case.hands_off is not None:
        return Reason(case.hands_off)
    if case.customer.erased_at is not None:
        return Reason(Why.CONTACT_STOPPED, {"cause": ERASED})
    if case.customer.contact_stopped in NO_CHARGE:
        return Reason(Why.CONTACT_STOPPED, {"cause": case.customer.contact_stopped})
    if not rules.retries:
        return Reason(Why.RETRY_NO_KEY)
    return None if case.merchant.retries_on else Reason(Why.RETRY_SWITCHED_OFF)


def _after_switch(session: Session, payment: Payment) -> Reason | None:
    """Once another card may have been charged it is not sure which one a retry would charge."""
    tried = (MethodSwitch.payment_id == payment.id, MethodSwitch.kind == SWITCH)
    wanted = select(MethodSwitch.id).where(*tried, MethodSwitch.state.in_(DONE))
    return Reason(Why.RETRY_AFTER_SWITCH) if session.scalar(wanted.limit(1)) is not None else None


def _why_not_now(
    session: Session, case: Case, row: Retry | None, *, now: datetime, rules: Rules
) -> Reason | None:
    if case.state != CaseState.OPEN:
        return Reason(Why.CASE_CLOSED if case.closed_at else Why.CASE_WAITS, {"cause": case.reason})
    if row is not None and row.state == "refused":
        return Reason(Why.RETRY_REFUSED, dict(row.outcome_why or {}) | {"code": Why.RETRY_REFUSED.value})
    return pure.why_not_at(outlook_of(session, case, row, now=now, rules=rules), now)


def _stands(row: Retry, outlook: pure.Outlook, decision: pure.Retry | pure.Keep) -> bool:
    """Whether what was decided before is still right."""
    if isinstance(decision, pure.Keep):
        return row.state == "kept" and row.why == decision.why.stored()
    if row.state not in WAITING:
        return False
    if row.why.get("code") == Why.RETRY_BY_MERCHANT:
        return pure.allowed(outlook, max(outlook.now, row.due_at))
    if row.due_at <= outlook.now:
        # Its time has come: is this moment as good as then? Not the payment's own place in a morning that has begun.
        at_once = pure.decide(replace(outlook, share=0.0))
        return isinstance(at_once, pure.Retry) and at_once.at <= outlook.now
    same_day = row.due_at.astimezone(outlook.zone).date() == decision.at.astimezone(outlook.zone).date()
    same = same_day and row.why.get("code") == decision.why.code
    return same and pure.allowed(outlook, row.due_at)


def _cancel(session: Session, case: Case, row: Retry, now: datetime) -> None:
    why = Reason(
        Why.CASE_CLOSED if not CaseState(case.state).running else Why.CASE_WAITS, {"cause": case.reason}
    )
    row.state, row.outcome_why, row.lease_until, row.ended_at = "cancelled", why.stored(), None, now
    note_case(session, case, Act.RETRY_CANCELLED, actor=Actor.WORKER, at=now, detail=why.stored())


def share_of(payment_id: str) -> float:
    """The payment's own place where payments are spread: the same in every decision."""
    return int.from_bytes(sha256(payment_id.encode()).digest()[:4]) / 2**32
