"""What the sample events say, as facts: the yardstick of the golden tests."""

from dataclasses import replace
from datetime import UTC, datetime

from app.recovery.facts import (
    BillingReason,
    CardView,
    CustomerView,
    MembershipStatus,
    MembershipView,
    MerchantView,
    PaymentView,
)
from app.recovery.money import Money


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


SHOP = MerchantView("biz_7Hc1sPq9LmXzRd")
TITLED = MerchantView("biz_7Hc1sPq9LmXzRd", "Options Lab")
DANA = CustomerView(
    user_id="user_4kQm2ZtR8aPwL",
    member_id="mber_2VtN6cYx0KqWs",
    name="Dana Reyes",
    username="danareyes",
    email="dana.reyes@example.com",
    country="US",
)
NO_COUNTRY = replace(DANA, country=None)
NO_EMAIL = replace(NO_COUNTRY, email=None)
IDS_ONLY = CustomerView(user_id=DANA.user_id, member_id=DANA.member_id)
FAILED = PaymentView(
    payment_id="pay_9Jr3bXw7QeVnTk",
    status="open",
    billing_reason=BillingReason.SUBSCRIPTION_CYCLE,
    amount=Money("usd", 4900),
    customer=DANA,
    membership_id="mem_5PzQ8dRf3HuJbL",
    product_id="prod_8SbG2yLr5CqHa",
    product_title="Options Lab Pro",
    plan_id="plan_1Wx4ZkT6oMnVe",
    decline_code="insufficient_funds",
    failure_message="Your card has insufficient funds to complete this purchase.",
    retryable=True,
    payments_failed=1,
    last_attempt_at=at("2026-11-20T09:00:08"),
    next_attempt_at=at("2026-11-21T09:00:00"),
    recovery_url=None,
    method_id="payt_6NcE0vTj9RwXm",
    card=CardView("visa", "4242", 4, 2028),
    created_at=at("2026-11-20T09:00:02"),
    paid_at=None,
    substatus="past_due",
)
LONG_TEXT = (
    "Your card has insufficient funds to complete this purchase. Please use a different payment method "
    "or ensure your account has sufficient funds."
)
CLEAR = replace(FAILED, decline_code=None, failure_message=None, retryable=False, next_attempt_at=None)
PAID = replace(CLEAR, status="paid", substatus="succeeded", paid_at=at("2026-11-21T17:42:31"))
MEMBERSHIP = MembershipView(
    membership_id="mem_5PzQ8dRf3HuJbL",
    status=MembershipStatus.CANCELED,
    customer=IDS_ONLY,
    cancel_at_period_end=False,
    canceled_at=at("2026-11-25T09:00:20"),
    manage_url="https://whop.com/billing/manage/mem_5PzQ8dRf3HuJbL",
    product_id="prod_8SbG2yLr5CqHa",
    product_title="Options Lab Pro",
    plan_id="plan_1Wx4ZkT6oMnVe",
    current_period_end=at("2026-11-20T09:00:00"),
    created_at=at("2026-05-24T09:00:00"),
)
FAILED_AT = at("2026-11-20T09:00:09")
PAID_AT = at("2026-11-21T17:42:33")
ENDED_AT = at("2026-11-25T09:00:20")
REFUND_AT = at("2026-11-26T08:05:00")
DISPUTE_AT = at("2026-11-28T12:31:00")
OBJECT_CREATED = at("2026-11-22T10:00:00")
OBJECT_AT = at("2026-11-22T10:00:05")
OBJECT_SENT = at("2026-11-22T10:00:06")
