"""Writes down what a merchant's programs are to be told of a case, in the transaction of its change. Sends nothing."""

import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.models import Case, Endpoint, EndpointDelivery
from app.models.case import BACKFILL, Arm
from app.recovery.announced import Announced, of_change
from app.recovery.machine import CaseState
from app.recovery.money import Money

UNTOLD = "autocharge_untold"
"""In a session's info: what it writes is made up, and nobody's program is to hear of it."""


def announce(session: Session, case: Case, *, new: bool, was: CaseState, now: datetime) -> None:
    """After a change of the case: a row for each event and each address that wants it."""
    events = of_change(
        new=new,
        was=was,
        state=CaseState(case.state),
        control=case.arm == Arm.CONTROL,
        backfilled=case.origin == BACKFILL,
    )
    if not events or UNTOLD in session.info:
        return
    listening = session.execute(
        select(Endpoint.id, Endpoint.events)
        .where(Endpoint.merchant_id == case.merchant_id, Endpoint.on, Endpoint.removed_at.is_(None))
        .order_by(Endpoint.id)
    ).all()
    rows = [
        delivery(endpoint_id, case.merchant_id, event, _told(case), now=now, case_id=case.id)
        for event in events
        for endpoint_id, wanted in listening
        if event in wanted.split()
    ]
    if rows:
        write(session, rows)


def write(session: Session, rows: Iterable[Mapping[str, Any]]) -> None:
    session.execute(insert(EndpointDelivery), list(rows))


def delivery(
    endpoint_id: int,
    merchant_id: int,
    event: Announced,
    data: Mapping[str, Any],
    *,
    now: datetime,
    case_id: int | None = None,
) -> dict[str, Any]:
    """The columns of a row that is due at once."""
    body = {"type": event.value, "timestamp": _moment(now), "data": data}
    return {
        "endpoint_id": endpoint_id,
        "merchant_id": merchant_id,
        "case_id": case_id,
        "message_id": f"msg_{secrets.token_hex(16)}",
        "event": event.value,
        "body": json.dumps(body, ensure_ascii=False, separators=(",", ":")),
        "state": "planned",
        "due_at": now,
        "attempts": 0,
        "tries": 0,
        "at": now,
    }


def _told(case: Case) -> dict[str, Any]:
    payment = case.payment
    return {
        "account": case.merchant.biz_id,
        "case": {
            "id": case.id,
            "payment_id": payment.payment_id,
            "membership_id": payment.membership_id,
            "product": payment.product_title,
            "state": case.state,
            "reason": case.reason,
            "decline_class": case.decline_class,
            "decline_code": payment.decline_code,
            "amount": _money(case.currency, case.amount_minor),
            "taken_back": _money(case.currency, case.taken_back_minor),
            "attribution": case.attribution,
            "arm": case.arm,
            "opened_at": _moment(case.opened_at),
            "recovered_at": _moment(case.recovered_at) if case.recovered_at else None,
        },
    }


def _money(currency: str | None, minor: int | None) -> dict[str, str] | None:
    if currency is None or minor is None:
        return None
    money = Money(currency, minor)
    return {"amount": money.plain(), "currency": money.currency}


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
