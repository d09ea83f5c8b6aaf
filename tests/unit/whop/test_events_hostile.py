"""Hostile bytes and foreign envelopes end with a reason; old spellings are understood."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from app.recovery.facts import (
    Ignored,
    MembershipChanged,
    MerchantView,
    Parsed,
    PaymentFailed,
    Quarantined,
)
from app.whop.event_names import ALIASES, NO_EFFECT, flat
from app.whop.events import parse
from tests.support import whop_events as whop

RECEIVED = datetime(2026, 12, 1, tzinfo=UTC)
SHOP = MerchantView("biz_7Hc1sPq9LmXzRd")
FAILED = whop.encoded(whop.payment_failed())


def read(event: object) -> Parsed:
    return parse(whop.encoded(event), received_at=RECEIVED)


HOSTILE = [
    (b"", "not_json"),
    (b"\xff\xfe\x00", "not_utf8"),
    (FAILED.replace(b"Dana", b"D\xe1na"), "not_utf8"),
    (FAILED.replace(b"Dana", b"\xed\xa0\x80"), "not_utf8"),
    (FAILED.decode().encode("utf-16"), "not_utf8"),
    (FAILED.decode().encode("utf-16-le"), "not_json"),
    (b"\xef\xbb\xbf" + FAILED, "not_json"),
    (b"payment failed", "not_json"),
    (FAILED[:-1], "not_json"),
    (FAILED + b"{}", "not_json"),
    (FAILED.replace(b"Dana", b"Da\x00na"), "not_json"),
    (FAILED.replace(b"Dana", b"Da\nna"), "not_json"),
    (b"3", "not_an_object"),
    (b"[]", "not_an_object"),
    (b"null", "not_an_object"),
    (b'"payment.failed"', "not_an_object"),
    (b"[" * 100_000, "too_deep"),
    (b'{"a":' * 40_000, "too_deep"),
    (b"[" * 100_000 + b"]" * 100_000, "too_deep"),
    (FAILED.replace(b'"payments_failed":1', b'"payments_failed":' + b"1" * 5000), "number_too_long"),
    (FAILED.replace(b'"payments_failed":1', b'"payments_failed":0.' + b"1" * 5000), "number_too_long"),
    (FAILED.replace(b'"payments_failed":1', b'"payments_failed":NaN'), "not_a_number"),
    (FAILED.replace(b'"payments_failed":1', b'"payments_failed":-Infinity'), "not_a_number"),
    (FAILED.replace(b'"payments_failed":1', b'"payments_failed":1e400'), "number_out_of_range"),
    (FAILED.replace(b'"payments_failed":1', b'"payments_failed":1e' + b"9" * 40), "number_out_of_range"),
    (FAILED.replace(b'"status":"open"', b'"status":"open","status":"paid"'), "duplicate_keys"),
    (b"{}", "no_type"),
]


@pytest.mark.parametrize(("body", "reason"), HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_body_is_quarantined_with_its_reason(body: bytes, reason: str) -> None:
    assert parse(body, received_at=RECEIVED) == Quarantined(reason)


@pytest.mark.parametrize("escape", ["\\u0000", "\\ud800", "\\u0000\\udfff"])
def test_nul_and_lone_surrogates_are_cleaned_from_texts_and_make_ids_unusable(escape: str) -> None:
    named = FAILED.replace(b'"name":"Dana Reyes"', f'"name":"Dana{escape} Reyes"'.encode())
    fact = parse(named, received_at=RECEIVED)
    assert isinstance(fact, PaymentFailed) and fact.payment.customer.name == "Dana Reyes"
    broken = FAILED.replace(b'"id":"pay_9Jr3bXw7QeVnTk"', f'"id":"pay_{escape}"'.encode())
    assert parse(broken, received_at=RECEIVED) == Quarantined("no_payment_id", "payment.failed", SHOP)


@pytest.mark.parametrize(
    "payment_id", [None, 7, "", "pay 1", "pay_<b>", "p" * 101, ["pay_1"], {"id": "pay_1"}]
)
def test_a_payment_without_a_usable_id_is_quarantined(payment_id: object) -> None:
    event = whop.payment_failed(data={"id": payment_id})
    assert read(event) == Quarantined("no_payment_id", "payment.failed", SHOP)


@pytest.mark.parametrize("data", [None, 3, [], "x", {}])
@pytest.mark.parametrize(
    ("event_type", "reason"),
    [
        ("payment.succeeded", "no_payment_id"),
        ("membership.updated", "no_membership_id"),
        ("member.updated", "no_member_id"),
        ("refund.created", "no_payment_id"),
        ("dispute.created", "no_dispute_id"),
        ("dispute_alert.created", "no_dispute_id"),
        ("resolution_center_case.created", "no_complaint_id"),
        ("invoice.paid", "no_invoice_id"),
        ("setup_intent.succeeded", "no_setup_id"),
    ],
)
def test_an_event_without_its_object_is_quarantined(data: object, event_type: str, reason: str) -> None:
    event = {"type": event_type, "account_id": SHOP.biz_id, "data": data}
    assert read(event) == Quarantined(reason, event_type, SHOP)


def test_a_refund_needs_an_id_of_its_own() -> None:
    assert read(whop.refund_created(data={"id": None})) == Quarantined("no_refund_id", "refund.created", SHOP)


@pytest.mark.parametrize(
    "event_type", ["payment.exploded", "gift.sent", "payment", ".", "x" * 300, "päyment.failed"]
)
def test_an_unknown_type_is_ignored(event_type: str) -> None:
    event = whop.payment_failed() | {"type": event_type}
    assert read(event) == Ignored("unknown_type", event_type[:100], SHOP)


@pytest.mark.parametrize("event_type", sorted(NO_EFFECT))
def test_a_known_type_that_means_nothing_here_is_ignored(event_type: str) -> None:
    assert read({"type": event_type, "account_id": SHOP.biz_id, "data": {}}) == Ignored(
        "no_effect", event_type, SHOP
    )
    assert read({"type": flat(event_type)}) == Ignored("no_effect", event_type)


@pytest.mark.parametrize("api_version", ["v2", "v9", None, 3, [], {}])
def test_an_unknown_version_of_a_known_event_is_still_read(api_version: object) -> None:
    event = whop.payment_failed() | {"api_version": api_version, "api_version_date": api_version}
    assert isinstance(read(event), PaymentFailed)


def test_extra_fields_change_nothing() -> None:
    event = whop.payment_failed()
    more = whop.payment_failed() | {"brand_new": {"a": [1]}}
    more["data"]["amount_charged"] = {"amount": "1.00"}
    assert read(more) == read(event)


@pytest.mark.parametrize("event_type", [None, 3, [], {}, "", " ", "\u0000"])
def test_an_event_without_a_type_is_quarantined(event_type: object) -> None:
    assert read(whop.payment_failed() | {"type": event_type}) == Quarantined("no_type", None, SHOP)


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("type", "payment_failed"),
        ("event", "payment.failed"),
        ("event", "payment_failed"),
        ("type", "PAYMENT.FAILED"),
    ],
)
def test_older_spellings_of_a_type_are_understood(field: str, name: str) -> None:
    event = whop.payment_failed()
    del event["type"]
    assert read(event | {field: name}) == read(whop.payment_failed())


@pytest.mark.parametrize("old", ["membership.went_valid", "membership_went_valid", "membership.activated"])
def test_went_valid_is_activated(old: str) -> None:
    event = whop.membership_activated()
    assert isinstance(read(event), MembershipChanged)
    assert read(event | {"type": old}) == read(event)


@pytest.mark.parametrize("old", ["membership.went_invalid", "membership_went_invalid"])
def test_went_invalid_is_deactivated(old: str) -> None:
    event = whop.membership_deactivated()
    assert read(event | {"type": old}) == read(event)


def test_resolution_events_of_old_webhooks_are_understood() -> None:
    for verb in ("created", "updated", "decided"):
        event = whop.resolution_center_case(verb, is_open=verb != "decided")
        assert read(event | {"type": f"resolution_{verb}"}) == read(event)


def test_no_two_names_share_a_spelling() -> None:
    names = [*NO_EFFECT, *ALIASES]
    assert len({flat(name) for name in names}) == len(names)


def test_a_v2_event_is_quarantined_with_what_to_do_about_it() -> None:
    event = {
        "action": "payment.failed",
        "data": {
            "id": "pay_1",
            "membership": "mem_1",
            "final_amount": 19.99,
            "last_payment_attempt": 1642558479,
        },
    }
    assert read(event) == Quarantined("webhook_v2_recreate_as_v1", "payment.failed")


@pytest.mark.parametrize(
    "place",
    [
        lambda event: event.update(account_id="biz_9"),
        lambda event: event.update(company_id="biz_9"),
        lambda event: event["data"].update(account_id="biz_9"),
        lambda event: event["data"].update(company_id="biz_9"),
        lambda event: event["data"].update(account={"id": "biz_9"}),
        lambda event: event["data"].update(company={"id": "biz_9"}),
    ],
)
def test_the_merchant_is_found_wherever_whop_names_it(place: Callable[[whop.Event], None]) -> None:
    event = without_account()
    place(event)
    fact = read(event)
    assert isinstance(fact, PaymentFailed) and fact.merchant == MerchantView("biz_9")


@pytest.mark.parametrize("account", [None, 3, "", "biz 1", [], {"id": "biz_1"}, "b" * 101])
def test_an_event_of_no_account_is_quarantined(account: object) -> None:
    event = without_account() | {"account_id": account, "company_id": account}
    assert read(event) == Quarantined("no_account", "payment.failed")


def without_account() -> whop.Event:
    event = whop.payment_failed()
    del event["account_id"], event["data"]["account_id"]
    return event
