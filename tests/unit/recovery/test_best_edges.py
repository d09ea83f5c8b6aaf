"""Which rate is the best where it is nearly certain: curves that are piled up at an end or narrower than a hair."""

import pytest

from app.recovery import best
from app.recovery.posterior import Beta

NEARLY_ALL, NEARLY_NONE = Beta(1000, 0.5), Beta(0.5, 1000)


@pytest.mark.parametrize("belief", [NEARLY_ALL, NEARLY_NONE, Beta(1, 1), Beta(40, 60)])
def test_of_two_alike_each_lies_above_the_other_half_of_the_time(belief: Beta) -> None:
    assert best.chance_above(belief, belief) == pytest.approx(0.5, abs=0.001)


def test_nearly_all_lies_above_nearly_none_and_never_the_other_way_round() -> None:
    assert best.chance_above(NEARLY_ALL, NEARLY_NONE) == pytest.approx(1, abs=1e-6)
    assert best.chance_above(NEARLY_NONE, NEARLY_ALL) == pytest.approx(0, abs=1e-6)


def test_a_narrow_rate_is_not_rounded_to_the_points_of_a_wide_one() -> None:
    """Against a rate that may be anything it wins as often as it is high."""
    assert best.chance_above(Beta(30_100, 69_900), Beta(1, 1)) == pytest.approx(0.301, abs=0.0005)


def test_an_interval_ends_with_the_rates_that_are_possible() -> None:
    low, high = best.interval(NEARLY_ALL)
    assert 0.997 < low < 0.998
    assert 0.99998 < high < 1
    lowest, highest = best.interval(NEARLY_NONE)
    assert (lowest, highest) == (pytest.approx(1 - high), pytest.approx(1 - low, abs=1e-4))
