"""Which of a merchant's policies a case falls under: by plan, price, tenure, country and which renewal it is.

A condition about something that is not known of a case does not match it: nobody gets another campaign by a guess.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from .money import Money, is_currency

LONGEST_TENURE = 36_500
"""Days."""


class Condition(StrEnum):
    PLANS = "plans"
    PRICE = "price"
    TENURE = "tenure"
    COUNTRIES = "countries"
    FIRST_RENEWAL = "first_renewal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is known of a case when it opens; None: it is not."""

    plan_id: str | None = None
    price: Money | None = None
    tenure_days: int | None = None
    """Whole days from the joining to the failure."""
    country: str | None = None
    """Two capital letters."""
    first_renewal: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """All conditions that are set must hold; with none set every case matches."""

    plans: tuple[str, ...] = ()
    currency: str | None = None
    """Of the two prices, which are in its minor units. Without a price: any amount in this currency."""
    min_minor: int | None = None
    max_minor: int | None = None
    min_days: int | None = None
    max_days: int | None = None
    countries: tuple[str, ...] = ()
    first_renewal_only: bool = False

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Those that are set."""
        is_set = {
            Condition.PLANS: bool(self.plans),
            Condition.PRICE: self.currency is not None,
            Condition.TENURE: self.min_days is not None or self.max_days is not None,
            Condition.COUNTRIES: bool(self.countries),
            Condition.FIRST_RENEWAL: self.first_renewal_only,
        }
        return tuple(condition for condition, wanted in is_set.items() if wanted)

    def match(self, subject: Subject) -> bool:
        return all(_HOLDS[condition](self, subject) for condition in self.conditions)

    def stored(self) -> dict[str, Any]:
        return {
            "plans": list(self.plans),
            "currency": self.currency,
            "min_minor": self.min_minor,
            "max_minor": self.max_minor,
            "min_days": self.min_days,
            "max_days": self.max_days,
            "countries": list(self.countries),
            "first_renewal_only": self.first_renewal_only,
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Matches":
        """As `stored` wrote it."""
        return cls(**{**stored, "plans": tuple(stored["plans"]), "countries": tuple(stored["countries"])})


def _price(wanted: Matches, subject: Subject) -> bool:
    price = subject.price
    return (
        price is not None
        and price.currency == wanted.currency
        and _between(price.minor, wanted.min_minor, wanted.max_minor)
    )


def _tenure(wanted: Matches, subject: Subject) -> bool:
    days = subject.tenure_days
    return days is not None and _between(days, wanted.min_days, wanted.max_days)


def _between(value: int, least: int | None, most: int | None) -> bool:
    """Both ends included."""
    return (least is None or value >= least) and (most is None or value <= most)


_HOLDS: Mapping[Condition, Callable[[Matches, Subject], bool]] = {
    Condition.PLANS: lambda wanted, subject: subject.plan_id in wanted.plans,
    Condition.PRICE: _price,
    Condition.TENURE: _tenure,
    Condition.COUNTRIES: lambda wanted, subject: subject.country in wanted.countries,
    Condition.FIRST_RENEWAL: lambda wanted, subject: subject.first_renewal is True,
}

Name = TypeVar("Name")


def choose(policies: Iterable[tuple[Name, Matches]], subject: Subject) -> Name | None:
    """The first that matches, in the merchant's order; None: the default campaign."""
    return next((name for name, matches in policies if matches.match(subject)), None)


class Fault(StrEnum):
    NO_CURRENCY = "no_currency"
    UPSIDE_DOWN = "upside_down"


def faults(matches: Matches) -> dict[Condition, Fault]:
    """Conditions that could hold for nobody."""
    found: dict[Condition, Fault] = {}
    prices = (matches.min_minor, matches.max_minor)
    if any(price is not None for price in prices) and not is_currency(matches.currency or ""):
        found[Condition.PRICE] = Fault.NO_CURRENCY
    elif _upside_down(*prices):
        found[Condition.PRICE] = Fault.UPSIDE_DOWN
    if _upside_down(matches.min_days, matches.max_days):
        found[Condition.TENURE] = Fault.UPSIDE_DOWN
    return found


def _upside_down(least: int | None, most: int | None) -> bool:
    return least is not None and most is not None and least > most
