"""Keeps a case's switch to another saved card in line with the case: plans, moves, keeps or cancels it.

When and whether is decided by `app.recovery.switch`. Called under the locks of merchant and case. It charges nobody.
Nothing is written for a case whose merchant or customer has not agreed to any of it.
"""

from datetime import datetime
from secrets import token_urlsafe

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cases.audit import Act, Actor, note_case
from app.cases.card_notices import tell
from app.cases.payments import ON_SCHEDULE, OURS, SWITCHED
from app.cases.retrying import share_of
from app.cases.rules import Rules
from app.models import Attempt, Case, MethodSwitch, Payment, Retry
from app.models.contact import zone_of
from app.models.method_switch import DONE
from app.models.retry import RETRY, SPENT
from app.recovery import switch as pure
from app.recovery.decline import DeclineClass
from app.recovery.machine import CaseState
from app.recovery.reasons import Reason, Why

WAITING = ("planned", "claimed")
ENDED = (*DONE, "refused")


def switch_of(session: Session, case: Case, kind: str = pure.KIND) -> MethodSwitch | None:
    """Locked, as `retry_of`."""
    return session.scalars(
        select(MethodSwitch)
        .where(MethodSwitch.payment_id == case.payment_id, MethodSwitch.kind == kind)
        .with_for_update()
    ).one_or_none()


def follow_switch(session: Session, case: Case, *, now: datetime, rules: Rules, new: bool = False) -> None:
    """After a change of the case, its payment, its retry or a consent. `new`: this transaction has made the case."""
    row = None if new else switch_of(session, case)
    if row is not None and row.state in ENDED:
        _settle(session, case, row, now=now)
    elif case.state != CaseState.OPEN:
        if row is not None and row.state in WAITING:
            _cancel(session, case, row, now)
    elif row is not None or _agreed(case):
        outlook = outlook_of(session, case, row, now=now, rules=rules)
        decision = pure.decide(outlook)
        if row is None or not stands(row, outlook, decision):
            write(session, case, row, decision, now=now)


def write(
    session: Session,
    case: Case,
    row: MethodSwitch | None,
    decision: pure.Switch | pure.Keep,
    *,
    now: datetime,
) -> None:
    """Put a decision down, in the row and in the case's history."""
    why = decision.why.stored()
    told_before = row is not None and row.state == "kept" and row.why.get("code") == why["code"]
    if row is None:
        row = new_row(case, pure.KIND)
        session.add(row)
    planned = isinstance(decision, pure.Switch)
    row.state = "planned" if planned else "kept"
    row.due_at = decision.at if isinstance(decision, pure.Switch) else now
    row.key, row.actor, row.why, row.decided_at = new_key(), Actor.WORKER.value, why, now
    row.outcome_why = row.lease_until = row.ended_at = None
    session.flush()
    if planned:
        detail = {"at": row.due_at.isoformat(), **why}
        note_case(session, case, Act.SWITCH_PLANNED, actor=Actor.WORKER, at=now, detail=detail)
    elif not told_before:
        note_case(session, case, Act.SWITCH_KEPT, actor=Actor.WORKER, at=now, detail=why)


def new_row(case: Case, kind: str) -> MethodSwitch:
    return MethodSwitch(case_id=case.id, payment_id=case.payment_id, kind=kind, attempts=0, state="", key="")


def new_key() -> str:
    return f"switch_{token_urlsafe(18)}"


def outlook_of(
    session: Session, case: Case, row: MethodSwitch | None, *, now: datetime, rules: Rules
) -> pure.Outlook:
    """As far as our own rows tell: which cards there are, and who can be told, is asked when its time has come."""
    payment, opened = case.payment, case.opened_at
    retry = _retry(session, payment)
    not_ours = (Attempt.outcome == "failed", Attempt.trigger.not_in((OURS, SWITCHED)))
    newest = session.scalar(select(func.max(Attempt.at)).where(Attempt.payment_id == payment.id, *not_ours))
    found_none = row is not None and row.why.get("code") == Why.SWITCH_NO_OTHER_CARD
    return pure.Outlook(
        decline_class=DeclineClass(case.decline_class),
        failed_at=opened,
        whops_at=max(newest or opened, opened),
        next_attempt_at=payment.next_attempt_at,
        ours_at=retry.started_at if retry and retry.state in SPENT else None,
        retry_at=_planned_for(retry, now),
        now=now,
        zone=zone_of(case.customer, now).zone,
        on=case.merchant.other_card_on,
        consented=case.customer.card_consent_at is not None,
        failed=failed_method(payment),
        none_at=row.decided_at if row is not None and found_none else None,
        payments_failed=payment.payments_failed,
        not_before=row.not_before if row else None,
        spent=row is not None and row.state in ENDED,
        forbidden=_forbidden(case, rules),
        share=share_of(payment.payment_id),
    )


