"""Whatever the zone, whole days of UTC and the hours at the edges give exactly what lies between two instants."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.recovery.edges import DAY, edge, edges, shares

START = datetime(2026, 3, 20, tzinfo=UTC)
MINUTES = 20 * 24 * 60


@pytest.mark.parametrize(
    ("hour", "day", "sign", "hours"),
    [(0, 20, 1, 0), (5, 20, 1, 5), (12, 20, 1, 12), (13, 21, -1, 11), (23, 21, -1, 1)],
)
def test_an_edge_is_counted_from_the_nearest_midnight(hour: int, day: int, sign: int, hours: int) -> None:
    found = edge(START + timedelta(hours=hour))
    assert (found.day.day, found.sign) == (day, sign)
    assert found.end - found.start == timedelta(hours=hours)
    assert found.is_midnight == (hour == 0)


def test_a_day_of_23_hours_may_begin_and_end_on_one_day_of_utc() -> None:
    london = ZoneInfo("Europe/London")
    found = edges([datetime(2026, 3, 29, tzinfo=london), datetime(2026, 3, 30, tzinfo=london)])
    assert [one.day.day for one in found] == [29, 30]
    assert found[1].sign == -1


@given(
    minutes=st.lists(st.integers(0, MINUTES), min_size=1, max_size=40),
    cuts=st.lists(st.integers(0, MINUTES // (23 * 60)), min_size=2, max_size=6, unique=True),
    shift=st.integers(0, 23 * 60),
)
def test_every_case_is_in_the_span_it_lies_in_and_no_other(
    minutes: list[int], cuts: list[int], shift: int
) -> None:
    cases = [START + timedelta(minutes=one) for one in minutes]
    of = edges([START + timedelta(minutes=cut * 23 * 60 + shift) for cut in cuts])
    counted = [0] * (len(of) - 1)
    for at in cases:
        for place in range(len(of) - 1):
            if of[place].day <= at.date() < of[place + 1].day:
                counted[place] += 1
        for number, one in enumerate(of):
            if one.start <= at < one.end:
                for place, sign in shares(number, corrects=True, of=of):
                    counted[place] += sign
    assert counted == [
        sum(of[place].at <= at < of[place + 1].at for at in cases) for place in range(len(of) - 1)
    ]


def test_a_row_of_whole_days_adds_to_its_own_span() -> None:
    assert list(shares(2, corrects=False, of=())) == [(2, 1)]


def test_an_edge_is_told_in_utc_whatever_the_zone_of_the_merchant() -> None:
    found = edge(datetime(2026, 3, 20, 9, tzinfo=ZoneInfo("Asia/Tokyo")))
    assert found.at == START
    assert found.at.tzinfo is UTC


@pytest.mark.parametrize(
    ("place", "spans"),
    [
        (0, [(0, -1)]),
        (1, [(0, 1), (1, -1)]),
        (2, [(1, -1), (2, 1)]),
        (3, [(2, 1)]),
    ],
)
def test_the_hours_of_an_edge_move_from_one_span_to_its_neighbour(
    place: int, spans: list[tuple[int, int]]
) -> None:
    before, after = timedelta(hours=5), timedelta(hours=19)
    of = edges([START + before, START + DAY + before, START + 2 * DAY + after, START + 3 * DAY + before])
    assert list(shares(place, corrects=True, of=of)) == spans
