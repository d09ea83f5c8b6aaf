"""Whop's Payment object, pinned or legacy, to a `PaymentView` and the facts made of it.

Says what the payment is; never what to do about it.
"""

from collections.abc import Callable

from app.recovery.facts import (
    BillingReason,
    CardView,
    PaymentFailed,
    PaymentNeedsAction,
    PaymentNoted,
    PaymentPending,
    PaymentSucceeded,
    PaymentView,
    PaymentVoided,
)
from app.whop import fields
from app.whop.customers import customer_of
from app.whop.envelope import Envelope, Unusable
from app.whop.fields import child
from app.whop.json_body import JsonObject

PaymentFact = (
    PaymentFailed | PaymentNeedsAction | PaymentSucceeded | PaymentPending | PaymentVoided | PaymentNoted
)


def payment_reader(fact: type[PaymentFact]) -> Callable[[Envelope], PaymentFact | Unusable]:
    def read(event: Envelope) -> PaymentFact | Unusable:
        payment = payment_view(event.data)
        if payment is None:
            return Unusable("no_payment_id")
        return fact(merchant=event.merchant, at=event.at, payment=payment)

    return read


def payment_view(data: JsonObject) -> PaymentView | None:
    """None where the object has no usable id; every other field may be missing."""
    payment_id = fields.identifier(data.get("id"))
    if payment_id is None:
        return None
    product_id, product_title = _product(data)
    return PaymentView(
        payment_id=payment_id,
        status=fields.word(data.get("status")),
        billing_reason=_billing_reason(data.get("billing_reason")),
        amount=fields.amount(data.get("total"), data.get("currency")),
        customer=customer_of(data),
        membership_id=fields.reference(data, "membership"),
        product_id=product_id,
        product_title=product_title,
        plan_id=fields.reference(data, "plan"),
        decline_code=fields.word(data.get("decline_code")),
        failure_message=fields.text(data.get("failure_message"), limit=fields.MAX_MESSAGE),
        retryable=fields.flag(data.get("retryable")),
        payments_failed=fields.count(data.get("payments_failed")),
        last_attempt_at=fields.moment(data.get("last_payment_attempt_at"))
        or fields.moment(data.get("last_payment_attempt")),
        next_attempt_at=fields.moment(data.get("next_payment_attempt_at"))
        or fields.moment(data.get("next_payment_attempt")),
        recovery_url=fields.whop_url(data.get("recovery_url")),
        method_id=fields.reference(data, "payment_method"),
        card=_card(data),
        created_at=fields.moment(data.get("created_at")),
        paid_at=fields.moment(data.get("paid_at")),
        substatus=fields.word(data.get("substatus")),
    )


def _billing_reason(value: object) -> BillingReason:
    try:
        return BillingReason(fields.word(value) or "")
    except ValueError:
        return BillingReason.UNKNOWN


def _product(data: JsonObject) -> tuple[str | None, str | None]:
    """Id and title; the pinned shape names the title in the line items only."""
    items = data.get("line_items")
    first = items[0] if isinstance(items, list) and items and isinstance(items[0], dict) else {}
    title = fields.text(child(data, "product").get("title")) or fields.text(first.get("product_title"))
    return fields.reference(data, "product") or fields.identifier(first.get("product_id")), title


def _card(data: JsonObject) -> CardView:
    shown = child(child(data, "payment_instrument"), "card")
    stored = child(child(data, "payment_method"), "card")
    flat = {name: data.get(f"card_{name}") for name in ("brand", "last4", "exp_month", "exp_year")}
    cards = (flat, shown, stored)
    return CardView(
        brand=next(filter(None, (fields.word(card.get("brand")) for card in cards)), None),
        last4=next(filter(None, (fields.last4(card.get("last4")) for card in cards)), None),
        exp_month=next(filter(None, (fields.month(card.get("exp_month")) for card in cards)), None),
        exp_year=next(filter(None, (fields.year(card.get("exp_year")) for card in cards)), None),
    )
