"""The difference of two rates to the fourth digit, against a slow sum over thousands of points, to the very ends."""

import pytest

from app.recovery.posterior import Beta, difference


@pytest.mark.parametrize(
    ("first", "second", "low", "high", "positive"),
    [
        (Beta(40, 60), Beta(30, 70), -0.03149, 0.23000, 0.93222),
        (Beta(0.5, 0.5), Beta(2, 5), -0.47456, 0.86544, 0.65137),
        (Beta(500, 1.5), Beta(0.7, 300), 0.98534, 0.99927, 1.0),
        (Beta(2000, 3000), Beta(1.5, 2.5), -0.42346, 0.36153, 0.57309),
        (Beta(0.7, 300), Beta(500, 1.5), -0.99927, -0.98534, 0.0),
    ],
)
def test_the_difference_is_that_of_a_much_finer_sum(
    first: Beta, second: Beta, low: float, high: float, positive: float
) -> None:
    found = difference(first, second)
    assert (found.low, found.high) == pytest.approx((low, high), abs=4e-5)
    assert found.positive == pytest.approx(positive, abs=2e-5)
    assert found.mean == pytest.approx(first.a / (first.a + first.b) - second.a / (second.a + second.b))


def test_before_any_case_nothing_is_known_of_a_difference() -> None:
    unknown = Beta(0.5, 0.5)
    found = difference(unknown, unknown)
    assert (found.mean, found.positive) == (0.0, pytest.approx(0.5, abs=1e-6))
    assert (found.low, found.high) == pytest.approx((-0.92296, 0.92296), abs=2e-4)


@pytest.mark.parametrize(
    ("belief", "mean", "variance"), [(Beta(1, 1), 1 / 2, 1 / 12), (Beta(2, 6), 1 / 4, 1 / 48)]
)
def test_a_belief_has_the_textbooks_mean_and_variance(belief: Beta, mean: float, variance: float) -> None:
    assert (belief.mean, belief.variance) == (pytest.approx(mean), pytest.approx(variance))
