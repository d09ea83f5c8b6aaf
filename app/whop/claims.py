"""Money asked back: refunds, disputes, early warnings of disputes, complaints at Whop's resolution centre.

Both payload shapes; whop-sdk `types/refund_legacy.py`, `dispute*.py`, `resolution_center_case*.py`.
"""

from app.recovery.facts import ComplaintChanged, PaymentDisputed, PaymentRefunded
from app.whop import fields
from app.whop.customers import buyer_of
from app.whop.envelope import Envelope, Unusable
from app.whop.fields import child
from app.whop.json_body import JsonObject

_OPEN = frozenset(
    (
        "awaiting_merchant",
        "awaiting_customer",
        "under_review",
        "merchant_response_needed",
        "customer_response_needed",
        "merchant_info_needed",
        "customer_info_needed",
        "under_platform_review",
    )
)
_CLOSED = frozenset(("closed", "customer_won", "merchant_won", "customer_withdrew"))


def read_refund(event: Envelope) -> PaymentRefunded | Unusable:
    data = event.data
    refund_id, payment_id = fields.identifier(data.get("id")), fields.reference(data, "payment")
    if payment_id is None:
        return Unusable("no_payment_id")
    if refund_id is None:
        return Unusable("no_refund_id")
    return PaymentRefunded(
        merchant=event.merchant,
        at=event.at,
        payment_id=payment_id,
        refund_id=refund_id,
        amount=fields.amount(data.get("amount"), data.get("currency")),
        status=fields.word(data.get("status")),
    )


def read_dispute(event: Envelope) -> PaymentDisputed | Unusable:
    return _dispute(event, warning=False)


def read_dispute_alert(event: Envelope) -> PaymentDisputed | Unusable:
    return _dispute(event, warning=True)


def _dispute(event: Envelope, *, warning: bool) -> PaymentDisputed | Unusable:
    dispute_id = fields.identifier(event.data.get("id"))
    if dispute_id is None:
        return Unusable("no_dispute_id")
    return PaymentDisputed(
        merchant=event.merchant,
        at=event.at,
        payment_id=fields.reference(event.data, "payment"),
        dispute_id=dispute_id,
        status=fields.word(event.data.get("status")),
        customer=buyer_of(event.data),
        warning=warning,
    )


def read_complaint(event: Envelope) -> ComplaintChanged | Unusable:
    data = event.data
    complaint_id = fields.identifier(data.get("id"))
    if complaint_id is None:
        return Unusable("no_complaint_id")
    return ComplaintChanged(
        merchant=event.merchant,
        at=event.at,
        complaint_id=complaint_id,
        payment_id=fields.reference(data, "payment"),
        membership_id=fields.reference(data, "membership")
        or fields.reference(child(data, "payment"), "membership"),
        customer=buyer_of(data),
        open=_is_open(data, event.event_type),
    )


def _is_open(data: JsonObject, event_type: str) -> bool:
    """The status decides, since an appeal opens a decided case again; else the event's name does."""
    status = fields.word(data.get("status"))
    if status in _OPEN:
        return True
    if status in _CLOSED or fields.word(data.get("outcome")):
        return False
    return event_type != "resolution_center_case.decided"
