"""Workers that die or come back late: a claimed step waits again, one in a send is unknown, none goes out twice."""

from datetime import timedelta

import pytest

from app.claims import Claim
from app.db import Database
from notifiers.base import GiveUp, Outcome, Retry, Sent
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.world import World

SECOND = timedelta(seconds=1)
LEASE = timedelta(seconds=60)
WORKER_LOST = {"code": "worker_lost"}


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    """One case with its first step due now."""
    world = World(database, clock)
    world.hear(whop.payment_failed(decline_code="expired_card", at=clock.now()))
    clock.set(world.steps()[0].due_at)
    return world


def claimed(world: World) -> Claim:
    (claim,) = world.sender.claim(times=world.times, limit=5)
    return claim


def torn(world: World) -> tuple[Claim, Outcome]:
    """A send whose worker dies before it can record what became of it."""
    claim = claimed(world)
    outcome = world.sender.carry_out(claim, times=world.times)
    assert outcome is not None
    return claim, outcome


def first(world: World) -> tuple[str, dict[str, object]]:
    step = world.steps()[0]
    return step.state, step.outcome_why or {}


def test_the_lease_is_longer_than_the_longest_send(world: World) -> None:
    assert world.sender.lease == world.mail.send_timeout + timedelta(seconds=30) == LEASE


def test_a_claim_whose_worker_died_before_the_send_is_made_again(world: World) -> None:
    lost = claimed(world)
    world.clock.advance(LEASE)
    assert world.sender.free_expired(times=world.times) == 0
    world.clock.advance(SECOND)
    assert world.sender.free_expired(times=world.times) == 1
    assert (first(world), world.steps()[0].lease_until) == (("planned", {}), None)
    world.send_due()
    assert first(world)[0] == "sent"
    assert world.sender.carry_out(lost, times=world.times) is None
    assert len(world.mail.attempts) == 1


def test_a_send_whose_worker_died_is_unknown_and_never_repeated(world: World) -> None:
    torn(world)
    world.clock.advance(LEASE + SECOND)
    assert world.sender.free_expired(times=world.times) == 1
    assert first(world) == ("unknown", WORKER_LOST)
    (delivery,) = world.deliveries()
    assert (delivery.outcome, delivery.reason, delivery.ended_at) == ("unknown", "worker_lost", world.now)
    assert world.sender.free_expired(times=world.times) == 0
    world.pass_time(timedelta(hours=12))
    assert len(world.mail.attempts) == 1


def test_the_next_message_keeps_its_distance_from_an_unknown_one(world: World) -> None:
    torn(world)
    sent_at = world.now
    world.clock.advance(LEASE + SECOND)
    world.sweep()
    world.pass_time(timedelta(days=6))
    assert [step.state for step in world.steps()] == ["unknown", "sent", "sent"]
    assert world.deliveries()[1].started_at - sent_at >= timedelta(hours=18)


@pytest.mark.parametrize("outcome", [Sent("late"), Retry("busy"), GiveUp("no")])
def test_a_worker_that_comes_back_after_its_lease_changes_nothing(world: World, outcome: Outcome) -> None:
    claim, _ = torn(world)
    world.clock.advance(LEASE + SECOND)
    world.sweep()
    before = (first(world), world.deliveries()[0].ended_at)
    world.clock.advance(SECOND)
    world.sender.record(claim, outcome, times=world.times)
    assert (first(world), world.deliveries()[0].ended_at) == before
    assert (world.deliveries()[0].outcome, world.deliveries()[0].provider_id) == ("unknown", None)


def test_a_worker_that_is_only_slow_still_records(world: World) -> None:
    claim, outcome = torn(world)
    world.clock.advance(LEASE)
    world.sweep()
    world.sender.record(claim, outcome, times=world.times)
    assert (first(world)[0], world.deliveries()[0].outcome) == ("sent", "sent")


def test_a_step_cancelled_in_a_send_whose_worker_died_still_ends_its_delivery(world: World) -> None:
    torn(world)
    world.hear(whop.payment_succeeded(at=world.now))
    world.clock.advance(LEASE + SECOND)
    assert world.sender.free_expired(times=world.times) == 0
    assert first(world)[0] == "cancelled"
    assert [row.outcome for row in world.deliveries()] == ["unknown"]


def test_a_step_that_cannot_be_prepared_is_put_off_and_dead_after_five_tries(world: World) -> None:
    for tries in range(1, 6):
        claim = claimed(world)
        world.sender.put_off(claim, ValueError("odd row"), times=world.times)
        step = world.steps()[0]
        assert step.tries == tries
        if tries < 5:
            assert first(world) == (
                "planned",
                {"code": "put_off", "cause": "failed_ValueError", "tries": tries},
            )
            assert step.due_at > world.now
            world.clock.set(step.due_at)
    assert first(world) == ("dead", {"code": "out_of_tries", "cause": "failed_ValueError"})
    assert (world.steps()[0].lease_until, world.deliveries()) == (None, [])


def test_putting_off_a_step_that_was_cancelled_leaves_it_cancelled(world: World) -> None:
    claim = claimed(world)
    world.hear(whop.payment_succeeded(at=world.now))
    world.sender.put_off(claim, ValueError(), times=world.times)
    assert first(world)[0] == "cancelled"


def test_two_workers_share_what_is_due_and_send_each_step_once(world: World) -> None:
    people = [
        whop.payment_failed(
            decline_code="expired_card", at=world.now, payment_id=f"pay_{n}", user_id=f"user_{n}",
            member_id=f"mber_{n}", membership_id=f"mem_{n}",
        )
        for n in range(6)
    ]  # fmt: skip
    world.hear(*people)
    world.clock.advance(timedelta(hours=2))
    mine = world.sender.claim(times=world.times, limit=4)
    theirs = world.sender.claim(times=world.times, limit=4)
    assert (len(mine), len(theirs)) == (4, 3)
    for claim in (*mine, *theirs, *mine):
        outcome = world.sender.carry_out(claim, times=world.times)
        if outcome is not None:
            world.sender.record(claim, outcome, times=world.times)
    assert len(world.mail.attempts) == 7
    assert len({message.message_id for message in world.messages}) == 7
