"""Complete webhook events as Whop would send them, for the development tools.

Both payload shapes, made from facts of whop-sdk 2.6.0 types. Builds and signs; it posts nothing, reads no
clock and no database. Whatever it makes goes through the same door and parser as Whop's own events.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from app.ops.dev_charge import Charge, Shape
from app.ops.dev_objects import dispute_object, membership_object, refund_object
from app.ops.dev_payment import payment_object
from app.whop.signature import signature_headers

API_VERSION_DATE = "2026-10-15-1"
RECOVERY_URL = "https://whop.com/pay/confirm/{payment_id}"

Event = dict[str, Any]


class Happening(StrEnum):
    """What can be made to happen to a payment; the value is what the tools' buttons send."""

    FAILS = "fails"
    NEEDS_CONFIRMATION = "needs_confirmation"
    IS_PAID = "is_paid"
    IS_PENDING = "is_pending"
    IS_VOIDED = "is_voided"
    IS_REFUNDED = "is_refunded"
    IS_DISPUTED = "is_disputed"
    CUSTOMER_CANCELS = "customer_cancels"
    MEMBERSHIP_ENDS = "membership_ends"


def event_of(happening: Happening, charge: Charge, *, shape: Shape, at: datetime) -> Event:
    """The event that Whop would send at `at` (the campaign's time) when this happens."""
    event_type, build = _BUILDERS[happening]
    charge = replace(charge, created_at=charge.created_at or at)
    event: Event = {
        "id": f"msg_{secrets.token_hex(11)}",
        "api_version": "v1",
        "api_version_date": API_VERSION_DATE if shape is Shape.PINNED else None,
        "type": event_type,
        "timestamp": iso(at),
        "account_id" if shape is Shape.PINNED else "company_id": charge.biz_id,
        "data": build(charge, shape, at),
    }
    return event


def signed(event: Event, *, key: bytes, wall: datetime) -> tuple[bytes, dict[str, str]]:
    """Body and headers as Whop would post them; `wall` is the machine's time, which signatures follow."""
    body = json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")
    headers = signature_headers(message_id=event["id"], body=body, secret=key, now=wall)
    return body, headers | {"content-type": "application/json"}


def iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _failed(charge: Charge, shape: Shape, at: datetime) -> Event:
    # Whop tries once a day for five days (facts: help.whop.com, failed payments recovery).
    following = at + timedelta(days=1) if charge.retryable and charge.payments_failed < 5 else None
    return _payment(charge, shape, at, "open", "past_due", next_attempt=following)


def _needs_confirmation(charge: Charge, shape: Shape, at: datetime) -> Event:
    charge = replace(charge, decline_code="authentication_required", retryable=True)
    page = RECOVERY_URL.format(payment_id=charge.payment_id)
    return _payment(charge, shape, at, "open", "past_due", recovery_url=page)


def _paid(charge: Charge, shape: Shape, at: datetime) -> Event:
    return _payment(_without_fault(charge), shape, at, "paid", "succeeded", paid_at=at)


def _pending(charge: Charge, shape: Shape, at: datetime) -> Event:
    return _payment(_without_fault(charge), shape, at, "pending", "pending")


def _voided(charge: Charge, shape: Shape, at: datetime) -> Event:
    return _payment(_without_fault(charge), shape, at, "void", "canceled")


def _payment(
    charge: Charge, shape: Shape, at: datetime, status: str, substatus: str, **changes: Any
) -> Event:
    times = {name: iso(changes[name]) if changes.get(name) else None for name in ("next_attempt", "paid_at")}
    return payment_object(
        charge,
        pinned=shape is Shape.PINNED,
        status=(status, substatus),
        at=iso(at),
        created_at=iso(charge.created_at or at),
        recovery_url=changes.get("recovery_url"),
        **times,
    )


def _refunded(charge: Charge, shape: Shape, at: datetime) -> Event:
    return refund_object(charge, at=iso(at))


def _disputed(charge: Charge, shape: Shape, at: datetime) -> Event:
    return dispute_object(charge, pinned=shape is Shape.PINNED, at=iso(at))


def _customer_cancels(charge: Charge, shape: Shape, at: datetime) -> Event:
    pinned = shape is Shape.PINNED
    return membership_object(charge, pinned=pinned, at=iso(at), cancels=True, status="past_due")


def _membership_ends(charge: Charge, shape: Shape, at: datetime) -> Event:
    pinned = shape is Shape.PINNED
    return membership_object(charge, pinned=pinned, at=iso(at), cancels=False, status="canceled")


def _without_fault(charge: Charge) -> Charge:
    return replace(charge, decline_code=None, retryable=False)


_BUILDERS: Mapping[Happening, tuple[str, Callable[[Charge, Shape, datetime], Event]]] = {
    Happening.FAILS: ("payment.failed", _failed),
    Happening.NEEDS_CONFIRMATION: ("payment.requires_action", _needs_confirmation),
    Happening.IS_PAID: ("payment.succeeded", _paid),
    Happening.IS_PENDING: ("payment.pending", _pending),
    Happening.IS_VOIDED: ("payment.canceled", _voided),
    Happening.IS_REFUNDED: ("refund.created", _refunded),
    Happening.IS_DISPUTED: ("dispute.created", _disputed),
    Happening.CUSTOMER_CANCELS: ("membership.cancel_at_period_end_changed", _customer_cancels),
    Happening.MEMBERSHIP_ENDS: ("membership.deactivated", _membership_ends),
}
