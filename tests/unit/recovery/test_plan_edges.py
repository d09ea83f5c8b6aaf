"""The exact moments at which the planner decides otherwise: quiet hours, late news, and what each shift says."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from app.recovery.decline import DeclineClass
from app.recovery.plan import Plan, Situation, after_last_contact, after_quiet_hours, plan
from app.recovery.reasons import Reason, Why

FRIDAY = datetime(2026, 11, 20, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
BERLIN = ZoneInfo("Europe/Berlin")


def laid_out(decline_class: DeclineClass = DeclineClass.FUNDS, **changes: object) -> Plan:
    values: dict[str, object] = {
        "failed_at": FRIDAY,
        "now": FRIDAY,
        "first_delay": timedelta(minutes=20),
        "zone": ZoneInfo("UTC"),
    }
    return plan(Situation(decline_class=decline_class, **{**values, **changes}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wish", "allowed"),
    [
        # Berlin is an hour ahead in winter, two in summer
        ("2026-11-20T19:59:59", "2026-11-20T19:59:59"),
        ("2026-11-20T20:00:00", "2026-11-21T07:00:00"),
        ("2026-11-20T22:59:59", "2026-11-21T07:00:00"),
        ("2026-11-20T23:00:00", "2026-11-21T07:00:00"),
        ("2026-11-21T06:59:59", "2026-11-21T07:00:00"),
        ("2026-11-21T07:00:00", "2026-11-21T07:00:00"),
        ("2026-11-21T12:00:00", "2026-11-21T12:00:00"),
        ("2026-12-31T22:30:00", "2027-01-01T07:00:00"),
        # the night of the change: the morning is already in the other time
        ("2026-03-28T22:00:00", "2026-03-29T06:00:00"),
        ("2026-10-24T20:00:00", "2026-10-25T07:00:00"),
    ],
)
def test_a_chat_is_silent_from_nine_in_the_evening_to_eight_in_the_morning(wish: str, allowed: str) -> None:
    at = datetime.fromisoformat(wish).replace(tzinfo=UTC)
    found = after_quiet_hours(at, BERLIN)
    assert found == datetime.fromisoformat(allowed).replace(tzinfo=UTC)
    assert found.tzinfo is UTC


def test_a_moment_keeps_the_zone_in_which_it_was_given() -> None:
    tokyo = timezone(9 * HOUR)
    moved = after_quiet_hours(datetime(2026, 11, 21, 5, tzinfo=tokyo), BERLIN)
    assert (moved.hour, moved.tzinfo) == (16, tokyo)
    morning, shift = after_last_contact(
        datetime(2026, 11, 20, 19, tzinfo=UTC), datetime(2026, 11, 20, 0, 30, tzinfo=UTC), ZoneInfo("UTC")
    )
    assert morning.tzinfo is UTC and shift is Why.SHIFTED_NEXT_DAY


def test_where_the_next_morning_is_too_soon_the_gap_counts() -> None:
    evening = datetime(2026, 11, 20, 23, tzinfo=UTC)
    assert after_last_contact(evening, evening - HOUR, ZoneInfo("UTC")) == (
        datetime(2026, 11, 21, 16, tzinfo=UTC),
        Why.SHIFTED_GAP,
    )


@pytest.mark.parametrize(
    ("now", "shifted"),
    [
        # heard when the message would have been due: that is not late, only the delay moves it
        (FRIDAY + HOUR, []),
        (FRIDAY + HOUR + timedelta(seconds=1), ["heard_late"]),
        (FRIDAY + 41 * timedelta(minutes=1), []),
    ],
)
def test_only_a_failure_heard_after_its_messages_hour_is_late(now: datetime, shifted: list[str]) -> None:
    first = laid_out(DeclineClass.CARD_DATA, now=now).steps[0]
    assert first.due_at == now + timedelta(minutes=20)
    assert first.why.detail.get("shifted", []) == shifted


def test_the_class_alone_says_why_nobody_is_written_to_before_anything_else_does() -> None:
    assert laid_out(
        DeclineClass.SENSITIVE, contact_stopped="deceased", joins=True, said_last_word=True
    ) == Plan((), (Reason(Why.CLASS_IS_SENSITIVE),))


@pytest.mark.parametrize("why", [Why.CONTROL_GROUP, Why.BACKFILLED])
@pytest.mark.parametrize("decline_class", DeclineClass)
def test_a_case_that_is_left_alone_has_no_message_in_any_class(why: Why, decline_class: DeclineClass) -> None:
    assert laid_out(decline_class, hands_off=why, contacts=[FRIDAY] * 3) == Plan((), (Reason(why),))


def test_after_the_last_word_nothing_follows() -> None:
    assert laid_out(said_last_word=True) == Plan((), (Reason(Why.SAID_LAST_WORD),))


def test_a_message_left_out_takes_no_time_from_the_next() -> None:
    found = laid_out(
        DeclineClass.CARD_DATA, contacts=[FRIDAY], last_contact=FRIDAY + 100 * HOUR, now=FRIDAY + 101 * HOUR
    )
    assert [(step.position.value, step.due_at - FRIDAY) for step in found.steps] == [("second", 118 * HOUR)]
    assert found.left_out == (Reason(Why.PAST_CUTOFF, {"position": "last"}),)


def test_a_full_conversation_leaves_the_rest_out_by_its_number() -> None:
    found = laid_out(DeclineClass.FUNDS, contacts=[FRIDAY] * 3)
    assert found.left_out == (Reason(Why.ENOUGH_MESSAGES, {"limit": 3}),)
