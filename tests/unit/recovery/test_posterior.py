"""Beta distributions and their difference, against closed forms and against plain drawing of lots."""

import random
from math import exp, lgamma

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.recovery.posterior import Beta, difference


def exactly_larger(first: Beta, second: Beta) -> float:
    """P(first > second) for whole numbers, as a finite sum of beta functions (Cook 2005, Miller 2014)."""

    def log_beta(a: float, b: float) -> float:
        return lgamma(a) + lgamma(b) - lgamma(a + b)

    return sum(
        exp(
            log_beta(second.a + number, second.b + first.b)
            - log_beta(1 + number, first.b)
            - log_beta(second.a, second.b)
        )
        / (first.b + number)
        for number in range(int(first.a))
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Beta(1, 1), Beta(1, 1)),
        (Beta(2, 1), Beta(1, 2)),
        (Beta(61, 41), Beta(41, 61)),
        (Beta(400, 600), Beta(35, 67)),
        (Beta(3, 200), Beta(1, 31)),
        (Beta(5000, 5001), Beta(4900, 5101)),
    ],
)
def test_the_probability_is_that_of_the_closed_form(first: Beta, second: Beta) -> None:
    assert difference(first, second).positive == pytest.approx(exactly_larger(first, second), abs=2e-4)


@pytest.mark.parametrize(
    ("first", "second"),
    [(Beta(0.5, 30.5), Beta(0.5, 200.5)), (Beta(20.5, 10.5), Beta(90.5, 120.5)), (Beta(150, 1), Beta(40, 8))],
)
def test_the_interval_is_that_of_many_lots(first: Beta, second: Beta) -> None:
    chance = random.Random(5)
    gaps = sorted(
        chance.betavariate(first.a, first.b) - chance.betavariate(second.a, second.b) for _ in range(40_000)
    )
    found = difference(first, second)
    assert found.low == pytest.approx(gaps[1000], abs=0.004)
    assert found.high == pytest.approx(gaps[-1000], abs=0.004)
    assert found.mean == pytest.approx(sum(gaps) / len(gaps), abs=0.003)


betas = st.builds(Beta, st.floats(0.5, 1500), st.floats(0.5, 1500))


@settings(max_examples=40)
@given(betas, betas)
def test_the_other_way_round_it_is_the_other_way_round(first: Beta, second: Beta) -> None:
    there, back = difference(first, second), difference(second, first)
    assert -1 <= there.low <= there.high <= 1
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low), abs=2e-3)
    assert there.positive == pytest.approx(1 - back.positive, abs=2e-3)


def test_its_moments_make_it_again() -> None:
    assert Beta.of_moments(Beta(7.5, 3.5).mean, Beta(7.5, 3.5).variance) == Beta(
        pytest.approx(7.5), pytest.approx(3.5)
    )
