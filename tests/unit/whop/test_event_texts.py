"""Addresses, names and links of events: somebody's input, kept only where it can do no harm."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.recovery.facts import MembershipChanged, MembershipView, PaymentFailed, PaymentView
from app.whop.events import parse
from tests.support import whop_events as whop

RECEIVED = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)


def failed(event: whop.Event) -> PaymentFailed:
    fact = parse(whop.encoded(event), received_at=RECEIVED)
    assert isinstance(fact, PaymentFailed)
    return fact


def payment(**data: Any) -> PaymentView:
    return failed(whop.payment_failed(data=data)).payment


def membership(**data: Any) -> MembershipView:
    fact = parse(whop.encoded(whop.membership_updated(data=data)), received_at=RECEIVED)
    assert isinstance(fact, MembershipChanged)
    return fact.membership


@pytest.mark.parametrize(
    "address", ["dana@example.com", "d+a@sub.example.co", "дана@пример.рф", "a@" + "b" * 318]
)
def test_a_plausible_address_is_kept_as_written(address: str) -> None:
    assert payment(customer_email=address).customer.email == address
    assert failed(whop.payment_failed(shape="legacy", email=address)).payment.customer.email == address


@pytest.mark.parametrize(
    "address",
    [
        None,
        5,
        [],
        {},
        "",
        "dana",
        "@",
        "a@",
        "@b",
        "a@b@c",
        "a@b.c, d@e.f",
        "a@b.c,d",
        "a b@c.d",
        " a@b.c",
        "a@b.c\n",
        "a@b.c\r\nBcc:x",
        "a\u0000@b.c",
        "\ud800@b.c",
        '"a"@b.c',
        "<a@b.c>",
        "a@b.c\u200b",
        "a@" + "b" * 319,
    ],
)
def test_an_implausible_address_is_none(address: object) -> None:
    assert payment(customer_email=address, user=None).customer.email is None


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Dana Reyes", "Dana Reyes"),
        ("  Dana  ", "Dana"),
        ("Dana\r\nBcc: x@y.z", "Dana Bcc: x@y.z"),
        ("Da\x00na\x1b[31m\x7f", "Dana[31m"),
        ("<b>&\"'{{7*7}}", "<b>&\"'{{7*7}}"),
        ("a" * 10_000, "a" * 200),
        ("Дана 🦊", "Дана 🦊"),
        ("\u0000", None),
        ("   ", None),
        (5, None),
    ],
)
def test_a_name_is_one_clean_line_of_at_most_200_characters(name: Any, kept: str | None) -> None:
    assert failed(whop.payment_failed(name=name)).payment.customer.name == kept


PAGE = "https://whop.com/billing/manage/mem_5PzQ8dRf3HuJbL"


@pytest.mark.parametrize(
    "url", [PAGE, "https://sandbox.whop.com/pay?x=1&y=%20#z", "https://WHOP.com", PAGE + "/"]
)
def test_whops_own_pages_are_kept(url: str) -> None:
    assert payment(recovery_url=url).recovery_url == url
    assert membership(manage_url=url).manage_url == url


@pytest.mark.parametrize(
    "url",
    [
        None,
        5,
        "",
        "http://whop.com/x",
        "javascript:alert(1)",
        "//whop.com/x",
        "https://evil.com/whop.com",
        "https://whop.com.evil.com/",
        "https://notwhop.com/",
        "https://whop.com@evil.com/",
        "https://user:pass@whop.com/",
        "https://evil.com\\@whop.com/",
        "https://evil.com#.whop.com/",
        "https://evil.com?.whop.com/",
        "https://whop.com\\evil",
        "https://whop.com:8443/",
        "https://whop.com./",
        "https://.whop.com/",
        " https://whop.com/",
        "https://whop.com/\r\nx",
        "https://whop.com/\n",
        "https://whop.com/a b",
        'https://whop.com/"><script>',
        "https://whop.com/é",
        "https://ẁhop.com/",
        "https:/whop.com/",
        "https:whop.com/",
        "https://whop.com/" + "a" * 2048,
    ],
)
def test_any_other_address_is_none(url: object) -> None:
    assert payment(recovery_url=url).recovery_url is None
    assert membership(manage_url=url).manage_url is None
