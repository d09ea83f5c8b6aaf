"""The hours of a customer's day in UTC, whatever the clock of the machine, and what is left of them."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from app.recovery.moments import free, hours_of, local_moment

TOKYO = ZoneInfo("Asia/Tokyo")
BERLIN = ZoneInfo("Europe/Berlin")
SUNDAY = date(2026, 3, 29)
"""An hour of it is missing in Berlin."""


def at(hour: int, minute: int = 0, *, day: int = 29) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def test_a_moment_of_a_customers_clock_is_told_in_utc() -> None:
    moment = local_moment(SUNDAY, time(9, 30), zone=TOKYO)
    assert moment == at(0, 30)
    assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    ("zone", "start", "end"),
    [
        (TOKYO, at(15, day=28), at(15)),
        (BERLIN, at(23, day=28), at(22)),
    ],
)
def test_a_whole_day_goes_from_midnight_to_midnight_of_the_customer(
    zone: ZoneInfo, start: datetime, end: datetime
) -> None:
    assert hours_of(SUNDAY, None, zone=zone) == (start, end)


def test_hours_of_a_day_are_by_the_customers_clock() -> None:
    assert hours_of(SUNDAY, (time(9), time(20, 15)), zone=TOKYO) == (at(0), at(11, 15))


@pytest.mark.parametrize(
    ("blocked", "left"),
    [
        ([], [(9, 12), (14, 18)]),
        ([(10, 11)], [(9, 10), (11, 12), (14, 18)]),
        ([(11, 15)], [(9, 11), (15, 18)]),
        ([(9, 12)], [(14, 18)]),
        ([(12, 14)], [(9, 12), (14, 18)]),
        ([(8, 9), (16, 18)], [(9, 12), (14, 16)]),
        ([(9, 18)], []),
    ],
)
def test_what_is_left_of_spans_is_never_empty_and_in_the_order_of_time(
    blocked: list[tuple[int, int]], left: list[tuple[int, int]]
) -> None:
    spans = [(at(14), at(18)), (at(9), at(12))]
    found = free(spans, [(at(start), at(end)) for start, end in blocked])
    assert list(found) == [(at(start), at(end)) for start, end in left]
