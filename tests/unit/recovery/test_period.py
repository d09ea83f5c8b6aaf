"""Whole days in somebody's zone, and the weeks that they touch."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.recovery.period import Period, iso_week

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
KIRITIMATI, PAGO = ZoneInfo("Pacific/Kiritimati"), ZoneInfo("Pacific/Pago_Pago")
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("zone", "today"),
    [(ZoneInfo("UTC"), date(2026, 11, 20)), (KIRITIMATI, date(2026, 11, 21)), (PAGO, date(2026, 11, 19))],
)
def test_the_last_days_end_today_where_the_reader_is(zone: ZoneInfo, today: date) -> None:
    period = Period.last_days(7, now=datetime(2026, 11, 20, 10, 30, tzinfo=UTC), zone=zone)
    assert (period.first, period.last, period.days) == (today - timedelta(days=6), today, 7)


def test_one_day_is_from_midnight_to_midnight() -> None:
    period = Period(date(2026, 11, 20), date(2026, 11, 20), NEW_YORK)
    assert period.start == datetime(2026, 11, 20, 5, tzinfo=UTC)
    assert (period.end - period.start, period.days) == (24 * HOUR, 1)
    assert period.start.tzinfo is UTC


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2026, 3, 29), BERLIN, 23),
        (date(2026, 10, 25), BERLIN, 25),
        (date(2026, 3, 8), NEW_YORK, 23),
        (date(2026, 11, 1), NEW_YORK, 25),
        (date(2028, 2, 29), BERLIN, 24),
        (date(2026, 10, 4), ZoneInfo("Australia/Lord_Howe"), 23.5),
    ],
)
def test_a_day_is_as_long_as_the_clocks_make_it(day: date, zone: ZoneInfo, hours: float) -> None:
    period = Period(day, day, zone)
    assert period.end - period.start == hours * HOUR


@pytest.mark.parametrize(
    ("first", "last", "weeks"),
    [
        (date(2026, 11, 16), date(2026, 11, 22), [date(2026, 11, 16)]),
        (date(2026, 11, 22), date(2026, 11, 23), [date(2026, 11, 16), date(2026, 11, 23)]),
        (date(2026, 12, 31), date(2027, 1, 4), [date(2026, 12, 28), date(2027, 1, 4)]),
        (date(2028, 2, 28), date(2028, 3, 6), [date(2028, 2, 28), date(2028, 3, 6)]),
    ],
)
def test_a_week_counts_as_soon_as_one_day_of_it_is_in(first: date, last: date, weeks: list[date]) -> None:
    assert list(Period(first, last, BERLIN).weeks) == weeks


@pytest.mark.parametrize(
    ("days", "first", "last"),
    [(1, date(2026, 11, 19), date(2026, 11, 19)), (7, date(2026, 11, 13), date(2026, 11, 19))],
)
def test_the_period_before_has_as_many_days_and_ends_where_this_one_begins(
    days: int, first: date, last: date
) -> None:
    period = Period(date(2026, 11, 20), date(2026, 11, 20) + timedelta(days=days - 1), BERLIN)
    assert period.before == Period(first, last, BERLIN)
    assert period.before.end == period.start


def test_weeks_begin_at_the_readers_midnight_on_both_sides_of_a_clock_change() -> None:
    period = Period(date(2026, 10, 19), date(2026, 10, 26), BERLIN)
    starts = [datetime(2026, 10, 18, 22, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC)]
    assert list(period.week_starts) == starts


@pytest.mark.parametrize(
    ("monday", "name"),
    [
        (date(2026, 11, 16), "2026-W47"),
        (date(2026, 12, 28), "2026-W53"),
        (date(2027, 1, 4), "2027-W01"),
        (date(2024, 12, 30), "2025-W01"),
    ],
)
def test_a_week_has_its_iso_name(monday: date, name: str) -> None:
    assert iso_week(monday) == name
