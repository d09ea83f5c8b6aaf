"""Writes down what a merchant is to be told, in the transaction of the fact that causes it. Sends nothing."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.models import Alert, AlertDelivery, Attempt, Case, Merchant
from app.models.base import insert_once
from app.models.case import BACKFILL
from app.recovery.alerts import NO_LOSS, CaseNow, Urgency, Wanted, events_amiss, of_case
from app.recovery.decline import DeclineClass, classify
from app.recovery.machine import CaseReason, CaseState
from app.recovery.money import Money


def write_alert(
    session: Session, merchant: Merchant, wanted: Wanted, *, now: datetime, case_id: int | None = None
) -> int | None:
    """The new alert's id; None where the merchant has been told of this, or is about to be."""
    return insert_once(
        session,
        Alert,
        ("merchant_id", "key"),
        {
            "merchant_id": merchant.id,
            "case_id": case_id,
            "kind": wanted.kind.value,
            "key": wanted.key,
            "urgency": wanted.urgency.value,
            "detail": dict(wanted.detail),
            "state": "waiting" if wanted.urgency is Urgency.INSTANT else "kept",
            "at": now,
        },
    )


def alert_of_case(session: Session, case: Case, *, new: bool, changed: bool, now: datetime) -> None:
    """After a change of the case, under its locks. What was learnt of the time before is no news."""
    if case.origin == BACKFILL:
        return
    amount = None
    if case.amount_minor is not None and case.currency is not None:
        amount = Money(case.currency, case.amount_minor)
    assert case.reason is not None
    stands = CaseNow(
        case_id=case.id,
        new=new,
        changed=changed,
        state=CaseState(case.state),
        reason=CaseReason(case.reason),
        decline_class=DeclineClass(case.decline_class),
        amount=amount,
        opened_at=case.opened_at,
        now=now,
        deceased=case.customer.contact_stopped == "deceased" and _said_deceased(session, case),
    )
    for wanted in of_case(stands, amounts=case.merchant.alert_amounts or {}):
        if write_alert(session, case.merchant, wanted, now=now, case_id=case.id) is None:
            _true_again(session, case.merchant, wanted, now=now)


def _true_again(session: Session, merchant: Merchant, wanted: Wanted, *, now: datetime) -> None:
    """Where a loss was left untold because it had come to nothing, it is told after all."""
    written = select(Alert.id).where(Alert.merchant_id == merchant.id, Alert.key == wanted.key)
    left_untold = (AlertDelivery.state == "skipped", AlertDelivery.reason == NO_LOSS)
    again = session.scalars(
        update(AlertDelivery)
        .where(AlertDelivery.alert_id.in_(written), *left_untold)
        .values(state="planned", due_at=now, reason=None, ended_at=None)
        .returning(AlertDelivery.alert_id)
    ).all()
    session.execute(update(Alert).where(Alert.id.in_(again)).values(detail=dict(wanted.detail), at=now))


def _said_deceased(session: Session, case: Case) -> bool:
    """Of two declines the one that was heard last must not hide the other."""
    codes = session.scalars(select(Attempt.decline_code).where(Attempt.payment_id == case.payment_id))
    return any(classify(code) is DeclineClass.SENSITIVE for code in codes if code)


def alert_of_event(session: Session, merchant: Merchant, *, now: datetime) -> None:
    """An event of this merchant was set aside, or given up."""
    day = now.astimezone(ZoneInfo(merchant.zone)).date().isoformat()
    write_alert(session, merchant, events_amiss(day), now=now)
