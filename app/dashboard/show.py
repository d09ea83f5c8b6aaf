"""Figures, money and times as the reader of a page writes them: in their language and the merchant's zone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP
from zoneinfo import ZoneInfo

from babel.core import Locale
from babel.dates import (
    format_date,
    format_interval,
    format_skeleton,
    format_time,
    format_timedelta,
)
from babel.numbers import format_currency, format_decimal, format_percent
from flask_babel import gettext as _
from flask_babel import ngettext

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

    def percent(self, share: float) -> str:
        """A share that is itself uncertain: whole percents; never quite all and never quite nothing."""
        return format_percent(min(max(share, 0.01), 0.99), format="#,##0%", locale=self.locale)

    def points(self, share: float) -> str:
        """A difference of two shares, in whole percentage points: an interval knows no more."""
        points = round(share * 100)
        sign = "+" if points > 0 else ""
        number = f"{sign}{format_decimal(points, locale=self.locale)}"
        return str(ngettext("%(number)s point", "%(number)s points", points, number=number))

    def hours(self, hours: float | None) -> str:
        if hours is None:
            return NONE
        if hours >= 48:
            return str(_("%(number)s days", number=format_decimal(round(hours / 24, 1), locale=self.locale)))
        return str(_("%(number)s h", number=format_decimal(round(hours, 1), locale=self.locale)))

    def money(self, amount: Money | None) -> str:
        return NONE if amount is None else amount.text(str(self.locale))

    def roughly(self, amount: Money) -> str:
        """An estimate, in whole units of the currency: it knows no more."""
        code = amount.currency.upper()
        rounded = amount.major().to_integral_value(ROUND_HALF_UP)
        return format_currency(rounded, code, "¤#,##0", locale=self.locale, currency_digits=False)

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
