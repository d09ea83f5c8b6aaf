"""Raw webhook bytes to one fact, or to the reason why there is none.

The only place that makes facts of events. Total: it never raises, whatever the bytes; it reads no clock
and no database, and it decides nothing about cases.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.recovery.facts import (
    Fact,
    Ignored,
    Parsed,
    PaymentFailed,
    PaymentNeedsAction,
    PaymentNoted,
    PaymentPending,
    PaymentSucceeded,
    PaymentVoided,
    Quarantined,
)
from app.whop import envelope
from app.whop.billing import read_card_setup, read_invoice
from app.whop.claims import read_complaint, read_dispute, read_dispute_alert, read_refund
from app.whop.envelope import Envelope, Unusable
from app.whop.event_names import NO_EFFECT, by_flat_name, flat
from app.whop.fields import child, text
from app.whop.json_body import JsonObject, Unreadable, load_object
from app.whop.memberships import read_member, read_membership
from app.whop.payments import payment_reader


@dataclass(frozen=True, slots=True)
class _Kind:
    read: Callable[[Envelope], Fact | Unusable]
    times: tuple[str, ...] = ()
    """Where the event's time is, in this order, if the object has no `updated_at`."""


_ATTEMPTED = ("last_payment_attempt_at", "last_payment_attempt", "created_at")

_KINDS: dict[str, _Kind] = {
    "payment.failed": _Kind(payment_reader(PaymentFailed), _ATTEMPTED),
    "payment.requires_action": _Kind(payment_reader(PaymentNeedsAction), _ATTEMPTED),
    "payment.succeeded": _Kind(payment_reader(PaymentSucceeded), ("paid_at",)),
    "payment.pending": _Kind(payment_reader(PaymentPending)),
    "payment.created": _Kind(payment_reader(PaymentNoted), ("created_at",)),
    "payment.authorized": _Kind(payment_reader(PaymentNoted)),
    "payment.canceled": _Kind(payment_reader(PaymentVoided)),
    "membership.activated": _Kind(read_membership),
    "membership.deactivated": _Kind(read_membership, ("canceled_at",)),
    "membership.updated": _Kind(read_membership),
    "membership.cancel_at_period_end_changed": _Kind(read_membership, ("canceled_at",)),
    "membership.trial_ending_soon": _Kind(read_membership),
    "member.created": _Kind(read_member, ("created_at",)),
    "member.updated": _Kind(read_member),
    "invoice.created": _Kind(read_invoice, ("created_at",)),
    "invoice.paid": _Kind(read_invoice),
    "invoice.past_due": _Kind(read_invoice),
    "invoice.marked_uncollectible": _Kind(read_invoice),
    "invoice.voided": _Kind(read_invoice),
    "setup_intent.succeeded": _Kind(read_card_setup),
    "setup_intent.requires_action": _Kind(read_card_setup),
    "setup_intent.canceled": _Kind(read_card_setup),
    "refund.created": _Kind(read_refund, ("created_at",)),
    # Legacy refunds and disputes carry no time of their last change: `created_at` would order
    # an update beside its own creation, so the time of sending stands in.
    "refund.updated": _Kind(read_refund),
    "dispute.created": _Kind(read_dispute, ("created_at",)),
    "dispute.updated": _Kind(read_dispute),
    "dispute_alert.created": _Kind(read_dispute_alert, ("created_at",)),
    "resolution_center_case.created": _Kind(read_complaint, ("created_at",)),
    "resolution_center_case.updated": _Kind(read_complaint),
    "resolution_center_case.decided": _Kind(read_complaint),
}

NAMES = tuple(_KINDS)
"""The events that mean something here, in dotted form."""

_DOTTED_NAMES = by_flat_name(_KINDS)


def parse(body: bytes, *, received_at: datetime) -> Parsed:
    """Never raises. `received_at` (aware) stands in where the event gives no believable time."""
    event = load_object(body)
    if isinstance(event, Unreadable):
        return Quarantined(event.reason)
    if envelope.is_v2(event):
        action = text(event["action"], limit=100)
        return Quarantined("webhook_v2_recreate_as_v1", action, envelope.merchant(event))
    written = envelope.type_name(event)
    if written is None:
        return Quarantined("no_type", None, envelope.merchant(event))
    return _parse_typed(event, written=written, received_at=received_at)


def name_of(body: bytes) -> str | None:
    """The event's dotted name as far as one can be read: for showing, not for deciding."""
    event = load_object(body)
    written = None if isinstance(event, Unreadable) else envelope.type_name(event)
    return _DOTTED_NAMES.get(flat(written), written) if written else None


def _parse_typed(event: JsonObject, *, written: str, received_at: datetime) -> Parsed:
    merchant = envelope.merchant(event)
    event_type = _DOTTED_NAMES.get(flat(written))
    if event_type is None:
        return Ignored("unknown_type", written, merchant)
    if event_type in NO_EFFECT:
        return Ignored("no_effect", event_type, merchant)
    if merchant is None:
        return Quarantined("no_account", event_type)
    kind = _KINDS[event_type]
    at = envelope.provider_time(event, fallbacks=kind.times, received_at=received_at)
    read = kind.read(Envelope(event_type, merchant, at, child(event, "data")))
    return Quarantined(read.reason, event_type, merchant) if isinstance(read, Unusable) else read
