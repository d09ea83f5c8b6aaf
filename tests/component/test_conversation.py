"""Of several failed payments of one person one leads, and which one does not hang on who was heard first."""

from datetime import timedelta

import pytest

from app.db import Database
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.world import World

HOUR = timedelta(hours=1)


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    return World(database, clock)


def failed(world: World, payment_id: str, *, ago: timedelta) -> whop.Event:
    return whop.payment_failed(payment_id=payment_id, at=world.now - ago, decline_code="expired_card")


def leaders(world: World) -> list[int | None]:
    return [case.leader_id for case in world.cases()]


def live(world: World) -> set[int]:
    return {step.case_id for step in world.steps() if step.state == "planned"}


def test_the_payment_that_failed_first_leads_although_it_was_heard_second(world: World) -> None:
    for payment_id, minutes in (("pay_b", 10), ("pay_c", 5), ("pay_a", 20)):
        world.hear(failed(world, payment_id, ago=timedelta(minutes=minutes)))
    assert leaders(world) == [3, 3, None]
    assert live(world) == {3}
    world.pass_time(6 * HOUR)
    assert [delivery.case_id for delivery in world.deliveries()] == [3]


def test_of_two_that_failed_at_one_moment_the_same_one_leads_in_either_order(world: World) -> None:
    for payment_id in ("pay_b", "pay_a"):
        world.hear(failed(world, payment_id, ago=HOUR))
    assert leaders(world) == [2, None]


def test_a_conversation_that_has_begun_keeps_its_leader(world: World) -> None:
    world.hear(failed(world, "pay_b", ago=timedelta()))
    world.pass_time(2 * HOUR)
    assert len(world.messages) == 1
    world.hear(failed(world, "pay_a", ago=5 * HOUR))
    assert leaders(world) == [None, 1]


def test_a_payment_with_nothing_to_say_takes_nothing_over(world: World) -> None:
    world.hear(failed(world, "pay_b", ago=timedelta()))
    world.hear(failed(world, "pay_a", ago=130 * HOUR))
    assert leaders(world) == [None, 1]
    assert live(world) == {1}
