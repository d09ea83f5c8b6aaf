"""What a payment that was read by the API tells, as events: how it stands, and that it had failed before.

A payment keeps the number of its failed charges and the time of its making. So a failure whose event never came
can still be told, although it is paid by now. Pure; it knows nothing of what was heard already.
"""

from datetime import datetime

from app.whop import fields
from app.whop.json_body import JsonObject
from app.whop.snapshots import Snapshot, payment_event

AFTER_A_FAILURE = frozenset({"paid", "pending", "void"})
"""States whose own event does not say that a charge had failed before."""


def retold(data: JsonObject, *, biz_id: str, read_at: datetime) -> tuple[Snapshot, ...]:
    """How it stands comes first: a failure that is told after its success opens no work for anybody."""
    events = [payment_event(data, biz_id=biz_id, read_at=read_at)]
    failed = (fields.count(data.get("payments_failed")) or 0) > 0
    if failed and data.get("status") in AFTER_A_FAILURE:
        events.append(payment_event(_as_it_first_failed(data), biz_id=biz_id, read_at=read_at))
    return tuple(event for event in events if event is not None)


def _as_it_first_failed(data: JsonObject) -> JsonObject:
    """Whop makes a renewal's payment when it first charges for it. Why that failed may not be known any more."""
    made_at = data.get("created_at")
    return data | {
        "status": "open",
        "substatus": "past_due",
        "payments_failed": 1,
        "last_payment_attempt_at": made_at,
        "updated_at": made_at,
        "paid_at": None,
        "refunded_at": None,
        "refunded_amount": None,
        "retryable": None,
        "next_payment_attempt_at": None,
        "recovery_url": None,
    }
