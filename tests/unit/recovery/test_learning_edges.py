"""The figures at which learning begins, drops an arm and puts a case; a case keeps its arm whatever is updated."""

from datetime import timedelta

import pytest

from app.recovery.learning import (
    ARMS,
    AS_PLANNED,
    MINIMUM,
    RESOLVED_AFTER,
    SEEN_ENOUGH,
    STRENGTH,
    Choice,
    Decision,
    Guardrail,
    Lesson,
    Tally,
    choose,
    learn,
)  # fmt: skip

HOURS = Decision.SEND_HOUR
KEY = b"k" * 32
CLEAN = Tally(resolved=400, recovered=150)


def lesson(default: Tally, other: Tally) -> Lesson:
    return learn(HOURS, {AS_PLANNED: default, "18": other})


def test_these_are_the_options_and_the_figures_they_are_judged_by() -> None:
    assert ARMS == {
        Decision.SEND_HOUR: ("as_planned", "9", "13", "18"),
        Decision.FIRST_CHANNEL: ("as_planned", "whop_chat"),
        Decision.FIRST_DELAY: ("as_planned", "6", "12"),
    }
    assert (200, 20, 50, timedelta(days=14)) == (MINIMUM, STRENGTH, SEEN_ENOUGH, RESOLVED_AFTER)


def test_an_arm_of_no_case_has_driven_nobody_away() -> None:
    assert Tally() == Tally(resolved=0, recovered=0, cancelled=0, unsubscribed=0, complained=0, disputed=0)


def test_a_lesson_says_what_it_is_about_and_from_how_many_cases() -> None:
    other = Tally(resolved=60, recovered=20)
    found = lesson(CLEAN, other)
    assert (found.decision, found.resolved) == (HOURS, 460)
    assert [arm.tally for arm in found.arms] == [CLEAN, Tally(), Tally(), other]


@pytest.mark.parametrize(
    ("defaults", "resolved", "fewest"), [(0, 50, 3), (0, 100, 4), (8, 50, 5), (8, 100, 8)]
)
def test_an_arm_is_dropped_from_so_many_cancellations_on(defaults: int, resolved: int, fewest: int) -> None:
    default = Tally(resolved=400, recovered=150, cancelled=defaults)
    for cancelled, dropped in ((fewest - 1, None), (fewest, Guardrail.CANCELLED)):
        found = lesson(default, Tally(resolved=resolved, recovered=20, cancelled=cancelled))
        assert found.arms[3].dropped is dropped


def test_an_arm_that_is_surely_worse_but_by_less_than_a_point_stays() -> None:
    """Half a point more complaints than the default, known to a hair."""
    default = Tally(resolved=100_000, recovered=40_000, complained=1000)
    found = lesson(default, Tally(resolved=100_000, recovered=40_000, complained=1500))
    assert found.arms[3].dropped is None


def test_an_update_gives_no_case_another_arm() -> None:
    even = dict.fromkeys(ARMS[HOURS], 0.25)
    drawn = [choose(HOURS, even, key=KEY, case=f"case{number}") for number in range(10)]
    assert [one.arm for one in drawn] == [
        "13", "13", "18", "9", "as_planned", "18", "18", "18", "18", "as_planned",
    ]  # fmt: skip
    assert {one.decision for one in drawn} == {HOURS}


def test_an_arm_that_is_not_used_gets_no_case_even_where_the_others_do_not_add_up() -> None:
    some = {AS_PLANNED: 0.5, "9": 0.0}
    assert {choose(HOURS, some, key=KEY, case=str(number)).arm for number in range(40)} == {AS_PLANNED}


def test_a_choice_is_stored_with_four_digits_of_its_probability() -> None:
    assert Choice(HOURS, "9", 0.123456).stored() == {
        "decision": "send_hour", "arm": "9", "probability": 0.1235,
    }  # fmt: skip
