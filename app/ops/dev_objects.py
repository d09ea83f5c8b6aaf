"""Whop's Membership, Refund and Dispute objects in their two shapes, for the development tools.

A refund has the legacy shape even on pinned webhooks (whop-sdk 2.6.0,
`refunds/types/post_refund_created_payload.py`).
"""

import secrets
from typing import Any

from app.ops.dev_charge import Charge
from app.ops.dev_payment import bare_amount, company, user

Object = dict[str, Any]

MANAGE_URL = "https://whop.com/billing/manage/{membership_id}"


def membership_object(charge: Charge, *, pinned: bool, at: str, cancels: bool, status: str) -> Object:
    both: Object = {
        "id": charge.membership_id,
        "status": status,
        "cancel_at_period_end": cancels,
        "canceled_at": at if cancels or status == "canceled" else None,
        "cancel_option": "too_expensive" if cancels else None,
        "cancellation_reason": None,
        "manage_url": MANAGE_URL.format(membership_id=charge.membership_id),
        "created_at": at,
        "updated_at": at,
        "license_key": None,
        "metadata": {},
    }
    product = {"id": charge.product_id, "title": charge.product}
    if pinned:
        return both | {
            "account": company(charge),
            "user_id": charge.user_id,
            "member_id": charge.member_id,
            "product_id": charge.product_id,
            "product": product,
            "plan_id": charge.plan_id,
            "collection_method": "charge_automatically",
            "current_period_end": at,
            "most_recent_action": "canceling_on" if cancels else "canceled_on",
            "most_recent_action_at": at,
        }
    return both | {
        "company": company(charge),
        "user": user(charge),
        "member": {"id": charge.member_id},
        "product": product,
        "plan": {"id": charge.plan_id, "metadata": {}},
        "renewal_period_end": at,
        "cancelation_status": "canceling" if cancels else "left",
        "currency": charge.currency,
    }


def refund_object(charge: Charge, *, at: str) -> Object:
    return {
        "id": f"rf_{secrets.token_hex(7)}",
        "amount": bare_amount(charge),
        "currency": charge.currency,
        "status": "succeeded",
        "created_at": at,
        "provider": "multi_psp",
        "reference_type": "acquirer_reference_number",
        "payment": _paid_payment(charge, at),
        "metadata": {},
    }


def dispute_object(charge: Charge, *, pinned: bool, at: str) -> Object:
    both: Object = {
        "id": f"dspt_{secrets.token_hex(7)}",
        "status": "needs_response",
        "amount": bare_amount(charge),
        "currency": charge.currency,
        "created_at": at,
        "reason_code": "13.2",
    }
    if not pinned:
        return both | {
            "reason": "Subscription canceled",
            "company": company(charge),
            "payment": _paid_payment(charge, at),
            "product": {"id": charge.product_id, "title": charge.product},
            "customer_name": charge.name,
            "customer_email_address": charge.email,
        }
    return both | {
        "account_id": charge.biz_id,
        "reason": "subscription_canceled",
        "updated_at": at,
        "inquiry": False,
        "buyer": {
            "user_id": charge.user_id,
            "member_id": charge.member_id,
            "name": charge.name,
            "username": charge.username,
            "email": charge.email,
        },
        "payment": {"id": charge.payment_id, "amount": bare_amount(charge), "currency": charge.currency},
        "product_id": charge.product_id,
        "line_items": [],
        "evidence": {},
    }


def _paid_payment(charge: Charge, at: str) -> Object:
    return {
        "id": charge.payment_id,
        "billing_reason": charge.billing_reason,
        "created_at": at,
        "currency": charge.currency,
        "total": bare_amount(charge),
        "subtotal": bare_amount(charge),
        "member": {"id": charge.member_id, "phone": None},
        "membership": {"id": charge.membership_id, "status": "active"},
        "user": user(charge),
    }
