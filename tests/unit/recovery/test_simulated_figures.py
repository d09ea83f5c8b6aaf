"""A figure that was told together with its seed is told again by everybody who tries, and every part of it adds up."""

from datetime import UTC, datetime
from math import sqrt

import pytest

from app.recovery.decline import DeclineClass
from app.recovery.learning import AS_PLANNED, Decision
from app.recovery.simulation.people import people
from app.recovery.simulation.run import Result, simulate, wilson
from app.recovery.simulation.ways import Way
from app.recovery.simulation.world import World

CASES = 300


@pytest.fixture(scope="module")
def result() -> Result:
    return simulate(World(), count=CASES, days=400, seed=4)


def test_the_customers_of_a_seed_are_the_same_for_everybody() -> None:
    first, second, _, _ = people(World(), count=4, days=30, seed=1)
    assert (first.name, first.decline_class, first.zone.key) == (
        "1.0",
        DeclineClass.ISSUER,
        "America/Los_Angeles",
    )
    assert first.failed_at == datetime(2026, 1, 9, 0, 44, 32, 120739, tzinfo=UTC)
    assert (first.linked, first.clears_after, first.would_act) == (True, None, True)
    assert (first.understands, first.retry, first.returns) == pytest.approx((0.8357651, 0.0290408, 0.2216917))
    assert (second.linked, second.clears_after, second.would_act) == (False, pytest.approx(64.3503015), False)
    luck = [(one.notices, one.lag_hours, one.cancels, one.unsubscribes, one.complains) for one in first.luck]
    assert luck == [
        pytest.approx(each, rel=1e-5)
        for each in (
            (0.7622801, 19.6330196, 0.00210605, 0.4453872, 0.7215400),
            (0.9452707, 8.99466917, 0.9014275, 0.0305900, 0.0254459),
            (0.9391492, 26.9953810, 0.3812042, 0.2165994, 0.4221166),
        )
    ]


def test_the_ways_of_a_seed_bring_the_same_for_everybody(result: Result) -> None:
    assert [(one.way, one.cases, one.recovered, one.messages) for one in result.summaries] == [
        (Way.WHOP_ALONE, 300, 76, 0), (Way.FIXED, 300, 95, 709), (Way.DEFAULT, 300, 111, 677), (Way.LEARNING, 300, 110, 673),
    ]  # fmt: skip
    assert [(one.cancelled, one.unsubscribed, one.complained) for one in result.summaries] == [
        (0, 0, 0), (3, 0, 2), (3, 0, 2), (3, 0, 2),
    ]  # fmt: skip
    assert result.fixed_full_words == pytest.approx(98 / 300)
    assert result.flat == pytest.approx(-1 / 300)
    assert result.gained_by == {60: 0.0, 200: 0.0}


def test_a_way_is_compared_with_whop_alone_customer_by_customer(result: Result) -> None:
    alone, fixed = result.summaries[:2]
    assert (alone.more, alone.more_half) == (0.0, 0.0)
    assert (fixed.rate, fixed.more) == (pytest.approx(95 / 300), pytest.approx(19 / 300))
    assert fixed.more_half == pytest.approx(1.96 * sqrt((19 / 300 - (19 / 300) ** 2) / 300), abs=1e-6)
    assert (fixed.low, fixed.high) == wilson(95, 300) == pytest.approx((0.266627, 0.371342), abs=1e-6)
    more, half = result.learned_more
    assert (more, half) == (pytest.approx(-1 / 300), pytest.approx(0.0065224, abs=1e-6))


def test_every_option_is_tried_on_everybody_who_has_the_choice(result: Result) -> None:
    rates = {name.value: [round(rate, 4) for rate in arms.values()] for name, arms in result.truth.items()}
    assert rates == {
        "send_hour": [0.3964, 0.3964, 0.3919, 0.4009],
        "first_channel": [0.37, 0.4067],
        "first_delay": [0.3964, 0.3919, 0.3964],
    }


def test_the_learner_is_followed_block_by_block(result: Result) -> None:
    assert [block.until for block in result.blocks] == list(range(15, CASES + 1, 15))
    assert [round(block.regret, 3) for block in result.blocks][:3] == [3.997, 3.967, 4.027]
    assert [round(block.regret, 3) for block in result.blocks][-3:] == [2.978, 2.785, 2.936]
    assert [round(block.gained, 3) for block in result.blocks][-8:] == [
        0.0, 0.852, 1.804, 1.428, 0.943, 0.959, 1.152, 1.061,
    ]  # fmt: skip


def test_the_learner_has_heard_of_every_case_that_is_two_weeks_old(result: Result) -> None:
    assert [(lesson.decision, lesson.on, lesson.resolved) for lesson in result.lessons] == [
        (Decision.SEND_HOUR, True, 215), (Decision.FIRST_CHANNEL, True, 289), (Decision.FIRST_DELAY, True, 215),
    ]  # fmt: skip
    channel = result.lessons[1]
    assert [(arm.tally.resolved, arm.tally.recovered) for arm in channel.arms] == [(258, 92), (31, 11)]
    assert channel.arms[0].name == AS_PLANNED


def test_one_case_is_enough_for_a_simulation() -> None:
    found = simulate(World(), count=1, days=1, seed=1)
    assert [block.until for block in found.blocks] == [1]
    assert [summary.cases for summary in found.summaries] == [1, 1, 1, 1]
    assert found.gained_by == {}


def test_the_interval_of_a_share_is_wilsons() -> None:
    assert wilson(0, 10) == pytest.approx((0.0, 0.27754), abs=1e-5)
    assert wilson(10, 10) == pytest.approx((0.72246, 1.0), abs=1e-5)
    assert wilson(5, 10) == pytest.approx((0.23659, 0.76341), abs=1e-5)
