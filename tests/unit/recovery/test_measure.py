"""The definition, case by case, and the sums that must hold whatever the cases are."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.recovery.decline import DeclineClass
from app.recovery.machine import CaseState
from app.recovery.measure import (
    COUNTS_AS,
    Baseline,
    CaseFigures,
    by_class,
    by_week,
    decided_with_reminders,
    measure,
    of_all_weeks,
)
from app.recovery.money import Money
from app.recovery.period import Period, iso_week

MONDAY = date(2026, 11, 16)


def figures(state: CaseState = CaseState.OPEN, **changes: object) -> CaseFigures:
    values = {
        "decline_class": DeclineClass.FUNDS,
        "week": MONDAY,
        "touched": False,
        "control": False,
        "currency": "usd",
        "cases": 1,
        "amount_minor": 4900,
        "taken_back_minor": 0,
    }
    return CaseFigures(state=state, **{**values, **changes})


def test_every_state_of_a_case_counts_as_something() -> None:
    assert set(COUNTS_AS) == set(CaseState)


@pytest.mark.parametrize(
    ("state", "recovered", "lost", "in_progress", "left_out"),
    [
        (CaseState.RECOVERED, 1, 0, 0, 0),
        (CaseState.LOST, 0, 1, 0, 0),
        (CaseState.REVERSED, 0, 1, 0, 0),
        (CaseState.OPEN, 0, 0, 1, 0),
        (CaseState.PENDING, 0, 0, 1, 0),
        (CaseState.PAUSED, 0, 0, 1, 0),
        (CaseState.VOID, 0, 0, 0, 1),
    ],
)
def test_a_case_counts_once(
    state: CaseState, recovered: int, lost: int, in_progress: int, left_out: int
) -> None:
    whole = measure([figures(state)])
    assert (whole.recovered, whole.lost, whole.in_progress, whole.left_out) == (
        recovered, lost, in_progress, left_out,
    )  # fmt: skip
    assert whole.opened == 1 - left_out


def test_cases_in_progress_stay_below_the_line() -> None:
    rows = [figures(CaseState.RECOVERED, cases=4), figures(CaseState.LOST), figures(cases=5)]
    assert measure(rows).recovery_rate == 0.4


def test_money_that_was_taken_back_is_taken_back_out() -> None:
    before = measure([figures(CaseState.RECOVERED), figures(CaseState.RECOVERED)])
    after = measure([figures(CaseState.RECOVERED), figures(CaseState.REVERSED, taken_back_minor=4900)])
    assert (before.recovery_rate, after.recovery_rate) == (1.0, 0.5)
    assert after.recovered_money == (Money("usd", 4900),)
    assert (after.taken_back, after.lost_money) == (1, (Money("usd", 4900),))


def test_a_partial_refund_leaves_the_case_recovered_and_the_money_net() -> None:
    whole = measure([figures(CaseState.RECOVERED, taken_back_minor=900, touched=True)])
    assert whole.recovered == 1
    assert whole.recovered_money == whole.touched_money == (Money("usd", 4000),)
    assert whole.refunded_money == (Money("usd", 900),)


def test_a_touch_counts_only_where_the_money_came() -> None:
    rows = [
        figures(CaseState.RECOVERED, touched=True),
        figures(CaseState.RECOVERED),
        figures(CaseState.REVERSED, touched=True),
        figures(CaseState.LOST, touched=True),
    ]
    assert measure(rows).touched_then_recovered == 1


def test_currencies_stand_beside_each_other() -> None:
    rows = [figures(CaseState.RECOVERED), figures(CaseState.RECOVERED, currency="eur", amount_minor=100)]
    assert measure(rows).recovered_money == (Money("usd", 4900), Money("eur", 100))


def test_a_case_of_unknown_amount_counts_without_money() -> None:
    whole = measure([figures(CaseState.RECOVERED, currency=None, amount_minor=0)])
    assert (whole.recovered, whole.recovered_money, whole.without_amount) == (1, (), 1)


def test_a_test_charge_counts_in_no_figure() -> None:
    rows = [figures(CaseState.RECOVERED, decline_class=DeclineClass.NOT_A_FAILURE)]
    assert measure(rows).opened == 0
    assert by_class(rows) == ()


def test_nothing_failed_is_no_rate_rather_than_zero() -> None:
    assert measure([]).recovery_rate is None


def test_who_is_left_alone_counts_with_the_others_and_is_told_apart() -> None:
    rows = [figures(CaseState.RECOVERED, control=True), figures(cases=2), figures(CaseState.LOST)]
    whole = measure(rows)
    assert (whole.opened, whole.recovered, whole.control) == (4, 1, 1)
    decided = decided_with_reminders(rows)
    assert (decided.opened, decided.recovered, decided.lost) == (1, 0, 1)


def test_a_week_without_failures_is_shown_as_zero() -> None:
    weeks = Period(MONDAY, MONDAY + timedelta(days=20), ZoneInfo("UTC")).weeks
    found = by_week([figures(cases=2)], weeks)
    assert [(iso_week(week), whole.opened) for week, whole in found] == [
        ("2026-W47", 2), ("2026-W48", 0), ("2026-W49", 0),
    ]  # fmt: skip


def test_weeks_and_days_begin_at_the_merchants_midnight() -> None:
    period = Period(date(2026, 3, 28), date(2026, 3, 30), ZoneInfo("Europe/Berlin"))
    assert period.start == datetime(2026, 3, 27, 23, tzinfo=UTC)
    # The clocks go forward on the 29th.
    assert period.end == datetime(2026, 3, 30, 22, tzinfo=UTC)
    assert period.week_starts == (
        datetime(2026, 3, 22, 23, tzinfo=UTC),
        datetime(2026, 3, 29, 22, tzinfo=UTC),
    )
    assert period.days == 3


def test_the_last_thirty_days_end_today_where_the_merchant_is() -> None:
    now = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    period = Period.last_days(30, now=now, zone=ZoneInfo("Asia/Tokyo"))
    assert (period.first, period.last) == (date(2026, 10, 23), date(2026, 11, 21))
    assert period.start <= now < period.end


@st.composite
def any_figures(draw: st.DrawFn) -> CaseFigures:
    amount = draw(st.integers(0, 10**9))
    return figures(
        draw(st.sampled_from(CaseState)),
        decline_class=draw(st.sampled_from(DeclineClass)),
        week=MONDAY + timedelta(weeks=draw(st.integers(0, 5))),
        touched=draw(st.booleans()),
        currency=draw(st.sampled_from(["usd", "eur", "jpy", None])),
        cases=draw(st.integers(0, 1000)),
        amount_minor=amount,
        taken_back_minor=draw(st.integers(0, amount)),
    )


@given(st.lists(any_figures(), max_size=30))
def test_the_parts_add_up_to_the_whole(rows: list[CaseFigures]) -> None:
    whole = measure(rows)
    assert whole.opened == whole.recovered + whole.lost + whole.in_progress
    assert whole.opened + whole.left_out == sum(row.cases for row in rows)
    assert whole.touched_then_recovered <= whole.recovered
    for money in whole.opened_money:
        parts = (whole.recovered_money, whole.refunded_money, whole.lost_money, whole.at_risk)
        assert money.minor == sum(
            part.minor for kind in parts for part in kind if part.currency == money.currency
        )


@given(st.lists(any_figures(), max_size=30))
def test_classes_and_weeks_add_up_to_the_whole(rows: list[CaseFigures]) -> None:
    whole = measure(rows)
    weeks = Period(MONDAY, MONDAY + timedelta(weeks=5), ZoneInfo("UTC")).weeks
    for split in (by_class(rows), by_week(rows, weeks)):
        for name in ("opened", "recovered", "lost", "in_progress"):
            assert sum(getattr(part, name) for _, part in split) == getattr(whole, name)


def test_the_rate_of_the_time_before_is_a_share() -> None:
    assert Baseline(opened=40, recovered=10).recovery_rate == 0.25


def test_what_differs_in_nothing_but_the_week_becomes_one_row() -> None:
    later = MONDAY + timedelta(days=7)
    first = figures(CaseState.RECOVERED, cases=2, amount_minor=500, taken_back_minor=30)
    second = figures(CaseState.RECOVERED, week=later, cases=3, amount_minor=700, taken_back_minor=4)
    assert of_all_weeks([first, second, second]) == [
        figures(CaseState.RECOVERED, cases=8, amount_minor=1_900, taken_back_minor=38)
    ]
    assert of_all_weeks([]) == []


@pytest.mark.parametrize(
    "other",
    [
        figures(CaseState.LOST),
        figures(decline_class=DeclineClass.CARD_DATA),
        figures(touched=True),
        figures(control=True),
        figures(currency="eur"),
        figures(currency=None),
    ],
)
def test_what_differs_in_more_than_the_week_stays_apart(other: CaseFigures) -> None:
    assert of_all_weeks([figures(), other]) == [figures(), other]
