"""The objects of Whop's rarer events, for which there is no sample file, in both payload shapes.

Made from the types of whop-sdk 2.6.0 (`types/member.py`, `setup_intent.py`, `dispute_alert.py`,
`resolution_center_case.py` and their `_legacy` forms); about the same people as the sample files.
"""

from typing import Any, Literal

Shape = Literal["pinned", "legacy"]

ACCOUNT = "biz_7Hc1sPq9LmXzRd"
USER = "user_4kQm2ZtR8aPwL"
MEMBER = "mber_2VtN6cYx0KqWs"
MEMBERSHIP = "mem_5PzQ8dRf3HuJbL"
PAYMENT = "pay_9Jr3bXw7QeVnTk"

_SUMMARY = {"id": USER, "name": "Dana Reyes", "username": "danareyes"}
_WITH_EMAIL = {**_SUMMARY, "email": "dana.reyes@example.com"}
_COMPANY = {"id": ACCOUNT, "title": "Options Lab", "route": "options-lab"}
_CREATED = "2026-11-22T10:00:00.000Z"
_UPDATED = "2026-11-22T10:00:05.000Z"


def member(shape: Shape) -> dict[str, Any]:
    both = {"id": MEMBER, "access_level": "customer", "status": "joined", "joined_at": _CREATED}
    both |= {"created_at": _CREATED, "updated_at": _UPDATED, "most_recent_action": "past_due"}
    if shape == "pinned":
        native = {"account_id": ACCOUNT, "display_name": "Dana Reyes", "email": "dana.reyes@example.com"}
        return both | native | {"user": dict(_SUMMARY), "phone_number": None}
    return both | {"company": dict(_COMPANY), "user": dict(_WITH_EMAIL), "phone": None}


def setup_intent(shape: Shape, *, status: str) -> dict[str, Any]:
    saved = "payt_0YhR4mKc8DsLp" if status == "succeeded" else None
    both = {"id": "sint_3JdR8wTq5NbXc", "status": status, "created_at": _CREATED, "three_ds_verified": False}
    if shape == "pinned":
        native = {"account_id": ACCOUNT, "member_id": MEMBER, "user": dict(_SUMMARY)}
        return both | native | {"payment_method_id": saved, "updated_at": _UPDATED}
    method = {"id": saved, "payment_method_type": "card"} if saved else None
    person = {"id": MEMBER, "user": dict(_WITH_EMAIL)}
    return both | {"company": dict(_COMPANY), "member": person, "payment_method": method}


def dispute_alert(shape: Shape) -> dict[str, Any]:
    both = {"id": "dspa_5KtB7yVn2MzQe", "amount": 49.0, "currency": "usd", "created_at": _CREATED}
    if shape == "pinned":
        native = {"account_id": ACCOUNT, "payment_id": PAYMENT, "type": "early_fraud_warning"}
        return both | native | {"updated_at": _UPDATED, "reported_at": _CREATED, "fee": None}
    payment: dict[str, Any] = {
        "id": PAYMENT,
        "user": dict(_WITH_EMAIL),
        "member": {"id": MEMBER, "phone": None},
    }
    payment |= {"membership": {"id": MEMBERSHIP, "status": "active"}, "total": 49.0, "currency": "usd"}
    return both | {"payment": payment, "alert_type": "fraud", "charge_for_alert": False, "dispute": None}


def resolution_center_case(shape: Shape, *, is_open: bool) -> dict[str, Any]:
    both = {"id": "reso_8NcY4gPw1RsLv", "created_at": _CREATED, "updated_at": _UPDATED}
    if shape == "pinned":
        status, outcome = ("awaiting_merchant", None) if is_open else ("closed", "merchant_won")
        buyer = {"user_id": USER, "member_id": MEMBER, "name": "Dana Reyes", "username": "danareyes"}
        buyer |= {"email": "dana.reyes@example.com"}
        native = {"account": {"id": ACCOUNT, "title": "Options Lab"}, "buyer": buyer, "status": status}
        return both | native | {"outcome": outcome, "payment": {"id": PAYMENT, "created_at": _CREATED}}
    status = "merchant_response_needed" if is_open else "merchant_won"
    people = {"user": dict(_SUMMARY), "member": {"id": MEMBER}, "company": dict(_COMPANY)}
    return both | people | {"status": status, "payment": {"id": PAYMENT, "total": 49.0, "currency": "usd"}}


def preferences() -> dict[str, Any]:
    """Of an account that never changed any (whop-sdk `types/account_preferences.py`)."""
    ads = {
        "ads_agreement": {"status": "not_required"},
        "ads_certifications": [],
        "ads_reporting_currency": "usd",
    }
    ads |= {"ads_scheduling_timezone": "America/New_York", "ads_payment_methods": None}
    ads |= {"ads_triple_whale_integration": {"status": "not_connected", "masked_api_key": None}}
    off = (
        "cards_auto_top_up",
        "dispute_fighter_enabled",
        "economic_intelligence",
        "economic_intelligence_auto_renew",
    )
    others = {"cards_notifications": True, "economic_intelligence_offers": [], "feedback_options": []}
    return ads | dict.fromkeys(off, False) | others | {"subscription_failure_behavior": "cancel"}
