"""The cases of one week, and how many of them had paid after so many days. What is not over is not known."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

MARKS = (1, 2, 3, 5, 7, 10, 14)
"""Days after the first failure at which a week is looked at."""


@dataclass(frozen=True, slots=True)
class Cohort:
    monday: date
    opened: int
    """All cases of the week that count, whatever became of them."""
    paid: Mapping[int, int]
    """Recovered by day after the first failure; 0 is the first."""
    over: int
    """Days that are over for every case of the week."""

    def within(self, days: int) -> float | None:
        """The share that was recovered within so many days; None while some may still, or without cases."""
        if not self.opened or days > self.over:
            return None
        return sum(count for day, count in self.paid.items() if day < days) / self.opened


def days_over(end: datetime, now: datetime) -> int:
    """Whole days since the last case of a week that ended then can have failed."""
    return max(0, (now - end) // timedelta(days=1))
