"""Clocks that jump, days that are short or long, and calendars that turn: each step once, in its time, no burst."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from app.db import Database
from app.models import Merchant
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.world import World

FRIDAY = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
MINUTES = timedelta(minutes=1)
HOURS = timedelta(hours=1)
DAYS = timedelta(days=1)


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    clock.set(FRIDAY + timedelta(seconds=10))
    return World(database, clock)


def live_in(world: World, zone: str) -> None:
    """The merchant's first event makes its row; then it moves."""
    world.hear(whop.member("updated", at=world.now))
    with world.database.transaction() as session:
        session.execute(update(Merchant).values(zone=zone))


def times(world: World) -> list[datetime]:
    return [delivery.started_at for delivery in world.deliveries()]


def hours(world: World) -> list[int]:
    return [round(after / HOURS) for after in world.sent_at()]


@pytest.mark.parametrize(
    ("zone", "failed_at"),
    [
        ("Europe/Berlin", "2026-03-27T22:30+00:00"),  # the clocks go forward in the five days
        ("Europe/Berlin", "2026-10-23T21:30+00:00"),  # and back
        ("America/New_York", "2026-03-06T04:30+00:00"),
        ("America/New_York", "2026-10-31T03:30+00:00"),
        ("Australia/Lord_Howe", "2026-10-02T13:00+00:00"),  # by half an hour
        ("Pacific/Kiritimati", "2026-12-30T09:30+00:00"),  # far from UTC, over the year's end
        ("Pacific/Pago_Pago", "2028-02-27T10:30+00:00"),  # over a leap day
        ("UTC", "2028-02-26T00:10+00:00"),
        ("UTC", "2026-12-29T23:50+00:00"),
    ],
)
@pytest.mark.parametrize("code", ["insufficient_funds", "expired_card"])
def test_three_messages_on_three_days_of_the_reader_whatever_the_clocks_do(
    sqlite_database: Database, zone: str, failed_at: str, code: str
) -> None:
    start = datetime.fromisoformat(failed_at)
    world = World(sqlite_database, FixedClock(start))
    live_in(world, zone)
    world.hear(whop.payment_failed(decline_code=code, at=start, next_attempt_at=None))
    world.pass_time(5 * DAYS)
    assert len(world.messages) == len({message.message_id for message in world.messages}) == 3
    assert len({at.astimezone(ZoneInfo(zone)).date() for at in times(world)}) == 3
    assert all(later - earlier >= 18 * HOURS for earlier, later in pairwise(times(world)))
    assert start + 20 * MINUTES <= times(world)[0] and times(world)[-1] < start + 5 * DAYS
    assert all(delivery.started_at >= step.due_at for delivery, step in zip(world.deliveries(), world.steps(), strict=True))  # fmt: skip  # noqa: E501


def test_a_second_message_of_one_local_day_moves_to_the_next_morning_there(world: World) -> None:
    live_in(world, "America/New_York")
    late = datetime(2026, 11, 20, 4, 30, tzinfo=UTC)  # 23:30 on Thursday in New York
    world.clock.set(late)
    world.hear(whop.payment_failed(decline_code="expired_card", at=late))
    world.pass_time(5 * DAYS, tick=30 * MINUTES)
    local = [at.astimezone(ZoneInfo("America/New_York")) for at in times(world)]
    assert [(at.day, at.hour) for at in local] == [(20, 0), (21, 9), (24, 8)]


def test_a_clock_that_goes_back_an_hour_sends_nothing_twice_and_nothing_early(world: World) -> None:
    world.hear(whop.payment_failed(decline_code="expired_card", at=FRIDAY))
    world.until(FRIDAY + 61 * MINUTES)
    assert len(world.messages) == 1
    world.clock.advance(-HOURS)
    world.send_due()
    world.pass_time(5 * DAYS)
    assert hours(world) == [1, 24, 105]
    assert len({message.message_id for message in world.messages}) == 3


@pytest.mark.parametrize("minutes", range(15, 135, 40))
def test_going_back_at_any_moment_around_a_send_changes_nothing(
    sqlite_database: Database, minutes: int
) -> None:
    world = World(sqlite_database, FixedClock(FRIDAY))
    world.hear(whop.payment_failed(decline_code="expired_card", at=FRIDAY))
    world.pass_time(minutes * MINUTES, tick=5 * MINUTES)
    world.clock.advance(-HOURS)
    world.pass_time(5 * DAYS, tick=30 * MINUTES)
    assert len(world.messages) == 3
    assert all(later - earlier >= 18 * HOURS for earlier, later in pairwise(times(world)))


def test_a_clock_that_jumps_ahead_sends_one_message_and_skips_what_is_too_late(world: World) -> None:
    world.hear(whop.payment_failed(decline_code="expired_card", at=FRIDAY))
    world.clock.advance(70 * HOURS)
    assert len(world.send_due()) == 1
    assert [step.state for step in world.steps()] == ["skipped", "sent", "planned"]
    assert (world.steps()[0].outcome_why or {}) == {"code": "too_late", "hours": 69}
    world.pass_time(3 * DAYS)
    assert hours(world) == [70, 105]


def test_events_that_waited_for_three_days_are_judged_by_what_is_true_now(world: World) -> None:
    world.store(whop.payment_failed(decline_code="expired_card", at=FRIDAY))
    world.store(whop.payment_failed(payment_id="pay_paid", user_id="user_2", member_id="mber_2", at=FRIDAY))
    world.store(whop.payment_succeeded(payment_id="pay_paid", user_id="user_2", member_id="mber_2", at=FRIDAY + HOURS))  # fmt: skip  # noqa: E501
    world.clock.advance(3 * DAYS)
    world.process()
    open_case, paid = world.cases()
    assert (open_case.state, paid.state) == ("open", "recovered")
    assert world.send_due() == []
    world.pass_time(20 * MINUTES, tick=10 * MINUTES)
    assert len(world.messages) == 1
    world.pass_time(3 * DAYS)
    assert {step.case_id for step in world.steps() if step.state == "sent"} == {open_case.id}
    assert len(world.messages) == 2


def test_a_burst_of_due_steps_of_one_person_becomes_one_message_a_day(world: World) -> None:
    for number in range(4):
        world.hear(
            whop.payment_failed(
                payment_id=f"pay_{number}",
                membership_id=f"mem_{number}",
                decline_code="expired_card",
                at=FRIDAY,
            )
        )
        world.clock.advance(MINUTES)
    for number in range(3):
        world.until(world.now + 23 * HOURS)
        world.hear(
            whop.payment_succeeded(payment_id=f"pay_{number}", membership_id=f"mem_{number}", at=world.now)
        )
    world.pass_time(6 * DAYS)
    assert all(later - earlier >= 18 * HOURS for earlier, later in pairwise(times(world)))
    assert len({at.date() for at in times(world)}) == len(times(world)) >= 3
