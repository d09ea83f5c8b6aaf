"""What is believed of a rate, against draws and against values that are known."""

import random

import pytest

from app.recovery import best
from app.recovery.posterior import Beta

ARMS = [Beta(88, 132), Beta(16, 22), Beta(8, 12), Beta(9, 17)]
DRAWS = 60_000


def test_the_chance_to_be_the_best_is_how_often_draws_are_the_best() -> None:
    chance = random.Random(1)
    won = [0] * len(ARMS)
    for _ in range(DRAWS):
        drawn = [chance.betavariate(arm.a, arm.b) for arm in ARMS]
        won[drawn.index(max(drawn))] += 1
    found = best.chances_to_be_best(ARMS)
    assert found == pytest.approx([count / DRAWS for count in won], abs=0.008)
    assert sum(found) == pytest.approx(1)


def test_one_rate_above_another_by_a_margin_is_how_often_draws_are() -> None:
    chance = random.Random(2)
    one, other = Beta(9, 60), Beta(6, 95)
    above = sum(
        chance.betavariate(one.a, one.b) > chance.betavariate(other.a, other.b) + 0.03 for _ in range(DRAWS)
    )
    assert best.chance_above(one, other, margin=0.03) == pytest.approx(above / DRAWS, abs=0.008)


def test_equal_beliefs_have_equal_chances() -> None:
    assert best.chances_to_be_best([Beta(3, 5)] * 4) == pytest.approx([0.25] * 4)


def test_a_rate_that_is_known_to_a_hair_does_not_fall_through_the_grid() -> None:
    certain, vague = Beta(400_000, 600_000), Beta(8, 12)
    assert sum(best.chances_to_be_best([certain, vague])) == pytest.approx(1)
    assert best.chances_to_be_best([certain, vague])[1] == pytest.approx(0.488, abs=0.003)


def test_the_interval_is_the_central_95_percent() -> None:
    low, high = best.interval(Beta(40, 60))
    assert low == pytest.approx(0.3071, abs=0.005)  # scipy.stats.best.ppf
    assert high == pytest.approx(0.4969, abs=0.005)


def test_the_prior_weighs_as_many_cases_as_it_says() -> None:
    assert best.after(prior_mean=0.4, prior_strength=20, successes=30, trials=60) == Beta(38, 42)
