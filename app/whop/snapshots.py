"""Objects read by the API, made into the events that Whop would have posted about them.

So what was read goes the one way that all facts go: the inbox, the parser, the cases. A message id is made of what
matters in the object: one and the same state has its effect once, however often it is read.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

import msgspec

from app.whop import fields
from app.whop.asking import API_VERSION, moment_text
from app.whop.json_body import JsonObject

_PAYMENT_MATTERS = (
    "status",
    "substatus",
    "billing_reason",
    "payments_failed",
    "last_payment_attempt_at",
    "next_payment_attempt_at",
    "decline_code",
    "retryable",
    "recovery_url",
    "payment_method_id",
    "total",
    "paid_at",
    "refunded_amount",
    "refunded_at",
    "updated_at",
)
"""`updated_at` among them: a payment that went there and back again is news, too."""
_MEMBERSHIP_MATTERS = (
    "status",
    "most_recent_action",
    "cancel_at_period_end",
    "canceled_at",
    "manage_url",
    "current_period_end",
    "updated_at",
)
_BY_STATUS = {
    "paid": "payment.succeeded",
    "pending": "payment.pending",
    "authorized": "payment.authorized",
    "void": "payment.canceled",
    "uncollectible": "payment.failed",
}
_encoder = msgspec.json.Encoder(decimal_format="number", order="deterministic")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An event for the inbox."""

    message_id: str
    body: bytes


def payment_event(data: JsonObject, *, biz_id: str, read_at: datetime) -> Snapshot | None:
    """None where the payment says nothing: a draft, say, or one of another account. `read_at` (aware): when it was read.

    An unpaid one is a failure once a charge has failed. A row of a list lacks the `recovery_url` that the payment
    itself may have.
    """
    if fields.identifier(data.get("account_id")) not in (biz_id, None):
        return None
    event_type = _payment_type(data)
    return _event(event_type, data, _PAYMENT_MATTERS, biz_id=biz_id, read_at=read_at) if event_type else None


def membership_event(data: JsonObject, *, biz_id: str, read_at: datetime) -> Snapshot | None:
    """None where it is of another account, or has no id. `read_at` (aware): when it was read."""
    if fields.reference(data, "account") not in (biz_id, None):
        return None
    return _event("membership.updated", data, _MEMBERSHIP_MATTERS, biz_id=biz_id, read_at=read_at)


def _payment_type(data: JsonObject) -> str | None:
    status = fields.word(data.get("status")) or ""
    if status != "open":
        return _BY_STATUS.get(status)
    failed = (fields.count(data.get("payments_failed")) or 0) > 0 or fields.word(data.get("decline_code"))
    return "payment.failed" if failed else "payment.created"


def _event(
    event_type: str, data: JsonObject, matters: tuple[str, ...], *, biz_id: str, read_at: datetime
) -> Snapshot | None:
    object_id = fields.identifier(data.get("id"))
    if object_id is None:
        return None
    state = [event_type, biz_id, *(data.get(name) for name in matters)]
    message_id = f"seen_{object_id}_{hashlib.sha256(_encoder.encode(state)).hexdigest()[:22]}"
    event = {
        "id": message_id,
        "api_version": "v1",
        "api_version_date": API_VERSION,
        "type": event_type,
        "timestamp": moment_text(read_at),
        "account_id": biz_id,
        "data": data,
    }
    return Snapshot(message_id, _encoder.encode(event))
