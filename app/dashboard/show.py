"""Figures, money and times as the reader of a page writes them: in their language and the merchant's zone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.core import Locale
from babel.dates import (
    format_date,
    format_interval,
    format_skeleton,
    format_time,
    format_timedelta,
)
from babel.numbers import format_decimal, format_percent
from flask_babel import gettext as _

from app.recovery.money import Money
from app.recovery.period import Period

NONE = "–"


@dataclass(frozen=True, slots=True)
class Show:
    locale: Locale
    zone: ZoneInfo
    now: datetime

    def number(self, value: int) -> str:
        return format_decimal(value, locale=self.locale)

    def rate(self, share: float | None) -> str:
        """A share from 0 to 1; to a tenth of a percent, as more would pretend to know more."""
        return NONE if share is None else format_percent(share, format="#,##0.#%", locale=self.locale)

    def hours(self, hours: float | None) -> str:
        if hours is None:
            return NONE
        if hours >= 48:
            return str(_("%(number)s days", number=format_decimal(round(hours / 24, 1), locale=self.locale)))
        return str(_("%(number)s h", number=format_decimal(round(hours, 1), locale=self.locale)))

    def money(self, amount: Money | None) -> str:
        return NONE if amount is None else amount.text(str(self.locale))

    def moneys(self, amounts: Sequence[Money], *, among: Sequence[Money] = ()) -> list[str]:
        """One text a currency. Where there is none it is a nought, in the first currency of `among`."""
        shown = amounts or [Money(money.currency, 0) for money in among[:1]]
        return [self.money(amount) for amount in shown] or [NONE]

    def moment(self, at: datetime) -> str:
        return f"{self.day(at.astimezone(self.zone).date())}, {self.clock(at)}"

    def short(self, at: datetime) -> str:
        """Day and month, with the year where it is another one."""
        local = at.astimezone(self.zone)
        same_year = local.year == self.now.astimezone(self.zone).year
        return format_skeleton("MMMd" if same_year else "yMMMd", local, tzinfo=self.zone, locale=self.locale)

    def clock(self, at: datetime) -> str:
        return format_time(at, "short", tzinfo=self.zone, locale=self.locale)

    def day(self, day: date) -> str:
        return format_date(day, "medium", locale=self.locale)

    def days(self, period: Period) -> str:
        """From the first day to the last, each part said once."""
        return format_interval(period.first, period.last, "yMMMd", locale=self.locale)

    def week(self, monday: date) -> str:
        return format_skeleton("MMMd", monday, locale=self.locale)

    def away(self, at: datetime) -> str:
        """In 5 hours, 2 days ago."""
        return format_timedelta(at - self.now, add_direction=True, locale=self.locale)
