"""Figures, texts and days at their edges: what is counted gross, what is named first, what is cut."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.recovery.attribution import Attribution, Credit, Touch, attribute
from app.recovery.decline import DeclineClass
from app.recovery.digest import HISTORY, CaseChange, Counted, digest, next_digest
from app.recovery.machine import CaseState
from app.recovery.measure import CaseFigures, by_class
from app.recovery.money import Money
from app.recovery.period import Period
from app.recovery.placeholders import MAX_LENGTH, Problem, ProblemKind, fill, lint

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
NEW_YORK = ZoneInfo("America/New_York")


def change(**changes: object) -> CaseChange:
    values: dict[str, object] = {
        "opened": True,
        "opened_at": NOW,
        "was": CaseState.OPEN,
        "state": CaseState.LOST,
        "amount": Money("usd", 4900),
        "taken_back_minor": 900,
    }
    return CaseChange(**{**values, **changes})  # type: ignore[arg-type]


def test_only_what_was_recovered_is_counted_net_of_what_was_taken_back() -> None:
    nothing = Counted()
    lost = digest([change()], at_risk=nothing, needs={}, since=NOW)
    assert (lost.opened, lost.lost) == (Counted(1, (Money("usd", 4900),)),) * 2
    won = digest([change(state=CaseState.RECOVERED)], at_risk=nothing, needs={}, since=NOW)
    assert (won.recovered, won.lost) == (Counted(1, (Money("usd", 4000),)), nothing)


def test_a_case_opened_for_a_failure_of_five_days_ago_is_still_news() -> None:
    edge = change(opened_at=NOW - HISTORY)
    assert digest([edge], at_risk=Counted(), needs={}, since=NOW).opened.cases == 1
    old = change(opened_at=NOW - HISTORY - SECOND)
    assert digest([old], at_risk=Counted(), needs={}, since=NOW).opened.cases == 0
    heard_before = change(opened=False, opened_at=NOW - HISTORY - SECOND)
    assert digest([heard_before], at_risk=Counted(), needs={}, since=NOW).lost.cases == 1


def test_the_digest_of_today_is_not_missed_where_today_is_still_yesterday() -> None:
    night = datetime(2026, 11, 21, 2, tzinfo=UTC)  # nine in the evening of the twentieth there
    found = next_digest(now=night, zone=NEW_YORK, hour=22, told_on=None)
    assert found == datetime(2026, 11, 21, 3, tzinfo=UTC)
    assert found.tzinfo is UTC
    told = next_digest(now=night, zone=NEW_YORK, hour=22, told_on=date(2026, 11, 20))
    assert told == datetime(2026, 11, 22, 3, tzinfo=UTC)
    assert next_digest(now=found, zone=NEW_YORK, hour=22, told_on=None) == datetime(
        2026, 11, 22, 3, tzinfo=UTC
    )


def figures(decline_class: DeclineClass, cases: int) -> CaseFigures:
    return CaseFigures(
        state=CaseState.OPEN, decline_class=decline_class, week=date(2026, 11, 16), touched=False,
        control=False,
        currency="usd", cases=cases, amount_minor=100 * cases, taken_back_minor=0,
    )  # fmt: skip


def test_the_class_with_most_cases_is_named_first_whatever_its_letter() -> None:
    rows = [figures(DeclineClass.FUNDS, 1), figures(DeclineClass.UNKNOWN, 7), figures(DeclineClass.ISSUER, 3)]
    assert [name.value for name, _ in by_class(rows)] == ["U", "B", "A"]


@pytest.mark.parametrize(
    ("shown", "length"), [("{" + "a" * 38 + "}", 40), ("{" + "a" * 39 + "}", 41), ("{" + "a" * 60 + "}", 62)]
)
def test_what_is_wrong_is_shown_whole_up_to_forty_characters(shown: str, length: int) -> None:
    (problem,) = lint(shown)
    assert len(shown) == length
    assert problem.found == (shown if length <= 40 else shown[:39] + "\u2026")


def test_a_wrong_name_is_answered_with_the_right_one() -> None:
    assert lint("Hi {costumer_name}") == (
        Problem(
            ProblemKind.UNKNOWN_NAME, 3, "{costumer_name}",
            "There is no placeholder \u201c{costumer_name}\u201d. Did you mean {customer_name}?", "customer_name",
        ),
    )  # fmt: skip


def test_a_text_one_character_too_long_names_no_place() -> None:
    assert lint("x" * MAX_LENGTH) == ()
    (problem,) = lint("x" * (MAX_LENGTH + 1))
    assert (problem.kind, problem.position, problem.found) == (ProblemKind.TOO_LONG, MAX_LENGTH, "")


def test_an_empty_value_leaves_nothing_in_its_place() -> None:
    assert fill("a{merchant}b", {"merchant": ""}) == "ab"


def test_days_are_of_the_zone_that_was_asked_for() -> None:
    assert Period.last_days(2, now=NOW, zone=NEW_YORK) == Period(
        date(2026, 11, 19), date(2026, 11, 20), NEW_YORK
    )


@pytest.mark.parametrize(
    ("before", "credited"), [(0, True), (7 * 24 * 3600, True), (7 * 24 * 3600 + 1, False), (-1, False)]
)
def test_a_touch_counts_from_the_payment_back_to_the_end_of_the_window(before: int, credited: bool) -> None:
    touch = Touch(Attribution.MESSAGE, NOW - before * SECOND, step_id=5)
    expected = Credit(Attribution.MESSAGE, 5) if credited else Credit(Attribution.NEITHER)
    assert attribute([touch], paid_at=NOW, window=timedelta(days=7)) == expected


def test_a_visit_names_the_newest_message_before_the_payment() -> None:
    touches = [
        Touch(Attribution.MESSAGE, NOW - 2 * HOUR, step_id=2),
        Touch(Attribution.VISIT, NOW - 3 * HOUR),
        Touch(Attribution.MESSAGE, NOW - 4 * HOUR, step_id=1),
    ]
    assert attribute(touches, paid_at=NOW, window=timedelta(days=7)) == Credit(Attribution.VISIT, 2)
    assert attribute(touches[1:2], paid_at=NOW, window=timedelta(days=7)) == Credit(Attribution.VISIT, None)
