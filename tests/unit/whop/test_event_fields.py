"""Fields of the wrong type, hostile texts, amounts and times: what is kept, and what becomes None."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.recovery.facts import (
    BillingReason,
    ComplaintChanged,
    CustomerView,
    MembershipChanged,
    MembershipStatus,
    MembershipView,
    PaymentFailed,
    PaymentView,
)
from app.recovery.money import Money
from app.whop.events import parse
from tests.support import whop_events as whop

RECEIVED = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
SENT = datetime(2026, 11, 20, 9, 0, 10, 113000, tzinfo=UTC)


def failed(event: whop.Event) -> PaymentFailed:
    fact = parse(whop.encoded(event), received_at=RECEIVED)
    assert isinstance(fact, PaymentFailed)
    return fact


def payment(**data: Any) -> PaymentView:
    return failed(whop.payment_failed(data=data)).payment


def legacy(**data: Any) -> PaymentView:
    return failed(whop.payment_failed(shape="legacy", data=data)).payment


def membership(shape: Any = "pinned", **data: Any) -> MembershipView:
    event = whop.membership_updated(shape=shape, data=data)
    fact = parse(whop.encoded(event), received_at=RECEIVED)
    assert isinstance(fact, MembershipChanged)
    return fact.membership


WRONG: list[object] = [None, 7, True, "", [], ["x"], {}, {"id": 3}, {"id": None}, {"id": ["x"]}]


@pytest.mark.parametrize("value", WRONG)
def test_a_payment_with_wrong_people_and_goods_is_still_a_failure(value: object) -> None:
    for shape in ("pinned", "legacy"):
        nested = dict.fromkeys(("user", "member", "membership", "product", "plan"), value)
        flat = {f"{name}_id": value for name in ("user", "member", "membership", "product", "plan")}
        rest = dict.fromkeys(("customer_email", "line_items", "billing_address", "company"), value)
        event = whop.payment_failed(shape=shape, data={**nested, **flat, **rest})
        found = failed(event).payment
        assert found.customer == CustomerView()
        assert (found.membership_id, found.product_id, found.plan_id) == (None, None, None)
        assert found.product_title is None


@pytest.mark.parametrize("value", [None, True, "", [], {}, {"amount": None}, {"amount": {"amount": "1"}}])
def test_an_amount_or_currency_of_the_wrong_type_gives_no_amount(value: object) -> None:
    assert legacy(total=value).amount is None
    assert legacy(currency=value).amount is None
    assert payment(total=value).amount is None
    assert payment(total={"amount": value, "currency": "usd"}).amount is None
    assert payment(total={"amount": "49.00", "currency": value}).amount is None


@pytest.mark.parametrize(
    ("amount", "currency", "money"),
    [
        ("49.00", "usd", Money("usd", 4900)),
        ("49.00", "USD", Money("usd", 4900)),
        ("5000", "jpy", Money("jpy", 5000)),
        ("1.234", "kwd", Money("kwd", 1234)),
        ("0", "usd", Money("usd", 0)),
        ("0.00", "usd", Money("usd", 0)),
        ("19.989999", "usd", Money("usd", 1999)),
        ("-1.00", "usd", None),
        ("49.00", "xxq", None),
        ("49.00", "", None),
        ("NaN", "usd", None),
        ("1e3", "usd", None),
        ("1_000", "usd", None),
        (" 49.00", "usd", None),
        ("٤٩", "usd", None),
        ("1" * 21, "usd", None),
        ("99999999999999999", "usd", None),
    ],
)
def test_a_pinned_amount_is_read_from_its_text(amount: str, currency: str, money: Money | None) -> None:
    assert payment(total={"amount": amount, "currency": currency}).amount == money


@pytest.mark.parametrize(
    ("total", "money"),
    [
        (49.0, Money("usd", 4900)),
        (49, Money("usd", 4900)),
        (19.989999, Money("usd", 1999)),
        (0.1 + 0.2, Money("usd", 30)),
        (1.005, Money("usd", 101)),
        (0, Money("usd", 0)),
        (-5.0, None),
        (10**30, None),
        (1e300, None),
        (1e-300, Money("usd", 0)),
    ],
)
def test_a_legacy_number_never_keeps_a_float_artefact(total: float, money: Money | None) -> None:
    assert legacy(total=total).amount == money


@pytest.mark.parametrize(
    ("updated_at", "expected"),
    [
        ("2026-11-20T09:00:09Z", datetime(2026, 11, 20, 9, 0, 9, tzinfo=UTC)),
        ("2026-11-20T09:00:09.123456Z", datetime(2026, 11, 20, 9, 0, 9, 123456, tzinfo=UTC)),
        ("2026-11-20T12:00:09+03:00", datetime(2026, 11, 20, 9, 0, 9, tzinfo=UTC)),
        ("2026-11-20 09:00:09", datetime(2026, 11, 20, 9, 0, 9, tzinfo=UTC)),
        (1795165209, datetime(2026, 11, 20, 9, 0, 9, tzinfo=UTC)),
        (1795165209.5, datetime(2026, 11, 20, 9, 0, 9, 500000, tzinfo=UTC)),
        ("2026-12-02T08:00:00Z", RECEIVED + timedelta(days=1)),
        ("2026-12-02T08:00:01Z", RECEIVED),
        ("2150-01-01T00:00:00Z", RECEIVED),
    ],
)
def test_the_providers_time_is_utc_and_never_far_ahead(updated_at: object, expected: datetime) -> None:
    assert failed(whop.payment_failed(data={"updated_at": updated_at})).at == expected


BROKEN_TIMES: list[object] = [
    None,
    True,
    "",
    "soon",
    "2026-13-01T00:00:00Z",
    "2026-11-20",
    "20261120T090009Z",
    [],
    {},
]
BROKEN_TIMES += [0, -1, 10**12, 10**60, 1e300, "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"]


@pytest.mark.parametrize("broken", BROKEN_TIMES)
def test_a_broken_time_falls_back_to_the_attempt_the_sending_and_the_receipt(broken: object) -> None:
    event = whop.payment_failed(data={"updated_at": broken})
    assert failed(event).at == datetime(2026, 11, 20, 9, 0, 8, tzinfo=UTC)
    event["data"] |= {"last_payment_attempt_at": broken, "created_at": broken}
    assert failed(event).at == SENT
    event["timestamp"] = broken
    assert failed(event).at == RECEIVED


def test_the_time_of_an_attempt_of_the_wrong_type_is_none() -> None:
    found = payment(last_payment_attempt_at="x", next_payment_attempt_at=[], created_at={}, paid_at=True)
    assert (found.last_attempt_at, found.next_attempt_at) == (None, None)
    assert (found.created_at, found.paid_at) == (None, None)


@pytest.mark.parametrize(
    ("value", "kept"), [(3, 3), (3.0, 3), (0, 0), (-1, None), (1.5, None), (True, None), ("3", None)]
)
def test_failed_attempts_are_a_whole_number(value: object, kept: int | None) -> None:
    assert payment(payments_failed=value).payments_failed == kept


@pytest.mark.parametrize("value", [None, 1, "true", [], {}])
def test_switches_that_are_not_true_or_false_are_none(value: object) -> None:
    assert payment(retryable=value).retryable is None
    assert membership(cancel_at_period_end=value).cancel_at_period_end is None


@pytest.mark.parametrize("value", [None, 3, [], {}, "brand_new"])
def test_unknown_statuses_and_reasons_are_unknown(value: object) -> None:
    assert payment(billing_reason=value).billing_reason is BillingReason.UNKNOWN
    assert membership(status=value).status is MembershipStatus.UNKNOWN


def test_a_decline_code_that_nobody_knows_is_kept() -> None:
    assert payment(decline_code="brand_new_code").decline_code == "brand_new_code"
    assert payment(decline_code=["x"]).decline_code is None


def test_a_legacy_membership_may_say_that_it_ends_by_cancelation_status_alone() -> None:
    said = membership("legacy", cancel_at_period_end=None, cancelation_status="canceling", status="active")
    assert (said.cancel_at_period_end, said.status) == (True, MembershipStatus.ACTIVE)
    denied = membership("legacy", cancel_at_period_end=False, cancelation_status="canceling")
    assert denied.cancel_at_period_end is False


@pytest.mark.parametrize(
    ("country", "kept"), [("us", "US"), ("DE", "DE"), ("USA", None), ("", None), (4, None), ("ÄÖ", None)]
)
def test_a_country_is_two_capital_letters(country: object, kept: str | None) -> None:
    assert payment(billing_address={"country": country}).customer.country == kept


def test_a_cards_expiry_is_taken_wherever_it_is_and_with_four_digits() -> None:
    bare = {"card_brand": None, "card_last4": 4242, "card_exp_month": 13, "card_exp_year": None}
    card = legacy(**bare).card
    assert (card.brand, card.last4, card.exp_month, card.exp_year) == ("visa", "4242", 4, 2028)


@pytest.mark.parametrize(
    ("verb", "data", "is_open"),
    [
        ("decided", {"status": "customer_withdrew"}, False),
        ("decided", {"status": "under_review"}, True),
        ("updated", {"status": "brand_new", "outcome": "withdrawn"}, False),
        ("decided", {"status": None}, False),
        ("updated", {"status": None}, True),
    ],
)
def test_a_complaint_is_open_until_its_status_or_its_event_says_otherwise(
    verb: str, data: dict[str, Any], is_open: bool
) -> None:
    fact = parse(whop.encoded(whop.resolution_center_case(verb, data=data)), received_at=RECEIVED)
    assert isinstance(fact, ComplaintChanged) and fact.open is is_open
