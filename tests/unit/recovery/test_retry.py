"""The one retry as a table: which moment for which decline, and why none; the hard rules hold in every zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.recovery.decline import POLICIES, DeclineClass, RetryRule
from app.recovery.ladder import LADDER, MOST_FAILED, payday
from app.recovery.reasons import Reason, Why
from app.recovery.retry import Keep, Outlook, Retry, allowed, decide

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago",
         "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns")  # fmt: skip
NEVER = ("D", "E", "F", "G", "H", "I", "J")
TRIED = ("A", "B", "C", "U")


def outlook(decline_class: str = "A", **changes: object) -> Outlook:
    values: dict[str, object] = {
        "decline_class": DeclineClass(decline_class),
        "failed_at": MONDAY,
        "last_attempt_at": changes.get("failed_at", MONDAY),
        "next_attempt_at": None,
        "now": changes.get("failed_at", MONDAY),
        "zone": ZoneInfo("UTC"),
        "retryable": True,
        "payments_failed": 1,
    }
    return Outlook(**{**values, **changes})  # type: ignore[arg-type]


def chosen(decline_class: str = "A", **changes: object) -> tuple[float, str]:
    """Hours after the first failure, and the code of the reason."""
    found = decide(outlook(decline_class, **changes))
    assert isinstance(found, Retry), found
    failed_at = changes.get("failed_at", MONDAY)
    assert isinstance(failed_at, datetime)
    return (found.at - failed_at) / HOUR, found.why.code.value


def kept(decline_class: str = "A", **changes: object) -> Reason:
    found = decide(outlook(decline_class, **changes))
    assert isinstance(found, Keep), found
    return found.why


@pytest.mark.parametrize(
    ("decline_class", "expected"),
    [
        ("A", (94.0, "retry_payday")),  # Friday, 7 o'clock
        ("B", (28.0, "retry_other_hour")),  # the next day, four hours later in the day
        ("C", (6.0, "retry_soon")),
        ("U", (28.0, "retry_other_hour")),
        *((name, None) for name in NEVER),
    ],
)
def test_every_class_has_its_moment_or_none(decline_class: str, expected: tuple[float, str] | None) -> None:
    if expected is None:
        assert kept(decline_class) == Reason(Why.RETRY_NEVER, {"class": decline_class})
    else:
        assert chosen(decline_class) == expected


def test_the_ladder_covers_every_class() -> None:
    assert set(LADDER) == set(RetryRule)
    assert sorted((*NEVER, *TRIED)) == sorted(DeclineClass)
    for one in DeclineClass:
        assert bool(LADDER[POLICIES[one].retry]) is (one.value in TRIED)


@pytest.mark.parametrize(
    ("failed", "expected", "name"),
    [
        ("2026-11-23T09:00", "2026-11-27T07:00", "friday"),
        ("2026-11-25T23:00", "2026-11-27T07:00", "friday"),
        (
            "2026-11-27T05:00",
            "2026-12-01T07:00",
            "first",
        ),  # a Friday itself is day 0: four days later is the 1st
        ("2026-11-28T09:00", "2026-12-01T07:00", "first"),
        ("2026-12-12T09:00", "2026-12-15T07:00", "fifteenth"),
        ("2026-11-29T20:00", "2026-12-01T07:00", "first"),
        ("2026-11-20T09:00", "2026-11-24T07:00", None),  # no payday in reach: day four
        ("2026-12-06T20:00", "2026-12-10T07:00", None),  # the Friday is day five: day four is earlier
    ],
)
def test_a_lack_of_funds_waits_for_the_next_payday_else_for_day_four(
    failed: str, expected: str, name: str | None
) -> None:
    failed_at = datetime.fromisoformat(failed).replace(tzinfo=UTC)
    found = decide(outlook("A", failed_at=failed_at))
    assert isinstance(found, Retry)
    assert found.at == datetime.fromisoformat(expected).replace(tzinfo=UTC)
    assert found.why.detail.get("payday") == name
    assert found.why.code is (Why.RETRY_PAYDAY if name else Why.RETRY_DAY_FOUR)


def test_the_morning_is_the_customers() -> None:
    found = decide(outlook("A", zone=ZoneInfo("America/New_York")))
    assert isinstance(found, Retry)
    assert found.at == datetime(2026, 11, 27, 12, tzinfo=UTC)
    assert (found.why.detail["hour"], found.why.detail["zone"]) == ("07:00", "America/New_York")


def test_payments_of_one_payday_are_spread_over_the_morning() -> None:
    spread = [chosen("A", share=share)[0] for share in (0.0, 0.5, 0.999)]
    assert spread == sorted(spread)
    assert (spread[0], spread[1]) == (94.0, pytest.approx(95.42, abs=0.01))
    assert 96.5 < spread[2] < 97


def test_the_earlier_day_wins_and_the_reason_says_so() -> None:
    found = decide(outlook("A", failed_at=datetime(2026, 11, 25, 9, tzinfo=UTC)))
    assert isinstance(found, Retry)
    assert found.why.detail["instead_of"] == {"retry_day_four": "2026-11-29T07:00:00+00:00"}
    assert found.why.detail["shifted"] == ["retry_earlier_day"]
    assert found.why.detail["payday"] == "friday"


def test_a_platform_that_tries_every_day_cannot_push_the_ladder_out_of_the_five_days() -> None:
    """An unclear decline, tried by Whop every 24 hours at the same hour: ours comes on day two."""
    times = {
        day: chosen(
            "B",
            last_attempt_at=MONDAY + day * 24 * HOUR,
            next_attempt_at=MONDAY + (day + 1) * 24 * HOUR,
            now=MONDAY + day * 24 * HOUR,
        )
        for day in (0, 1, 2)
    }
    assert times == {
        0: (30.0, "retry_other_hour"),
        1: (54.0, "retry_other_hour"),
        2: (54.0, "retry_day_two"),
    }


@pytest.mark.parametrize(
    ("following", "expected"),
    [
        (None, 6.0),
        (12.2, 6.0),
        (12.1, 18.1),
        (11.9, 17.9),
        (6.0, 12.0),
        (5.0, 11.0),
        (20.0, 6.0),
        (-3.0, 6.0),
    ],
)
def test_a_technical_decline_keeps_six_hours_from_whops_own_next_attempt(
    following: float | None, expected: float
) -> None:
    announced = None if following is None else MONDAY + following * HOUR
    at, _ = chosen("C", next_attempt_at=announced)
    assert at == pytest.approx(expected)


def test_mornings_that_whop_has_for_itself_are_left_to_it_and_the_day_is_kept() -> None:
    """Whop tries on the payday at 9: six hours later it is still the payday."""
    friday = datetime(2026, 11, 27, 9, tzinfo=UTC)
    found = decide(outlook("A", failed_at=datetime(2026, 11, 24, 9, tzinfo=UTC), next_attempt_at=friday))
    assert isinstance(found, Retry)
    # Day four has a free morning, and mornings come first.
    assert found.at == datetime(2026, 11, 28, 7, tzinfo=UTC)
    late = decide(outlook("A", next_attempt_at=friday))
    assert isinstance(late, Retry)
    assert (late.at, late.why.detail["payday"]) == (datetime(2026, 11, 27, 15, tzinfo=UTC), "friday")


def test_what_is_heard_late_still_gets_the_last_hours() -> None:
    assert chosen("A", now=MONDAY + 102 * HOUR) == (102.0, "retry_payday")  # in the afternoon of that Friday
    assert chosen("A", now=MONDAY + 105 * HOUR) == (105.0, "retry_last_chance")
    assert chosen("B", now=MONDAY + 105 * HOUR) == (105.0, "retry_last_chance")
    assert chosen("C", now=MONDAY + 118 * HOUR) == (118.0, "retry_soon")
    for name in TRIED:
        assert kept(name, now=MONDAY + 119 * HOUR - timedelta(minutes=9)).code is Why.RETRY_NO_TIME


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"forbidden": Reason(Why.CONTROL_GROUP)}, Reason(Why.CONTROL_GROUP)),
        ({"forbidden": Reason(Why.RETRY_NO_KEY)}, Reason(Why.RETRY_NO_KEY)),
        ({"spent": True}, Reason(Why.RETRY_SPENT)),
        ({"retryable": False}, Reason(Why.RETRY_NOT_POSSIBLE)),
        ({"refusals": 3}, Reason(Why.RETRY_REFUSED_OFTEN, {"limit": 3})),
        ({"payments_failed": MOST_FAILED}, Reason(Why.RETRY_TOO_MANY, {"failed": 8, "limit": 8})),
    ],
)
def test_a_retry_that_is_kept_says_why(changes: dict[str, object], reason: Reason) -> None:
    assert kept("A", **changes) == reason


def test_what_whop_has_not_said_forbids_nothing() -> None:
    assert chosen("C", retryable=None, payments_failed=None) == (6.0, "retry_soon")


def test_after_not_now_whop_has_peace_for_so_long() -> None:
    assert chosen("C", not_before=MONDAY + 13 * HOUR, refusals=1) == (13.0, "retry_soon")
    found = decide(outlook("C", not_before=MONDAY + 13 * HOUR, refusals=1))
    assert found.why.detail["shifted"] == ["retry_not_now"]


@pytest.mark.parametrize(
    ("hours", "following", "expected"),
    [
        (5.9, None, False),
        (6, None, True),
        (119, None, True),
        (120, None, False),
        (30, 35, False),
        (30, 36, True),
    ],
)
def test_even_by_hand_whops_own_attempts_are_kept_away_from(
    hours: float, following: float | None, expected: bool
) -> None:
    announced = None if following is None else MONDAY + following * HOUR
    at = MONDAY + hours * HOUR
    assert allowed(outlook("A", next_attempt_at=announced, now=at), at) is expected
    assert not allowed(outlook("D", next_attempt_at=announced, now=at), at)


def test_the_hours_left_of_the_five_days_are_known() -> None:
    assert outlook(now=MONDAY + 20 * HOUR).hours_left == 100
    assert outlook(now=MONDAY + 200 * HOUR).hours_left == 0


minutes = st.integers(0, 366 * 24 * 60)


@given(
    st.sampled_from(DeclineClass),
    minutes,
    st.integers(0, 119 * 60),
    st.none() | st.integers(-10 * 60, 130 * 60),
    st.integers(-60, 125 * 60),
    st.sampled_from(ZONES),
    st.floats(0, 0.999),
    st.none() | st.integers(0, 120 * 60),
)
def test_no_retry_breaks_a_hard_rule_in_any_zone(
    decline_class: DeclineClass, start: int, last: int, following: int | None, heard: int, zone: str,
    share: float, peace: int | None,
) -> None:  # fmt: skip
    minute = timedelta(minutes=1)
    failed_at = datetime(2028, 1, 1, tzinfo=UTC) + start * minute
    case = outlook(
        decline_class.value,
        failed_at=failed_at,
        last_attempt_at=failed_at + last * minute,
        next_attempt_at=None if following is None else failed_at + following * minute,
        now=failed_at + heard * minute,
        zone=ZoneInfo(zone),
        share=share,
        not_before=None if peace is None else failed_at + peace * minute,
    )
    found = decide(case)
    if isinstance(found, Keep):
        assert found.why.code in (Why.RETRY_NEVER, Why.RETRY_NO_TIME)
        assert (found.why.code is Why.RETRY_NEVER) is (decline_class.value in NEVER)
        return
    assert decline_class.value in TRIED
    assert max(case.now, failed_at) <= found.at <= failed_at + 119 * HOUR
    assert case.not_before is None or found.at >= case.not_before
    for attempt in (failed_at, case.last_attempt_at, case.next_attempt_at):
        assert attempt is None or abs(found.at - attempt) >= 6 * HOUR
    assert allowed(case, found.at)
    local, failed = found.at.astimezone(case.zone), failed_at.astimezone(case.zone)
    assert found.why.detail["hour"] == f"{local:%H:%M}"
    match decline_class.value:
        case "A":
            assert local.date() > failed.date()
            assert 7 <= local.hour < 21
            if found.why.code is Why.RETRY_PAYDAY:
                assert payday(local.date()) == found.why.detail["payday"]
        case "B" | "U":
            assert found.at >= failed_at + 24 * HOUR
            assert 8 <= local.hour < 21
            assert local.hour not in (failed.hour, case.last_attempt_at.astimezone(case.zone).hour)


@given(minutes, st.sampled_from(ZONES), st.sampled_from(TRIED))
def test_a_first_failure_that_is_heard_at_once_always_gets_its_retry_in_good_time(
    start: int, zone: str, decline_class: str
) -> None:
    failed_at = datetime(2028, 1, 1, tzinfo=UTC) + timedelta(minutes=start)
    found = decide(outlook(decline_class, failed_at=failed_at, zone=ZoneInfo(zone)))
    assert isinstance(found, Retry)
    assert found.at < failed_at + 105 * HOUR
    if decline_class == "A":
        assert 7 <= found.at.astimezone(ZoneInfo(zone)).hour < 10


@given(st.sampled_from(["2028-03-26", "2028-10-29"]), st.integers(0, 23), st.sampled_from(TRIED))
def test_a_change_of_the_clocks_moves_no_morning(day: str, hour: int, decline_class: str) -> None:
    failed_at = datetime.fromisoformat(day).replace(hour=hour, tzinfo=BERLIN) - 24 * HOUR
    found = decide(outlook(decline_class, failed_at=failed_at.astimezone(UTC), zone=BERLIN))
    assert isinstance(found, Retry)
    if decline_class == "A":
        assert found.at.astimezone(BERLIN).hour == 7
