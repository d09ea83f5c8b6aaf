"""The times for the one retry, entry by entry: a rung that moves by mistake would charge a card at a wrong time."""

from datetime import time, timedelta

import pytest

from app.recovery.decline import RetryRule
from app.recovery.ladder import AWAY, LADDER, MOST_FAILED, MOST_REFUSALS, OTHER_HOUR, ROOM, Rung
from app.recovery.reasons import Why

HOUR = timedelta(hours=1)
MORNING, AWAKE = (time(7), time(10)), (time(8), time(21))
EARLY, LATE = 104.5 * HOUR, 119 * HOUR


def rung(why: Why, *, other_hour: bool = False, paydays: bool = False, **changes: object) -> Rung:
    plain = {
        "after": 0 * HOUR, "rest": 6 * HOUR, "days": (0, 5), "hours": None, "until": EARLY, "spread": 0 * HOUR,
    }  # fmt: skip
    return Rung(why=why, other_hour=other_hour, paydays=paydays, **{**plain, **changes})  # type: ignore[arg-type]


def payday(hours: tuple[time, time]) -> Rung:
    return rung(Why.RETRY_PAYDAY, days=(1, 5), hours=hours, paydays=True, spread=3 * HOUR)


def day_four(hours: tuple[time, time]) -> Rung:
    return rung(Why.RETRY_DAY_FOUR, days=(4, 4), hours=hours, spread=3 * HOUR)


@pytest.mark.parametrize(
    ("rule", "levels"),
    [
        (
            RetryRule.BEST_PAYDAY,
            [
                [payday(MORNING), day_four(MORNING)],
                [payday(AWAKE), day_four(AWAKE)],
                [rung(Why.RETRY_LAST_CHANCE, days=(1, 5), hours=AWAKE, until=LATE)],
            ],
        ),
        (
            RetryRule.OTHER_HOUR,
            [
                [
                    rung(Why.RETRY_OTHER_HOUR, after=24 * HOUR, rest=24 * HOUR, hours=AWAKE, other_hour=True),
                    rung(Why.RETRY_DAY_TWO, after=48 * HOUR, hours=AWAKE, other_hour=True),
                ],
                [
                    rung(
                        Why.RETRY_LAST_CHANCE,
                        after=24 * HOUR,
                        days=(1, 5),
                        hours=AWAKE,
                        until=LATE,
                        other_hour=True,
                    )
                ],
            ],
        ),
        (RetryRule.SOON, [[rung(Why.RETRY_SOON, until=LATE)]]),
        (RetryRule.NEVER, []),
    ],
)
def test_a_kind_of_decline_is_tried_again_at_its_times(rule: RetryRule, levels: list[list[Rung]]) -> None:
    assert [list(level) for level in LADDER[rule]] == levels


def test_a_rung_that_says_no_more_allows_any_day_and_hour_and_asks_for_no_other() -> None:
    found = Rung(why=Why.RETRY_SOON)
    assert found == rung(Why.RETRY_SOON)
    assert (found.paydays, found.other_hour) == (False, False)


def test_the_hard_limits_of_a_retry() -> None:
    assert (AWAY, OTHER_HOUR, ROOM) == (6 * HOUR, 4 * HOUR, HOUR / 6)
    assert (MOST_FAILED, MOST_REFUSALS) == (8, 3)
