"""The last figure that still counts, in every comparison that a merchant reads; and draws that no update changes."""

from datetime import UTC, datetime, timedelta

import pytest

from app.recovery.attribution import Attribution, Touch, attribute
from app.recovery.control import LAUNCH_SHARE, MOST_SHARE, in_control
from app.recovery.experiment import Count, Side, outlook, result, side_of
from app.recovery.followed import DAYS, Watched, day_of_payment
from app.recovery.incremental import Drawn, Group, Incremental, Status, added_money, compare
from app.recovery.money import Money
from app.recovery.posterior import Difference
from app.recovery.power import cases_needed

KEY = b"k" * 32
SINCE = datetime(2026, 8, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
HALF = Group(people=100, paid=40, in_progress=0, rate=0.4)


def group(control: bool, people: int, paid: int, share: float = 0.5) -> list[Drawn]:
    return [
        Drawn(control, share, Watched(paid, DAYS, 2)),
        Drawn(control, share, Watched(people - paid, DAYS, None)),
    ]


def compared(*rows: list[Drawn], share: float = 0.5) -> Incremental:
    return compare([row for some in rows for row in some], share=share, since=SINCE)


def shown(low: float, high: float, *, needed: int) -> Incremental:
    return Incremental(
        status=Status.ESTIMATE, since=SINCE, treated=HALF, control=HALF,
        difference=Difference((low + high) / 2, low, high, 0.5), uplift=0.1, needed=needed,
    )  # fmt: skip


def test_it_is_proven_with_the_last_person_who_is_needed() -> None:
    assert shown(0.01, 0.2, needed=200).proven and not shown(0.01, 0.2, needed=201).proven
    assert shown(-0.2, -0.01, needed=200).harmful and not shown(-0.2, -0.01, needed=201).harmful


def test_an_interval_that_ends_at_nothing_proves_nothing() -> None:
    assert not shown(0.0, 0.2, needed=1).proven
    assert not shown(-0.2, 0.0, needed=1).harmful


def test_what_is_measured_says_how_many_it_takes() -> None:
    found = compared(group(False, 900, 430, 0.1), group(True, 100, 30, 0.1))
    assert found.difference is not None and found.control.rate is not None
    assert found.uplift == found.difference.mean == pytest.approx(0.1756, abs=1e-3)
    assert found.needed == cases_needed(uplift=found.uplift, share=0.1, base=found.control.rate)
    assert found.needed != cases_needed(uplift=found.uplift, share=0.1)
    assert (found.since, found.treated.paid, found.control.paid) == (SINCE, 430, 30)


def test_a_lucky_start_promises_no_small_number_and_a_small_difference_asks_for_no_endless_one() -> None:
    lucky = compared(group(False, 200, 140), group(True, 200, 40))
    assert (lucky.uplift, lucky.needed) == (
        0.20,
        cases_needed(uplift=0.20, share=0.5, base=lucky.control.rate or 0),
    )
    assert compared(group(False, 900, 370), group(True, 900, 360)).uplift == 0.05


def test_where_nearly_everybody_pays_by_themselves_a_number_is_still_named() -> None:
    found = compared(group(False, 400, 398), group(True, 400, 392))
    assert found.needed == cases_needed(uplift=0.05, share=0.5, base=0.94)


def test_those_who_are_still_being_watched_are_told_apart() -> None:
    open_still = [Drawn(False, 0.5, Watched(7, 3, None, open=True)), Drawn(False, 0.5, Watched(2, 3, 1))]
    found = compared(open_still, group(True, 5, 1))
    assert (found.treated.people, found.treated.paid, found.treated.in_progress) == (9, 2, 7)
    assert (found.control.people, found.control.paid, found.control.in_progress) == (5, 1, 0)


def test_people_with_nobody_to_compare_with_do_not_hide_those_who_come_after_them() -> None:
    fair = [*group(False, 200, 100), *group(True, 200, 80)]
    assert compared(group(False, 90, 90, 0.01), fair).difference == compared(fair).difference


def test_each_share_counts_by_how_much_it_can_tell() -> None:
    """300 against 100 weigh 75, 50 against 50 weigh 25."""
    found = compared(
        group(False, 300, 180, 0.25), group(True, 100, 40, 0.25), group(False, 50, 20), group(True, 50, 20)
    )
    assert found.difference is not None
    assert found.difference.mean == pytest.approx(0.75 * (180.5 / 301 - 40.5 / 101), abs=1e-6)


def test_two_halves_of_the_cases_tell_as_much_as_the_whole() -> None:
    parts = compared(
        group(False, 200, 100, 0.5),
        group(True, 200, 80, 0.5),
        group(False, 200, 100, 0.4),
        group(True, 200, 80, 0.4),
    )
    assert parts.difference is not None
    assert (parts.difference.low, parts.difference.high) == pytest.approx((0.0313, 0.1675), abs=2e-3)


def test_money_that_was_brought_in_is_whole_cents() -> None:
    found = compared(group(False, 400, 280), group(True, 400, 160))
    ((money, low, high),) = added_money(found, money=[Money("usd", 12_345)], most=[Money("usd", 99_999)])
    assert [repr(one.minor) for one in (money, low, high)] == ["3691", "2876", "4493"]


@pytest.mark.parametrize(
    ("hours", "day"), [(-30, 0), (0, 0), (23, 0), (24, 1), (60, 2), (14 * 24 - 1, 13), (14 * 24, None)]
)
def test_a_payment_falls_on_a_whole_day_of_the_two_weeks(hours: int, day: int | None) -> None:
    assert day_of_payment(SINCE, SINCE + hours * HOUR) == day


def test_whoever_is_not_said_to_be_open_is_not() -> None:
    assert Watched(1, 3, None).open is False


@pytest.mark.parametrize(("monthly", "months", "worth_it"), [(256, 12, True), (255, 13, False)])
def test_a_test_of_a_year_is_just_worth_it(monthly: int, months: int, worth_it: bool) -> None:
    found = outlook(monthly=monthly, past=Count())
    assert (found.monthly, found.months, found.worth_it) == (monthly, months, worth_it)


def test_a_version_that_nobody_got_yet_says_nothing() -> None:
    found = result({Side.A: Count(10, 5)}, planned=10)
    assert found.difference is not None
    assert (found.resolved, found.planned) == (10, 10)
    assert found.difference.mean == pytest.approx(0)
    early = result({}, planned=10)
    assert (early.resolved, early.planned, early.difference) == (0, 10, None)


def test_even_the_smallest_experiment_leaves_doubt() -> None:
    found = result({Side.A: Count(2, 0), Side.B: Count(2, 2)}, planned=4)
    assert found.difference is not None
    assert found.difference.mean == pytest.approx(2 / 3)


def test_an_update_moves_nobody_between_the_groups() -> None:
    people = [f"user_{number}" for number in range(24)]
    drawn = "".join(str(int(in_control(KEY, person, 0.5))) for person in people)
    sides = "".join(side_of(key=KEY, experiment=7, customer=person).value for person in people)
    assert (drawn, sides) == ("001111101110010111111001", "babbabaabbaaabbabbbaaaaa")


def test_at_most_half_are_left_alone_and_a_launch_test_takes_that_half() -> None:
    assert (LAUNCH_SHARE, MOST_SHARE) == (0.5, 0.5)


def test_where_nothing_of_ours_came_before_the_money_no_step_is_named() -> None:
    assert attribute([], paid_at=SINCE, window=HOUR).step_id is None
    visit = attribute([Touch(Attribution.VISIT, SINCE)], paid_at=SINCE, window=HOUR)
    message = attribute([Touch(Attribution.MESSAGE, SINCE)], paid_at=SINCE, window=HOUR)
    assert (visit.step_id, message.step_id) == (None, None)
