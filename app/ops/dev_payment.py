"""Whop's Payment object in both shapes, complete, for the development tools.

Pinned: flat ids, money as decimal strings, the card in `payment_instrument` (whop-sdk `types/payment.py`).
Legacy: nested `user`, `member`, `company`, bare numbers (`types/payment_legacy.py`).
"""

from typing import Any

from babel.core import get_global
from babel.numbers import get_currency_precision

from app.ops.dev_charge import Charge

Object = dict[str, Any]

FAILURE_TEXT = "Your card was declined ({code}). Please use a different payment method."


def payment_object(
    charge: Charge,
    *,
    pinned: bool,
    status: tuple[str, str],
    at: str,
    created_at: str,
    recovery_url: str | None = None,
    next_attempt: str | None = None,
    paid_at: str | None = None,
) -> Object:
    """`at` and the other times are ISO 8601; `status` is Whop's status and its substatus."""
    code = charge.decline_code
    both: Object = {
        "id": charge.payment_id,
        "status": status[0],
        "substatus": status[1],
        "billing_reason": charge.billing_reason,
        "currency": charge.currency,
        "created_at": created_at,
        "updated_at": at,
        "paid_at": paid_at,
        "refunded_at": None,
        "payments_failed": charge.payments_failed,
        "decline_code": code,
        "failure_message": FAILURE_TEXT.format(code=code) if code else None,
        "recovery_url": recovery_url,
        "retryable": charge.retryable,
        "refundable": paid_at is not None,
        "voidable": paid_at is None,
        "auto_refunded": False,
        "three_ds_verified": False,
        "tax_amount": None,
        "tax_behavior": "unspecified",
        "payment_method_type": "card",
        "customer_phone": None,
        "checkout_configuration_id": None,
        "dispute_alerted_at": None,
        "shipping_address": None,
        "settlement_time_at": None,
        "billing_address": {"name": charge.name, "country": "US", "postal_code": "78701", "city": "Austin"},
        "metadata": {},
    }
    attempts = {"last_payment_attempt": at, "next_payment_attempt": next_attempt}
    return both | (_pinned if pinned else _legacy)(charge, at, attempts)


def _pinned(charge: Charge, at: str, attempts: Object) -> Object:
    money = _money(charge)
    nothing = money | {"amount": "0.00"}
    item: Object = {"id": f"li_{charge.payment_id[-14:]}", "label": charge.product, "plan_id": charge.plan_id}
    item |= {"product_id": charge.product_id, "product_title": charge.product, "quantity": 1}
    return {
        "account_id": charge.biz_id,
        "user": {"id": charge.user_id, "name": charge.name, "username": charge.username},
        "customer_email": charge.email,
        "member_id": charge.member_id,
        "membership_id": charge.membership_id,
        "plan_id": charge.plan_id,
        "product_id": charge.product_id,
        **dict.fromkeys(("subtotal", "total", "presentment_total", "amount_after_fees"), money),
        "refunded_amount": nothing,
        "tax_refunded_amount": nothing,
        "payment_method_id": f"payt_{charge.payment_id[-14:]}",
        "payment_instrument": {
            "payment_method_type": "card",
            "display_name": "Visa •••• 4242",
            "card": _card(charge, at) | {"issuer_identification_number": "424242"},
        },
        "line_items": [item | {"subtotal": money}],
        **{f"{name}_at": value for name, value in attempts.items()},
    }


def _legacy(charge: Charge, at: str, attempts: Object) -> Object:
    amount = bare_amount(charge)
    return {
        "company": company(charge),
        "user": user(charge),
        "member": {"id": charge.member_id, "phone": None},
        "membership": {"id": charge.membership_id, "status": "past_due"},
        "plan": {"id": charge.plan_id, "metadata": {}},
        "product": {"id": charge.product_id, "title": charge.product, "metadata": {}},
        **dict.fromkeys(("subtotal", "total", "settlement_amount", "amount_after_fees"), amount),
        "refunded_amount": 0.0,
        "tax_refunded_amount": 0.0,
        **{f"card_{name}": value for name, value in _card(charge, at).items()},
        "payment_method": {"id": f"payt_{charge.payment_id[-14:]}", "payment_method_type": "card"},
        "refunds": [],
        "disputes": [],
        **attempts,
    }


def user(charge: Charge) -> Object:
    return {
        "id": charge.user_id, "name": charge.name, "username": charge.username, "email": charge.email,
    }  # fmt: skip


def company(charge: Charge) -> Object:
    route = charge.biz_id.removeprefix("biz_").lower()
    return {"id": charge.biz_id, "title": charge.merchant_title, "route": route}


def bare_amount(charge: Charge) -> float | str:
    """Legacy events carry JSON numbers; what is no number is passed on as it is."""
    try:
        return float(charge.amount)
    except ValueError:
        return charge.amount


def _money(charge: Charge) -> Object:
    code = charge.currency.upper()
    decimals = get_currency_precision(code) if code in get_global("all_currencies") else 2
    money: Object = {"amount": charge.amount, "currency": charge.currency}
    return money | {"decimals": decimals, "display_decimals": decimals}


def _card(charge: Charge, at: str) -> Object:
    """Good for two more years, or over since last year where that is why the charge failed."""
    year = int(at[:4]) + (-1 if charge.decline_code == "expired_card" else 2)
    return {"brand": "visa", "last4": "4242", "exp_month": 4, "exp_year": year}
