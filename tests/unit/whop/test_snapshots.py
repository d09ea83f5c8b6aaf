"""What was read by the API goes the way of a webhook: the same fact, once for each state."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.recovery.facts import (
    MembershipChanged,
    PaymentFailed,
    PaymentNoted,
    PaymentPending,
    PaymentSucceeded,
    PaymentVoided,
)
from app.whop.events import parse
from app.whop.json_body import load_object
from app.whop.snapshots import Snapshot, membership_event, payment_event
from tests.support import whop_events
from tests.support.whop_api import ACCOUNT, a_membership, a_payment

READ_AT = datetime(2026, 11, 21, 12, tzinfo=UTC)


def seen(data: dict[str, Any], *, read_at: datetime = READ_AT) -> Snapshot:
    """As the client would have read it: with exact numbers."""
    exact = load_object(whop_events.encoded(data))
    assert isinstance(exact, dict)
    make = payment_event if data["id"].startswith("pay_") else membership_event
    found = make(exact, biz_id=ACCOUNT, read_at=read_at)
    assert found is not None
    return found


def backwards(data: dict[str, Any]) -> dict[str, Any]:
    """The same object, written in another order."""
    turned = {name: backwards(value) if isinstance(value, dict) else value for name, value in data.items()}
    return dict(reversed(turned.items()))


EVENTS = {
    "failed": whop_events.payment_failed(decline_code="expired_card", payments_failed=3),
    "failed without a code": whop_events.payment_failed(decline_code=None),
    "failed, with fractions": whop_events.payment_failed(data={"payments_failed": 2.0, "risk_score": 12.5}),
    "succeeded": whop_events.payment_succeeded(amount="1234.56", currency="eur"),
    "pending": whop_events.payment_pending(),
    "canceled": whop_events.payment_canceled(),
    "created": whop_events.payment_created(data={"payments_failed": 0}),
    "authorized": whop_events.payment_authorized(),
    "uncollectible": whop_events.payment_failed(data={"status": "uncollectible"}),
    "past due": whop_events.membership_updated(),
    "renewed": whop_events.membership_updated(status="active"),
    "ended": whop_events.membership_updated(data={"status": "canceled", "cancel_at_period_end": True}),
}


@pytest.mark.parametrize("name", EVENTS)
def test_what_was_read_is_the_fact_that_a_webhook_would_have_told(name: str) -> None:
    event = EVENTS[name]
    told = parse(whop_events.encoded(event), received_at=READ_AT)
    assert parse(seen(event["data"]).body, received_at=READ_AT) == told
    assert told.merchant.biz_id == ACCOUNT  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("status", "fact"),
    [
        ("open", PaymentFailed),
        ("paid", PaymentSucceeded),
        ("pending", PaymentPending),
        ("void", PaymentVoided),
        ("uncollectible", PaymentFailed),
        ("authorized", PaymentNoted),
    ],
)
def test_each_status_has_its_event(status: str, fact: type) -> None:
    assert type(parse(seen(a_payment(status=status)).body, received_at=READ_AT)) is fact


def test_an_open_payment_that_has_not_failed_is_no_failure() -> None:
    fresh = a_payment(payments_failed=0, decline_code=None)
    assert type(parse(seen(fresh).body, received_at=READ_AT)) is PaymentNoted
    assert type(parse(seen(a_membership()).body, received_at=READ_AT)) is MembershipChanged


@pytest.mark.parametrize(
    "data",
    [
        a_payment(status="draft"),
        a_payment(status="unresolved"),
        a_payment(status=7),
        a_payment(id=None),
        a_payment(account_id="biz_other"),
        {},
    ],
)
def test_what_says_nothing_or_is_anothers_makes_no_event(data: dict[str, Any]) -> None:
    assert payment_event(data, biz_id=ACCOUNT, read_at=READ_AT) is None


@pytest.mark.parametrize("data", [a_membership(account={"id": "biz_other"}), a_membership(id="")])
def test_a_membership_of_another_account_makes_no_event(data: dict[str, Any]) -> None:
    assert membership_event(data, biz_id=ACCOUNT, read_at=READ_AT) is None


def test_one_state_is_one_message_however_often_it_is_read() -> None:
    for data in (a_payment(), a_membership()):
        first, later = seen(data), seen(data, read_at=READ_AT + timedelta(hours=3))
        assert first.message_id == later.message_id
        assert first.message_id.startswith(f"seen_{data['id']}_")
        assert seen(backwards(data)).message_id == first.message_id
        assert seen({**data, "metadata": {"theirs": 1}}).message_id == first.message_id, "says nothing to us"


def test_a_changed_state_is_another_message() -> None:
    refund = {"amount": "10.00", "currency": "usd"}
    changes: list[dict[str, Any]] = [
        {},
        {"status": "paid"},
        {"payments_failed": 2},
        {"next_payment_attempt_at": None},
        {"decline_code": "expired_card"},
        {"retryable": False},
        {"recovery_url": "https://whop.com/pay/x"},
        {"refunded_amount": refund},
        {"updated_at": "2026-11-20T09:00:10.000Z"},
    ]
    assert len({seen(a_payment(**change)).message_id for change in changes}) == len(changes)
    statuses: list[dict[str, Any]] = [{}, {"status": "active"}, {"cancel_at_period_end": True}]
    assert len({seen(a_membership(**change)).message_id for change in statuses}) == len(statuses)


def test_the_same_object_of_two_accounts_is_two_messages() -> None:
    data = a_payment(account_id=None)
    found = {payment_event(data, biz_id=biz, read_at=READ_AT) for biz in ("biz_1", "biz_2")}
    assert len({one.message_id for one in found if one}) == 2
