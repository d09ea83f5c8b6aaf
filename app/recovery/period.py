"""A span of whole days in somebody's zone, and the ISO weeks that it touches.

Days are what people choose; the instants between which cases are looked up follow from the zone.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Period:
    first: date
    last: date
    """The last day that still belongs to it."""
    zone: ZoneInfo

    @classmethod
    def last_days(cls, days: int, *, now: datetime, zone: ZoneInfo) -> "Period":
        """Today and the days before it, `days` in all."""
        today = now.astimezone(zone).date()
        return cls(today - (days - 1) * DAY, today, zone)

    @property
    def start(self) -> datetime:
        return self._midnight(self.first)

    @property
    def end(self) -> datetime:
        """The first instant that no longer belongs to it."""
        return self._midnight(self.last + DAY)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Period":
        """As many days, right before it."""
        return Period(self.first - self.days * DAY, self.first - DAY, self.zone)

    @property
    def weeks(self) -> tuple[date, ...]:
        """The Monday of each ISO week that has a day in it, oldest first."""
        monday = self.first - timedelta(days=self.first.weekday())
        return tuple(monday + number * WEEK for number in range((self.last - monday).days // 7 + 1))

    @property
    def week_starts(self) -> tuple[datetime, ...]:
        """The instant at which each of `weeks` begins."""
        return tuple(self._midnight(monday) for monday in self.weeks)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), tzinfo=self.zone).astimezone(UTC)


def iso_week(monday: date) -> str:
    """As ISO 8601 names it: 2026-W47."""
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02d}"
