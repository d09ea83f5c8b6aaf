"""Whop's webhooks for tests: the sample files, and every other event derived from them.

Each builder gives a new dict; `shape` chooses the pinned or the legacy form, `data` overrides fields of
`data` by their name in that form. Without `at` the times are the sample's.
"""

from datetime import datetime
from typing import Any, Unpack

from app.whop.signature import signature_headers, signing_key
from tests.support import whop_objects, whop_shapes
from tests.support.whop_shapes import (
    NO_FAULT,
    MembershipOptions,
    Options,
    PaymentOptions,
    finish,
    iso,
    membership,
    payment,
    wrapped,
)

SECRET = "ws_0f3c9a7be14d5826c0b9e1d2a3f4857690abcdef1234567890fedcba98765432"

Event = whop_shapes.Event
load = whop_shapes.load
encoded = whop_shapes.encoded
samples = whop_shapes.samples


def signed(event: Event, *, secret: str = SECRET, now: datetime) -> tuple[bytes, dict[str, str]]:
    """Body and headers as Whop would post them at `now`."""
    body = encoded(event)
    headers = signature_headers(message_id=event["id"], body=body, secret=signing_key(secret), now=now)
    return body, headers | {"content-type": "application/json"}


def payment_failed(
    *,
    decline_code: str | None = "insufficient_funds",
    retryable: bool = True,
    **options: Unpack[PaymentOptions],
) -> Event:
    changes = {"decline_code": decline_code, "retryable": retryable}
    return payment("payment.failed", changes, options)


def payment_requires_action(
    *,
    recovery_url: str = "https://whop.com/pay/confirm/pay_9Jr3bXw7QeVnTk",
    **options: Unpack[PaymentOptions],
) -> Event:
    changes = {"decline_code": "authentication_required", "recovery_url": recovery_url}
    return payment("payment.requires_action", changes, options)


def payment_succeeded(**options: Unpack[PaymentOptions]) -> Event:
    paid_at = iso(options["at"]) if "at" in options else "2026-11-21T17:42:31.000Z"
    updated_at = iso(options["at"]) if "at" in options else "2026-11-21T17:42:33.000Z"
    changes = {"status": "paid", "substatus": "succeeded", "paid_at": paid_at, "updated_at": updated_at}
    return payment("payment.succeeded", changes | NO_FAULT | {"refundable": True}, options)


def payment_pending(**options: Unpack[PaymentOptions]) -> Event:
    return payment("payment.pending", {"status": "pending", "substatus": "pending"} | NO_FAULT, options)


def payment_canceled(**options: Unpack[PaymentOptions]) -> Event:
    return payment("payment.canceled", {"status": "void", "substatus": "canceled"} | NO_FAULT, options)


def payment_created(**options: Unpack[PaymentOptions]) -> Event:
    return payment("payment.created", {"status": "open", "substatus": "incomplete"} | NO_FAULT, options)


def payment_authorized(**options: Unpack[PaymentOptions]) -> Event:
    changes = {"status": "authorized", "substatus": "requires_capture"} | NO_FAULT
    return payment("payment.authorized", changes, options)


def membership_activated(**options: Unpack[MembershipOptions]) -> Event:
    return membership("membership.activated", {"status": "active", "canceled_at": None}, options)


def membership_deactivated(**options: Unpack[MembershipOptions]) -> Event:
    return membership("membership.deactivated", {"status": "canceled"}, options)


def membership_updated(**options: Unpack[MembershipOptions]) -> Event:
    return membership("membership.updated", {"status": "past_due", "canceled_at": None}, options)


def membership_trial_ending_soon(**options: Unpack[MembershipOptions]) -> Event:
    changes = {"status": "trialing", "canceled_at": None}
    return membership("membership.trial_ending_soon", changes, options)


def membership_cancel_at_period_end_changed(
    *, ending: bool = True, **options: Unpack[MembershipOptions]
) -> Event:
    changes: dict[str, Any] = {"status": "active", "cancel_at_period_end": ending}
    if not ending:
        changes["canceled_at"] = None
    if options.get("shape") == "legacy":
        changes["cancelation_status"] = "canceling" if ending else None
    return membership("membership.cancel_at_period_end_changed", changes, options)


def refund_created(
    *, payment_id: str = whop_objects.PAYMENT, status: str = "pending", **options: Unpack[Options]
) -> Event:
    event = load("refund_created.pinned")
    event["data"]["status"] = status
    event["data"]["payment"]["id"] = payment_id
    return finish(event, "refund.created", options)


def refund_updated(*, status: str = "succeeded", **options: Unpack[Options]) -> Event:
    event = load("refund_created.pinned")
    event["data"]["status"] = status
    return finish(event, "refund.updated", options)


def dispute_created(*, payment_id: str = whop_objects.PAYMENT, **options: Unpack[Options]) -> Event:
    event = load(f"dispute_created.{options.get('shape', 'pinned')}")
    event["data"]["payment"]["id"] = payment_id
    return finish(event, "dispute.created", options)


def dispute_updated(*, status: str, **options: Unpack[Options]) -> Event:
    event = load(f"dispute_created.{options.get('shape', 'pinned')}")
    event["data"]["status"] = status
    return finish(event, "dispute.updated", options)


def dispute_alert_created(**options: Unpack[Options]) -> Event:
    data = whop_objects.dispute_alert(options.get("shape", "pinned"))
    return finish(wrapped(data), "dispute_alert.created", options)


def resolution_center_case(verb: str, *, is_open: bool = True, **options: Unpack[Options]) -> Event:
    """`verb`: created, updated or decided."""
    data = whop_objects.resolution_center_case(options.get("shape", "pinned"), is_open=is_open)
    return finish(wrapped(data), f"resolution_center_case.{verb}", options)


def setup_intent(status: str, **options: Unpack[Options]) -> Event:
    """`status`: succeeded, requires_action or canceled; the event has the same name."""
    data = whop_objects.setup_intent(options.get("shape", "pinned"), status=status)
    return finish(wrapped(data), f"setup_intent.{status}", options)


def member(verb: str, **options: Unpack[Options]) -> Event:
    """`verb`: created or updated."""
    return finish(wrapped(whop_objects.member(options.get("shape", "pinned"))), f"member.{verb}", options)


def invoice(verb: str, **options: Unpack[Options]) -> Event:
    """`verb`: created, paid, past_due, marked_uncollectible or voided."""
    status = {"created": "open", "marked_uncollectible": "uncollectible", "voided": "void"}.get(verb, verb)
    event = load("invoice_past_due.pinned")
    event["data"]["status"] = status
    return finish(event, f"invoice.{verb}", options)
