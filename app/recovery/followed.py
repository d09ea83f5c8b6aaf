"""How many of some people paid within fourteen days, from all days that were watched so far.

Nobody waits for the last day to count: who failed three days ago tells about three days. So young cases
add what they can, and none of them counts as lost before its time or is dropped (time to event).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from .campaign import LIMITS
from .posterior import Beta

DAYS = LIMITS.window.days
"""After the first failure: the window in which a payment counts."""
ONE_DAY = timedelta(days=1)
PRIOR_RATE = 0.5
PRIOR_WEIGHT = 1.0
"""Together Jeffreys' prior: before any day was watched the rate may be anything, as if from one person."""


@dataclass(frozen=True, slots=True)
class Watched:
    """People who were watched equally long and paid on the same day, or not at all."""

    people: int
    days: int
    """Whole days since the end of the day of the first failure, by UTC; at most `DAYS`."""
    paid_on: int | None
    """0 is the first day. None: not within the window, or taken back since, or lost."""
    open: bool = False
    """Not paid, and nothing final is known of it yet."""

    @property
    def seen_to_pay(self) -> bool:
        """A day counts when it is over, for those who paid on it as for those who did not."""
        return self.paid_on is not None and self.paid_on < self.days


def day_of_payment(failed_at: datetime, paid_at: datetime) -> int | None:
    """0 is the first day; None: after the window. A payment may be older than the failure heard last."""
    day = max((paid_at - failed_at) // ONE_DAY, 0)
    return day if day < DAYS else None


def people_in(rows: Iterable[Watched]) -> int:
    return sum(row.people for row in rows)


def followed(rows: Iterable[Watched]) -> float:
    """How many people would have been watched to the end in all these days together.

    It looks at time alone, never at what became of anybody, so both groups may be weighed by it.
    """
    return sum(row.people * row.days for row in rows) / DAYS


def rate_within(rows: Sequence[Watched]) -> Beta:
    """The share that pays within the window.

    Each day's chance to pay, for those who have not paid before, is learnt by itself (a discrete
    beta-Stacy process, Walker and Muliere 1997), and the days are put together by mean and variance. Where
    everybody was watched to the end it is the plain Beta(paid + 1/2, not paid + 1/2).
    """
    unpaid, unpaid_squared = 1.0, 1.0
    for day in range(DAYS):
        paid = people_in(row for row in rows if row.seen_to_pay and row.paid_on == day)
        at_risk = people_in(row for row in rows if row.days > day and not _paid_before(row, day))
        pays = PRIOR_WEIGHT * PRIOR_RATE / DAYS + paid
        waits = PRIOR_WEIGHT * (1 - PRIOR_RATE * (day + 1) / DAYS) + at_risk - paid
        unpaid *= waits / (pays + waits)
        unpaid_squared *= waits * (waits + 1) / ((pays + waits) * (pays + waits + 1))
    return Beta.of_moments(1 - unpaid, unpaid_squared - unpaid**2)


def _paid_before(row: Watched, day: int) -> bool:
    return row.paid_on is not None and row.paid_on < day
