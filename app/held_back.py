"""What would go out now: messages, charges, alerts and webhooks whose time has come, whoever they belong to."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, Subquery, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from app.models import Alert, AlertDelivery, Case, EndpointDelivery, Merchant, MethodSwitch, Retry, Step


class What(StrEnum):
    MESSAGE = "message"
    CHARGE = "charge"
    OTHER_CARD = "other_card"
    ALERT = "alert"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class Waiting:
    what: What
    biz_id: str
    case_id: int | None
    due_at: datetime
    via: str | None
    """The channel of a message, the place of an alert, the event of a webhook."""


def listed(session: Session, *, now: datetime, limit: int, merchant_id: int | None = None) -> list[Waiting]:
    """The oldest first; `merchant_id`: None for all merchants, as whoever runs the install sees them."""
    rows = _rows(now, merchant_id)
    of_merchants = select(*rows.c, Merchant.biz_id).join(Merchant, Merchant.id == rows.c.merchant_id)
    found = session.execute(of_merchants.order_by(rows.c.due_at, rows.c.what, rows.c.case_id).limit(limit))
    return [Waiting(What(one.what), one.biz_id, one.case_id, one.due_at, one.via) for one in found]


def counted(session: Session, *, now: datetime, merchant_id: int | None = None) -> dict[What, int]:
    """By kind; those of which there is none are left out."""
    rows = _rows(now, merchant_id)
    found = session.execute(select(rows.c.what, func.count()).group_by(rows.c.what))
    there = {What(what): int(number) for what, number in found}
    return {what: there[what] for what in What if what in there}


def due(
    row: type[Step | Retry | MethodSwitch | AlertDelivery | EndpointDelivery], now: datetime
) -> tuple[Any, ...]:
    return row.state == "planned", row.due_at <= now


def _rows(now: datetime, merchant_id: int | None) -> Subquery:
    alerts = _part(What.ALERT, Alert, AlertDelivery, AlertDelivery.place, now)
    webhooks = _part(What.WEBHOOK, EndpointDelivery, EndpointDelivery, EndpointDelivery.event, now)
    parts = [
        _of_cases(What.MESSAGE, Step, Step.channel, now),
        _of_cases(What.CHARGE, Retry, null(), now),
        _of_cases(What.OTHER_CARD, MethodSwitch, null(), now),
        alerts.join(Alert, Alert.id == AlertDelivery.alert_id),
        webhooks,
    ]
    rows = union_all(*parts).subquery()
    return rows if merchant_id is None else select(rows).where(rows.c.merchant_id == merchant_id).subquery()


def _of_cases(what: What, row: type[Step | Retry | MethodSwitch], via: Any, now: datetime) -> Select[Any]:
    chosen = select(
        literal(what.value).label("what"), Case.merchant_id, row.case_id, row.due_at, via.label("via")
    )
    return chosen.join(Case, Case.id == row.case_id).where(*due(row, now))


def _part(
    what: What,
    owner: type[Alert | EndpointDelivery],
    row: type[AlertDelivery | EndpointDelivery],
    via: Any,
    now: datetime,
) -> Select[Any]:
    chosen = select(
        literal(what.value).label("what"), owner.merchant_id, owner.case_id, row.due_at, via.label("via")
    )
    return chosen.select_from(row).where(*due(row, now))
