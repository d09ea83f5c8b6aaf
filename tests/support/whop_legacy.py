"""Native payments and memberships in the legacy shape: laid over the sample files of unpinned webhooks."""

from typing import Any

from tests.support.whop_shapes import load

_SAME = (
    "id",
    "status",
    "substatus",
    "created_at",
    "updated_at",
    "paid_at",
    "refunded_at",
    "payments_failed",
    "billing_reason",
    "currency",
    "refundable",
    "retryable",
    "voidable",
    "auto_refunded",
    "decline_code",
    "failure_message",
    "recovery_url",
    "manage_url",
    "cancel_at_period_end",
    "canceled_at",
    "metadata",
)
_AMOUNTS = ("subtotal", "total", "usd_total", "amount_after_fees", "refunded_amount")


def legacy_payment(data: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = load("payment_failed.legacy")["data"]
    found |= {name: data[name] for name in _SAME if name in data}
    found |= {name: float(data[name]["amount"]) for name in _AMOUNTS if data.get(name)}
    found["last_payment_attempt"] = data["last_payment_attempt_at"]
    found["next_payment_attempt"] = data["next_payment_attempt_at"]
    found["company"]["id"] = data["account_id"]
    for noun in ("member", "membership", "plan", "product"):
        found[noun]["id"] = data[f"{noun}_id"]
    found["user"] |= {"id": data["user"]["id"], "name": data["user"]["name"], "email": data["customer_email"]}
    return found


def legacy_membership(data: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = load("membership_deactivated.legacy")["data"]
    found |= {name: data[name] for name in _SAME if name in data}
    found["renewal_period_end"] = data["current_period_end"]
    found["cancelation_status"] = "canceling" if data["cancel_at_period_end"] else None
    found["company"]["id"] = data["account"]["id"]
    found["member"]["id"], found["user"]["id"] = data["member_id"], data["user_id"]
    return found
