"""Money as integer minor units and a currency. Never a float, never summed over currencies."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from babel.core import get_global
from babel.numbers import format_currency, get_currency_precision

MAX_MINOR = 10**15
"""Anything above is a broken event, not a membership's price; it also fits every database's integer."""


@dataclass(frozen=True, slots=True, order=True)
class Money:
    currency: str
    """Three lower-case letters, as Whop writes them."""
    minor: int

    @classmethod
    def from_major(cls, amount: Decimal, currency: str) -> "Money | None":
        """Whop's amounts are major units ("49.00"); None where amount or currency cannot be trusted.

        More decimals than the currency has are rounded half up: legacy events carry floats.
        """
        code = currency.lower()
        if not is_currency(code) or not amount.is_finite() or amount < 0:
            return None
        if amount.adjusted() > 15:
            return None
        minor = int((amount.scaleb(precision(code))).to_integral_value(rounding=ROUND_HALF_UP))
        return cls(code, minor) if minor <= MAX_MINOR else None

    def major(self) -> Decimal:
        return Decimal(self.minor).scaleb(-precision(self.currency))

    def plain(self) -> str:
        """Major units with all decimals of the currency: "49.00", "500" for yen."""
        return str(self.major())

    def text(self, language: str) -> str:
        """As a person of that language reads it: "$49.00", "49,00 $"."""
        return format_currency(self.major(), self.currency.upper(), locale=language)


def is_currency(code: str) -> bool:
    return len(code) == 3 and code.isascii() and code.upper() in get_global("all_currencies")


def precision(code: str) -> int:
    return get_currency_precision(code.upper())


def totals(amounts: Iterable[Money]) -> tuple[Money, ...]:
    """One sum for each currency, the largest number of minor units first."""
    sums: dict[str, int] = {}
    for money in amounts:
        sums[money.currency] = sums.get(money.currency, 0) + money.minor
    return tuple(
        Money(currency, minor)
        for currency, minor in sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    )
