"""The client against a Whop on loopback: what is asked, what comes back, page after page."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from app.whop.answers import FailureBehavior
from app.whop.client import WhopClient
from app.whop.payments import payment_view
from tests.support.json_peer import Reply
from tests.support.whop_api import ACCOUNT, API, KEY, WhopApi, a_membership, a_method, a_payment, a_webhook
from tests.support.whop_objects import MEMBER, MEMBERSHIP, PAYMENT

DAY = datetime(2026, 11, 20, tzinfo=UTC)


def ids(client: WhopClient, **filters: Any) -> list[str]:
    """Of all pages."""
    found: list[str] = []
    after = None
    while True:
        page = client.payments(ACCOUNT, after=after, **filters)
        found += [row["id"] for row in page.rows]
        if page.next is None:
            return found
        after = page.next


def test_each_call_names_the_version_and_the_key(client: WhopClient, api: WhopApi) -> None:
    api.add(a_payment())
    client.payment(PAYMENT)
    headers = api.calls[0].headers
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers["api-version-date"] == "2026-10-15-1"
    assert "idempotency-key" not in headers, "a read has none"


def test_a_payment_comes_as_whop_sent_it_with_exact_numbers(client: WhopClient, api: WhopApi) -> None:
    api.add(a_payment(payments_failed=2.0, usd_rate=0.1))
    seen = client.payment(PAYMENT)
    assert seen.data["usd_rate"] == Decimal("0.1")
    assert seen.at == datetime(2026, 11, 20, 9, 0, 9, tzinfo=UTC)
    view = payment_view(seen.data)
    assert view and view.amount and (view.payments_failed, view.amount.minor) == (2, 4900)


def test_a_key_without_a_pin_would_get_the_legacy_shape(api: WhopApi) -> None:
    api.add(a_payment(), a_membership())
    bearer = {"Authorization": f"Bearer {KEY}"}
    payment = httpx.get(f"{api.url}{API}/payments/{PAYMENT}", headers=bearer).json()
    membership = httpx.get(f"{api.url}{API}/memberships/{MEMBERSHIP}", headers=bearer).json()
    assert (payment["total"], payment["company"]["id"]) == (49.0, ACCOUNT)
    assert (membership["company"]["id"], membership["status"]) == (ACCOUNT, "past_due")


def test_pages_are_read_to_the_end_and_no_further(client: WhopClient, api: WhopApi) -> None:
    api.add(*(a_payment(f"pay_{day}", created_at=f"2026-11-{day:02}T09:00:00.000Z") for day in range(1, 6)))
    assert ids(client, direction="asc") == ["pay_1", "pay_2", "pay_3", "pay_4", "pay_5"]
    assert [call.query.get("after") for call in api.calls] == [None, "cursor2", "cursor4"]


def test_payments_are_asked_for_by_status_reason_and_time(client: WhopClient, api: WhopApi) -> None:
    api.add(
        a_payment("pay_old", created_at="2026-11-19T23:59:59.000Z"),
        a_payment("pay_new", created_at="2026-11-20T00:00:01.000Z"),
        a_payment("pay_update", billing_reason="subscription_update"),
        a_payment("pay_first", billing_reason="subscription_create"),
        a_payment("pay_paid", status="paid", paid_at="2026-11-21T09:00:00.000Z"),
        a_payment("pay_other", account_id="biz_other"),
    )
    open_ones = {"status": "open", "billing_reason": "subscription_cycle"}
    assert ids(client, **open_ones, created_after=DAY) == ["pay_update", "pay_new"]
    assert ids(client, **open_ones, created_before=DAY) == ["pay_old"]
    assert ids(client, order="paid_at") == ["pay_paid"]


def test_memberships_are_asked_for_by_status(client: WhopClient, api: WhopApi) -> None:
    api.add(a_membership("mem_1"), a_membership("mem_2", status="active"))
    page = client.memberships(ACCOUNT, status="past_due")
    assert [row["id"] for row in page.rows] == ["mem_1"]
    assert client.membership("mem_2").data["status"] == "active"


@pytest.mark.parametrize(("outcome", "status", "failed"), [("paid", "paid", 1), ("failed", "open", 2)])
def test_a_retry_tells_what_became_of_the_payment(
    client: WhopClient, api: WhopApi, outcome: Any, status: str, failed: int
) -> None:
    api.add(a_payment(), a_membership())
    api.outcomes[PAYMENT] = outcome
    data = client.retry(PAYMENT, key="first").data
    assert (data["status"], data["payments_failed"]) == (status, failed)
    assert api.memberships[MEMBERSHIP]["status"] == ("active" if outcome == "paid" else "past_due")
    assert api.calls[0].headers["idempotency-key"] == "first"


def test_a_retry_with_the_same_key_charges_once(client: WhopClient, api: WhopApi) -> None:
    api.add(a_payment())
    once, again = client.retry(PAYMENT, key="one"), client.retry(PAYMENT, key="one")
    assert once == again
    assert len(api.charges) == 1


def test_another_card_is_charged_at_once(client: WhopClient, api: WhopApi) -> None:
    api.add(a_payment(), a_membership())
    api.methods[MEMBER] = [a_method("payt_new")]
    api.outcomes[PAYMENT] = "paid"
    assert client.switch_method(MEMBERSHIP, "payt_new", key="k").data["status"] == "active"
    assert api.charges == [(PAYMENT, "payt_new")]
    assert api.calls[0].body == {"payment_method_id": "payt_new"}


def test_only_methods_that_can_be_charged_are_offered(client: WhopClient, api: WhopApi) -> None:
    api.methods[MEMBER] = [
        a_method("payt_1"),
        a_method("payt_old", expired=True),
        a_method("payt_2", last4="4444", brand="mastercard"),
        a_method("payt_3"),
    ]
    found = client.payment_methods(MEMBER)
    assert [(one.method_id, one.brand, one.last4, one.exp_year) for one in found] == [
        ("payt_1", "visa", "1881", 2031),
        ("payt_2", "mastercard", "4444", 2031),
        ("payt_3", "visa", "1881", 2031),
    ]
    assert found[0].fingerprint == found[2].fingerprint != found[1].fingerprint


def test_an_expired_card_is_left_out_even_where_whop_lists_it(client: WhopClient, api: WhopApi) -> None:
    listed = [a_method("payt_old", expired=True), a_method("payt_1"), {"id": None}]
    api.replies[f"GET {API}/payment_methods"] = Reply(200, {"data": listed})
    assert [one.method_id for one in client.payment_methods(MEMBER)] == ["payt_1"]


def test_what_becomes_of_failing_memberships_can_be_read_and_set(client: WhopClient, api: WhopApi) -> None:
    assert client.preferences(ACCOUNT).failure_behavior is FailureBehavior.CANCEL
    assert client.keep_when_failing(ACCOUNT, FailureBehavior.NONE).failure_behavior is FailureBehavior.NONE
    assert api.calls[-1].body == {"subscription_failure_behavior": "none"}
    api.preferences["subscription_failure_behavior"] = "a_new_word"
    assert client.preferences(ACCOUNT).failure_behavior is FailureBehavior.UNKNOWN


def test_each_permission_that_was_asked_for_is_answered(client: WhopClient, api: WhopApi) -> None:
    api.grants = {"payment:manage"}
    asked = ("payment:manage", "member:manage")
    assert client.permissions(ACCOUNT, asked) == {"payment:manage": True, "member:manage": False}
    api.replies[f"GET {API}/permissions"] = Reply(200, {"data": [7, {"action": []}]})
    assert client.permissions(ACCOUNT, asked) == {"payment:manage": False, "member:manage": False}


def test_webhooks_are_listed_and_sent_again(client: WhopClient, api: WhopApi) -> None:
    gone = {"enabled": False, "disabled_at": "2026-11-19T09:00:00Z", "api_version_date": None}
    api.add(a_webhook("hook_1"), a_webhook("hook_2", **gone), a_webhook("hook_3"))
    found = client.webhooks(ACCOUNT)
    assert [(one.webhook_id, one.enabled, one.pinned_to) for one in found] == [
        ("hook_1", True, "2026-10-15-1"),
        ("hook_2", False, None),
        ("hook_3", True, "2026-10-15-1"),
    ]
    assert found[1].disabled_at == datetime(2026, 11, 19, 9, tzinfo=UTC)
    until = DAY.replace(hour=2)
    client.replay("hook_1", sent_after=DAY, sent_before=until, failed_only=True, key="gap")
    window = {"sent_after": "2026-11-20T00:00:00Z", "sent_before": "2026-11-20T02:00:00Z"}
    assert api.replayed == [{"id": "hook_1", "failed_only": True, **window}]


def test_an_id_cannot_lead_to_another_place(client: WhopClient, api: WhopApi) -> None:
    with pytest.raises(Exception, match="404"):
        client.payment("../memberships/mem_1?x=1")
    assert api.calls[0].path == f"{API}/payments/..%2Fmemberships%2Fmem_1%3Fx%3D1"
