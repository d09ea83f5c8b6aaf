"""Time to the money in spans: days can be put together from them, and the middle is not far from the true one."""

from datetime import UTC, date, datetime, timedelta
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.recovery.cohorts import MARKS, Cohort, days_over
from app.recovery.waiting import HOUR_SECONDS, LONGEST, by_day, length_of, middle, span_of


@pytest.mark.parametrize(
    ("hours", "span"),
    [(-5, 0), (0, 0), (0.99, 0), (1, 1), (47.5, 47), (49, 48), (335, 330), (350, 336), (1439, 1416), (9999, LONGEST)]
)  # fmt: skip
def test_a_time_lies_in_its_span(hours: float, span: int) -> None:
    assert span_of(int(hours * HOUR_SECONDS)) == span


@given(st.lists(st.integers(0, 60 * 24 * HOUR_SECONDS - 1), min_size=1, max_size=60))
def test_the_middle_is_within_its_span_and_days_lose_nobody(seconds: list[int]) -> None:
    cases: dict[int, int] = {}
    for one in seconds:
        cases[span_of(one)] = cases.get(span_of(one), 0) + 1
    found = middle(cases)
    assert found is not None
    low, high = sorted(seconds)[(len(seconds) - 1) // 2], sorted(seconds)[len(seconds) // 2]
    assert span_of(low) <= found <= span_of(high) + length_of(span_of(high))
    if span_of(low) == span_of(high):
        assert abs(found - median(seconds) / HOUR_SECONDS) <= length_of(span_of(low))
    assert sum(by_day(cases).values()) == len(seconds)


@pytest.mark.parametrize(
    ("seconds", "span", "hours"),
    [
        (-1, 0, 1),
        (3599, 0, 1),
        (3600, 1, 1),
        (48 * 3600 - 1, 47, 1),
        (48 * 3600, 48, 6),
        (54 * 3600 - 1, 48, 6),
        (336 * 3600 - 1, 330, 6),
        (336 * 3600, 336, 24),
        (349 * 3600, 336, 24),
        (1440 * 3600 - 1, 1416, 24),
        (1440 * 3600, 1440, 24),
        (9999 * 3600, 1440, 24),
    ],
)
def test_spans_are_of_an_hour_for_two_days_of_six_for_two_weeks_and_then_of_a_day(
    seconds: int, span: int, hours: int
) -> None:
    found = span_of(seconds)
    assert (found, length_of(found)) == (span, hours)
    assert isinstance(found, int), "a span is a key: whole hours"


@pytest.mark.parametrize(
    ("cases", "hours"),
    [
        ({0: 1}, 0.5),
        ({0: 1, 5: 1}, 1.0),
        ({5: 1, 0: 1}, 1.0),
        ({0: 1, 5: 3}, 5 + 1 / 3),
        ({48: 2}, 51.0),
        ({1440: 4}, 1452.0),
        ({0: 0, 3: 2}, 3.5),
    ],
)
def test_the_middle_lies_where_half_have_paid(cases: dict[int, int], hours: float) -> None:
    assert middle(cases) == pytest.approx(hours)


@pytest.mark.parametrize("cases", [{}, {0: 0}, {0: 0, 48: 0}])
def test_of_nothing_there_is_no_middle(cases: dict[int, int]) -> None:
    assert middle(cases) is None


def test_a_day_has_24_hours_from_the_failure() -> None:
    assert by_day({0: 1, 23: 2, 24: 3, 47: 4, 48: 5, 66: 6, 1440: 7}) == {0: 3, 1: 7, 2: 11, 60: 7}


def test_a_week_tells_of_the_days_that_are_over_for_all_of_it() -> None:
    end = datetime(2026, 11, 16, tzinfo=UTC)
    over = days_over(end, end + timedelta(days=3, hours=5))
    week = Cohort(date(2026, 11, 9), 10, {0: 2, 2: 1, 5: 4}, over)
    assert (over, week.within(1), week.within(3), week.within(4)) == (3, 0.2, 0.3, None)
    assert Cohort(date(2026, 11, 9), 0, {}, 30).within(1) is None
    assert days_over(end, end - timedelta(days=1)) == 0


def test_a_week_is_looked_at_on_days_that_lie_ever_further_apart_for_two_weeks() -> None:
    one_a_day = Cohort(date(2026, 11, 9), 20, dict.fromkeys(range(20), 1), 14)
    found = [(days, one_a_day.within(days)) for days in MARKS]
    assert found == [(days, days / 20) for days in (1, 2, 3, 5, 7, 10, 14)]
