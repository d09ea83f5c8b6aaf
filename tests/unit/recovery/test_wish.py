"""Times that are being tried: they move messages, and no arm of any decision breaks a limit of the campaign."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise, product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.recovery.campaign import DEFAULT_CAMPAIGN, LIMITS, Campaign
from app.recovery.decline import POLICIES, DeclineClass
from app.recovery.learning import ARMS, Choice, Decision
from app.recovery.plan import Plan, Situation, plan
from app.recovery.wish import FIRST_BEFORE, NO_WISH, SECOND_BEFORE, Wish, has_time_to_choose

FRIDAY = datetime(2026, 11, 20, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
DELAY = timedelta(minutes=20)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati")
MOMENTS = some.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
WISHES = [
    Wish.of([Choice(Decision.SEND_HOUR, hour, 0.25), Choice(Decision.FIRST_DELAY, delay, 0.5)])
    for hour, delay in product(ARMS[Decision.SEND_HOUR], ARMS[Decision.FIRST_DELAY])
]


def wish(hour: str | None = None, delay: str | None = None) -> Wish:
    return Wish(
        Choice(Decision.SEND_HOUR, hour, 0.31) if hour else None,
        Choice(Decision.FIRST_DELAY, delay, 0.2) if delay else None,
    )


def laid_out(
    wanted: Wish,
    decline_class: DeclineClass = DeclineClass.FUNDS,
    *,
    failed_at: datetime = FRIDAY,
    heard: timedelta = timedelta(),
    last_contact: datetime | None = None,
    zone: str = "UTC",
    campaign: Campaign = DEFAULT_CAMPAIGN,
) -> Plan:
    return plan(
        Situation(
            decline_class=decline_class,
            failed_at=failed_at,
            now=failed_at + heard,
            first_delay=DELAY,
            zone=ZoneInfo(zone),
            last_contact=last_contact,
            campaign=campaign,
            wish=wanted,
        )
    )


def hours(found: Plan) -> list[float]:
    return [(step.due_at - FRIDAY) / HOUR for step in found.steps]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (NO_WISH, [24, 72, 105]),
        (wish("18"), [33, 81, 105]),
        (wish("9"), [24, 72, 105]),
        (wish(delay="12"), [36, 72, 105]),
        (wish("13", "12"), [28, 76, 105]),  # 13:00 comes first after 36 hours, too late; so a day earlier
        (wish("18", "6"), [33, 81, 105]),
    ],
)
def test_a_wish_moves_the_first_two_messages_and_never_the_last(wanted: Wish, expected: list[float]) -> None:
    assert hours(laid_out(wanted)) == expected


def test_the_hour_is_the_customers_own() -> None:
    found = laid_out(wish("18"), zone="America/New_York")
    assert [step.due_at.astimezone(ZoneInfo("America/New_York")).hour for step in found.steps[:2]] == [18, 18]


def test_what_was_tried_is_said_with_its_probability() -> None:
    first, second, last = laid_out(wish("18", "6")).steps
    hour = {"decision": "send_hour", "arm": "18", "probability": 0.31}
    assert first.why.detail["tried"] == [{"decision": "first_delay", "arm": "6", "probability": 0.2}, hour]
    assert second.why.detail["tried"] == [hour]
    assert "tried" not in last.why.detail


@pytest.mark.parametrize("decline_class", DeclineClass)
def test_whoever_must_act_at_once_is_told_at_once(decline_class: DeclineClass) -> None:
    moved = laid_out(wish("18", "12"), decline_class) != laid_out(NO_WISH, decline_class)
    assert moved is has_time_to_choose(decline_class)
    assert not (moved and POLICIES[decline_class].needs_customer)


@given(
    failed_at=MOMENTS,
    zone=some.sampled_from(ZONES),
    decline_class=some.sampled_from(DeclineClass),
    wanted=some.sampled_from(WISHES),
    heard=some.integers(0, 140).map(lambda count: count * HOUR),
    spoke=some.none() | some.integers(0, 60).map(lambda count: count * HOUR),
)
def test_no_arm_breaks_a_limit_or_costs_a_message(
    failed_at: datetime,
    zone: str,
    decline_class: DeclineClass,
    wanted: Wish,
    heard: timedelta,
    spoke: timedelta | None,
) -> None:
    last_contact = failed_at - spoke if spoke is not None else None

    def found(wanted: Wish) -> Plan:
        return laid_out(
            wanted, decline_class, failed_at=failed_at, heard=heard, last_contact=last_contact, zone=zone
        )

    tried, plain = found(wanted), found(NO_WISH)
    due = [step.due_at for step in tried.steps]
    assert [step.position for step in tried.steps] == [step.position for step in plain.steps]
    assert all(moment < failed_at + LIMITS.runway for moment in due)
    assert all(moment >= failed_at + heard + DELAY for moment in due)
    said = due if last_contact is None else [last_contact, *due]
    for earlier, later in pairwise(said):
        assert later - earlier >= LIMITS.gap
        assert later.astimezone(ZoneInfo(zone)).date() != earlier.astimezone(ZoneInfo(zone)).date()
    for step, without in zip(tried.steps, plain.steps, strict=True):
        assert step.due_at >= without.due_at


@given(failed_at=MOMENTS, zone=some.sampled_from(ZONES), wanted=some.sampled_from(WISHES))
def test_nobody_is_told_later_than_a_customer_can_still_act(
    failed_at: datetime, zone: str, wanted: Wish
) -> None:
    first, second, _ = laid_out(wanted, failed_at=failed_at, zone=zone).steps
    assert first.due_at < failed_at + FIRST_BEFORE
    assert second.due_at < failed_at + SECOND_BEFORE


def test_an_hour_that_would_cost_a_message_is_given_up() -> None:
    wide = replace(DEFAULT_CAMPAIGN, gap=25 * HOUR)
    failed_at = FRIDAY - 23 * HOUR
    tried = laid_out(wish("9"), failed_at=failed_at, campaign=wide)
    assert tried == laid_out(NO_WISH, failed_at=failed_at, campaign=wide)
    assert len(tried.steps) == 3
