"""The campaign as a table: which messages, when, and why then; limits hold in every zone."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.recovery.campaign import DEFAULT_CAMPAIGN, LIMITS, Position
from app.recovery.decline import POLICIES, DeclineClass
from app.recovery.plan import Plan, Situation, after_last_contact, plan
from app.recovery.reasons import Reason, Why

FRIDAY = datetime(2026, 11, 20, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
QUIET = [("first", 24.0), ("second", 72.0), ("last", 105.0)]
MUST_ACT = [("first", 1.0), ("second", 24.0), ("last", 105.0)]
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago",
         "Asia/Kathmandu", "Australia/Lord_Howe")  # fmt: skip


def laid_out(decline_class: DeclineClass = DeclineClass.FUNDS, **changes: object) -> Plan:
    values: dict[str, object] = {
        "failed_at": FRIDAY,
        "now": FRIDAY + timedelta(seconds=10),
        "first_delay": 20 * MINUTE,
        "zone": ZoneInfo("UTC"),
    }
    return plan(Situation(decline_class=decline_class, **{**values, **changes}))  # type: ignore[arg-type]


def calendar(found: Plan) -> list[tuple[str, float]]:
    return [(step.position.value, (step.due_at - FRIDAY) / HOUR) for step in found.steps]


@pytest.mark.parametrize(
    ("decline_class", "expected"),
    [
        (DeclineClass.FUNDS, QUIET),
        (DeclineClass.ISSUER, QUIET),
        (DeclineClass.TECHNICAL, QUIET),
        (DeclineClass.UNKNOWN, QUIET),
        (DeclineClass.CARD_DATA, MUST_ACT),
        (DeclineClass.AUTHENTICATION, MUST_ACT),
        (DeclineClass.FRAUD, MUST_ACT),
        (DeclineClass.ACCOUNT_GONE, MUST_ACT),
        (DeclineClass.CUSTOMER_STOPPED, [("note", 24.0)]),
        (DeclineClass.SENSITIVE, []),
        (DeclineClass.NOT_A_FAILURE, []),
    ],
)
def test_every_class_has_its_calendar(decline_class: DeclineClass, expected: list[tuple[str, float]]) -> None:
    assert calendar(laid_out(decline_class)) == expected


def test_the_campaign_knows_every_class_and_keeps_its_own_limits() -> None:
    campaign = DEFAULT_CAMPAIGN.offsets
    assert set(campaign) == set(DeclineClass)
    for decline_class, offsets in campaign.items():
        assert bool(offsets) is POLICIES[decline_class].messages
        assert len(offsets) <= LIMITS.messages
        assert all(offset.after < LIMITS.runway for offset in offsets)
        assert all(later.after - earlier.after >= LIMITS.gap for earlier, later in pairwise(offsets))
    assert (LIMITS.messages, LIMITS.gap, LIMITS.runway) == (3, 18 * HOUR, 120 * HOUR)
    assert (LIMITS.too_late, LIMITS.window) == (48 * HOUR, timedelta(days=14))


def test_every_step_says_why_then() -> None:
    assert [step.why for step in laid_out().steps] == [
        Reason(Why.QUIET_DAY_OVER, {"hours": 24, "class": "A"}),
        Reason(Why.SECOND_REMINDER, {"hours": 72, "class": "A"}),
        Reason(Why.LAST_NOTICE, {"hours": 105, "class": "A"}),
    ]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"decline_class": DeclineClass.SENSITIVE}, Reason(Why.CLASS_IS_SENSITIVE)),
        ({"decline_class": DeclineClass.NOT_A_FAILURE}, Reason(Why.CLASS_IS_SENSITIVE)),
        ({"contact_stopped": "opted_out"}, Reason(Why.CONTACT_STOPPED, {"cause": "opted_out"})),
        ({"joins": True}, Reason(Why.JOINED_CONVERSATION)),
        ({"contacts": [FRIDAY] * 3}, Reason(Why.ENOUGH_MESSAGES, {"limit": 3})),
        ({"contacts": [FRIDAY] * 4}, Reason(Why.ENOUGH_MESSAGES, {"limit": 3})),
    ],
)
def test_an_empty_plan_says_why(changes: dict[str, object], reason: Reason) -> None:
    assert laid_out(**changes) == Plan((), (reason,))


def test_nothing_is_sent_before_the_first_delay() -> None:
    found = laid_out(DeclineClass.CARD_DATA, first_delay=2 * HOUR, now=FRIDAY)
    assert calendar(found)[0] == ("first", 2.0)
    assert calendar(laid_out(DeclineClass.CARD_DATA, first_delay=HOUR, now=FRIDAY))[0] == ("first", 1.0)


def test_a_failure_heard_late_is_told_after_the_delay_and_says_so() -> None:
    found = laid_out(DeclineClass.CARD_DATA, now=FRIDAY + 10 * HOUR)
    assert calendar(found) == [("first", 10 + 1 / 3), ("second", 28 + 1 / 3), ("last", 105.0)]
    assert found.steps[0].why.detail["shifted"] == ["heard_late"]
    assert found.steps[1].why.detail["shifted"] == ["shifted_gap"]
    assert found.steps[0].why.detail["zone"] == "UTC"
    assert "shifted" not in found.steps[2].why.detail


def test_a_clock_that_is_behind_the_provider_sends_nothing_early() -> None:
    assert calendar(laid_out(DeclineClass.CARD_DATA, now=FRIDAY - 5 * HOUR)) == MUST_ACT


def test_messages_that_find_no_place_before_the_end_are_left_out_with_a_reason() -> None:
    found = laid_out(now=FRIDAY + 85 * HOUR)
    assert calendar(found) == [("first", 85 + 1 / 3), ("second", 103 + 1 / 3)]
    assert found.left_out == (Reason(Why.PAST_CUTOFF, {"position": "last"}),)


@pytest.mark.parametrize(("hours", "steps"), [(119.6, 1), (119.7, 0), (120, 0), (400, 0)])
def test_nothing_is_planned_from_the_end_of_the_five_days_on(hours: float, steps: int) -> None:
    found = laid_out(now=FRIDAY + hours * HOUR)
    assert (len(found.steps), len(found.left_out)) == (steps, 3 - steps)
    assert {reason.code for reason in found.left_out} == {Why.PAST_CUTOFF}


def test_a_message_that_would_go_out_at_the_very_end_is_left_out() -> None:
    end = FRIDAY + 120 * HOUR
    assert laid_out(now=end - 20 * MINUTE).steps == ()
    (last,) = laid_out(now=end - 20 * MINUTE - timedelta(seconds=1)).steps
    assert last.due_at == end - timedelta(seconds=1)


@pytest.mark.parametrize(("sent", "left"), [(1, ["second", "last"]), (2, ["last"])])
def test_a_new_plan_goes_on_where_the_conversation_stands(sent: int, left: list[str]) -> None:
    contacts = [FRIDAY + 24 * HOUR, FRIDAY + 72 * HOUR][:sent]
    found = laid_out(contacts=contacts, last_contact=contacts[-1], now=contacts[-1] + HOUR)
    assert [step.position.value for step in found.steps] == left


def test_a_note_is_the_only_message_and_never_follows_another() -> None:
    stopped = DeclineClass.CUSTOMER_STOPPED
    assert laid_out(stopped, contacts=[FRIDAY]) == Plan((), ())
    assert [step.position for step in laid_out(stopped).steps] == [Position.NOTE]


def test_a_message_about_something_else_counts_for_the_gap_but_not_for_the_number() -> None:
    found = laid_out(last_contact=FRIDAY + 20 * HOUR)
    assert calendar(found) == [("first", 48.0), ("second", 72.0), ("last", 105.0)]
    assert found.steps[0].why.detail["shifted"] == ["shifted_next_day"]


def test_after_the_third_message_there_is_no_room_for_a_campaign_that_is_longer() -> None:
    found = laid_out(DeclineClass.CARD_DATA, contacts=[FRIDAY, FRIDAY + 20 * HOUR])
    assert [step.position.value for step in found.steps] == ["last"]


@pytest.mark.parametrize(
    ("zone", "previous", "wish", "allowed", "shift"),
    [
        # the gap alone
        ("UTC", "2026-11-20T09:00", "2026-11-21T03:00", "2026-11-21T03:00", None),
        ("UTC", "2026-11-20T09:00", "2026-11-21T02:59", "2026-11-21T03:00", Why.SHIFTED_GAP),
        ("UTC", "2026-11-20T09:00", "2026-11-20T09:00", "2026-11-21T03:00", Why.SHIFTED_GAP),
        # a wish before the last contact, as after a clock that went back
        ("UTC", "2026-11-20T09:00", "2026-11-20T08:00", "2026-11-21T03:00", Why.SHIFTED_GAP),
        # long enough, but still the same day: the next morning
        ("UTC", "2026-11-20T00:30", "2026-11-20T19:00", "2026-11-21T09:00", Why.SHIFTED_NEXT_DAY),
        ("UTC", "2026-11-20T00:30", "2026-11-20T01:00", "2026-11-21T09:00", Why.SHIFTED_NEXT_DAY),
        # the day is the reader's
        ("Pacific/Kiritimati", "2026-11-20T10:30", "2026-11-21T05:00", "2026-11-21T19:00", Why.SHIFTED_NEXT_DAY),
        ("Pacific/Pago_Pago", "2026-11-20T11:30", "2026-11-21T06:00", "2026-11-21T20:00", Why.SHIFTED_NEXT_DAY),
        ("Pacific/Pago_Pago", "2026-11-20T11:30", "2026-11-21T11:00", "2026-11-21T11:00", None),
        # clocks go forward (23 hours) and back (25 hours) in Berlin
        ("Europe/Berlin", "2026-03-28T23:30", "2026-03-29T18:00", "2026-03-30T07:00", Why.SHIFTED_NEXT_DAY),
        ("Europe/Berlin", "2026-10-24T22:30", "2026-10-25T22:30", "2026-10-26T08:00", Why.SHIFTED_NEXT_DAY),
        ("Europe/Berlin", "2026-10-24T22:30", "2026-10-25T23:30", "2026-10-25T23:30", None),
        # leap day and year end
        ("UTC", "2028-02-28T12:00", "2028-02-29T06:00", "2028-02-29T06:00", None),
        ("UTC", "2028-02-29T00:00", "2028-02-29T20:00", "2028-03-01T09:00", Why.SHIFTED_NEXT_DAY),
        ("UTC", "2026-12-31T01:00", "2026-12-31T20:00", "2027-01-01T09:00", Why.SHIFTED_NEXT_DAY),
        # the day that Samoa skipped
        ("Pacific/Apia", "2011-12-29T10:30", "2011-12-30T09:00", "2011-12-30T19:00", Why.SHIFTED_NEXT_DAY),
    ],
)  # fmt: skip
def test_two_messages_keep_the_gap_and_never_share_a_day(
    zone: str, previous: str, wish: str, allowed: str, shift: Why | None
) -> None:
    def at(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)

    assert after_last_contact(at(wish), at(previous), ZoneInfo(zone)) == (at(allowed), shift)


@given(
    st.sampled_from(DeclineClass),
    st.integers(0, 366 * 24 * 60),
    st.integers(-60, 130 * 60),
    st.sampled_from(ZONES),
    st.integers(0, 1440),
    st.lists(st.integers(0, 119 * 60), max_size=4),
)
def test_no_plan_breaks_a_limit_in_any_zone(
    decline_class: DeclineClass, start: int, heard: int, zone: str, delay: int, earlier: list[int]
) -> None:
    failed_at = datetime(2028, 1, 1, tzinfo=UTC) + start * MINUTE
    now, contacts = failed_at + heard * MINUTE, sorted(failed_at + minutes * MINUTE for minutes in earlier)
    found = plan(
        Situation(
            decline_class=decline_class,
            failed_at=failed_at,
            now=now,
            first_delay=delay * MINUTE,
            zone=ZoneInfo(zone),
            contacts=contacts,
            last_contact=max(contacts, default=None),
        )
    )
    due = [step.due_at for step in found.steps]
    assert len(due) + len(contacts) <= max(3, len(contacts))
    assert all(max(now, failed_at) + delay * MINUTE <= at < failed_at + 120 * HOUR for at in due)
    spoken = [*contacts[-1:], *due]
    assert all(later - before >= 18 * HOUR for before, later in pairwise(spoken))
    days = [at.astimezone(ZoneInfo(zone)).date() for at in spoken]
    assert len(set(days)) == len(days)
