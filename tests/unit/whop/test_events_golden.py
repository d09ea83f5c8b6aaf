"""The sample files give exactly the facts that they should."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.recovery.facts import (
    CardView,
    InvoiceChanged,
    MembershipChanged,
    MembershipStatus,
    PaymentDisputed,
    PaymentFailed,
    PaymentRefunded,
    PaymentSucceeded,
)
from app.recovery.money import Money
from app.whop.events import parse
from tests.support import whop_events as whop
from tests.unit.whop.sample_views import (
    DISPUTE_AT,
    ENDED_AT,
    FAILED,
    FAILED_AT,
    LONG_TEXT,
    MEMBERSHIP,
    NO_COUNTRY,
    PAID,
    PAID_AT,
    REFUND_AT,
    SHOP,
    TITLED,
    at,
)

RECEIVED = datetime(2026, 12, 1, tzinfo=UTC)

SAMPLES = {
    "payment_failed.pinned": PaymentFailed(SHOP, FAILED_AT, replace(FAILED, failure_message=LONG_TEXT)),
    "payment_failed.legacy": PaymentFailed(TITLED, FAILED_AT, FAILED),
    "payment_succeeded.pinned": PaymentSucceeded(
        SHOP,
        PAID_AT,
        replace(
            PAID,
            method_id="payt_0YhR4mKc8DsLp",
            last_attempt_at=at("2026-11-21T17:42:30"),
            card=CardView("mastercard", "4444", 11, 2029),
        ),
    ),
    "membership_activated.pinned": MembershipChanged(
        TITLED,
        at("2026-11-21T17:42:34"),
        replace(
            MEMBERSHIP,
            status=MembershipStatus.ACTIVE,
            canceled_at=None,
            current_period_end=at("2026-12-20T09:00:00"),
        ),
    ),
    "membership_deactivated.pinned": MembershipChanged(TITLED, ENDED_AT, MEMBERSHIP),
    "membership_deactivated.legacy": MembershipChanged(
        TITLED, ENDED_AT, replace(MEMBERSHIP, customer=NO_COUNTRY)
    ),
    "membership_cancel_at_period_end_changed.pinned": MembershipChanged(
        TITLED,
        at("2026-11-02T14:11:40"),
        replace(
            MEMBERSHIP,
            status=MembershipStatus.ACTIVE,
            cancel_at_period_end=True,
            canceled_at=at("2026-11-02T14:11:40"),
        ),
    ),
    "refund_created.pinned": PaymentRefunded(
        SHOP, REFUND_AT, "pay_9Jr3bXw7QeVnTk", "rf_6BdV2hYp8TnQz", Money("usd", 4900), "pending"
    ),
    "dispute_created.pinned": PaymentDisputed(
        SHOP, DISPUTE_AT, "pay_9Jr3bXw7QeVnTk", "dspt_7MzN1qXc5LkPr", "needs_response", NO_COUNTRY
    ),
    "dispute_created.legacy": PaymentDisputed(
        TITLED, DISPUTE_AT, "pay_9Jr3bXw7QeVnTk", "dspt_7MzN1qXc5LkPr", "needs_response", NO_COUNTRY
    ),
    "invoice_past_due.pinned": InvoiceChanged(
        SHOP, at("2026-11-16T00:00:05"), "inv_4TgB9wQk2XsVd", "past_due"
    ),
}


@pytest.mark.parametrize("name", whop.samples())
def test_a_sample_file_gives_exactly_its_fact(name: str) -> None:
    assert parse(whop.encoded(whop.load(name)), received_at=RECEIVED) == SAMPLES[name]