def failed_method(payment: Payment) -> pure.Method | None:
    """What the newest attempt was charged to; None where Whop did not say, or names no membership to change."""
    if payment.method_id is None or payment.membership_id is None:
        return None
    return pure.Method(
        method_id=payment.method_id,
        brand=payment.card_brand,
        last4=payment.card_last4,
        exp_month=payment.card_exp_month,
        exp_year=payment.card_exp_year,
    )


def stands(row: MethodSwitch, outlook: pure.Outlook, decision: pure.Switch | pure.Keep) -> bool:
    """Whether what was decided before is still right."""
    if isinstance(decision, pure.Keep):
        return row.state == "kept" and row.why == decision.why.stored()
    if row.state not in WAITING:
        return False
    if row.due_at <= outlook.now:
        return pure.due(outlook)
    return row.due_at == decision.at


def switched_at(session: Session, payment: Payment) -> datetime | None:
    """When we asked Whop to charge another card for it; None where we have not."""
    mine = (MethodSwitch.payment_id == payment.id, MethodSwitch.kind == pure.KIND)
    return session.scalar(select(MethodSwitch.started_at).where(*mine))


def _settle(session: Session, case: Case, row: MethodSwitch, *, now: datetime) -> None:
    """What has come of a switch: an answer that was lost may be seen in the payment, and the customer is told."""
    payment = case.payment
    times = (payment.last_failed_at, payment.paid_at, payment.pending_at)
    since = row.started_at - ON_SCHEDULE if row.started_at else now  # Whop's clock is not ours
    heard = any(at is not None and at >= since for at in times)
    if row.state == "unknown" and heard and payment.method_id == row.method_id:
        why = Reason(Why.SWITCH_SEEN).stored()
        row.state, row.outcome_why = "taken", why
        note_case(session, case, Act.SWITCH_ENDED, actor=Actor.WHOP, at=now, detail=why)
    if row.state == "taken":
        tell(session, case, row, now=now)


def _agreed(case: Case) -> bool:
    both = case.merchant.other_card_on and case.customer.card_consent_at is not None
    return both and case.hands_off is None


def _forbidden(case: Case, rules: Rules) -> Reason | None:
    """Who must not be written to is not charged either: nobody could tell them of it."""
    if case.hands_off is not None:
        return Reason(case.hands_off)
    if case.customer.no_contact is not None:
        return Reason(Why.CONTACT_STOPPED, {"cause": case.customer.no_contact})
    return None if rules.retries else Reason(Why.RETRY_NO_KEY)


def _retry(session: Session, payment: Payment) -> Retry | None:
    return session.scalars(
        select(Retry).where(Retry.payment_id == payment.id, Retry.kind == RETRY)
    ).one_or_none()


def _planned_for(retry: Retry | None, now: datetime) -> datetime | None:
    if retry is None or retry.state not in ("planned", "claimed", "sending"):
        return None
    return max(retry.due_at, now) if retry.state == "planned" else now


def _cancel(session: Session, case: Case, row: MethodSwitch, now: datetime) -> None:
    running = CaseState(case.state).running
    why = Reason(Why.CASE_WAITS if running else Why.CASE_CLOSED, {"cause": case.reason}).stored()
    row.state, row.outcome_why, row.lease_until, row.ended_at = "cancelled", why, None, now
    note_case(session, case, Act.SWITCH_CANCELLED, actor=Actor.WORKER, at=now, detail=why)
