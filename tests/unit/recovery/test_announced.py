"""What a merchant's programs hear of a case, and when one tries again to tell them."""

from datetime import timedelta
from itertools import accumulate

import pytest

from app.recovery.announced import (
    MOST_TRIES,
    OF_CASES,
    OFF_AFTER,
    PAUSES,
    TELL_AFTER_TRIES,
    Announced,
    of_change,
    pause_after,
)
from app.recovery.machine import CaseState

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
AFTER_FAILED_TRIES = {
    1: 5 * SECOND,
    2: MINUTE,
    3: 5 * MINUTE,
    4: 30 * MINUTE,
    5: 2 * HOUR,
    6: 5 * HOUR,
    7: 10 * HOUR,
    8: 14 * HOUR,
    9: 20 * HOUR,
    10: 22 * HOUR,
    11: None,
    12: None,
}


def heard(
    was: str, state: str, *, new: bool = False, control: bool = False, backfilled: bool = False
) -> list[str]:
    told = of_change(
        new=new, was=CaseState(was), state=CaseState(state), control=control, backfilled=backfilled
    )
    return [event.value for event in told]


def test_a_merchant_chooses_from_the_events_of_cases_and_the_test_is_none_of_them() -> None:
    assert [event.value for event in OF_CASES] == [
        "case.opened",
        "case.recovered",
        "case.lost",
        "case.reversed",
    ]
    assert set(Announced) - set(OF_CASES) == {Announced.TEST}


@pytest.mark.parametrize("state", ["open", "pending", "paused", "void"])
def test_a_new_case_without_an_end_has_only_opened(state: str) -> None:
    assert heard("open", state, new=True) == ["case.opened"]


@pytest.mark.parametrize("end", ["recovered", "lost", "reversed"])
def test_an_end_is_told_once(end: str) -> None:
    assert heard("open", end) == [f"case.{end}"]
    assert heard(end, end) == []


@pytest.mark.parametrize("was", ["open", "recovered"])
def test_a_case_that_is_new_and_over_has_opened_first_whatever_it_was_before(was: str) -> None:
    assert heard(was, "recovered", new=True) == ["case.opened", "case.recovered"]


@pytest.mark.parametrize(
    ("was", "state"), [("open", "paused"), ("paused", "open"), ("open", "open"), ("recovered", "void")]
)
def test_of_what_neither_opens_nor_ends_a_case_nothing_is_told(was: str, state: str) -> None:
    assert heard(was, state) == []


def test_recovered_money_that_is_taken_back_is_told_too() -> None:
    assert heard("recovered", "reversed") == ["case.reversed"]


def test_that_a_case_of_the_control_group_has_opened_is_not_told_but_how_it_ended_is() -> None:
    assert heard("open", "open", new=True, control=True) == []
    assert heard("open", "lost", new=True, control=True) == ["case.lost"]
    assert heard("open", "recovered", control=True) == ["case.recovered"]


def test_of_what_is_history_nothing_is_told() -> None:
    assert heard("open", "lost", new=True, backfilled=True) == []
    assert heard("open", "recovered", backfilled=True) == []


@pytest.mark.parametrize(("tries", "pause"), AFTER_FAILED_TRIES.items())
def test_each_failed_try_is_followed_by_a_longer_pause_until_it_is_given_up(
    tries: int, pause: timedelta | None
) -> None:
    assert pause_after(tries) == pause


def test_the_last_try_is_three_days_after_the_first() -> None:
    assert MOST_TRIES == 11
    assert sum(PAUSES, timedelta()) == 73 * HOUR + 36 * MINUTE + 5 * SECOND


@pytest.mark.parametrize(
    ("tries", "wish", "pause"),
    [
        (1, 20 * SECOND, 20 * SECOND),
        (1, SECOND, 5 * SECOND),
        (1, timedelta(), 5 * SECOND),
        (4, 59 * MINUTE, 59 * MINUTE),
        (4, 5 * HOUR, HOUR),
        (5, 3 * HOUR, 2 * HOUR),
        (11, MINUTE, None),
    ],
)
def test_a_peer_may_wish_for_a_longer_pause_of_an_hour_at_most(
    tries: int, wish: timedelta, pause: timedelta | None
) -> None:
    assert pause_after(tries, wish=wish) == pause


def test_an_alert_comes_when_the_next_try_is_hours_away_and_an_address_is_off_by_the_last() -> None:
    failed_at = list(accumulate(PAUSES, initial=timedelta()))
    assert TELL_AFTER_TRIES == 5
    assert failed_at[TELL_AFTER_TRIES - 1] == 36 * MINUTE + 5 * SECOND
    assert PAUSES[TELL_AFTER_TRIES - 2] < HOUR < PAUSES[TELL_AFTER_TRIES - 1]
    assert timedelta(days=2) == OFF_AFTER < failed_at[-1]
