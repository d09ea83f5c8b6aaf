"""Time to event: whole days only, nobody dropped, and no better or worse for those who failed lately."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.recovery.followed import DAYS, Watched, followed, rate_within


def test_where_all_were_watched_to_the_end_it_is_the_plain_share() -> None:
    rows = [Watched(12, DAYS, 0), Watched(20, DAYS, 3), Watched(8, DAYS, 13), Watched(60, DAYS, None)]
    found = rate_within(rows)
    assert (found.a, found.b) == (pytest.approx(40.5), pytest.approx(60.5))
    assert followed(rows) == 100


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, DAYS - 1)), max_size=20), st.integers(0, 500))
def test_and_so_it_is_whatever_the_days(paid: list[tuple[int, int]], unpaid: int) -> None:
    rows = [Watched(people, DAYS, day) for people, day in paid] + [Watched(unpaid, DAYS, None)]
    found = rate_within(rows)
    assert found.a == pytest.approx(sum(people for people, _ in paid) + 0.5, rel=1e-6)
    assert found.b == pytest.approx(unpaid + 0.5, rel=1e-6)


def test_a_day_that_is_not_over_counts_for_nobody() -> None:
    old = [Watched(30, DAYS, 2), Watched(70, DAYS, None)]
    today = [Watched(40, 0, 0), Watched(9, 1, 1), Watched(50, 0, None)]
    # Those nine were seen not to pay on the day that is over.
    assert rate_within([*old, *today]).mean == pytest.approx(rate_within([*old, Watched(9, 1, None)]).mean)


def test_nobody_watched_is_as_good_as_anything() -> None:
    assert rate_within([]).mean == pytest.approx(0.5)
    assert (rate_within([]).a, rate_within([]).b) == (pytest.approx(0.5), pytest.approx(0.5))
    assert followed([Watched(7, 0, None)]) == 0


def test_young_people_tell_about_their_days() -> None:
    old = [Watched(50, DAYS, 1), Watched(50, DAYS, None)]
    young = [Watched(20, 3, 1), Watched(80, 3, None)]
    apart, together = rate_within(old), rate_within(old + young)
    assert together.mean < apart.mean
    assert together.variance < apart.variance


def test_people_who_failed_lately_move_the_rate_nowhere() -> None:
    """A third of all pay, mostly early. Half of the people are still being watched: the rate is the same."""
    chance = random.Random(11)
    means = []
    for _ in range(150):
        rows = []
        for _person in range(200):
            days = chance.randrange(DAYS) if chance.random() < 0.5 else DAYS
            pays_on = min(int(chance.expovariate(0.4)), DAYS - 1) if chance.random() < 1 / 3 else None
            rows.append(Watched(1, days, pays_on if pays_on is not None and pays_on <= days else None))
        means.append(rate_within(rows).mean)
    assert sum(means) / len(means) == pytest.approx(1 / 3, abs=0.012)
