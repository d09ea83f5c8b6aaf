"""The state of a case in words: money, cards, days and hostile names come out right or not at all."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.recovery.facts import CardView
from app.recovery.money import Money
from app.recovery.wording import KEYS, LANGUAGES, Content, compose
from tests.support.messages import HOSTILE_TEXTS
from tests.unit.recovery.message_values import FULL, MINIMAL

MAY_END = {
    "en": "may end",
    "ru": "может закончиться",
    "es": "podría terminar",
    "pt": "pode terminar",
    "fr": "pourra prendre fin",
    "de": "kann Ihre Mitgliedschaft enden",
}
NOON = datetime(2026, 11, 25, 9, tzinfo=UTC)


def composed(key: str = "funds.last", language: str = "en", **changes: Any) -> Content:
    return compose(replace(FULL, **changes), key=key, language=language)


def body(content: Content) -> str:
    return " ".join(content.paragraphs)


@pytest.mark.parametrize(
    ("money", "english", "russian"),
    [
        (Money("jpy", 500), "¥500", "500\xa0¥"),
        (Money("kwd", 4900), "KWD4.900", "4,900\xa0KWD"),
        (Money.from_major(Decimal("19.989999"), "usd"), "$19.99", "19,99\xa0$"),
        (Money("eur", 123456), "€1,234.56", "1\xa0234,56\xa0€"),
    ],
)
def test_money_is_written_as_its_reader_writes_it(money: Money, english: str, russian: str) -> None:
    for language, text in (("en", english), ("ru", russian)):
        content = composed(language=language, amount=money)
        assert text in dict(content.details).values()
        assert text in content.paragraphs[0]


@pytest.mark.parametrize("amount", [None, Money("usd", 0), Money("usd", -4900)])
def test_without_a_sure_amount_it_is_just_your_payment(amount: Money | None) -> None:
    content = composed("funds.first", amount=amount)
    assert content.paragraphs[0].startswith("Your payment for Options Lab Pro at Options Lab did not")
    assert [label for label, _ in content.details] == ["Membership", "Card", "Charge tried on"]


@pytest.mark.parametrize(
    ("card", "english", "russian"),
    [
        (CardView("visa", "4242"), "Visa ending 4242", "Visa, последние цифры 4242"),
        (
            CardView("american_express", "0005"),
            "American Express ending 0005",
            "American Express, последние цифры 0005",
        ),
        (CardView(None, "4242"), "ending 4242", "последние цифры 4242"),
        (CardView("mastercard", None), "Mastercard", "Mastercard"),
        (CardView("{last4}", "4242"), "{last4} ending 4242", "{last4}, последние цифры 4242"),
        (CardView("visa", "424"), "Visa", "Visa"),
        (CardView("visa", "٤٢٤٢"), "Visa", "Visa"),
    ],
)
def test_a_card_is_named_by_what_is_known_of_it(card: CardView, english: str, russian: str) -> None:
    assert dict(composed(card=card).details)["Card"] == english
    assert dict(composed(language="ru", card=card).details)["Карта"] == russian


@pytest.mark.parametrize("card", [CardView(), CardView("", "42"), CardView("\u200b", "<b>1")])
def test_a_card_of_which_nothing_is_known_has_no_row(card: CardView) -> None:
    content = composed("funds.first", card=card)
    assert "Card" not in dict(content.details)
    assert "Whop will try again on Nov 23" in body(content)


@pytest.mark.parametrize(
    ("month", "year", "said"),
    [
        (10, 2026, "expired 10/26"),
        (12, 2025, "expired 12/25"),
        (11, 2026, None),
        (3, 2031, None),
        (13, 2025, None),
        (0, 2020, None),
        (5, 25, None),
        (None, 2025, None),
    ],
)
def test_a_card_expires_after_its_last_month(month: int | None, year: int | None, said: str | None) -> None:
    content = composed("card.first", card=CardView("visa", "4242", month, year))
    assert ("expired" in content.subject + body(content)) is (said is not None)
    if said is not None:
        assert content.subject == f"Your card for Options Lab Pro {said}"
        assert f"(Visa ending 4242) {said}." in body(content)


@pytest.mark.parametrize(
    ("zone", "english", "russian"),
    [
        ("UTC", "Nov 25, 09:00 UTC", "25 ноября, 09:00 UTC"),
        ("Europe/Moscow", "Nov 25, 12:00 (Moscow time)", "25 ноября, 12:00 (время: Москва)"),
        ("America/New_York", "Nov 25, 04:00 (New York time)", "25 ноября, 04:00 (время: Нью-Йорк)"),
        ("America/Argentina/Buenos_Aires", "(Buenos Aires time)", "(время: Buenos Aires)"),
        ("Etc/GMT+5", "Nov 25, 04:00 UTC-05:00", "25 ноября, 04:00 UTC-05:00"),
        ("Pacific/Auckland", "Nov 25, 22:00 (Auckland time)", "25 ноября, 22:00 (время: Окленд)"),
        ("", "Nov 25, 09:00 UTC", "25 ноября, 09:00 UTC"),
        ("Mars/Olympus", "Nov 25, 09:00 UTC", "25 ноября, 09:00 UTC"),
        ("../../etc/passwd", "Nov 25, 09:00 UTC", "25 ноября, 09:00 UTC"),
        ("America", "Nov 25, 09:00 UTC", "25 ноября, 09:00 UTC"),
        ("a\x00b", "Nov 25, 09:00 UTC", "25 ноября, 09:00 UTC"),
    ],
)
def test_the_end_is_told_in_the_readers_zone_and_names_it(zone: str, english: str, russian: str) -> None:
    assert f"{english}, your membership ends" in body(composed(zone=zone, cutoff_at=NOON))
    assert f"{russian}. Если" in body(composed(language="ru", zone=zone, cutoff_at=NOON))


def test_a_day_is_the_day_of_the_reader() -> None:
    late = datetime(2026, 12, 31, 22, 30, tzinfo=UTC)
    assert "again on Dec 31" in body(composed("issuer.first", zone="UTC", next_attempt_at=late))
    assert "again on Jan 1" in body(composed("issuer.first", zone="Europe/Moscow", next_attempt_at=late))
    elsewhere = late.astimezone(timezone(timedelta(hours=9)))
    assert "again on Dec 31" in body(composed("issuer.first", zone="UTC", next_attempt_at=elsewhere))


@pytest.mark.parametrize("at", [datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)])
@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/New_York"])
def test_the_ends_of_the_calendar_break_nothing(at: datetime, zone: str) -> None:
    assert composed("funds.last", zone=zone, failed_at=at, next_attempt_at=at, cutoff_at=at).paragraphs


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", KEYS)
def test_a_retry_is_named_only_when_whop_gave_its_day(key: str, language: str) -> None:
    content = composed(key, language, next_attempt_at=None)
    said = body(content) + content.preview
    assert "23" not in said and "again on" not in said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", [key for key in KEYS if key.endswith(".last")])
def test_an_end_that_is_not_certain_is_not_dated(key: str, language: str) -> None:
    assert "25" in body(composed(key, language))
    content = composed(key, language, cutoff_at=None)
    assert "25" not in body(content) + content.preview
    assert MAY_END[language] in body(content)


@pytest.mark.parametrize(
    ("count", "english", "russian"),
    [
        (1, "have 1 more open payment to", "ещё 1 платёж, который не прошёл (продавец"),
        (2, "have 2 more open payments to", "ещё 2 платежа, которые не прошли (продавец"),
        (5, "have 5 more open payments to", "ещё 5 платежей, которые не прошли (продавец"),
        (21, "have 21 more open payments to", "ещё 21 платёж, который не прошёл (продавец"),
    ],
)
def test_other_open_payments_are_counted_in_good_grammar(count: int, english: str, russian: str) -> None:
    assert english in body(composed(other_open_payments=count))
    assert russian in body(composed(language="ru", other_open_payments=count))


@pytest.mark.parametrize("count", [0, -1])
def test_no_other_payment_is_no_line(count: int) -> None:
    assert "more open" not in body(composed(other_open_payments=count))


def test_the_banks_page_is_offered_only_where_there_is_one() -> None:
    assert composed("confirm.first").button_label == "Open the confirmation page"
    without = composed("confirm.first", needs_confirmation=False)
    assert without.button_label == "Continue on Whop"
    assert "confirmation page" not in body(without)


@pytest.mark.parametrize("name", [None, "", "  \n ", "\u200b\u2060", "\u200d", "\x00"])
def test_nobodys_name_gives_a_greeting_without_one(name: str | None) -> None:
    assert composed(customer_name=name).greeting == "Hello,"
    assert composed(language="ru", customer_name=name).greeting == "Здравствуйте!"


def test_a_name_is_one_line_of_at_most_sixty_characters() -> None:
    assert composed(customer_name="Maria\r\nBcc: evil@example.net\n\n\thello").greeting == (
        "Hi Maria Bcc: evil@example.net hello,"
    )
    assert composed(customer_name="x" * 10_000).greeting == f"Hi {'x' * 59}…,"
    assert composed(customer_name="x" * 60).greeting == f"Hi {'x' * 60},"
    assert composed(customer_name="a\u202eb\u2066c\u200bd\x00e\ud800f").greeting == "Hi abcde\ufffdf,"
    assert composed(customer_name="👩‍💻 Müller Иван 李").greeting == "Hi 👩‍💻 Müller Иван 李,"


def test_a_name_is_never_read_as_a_text() -> None:
    name = "{amount} {{7*7}} {merchant} %s \\1"
    content = composed(customer_name=name, merchant_title=name, product_title=name)
    assert content.greeting == f"Hi {name},"
    assert content.subject == f"Last reminder: your payment for {name}"
    assert content.paragraphs[0] == f"Your payment of $49.00 for {name} at {name} has not gone through yet."


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", KEYS)
def test_hostile_text_breaks_no_message(key: str, language: str, text: str) -> None:
    content = composed(
        key,
        language,
        customer_name=text,
        merchant_title=text,
        product_title=text,
        card=CardView(text, text),
        zone=text,
    )
    whole = repr(content)
    assert len(whole) < 6_000
    for line in (content.subject, content.preview, content.greeting, *content.paragraphs, *content.footer):
        assert line.isprintable() or "\u200d" in line or "\xa0" in line
        line.encode()


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=40))
def test_any_text_makes_a_message(name: str, title: str, zone: str) -> None:
    content = composed(customer_name=name, product_title=title, merchant_title=title, zone=zone)
    assert content.subject and content.greeting and "\n" not in content.greeting


def test_a_merchant_without_a_name_is_not_a_gap() -> None:
    assert composed("funds.first", merchant_title=" ", product_title=None).subject == (
        "Your payment to a seller on Whop did not go through"
    )


def test_a_language_without_texts_is_english_and_says_so() -> None:
    content = compose(MINIMAL, key="funds.first", language="ja-JP")
    assert content == compose(MINIMAL, key="funds.first", language="en")
    assert content.language == "en"
    assert composed(language="ru").language == "ru"


@pytest.mark.parametrize("key", ["", "funds", "funds.note", "none.first"])
def test_a_key_that_never_was_is_an_error(key: str) -> None:
    with pytest.raises(KeyError):
        compose(FULL, key=key, language="ru")
