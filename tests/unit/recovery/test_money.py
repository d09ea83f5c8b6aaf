"""Money stays exact: minor units of its own currency, or nothing where the amount cannot be trusted."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.recovery.money import MAX_MINOR, Money, is_currency, totals

AMOUNTS = [
    ("49.00", "usd", 4900, "49.00"),
    ("49", "USD", 4900, "49.00"),
    ("0", "usd", 0, "0.00"),
    ("-0.00", "usd", 0, "0.00"),
    ("500", "jpy", 500, "500"),
    ("4.9", "kwd", 4900, "4.900"),
    ("0.0005", "kwd", 1, "0.001"),
    ("499.5", "jpy", 500, "500"),
    ("499.4999", "jpy", 499, "499"),
    ("19.989999", "usd", 1999, "19.99"),
    ("19.985", "usd", 1999, "19.99"),
    ("19.984999", "usd", 1998, "19.98"),
    ("1E+2", "usd", 10000, "100.00"),
    ("1E-400", "usd", 0, "0.00"),
    ("9999999999999.99", "usd", 999_999_999_999_999, "9999999999999.99"),
    ("1000000000000000", "jpy", MAX_MINOR, "1000000000000000"),
]


@pytest.mark.parametrize(("major", "currency", "minor", "plain"), AMOUNTS)
def test_an_amount_becomes_minor_units_of_its_currency(
    major: str, currency: str, minor: int, plain: str
) -> None:
    money = Money.from_major(Decimal(major), currency)
    assert money == Money(currency.lower(), minor)
    assert money is not None and money.plain() == plain


@pytest.mark.parametrize("major", ["NaN", "-NaN", "sNaN", "Infinity", "-Infinity", "-0.01", "-49", "1E+16"])
def test_an_amount_that_is_no_price_is_none(major: str) -> None:
    assert Money.from_major(Decimal(major), "usd") is None


@pytest.mark.parametrize(("major", "currency"), [("1000000000000001", "jpy"), ("10000000000000.01", "usd")])
def test_an_amount_beyond_any_price_is_none(major: str, currency: str) -> None:
    assert Money.from_major(Decimal(major), currency) is None


@pytest.mark.parametrize("code", ["", "us", "usdt", "zzz", "u$d", "ＵＳＤ", "ußd", "123", " usd"])
def test_an_unknown_currency_is_none(code: str) -> None:
    assert not is_currency(code.lower())
    assert Money.from_major(Decimal(49), code) is None


@pytest.mark.parametrize(
    ("money", "english", "russian"),
    [
        (Money("usd", 4900), "$49.00", "49,00\xa0$"),
        (Money("jpy", 500), "¥500", "500\xa0¥"),
        (Money("kwd", 4900), "KWD4.900", "4,900\xa0KWD"),
        (Money("usd", -4900), "-$49.00", "-49,00\xa0$"),
    ],
)
def test_money_reads_as_its_reader_writes_it(money: Money, english: str, russian: str) -> None:
    assert (money.text("en").replace("\xa0", ""), money.text("ru")) == (english, russian)


def test_currencies_are_never_summed_together_and_the_largest_comes_first() -> None:
    amounts = [Money("usd", 100), Money("jpy", 700), Money("usd", 250), Money("eur", 350), Money("gbp", 0)]
    assert totals(amounts) == (Money("jpy", 700), Money("eur", 350), Money("usd", 350), Money("gbp", 0))
    assert totals([]) == ()


@given(st.integers(0, MAX_MINOR), st.sampled_from(["usd", "jpy", "kwd", "eur", "clf"]))
def test_what_was_stored_is_read_back_exactly(minor: int, currency: str) -> None:
    money = Money(currency, minor)
    assert Money.from_major(money.major(), currency) == money


@given(st.decimals(allow_nan=True, allow_infinity=True), st.text(max_size=4))
def test_no_number_and_no_code_make_it_raise(major: Decimal, currency: str) -> None:
    money = Money.from_major(major, currency)
    assert money is None or 0 <= money.minor <= MAX_MINOR
