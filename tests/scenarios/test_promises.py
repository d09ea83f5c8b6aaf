"""What a merchant is promised, each with the little story in which other systems break it."""

from datetime import UTC, datetime, timedelta

import pytest

from app.db import Database
from notifiers.base import GiveUp, Sent, Unknown
from notifiers.memory import MemoryNotifier
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.diary import diary
from tests.support.world import World

FRIDAY = datetime(2026, 11, 20, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    clock.set(FRIDAY + timedelta(seconds=10))
    return World(database, clock)


def test_nobody_is_written_to_before_a_charge_has_failed(world: World) -> None:
    world.hear(
        whop.membership_activated(at=FRIDAY - 30 * DAY),
        whop.payment_created(at=FRIDAY),
        whop.payment_pending(at=FRIDAY + HOUR),
        whop.membership_deactivated(at=FRIDAY + 2 * HOUR, status="past_due"),
    )
    world.pass_time(20 * DAY)
    assert (world.cases(), world.messages) == ([], [])


def test_a_charge_that_fails_and_goes_through_within_minutes_is_told_to_nobody(world: World) -> None:
    world.clock.set(FRIDAY + 55 * MINUTE)
    world.hear(whop.payment_failed(decline_code="expired_card", at=FRIDAY))
    world.clock.set(FRIDAY + 70 * MINUTE)  # past the hour of the first message, within the time it is held
    world.send_due()
    world.hear(whop.payment_succeeded(at=FRIDAY + 71 * MINUTE))
    world.pass_time(6 * DAY)
    assert world.messages == []


def test_an_ending_is_told_once_however_often_whop_repeats_it(world: World) -> None:
    world.hear(whop.payment_failed(at=FRIDAY))
    for number in range(5):
        world.hear(whop.payment_succeeded(at=FRIDAY + HOUR) | {"id": f"msg_paid_{number}"})
        world.pass_time(45 * MINUTE)
    assert [line for line in diary(world) if "recovered" in line] == ["Fri 20 09:00  case recovered: paid"]
    assert world.acts().count("case_changed") == 1


@pytest.mark.parametrize(
    ("told", "state", "reason"),
    [
        (whop.payment_canceled(at=FRIDAY + HOUR), "void", "voided"),
        (
            whop.payment_failed(at=FRIDAY + HOUR, payments_failed=2, data={"status": "uncollectible"}),
            "lost",
            "uncollectible",
        ),
        (whop.payment_failed(at=FRIDAY + HOUR, payments_failed=2, data={"status": "void"}), "void", "voided"),
    ],
)
def test_a_payment_that_whop_has_given_up_is_reminded_of_no_more(
    world: World, told: whop.Event, state: str, reason: str
) -> None:
    world.hear(whop.payment_failed(at=FRIDAY), told)
    world.hear(whop.payment_failed(at=FRIDAY + 2 * HOUR, payments_failed=3))
    world.pass_time(6 * DAY)
    assert (world.case().state, world.case().reason, world.messages) == (state, reason, [])


def test_a_worker_that_runs_every_minute_sends_no_more_than_one_that_runs_every_hour(world: World) -> None:
    world.hear(whop.payment_failed(decline_code="expired_card", at=FRIDAY))
    world.clock.set(FRIDAY + HOUR)
    for _ in range(45):
        world.clock.advance(MINUTE)
        world.process()
        world.send_due()
        world.sweep()
    assert len(world.messages) == len(world.deliveries()) == 1


def test_a_customer_who_comes_back_later_is_no_recovery_of_the_lost_payment(world: World) -> None:
    world.hear(whop.payment_failed(at=FRIDAY), whop.membership_deactivated(at=FRIDAY + 5 * DAY))
    back = FRIDAY + 6 * DAY
    world.clock.set(back)
    world.hear(
        whop.payment_succeeded(
            payment_id="pay_back", membership_id="mem_new", billing_reason="subscription_create", at=back
        )
    )
    case = world.case()
    assert (case.state, case.reason, case.recovered_at) == ("lost", "membership_ended", None)
    assert world.messages == []


def test_a_send_of_which_nobody_knows_whether_it_arrived_is_not_repeated_and_not_forgotten(
    database: Database, clock: FixedClock
) -> None:
    clock.set(FRIDAY + timedelta(seconds=10))
    world = World(
        database, clock, mail=MemoryNotifier("email", outcome=[Unknown("cut_off"), GiveUp("no"), Sent()])
    )
    world.hear(whop.payment_failed(decline_code="expired_card", at=FRIDAY))
    world.pass_time(6 * DAY)
    assert [(sent.outcome, sent.reason) for sent in world.deliveries()] == [
        ("unknown", "cut_off"),
        ("gave_up", "no"),
        ("sent", None),
    ]
    assert len({message.message_id for message in world.messages}) == len(world.messages)
