"""The times that suit each kind of decline for the one retry of a payment: data, and what a payday is."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from .campaign import DEFAULT_CAMPAIGN, LIMITS
from .decline import RetryRule
from .reasons import Why

HOUR = timedelta(hours=1)
AWAY = 6 * HOUR
"""Hard, for every class: as far we keep from each attempt of Whop, the ones made and the one announced."""
REST = 24 * HOUR
"""As long the adaptive time of an unclear decline lets the bank rest after the newest failed attempt."""
GOOD_UNTIL = 104.5 * HOUR
"""Half an hour before the last notice: whom the retry helps need not be warned. Only what is left comes later."""
SETTLES = HOUR
"""So long before the end of the five days the answer has to be on its way."""
MOST_FAILED = 8
"""Attempts on one payment after which we add none. Mastercard allows 10 in 24 hours and 35 in 30 days, Visa
20 in 30 days, for one card; what else was tried on this card we cannot see."""
MOST_REFUSALS = 3
"""Times that Whop may say "not now" before we stop asking."""
ROOM = timedelta(minutes=10)
"""A gap must be as long: a worker is not always on the minute."""
OTHER_HOUR = 4 * HOUR
"""As far from the hour of a failed attempt another hour of the day has to be."""

MORNING = (time(7), time(10))
AWAKE = (DEFAULT_CAMPAIGN.quiet_until, DEFAULT_CAMPAIGN.quiet_from)
PAYDAY_NUMBERS = {1: "first", 15: "fifteenth"}
FRIDAY = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """A time that suits a kind of decline. Every rung keeps `AWAY` besides."""

    why: Why
    after: timedelta = timedelta()
    """The first failure."""
    rest: timedelta = AWAY
    """After the newest failed attempt."""
    days: tuple[int, int] = (0, 5)
    """Local days after the first failure's own, both inclusive."""
    hours: tuple[time, time] | None = None
    """By the customer's clock; None: at any hour."""
    paydays: bool = False
    other_hour: bool = False
    until: timedelta = GOOD_UNTIL
    spread: timedelta = timedelta()
    """Over so much of the free time the payments of a merchant are spread."""


_PAYDAY = Rung(why=Why.RETRY_PAYDAY, days=(1, 5), hours=MORNING, paydays=True, spread=3 * HOUR)
_DAY_FOUR = Rung(why=Why.RETRY_DAY_FOUR, days=(4, 4), hours=MORNING, spread=3 * HOUR)
_OTHER_HOUR = Rung(why=Why.RETRY_OTHER_HOUR, after=REST, rest=REST, hours=AWAKE, other_hour=True)
_DAY_TWO = Rung(why=Why.RETRY_DAY_TWO, after=2 * REST, hours=AWAKE, other_hour=True)
_LEFT = Rung(why=Why.RETRY_LAST_CHANCE, days=(1, 5), hours=AWAKE, until=LIMITS.runway - SETTLES)

LADDER: Mapping[RetryRule, tuple[tuple[Rung, ...], ...]] = {
    RetryRule.BEST_PAYDAY: (
        (_PAYDAY, _DAY_FOUR),
        # Whop itself tries on these mornings: then later on the same days.
        (replace(_PAYDAY, hours=AWAKE), replace(_DAY_FOUR, hours=AWAKE)),
        (_LEFT,),
    ),
    RetryRule.OTHER_HOUR: (
        (_OTHER_HOUR, _DAY_TWO),
        (replace(_LEFT, after=REST, other_hour=True),),
    ),
    # One to six hours are advised for these; six are the first moment that keeps away from what failed.
    RetryRule.SOON: ((Rung(why=Why.RETRY_SOON, until=LIMITS.runway - SETTLES),),),
    RetryRule.NEVER: (),
}
"""For each rule of a decline class: levels, tried in their order; of the rungs of one level the earlier day."""


def payday(day: date) -> str | None:
    """Why there may be money on this day: the 1st, the 15th, or a Friday."""
    return PAYDAY_NUMBERS.get(day.day) or ("friday" if day.weekday() == FRIDAY else None)
