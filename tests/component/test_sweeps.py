"""Periodic chores: each is a row that one worker at a time has, and a fault of one is told and tried again."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text, update
from structlog.typing import EventDict

from app.db import Database
from app.models import Audit, Chore, Customer, Erasure, InboxRow, Retry
from app.privacy.erasing import erase
from app.services import Services
from app.sweeps import LEASE, Sweeps
from tests.component.broken import without_table
from tests.conftest import MakeSettings
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.world import World

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    return World(database, clock)


@pytest.fixture
def services(database: Database, clock: FixedClock, make_settings: MakeSettings) -> Services:
    return Services.make(make_settings(), clock, database=database)


@pytest.fixture
def sweeps(world: World, services: Services) -> Sweeps:
    made = Sweeps(services, sender=world.sender, rules=world.rules)
    made.prepare()
    return made


def chores(world: World) -> dict[str, Chore]:
    with world.database.reading() as session:
        return {chore.name: chore for chore in session.scalars(select(Chore))}


def run_due(sweeps: Sweeps) -> int:
    count = 0
    while claims := sweeps.claim(limit=1):
        for claim in claims:
            sweeps.run(claim)
            count += 1
    return count


def test_every_chore_has_one_row_however_many_workers_start(world: World, sweeps: Sweeps) -> None:
    before = chores(world)
    sweeps.prepare()
    assert {"free_leases", "close_stale_cases", "prune_sessions"} <= set(before)
    assert {name: row.id for name, row in chores(world).items()} == {
        name: row.id for name, row in before.items()
    }


def test_each_chore_runs_once_and_again_after_its_pause(world: World, sweeps: Sweeps) -> None:
    total = len(chores(world))
    assert run_due(sweeps) == total
    assert run_due(sweeps) == 0
    row = chores(world)["free_leases"]
    assert (row.state, row.failed, row.done_at, row.lease_until) == ("waiting", None, world.now, None)
    assert row.due_at == world.now + 5 * SECOND
    world.clock.advance(5 * SECOND - SECOND / 10)
    assert run_due(sweeps) == 0
    world.clock.advance(SECOND / 10)
    assert run_due(sweeps) == 1


def test_a_worker_that_starts_leaves_what_another_has_run_just_now(world: World, sweeps: Sweeps) -> None:
    run_due(sweeps)
    ended = chores(world)
    world.clock.advance(-SECOND)  # it looked at the clock, and waited for the other's row
    sweeps.prepare()
    assert {name: row.due_at for name, row in chores(world).items()} == {
        name: row.due_at for name, row in ended.items()
    }


def test_two_workers_never_have_the_same_chore(world: World, sweeps: Sweeps, services: Services) -> None:
    other = Sweeps(services, sender=world.sender, rules=world.rules)
    total = len(chores(world))
    mine, theirs = sweeps.claim(limit=1), other.claim(limit=99)
    assert (len(mine), len(theirs)) == (1, total - 1)
    assert {claim.row_id for claim in mine}.isdisjoint(claim.row_id for claim in theirs)
    assert (sweeps.claim(limit=99), other.claim(limit=99)) == ([], [])


def test_a_chore_whose_worker_died_is_taken_up_after_its_lease(world: World, sweeps: Sweeps) -> None:
    (lost,) = sweeps.claim(limit=1)
    world.clock.advance(LEASE)
    assert lost.row_id not in {claim.row_id for claim in sweeps.claim(limit=99)}
    world.clock.advance(SECOND)
    (fresh,) = sweeps.claim(limit=1)
    assert (fresh.row_id, fresh.fence) == (lost.row_id, lost.fence + 1)
    sweeps.run(lost)
    assert {row.id: row.state for row in chores(world).values()}[lost.row_id] == "claimed"
    sweeps.run(fresh)
    assert {row.id: row.state for row in chores(world).values()}[lost.row_id] == "waiting"


def test_the_leases_of_dead_workers_are_freed(world: World, sweeps: Sweeps) -> None:
    world.hear(whop.payment_failed(decline_code="expired_card", at=world.now))
    world.clock.set(world.steps()[0].due_at)
    (claim,) = world.sender.claim(times=world.times, limit=1)
    world.sender.carry_out(claim, times=world.times)
    world.clock.advance(HOUR)
    run_due(sweeps)
    assert (world.steps()[0].state, world.deliveries()[0].outcome) == ("unknown", "unknown")


def test_a_charge_in_hand_ends_although_the_key_for_it_is_gone(world: World, sweeps: Sweeps) -> None:
    world.hear(whop.payment_failed(at=world.now))
    with world.database.transaction() as session:
        session.execute(update(Retry).values(state="sending", lease_until=world.now - SECOND))
    run_due(sweeps)
    assert (world.retry().state, world.retry().lease_until) == ("unknown", None)


def test_a_case_without_a_word_for_two_weeks_is_lost_and_a_later_payment_still_wins(
    world: World, sweeps: Sweeps
) -> None:
    start = world.now
    world.hear(whop.payment_failed(at=start))
    opened = world.case().opened_at
    world.clock.set(opened + 14 * DAY)
    run_due(sweeps)
    assert world.case().state == "open"
    world.clock.advance(15 * SECOND)
    run_due(sweeps)
    case = world.case()
    assert (case.state, case.reason, case.closed_at) == ("lost", "window_ended", world.now)
    assert {step.state for step in world.steps()} == {"cancelled"}
    world.hear(whop.payment_succeeded(at=world.now + DAY))
    assert (world.case().state, world.case().reason) == ("recovered", "paid")


def test_a_payment_on_its_way_has_longer_but_not_for_ever(world: World, sweeps: Sweeps) -> None:
    world.hear(whop.payment_failed(at=world.now), whop.payment_pending(at=world.now + HOUR))
    world.clock.advance(15 * DAY)
    run_due(sweeps)
    assert world.case().state == "pending"
    world.clock.advance(16 * DAY)
    run_due(sweeps)
    assert (world.case().state, world.case().reason) == ("lost", "window_ended")
    assert run_due(sweeps) == 0


def test_a_fault_of_one_chore_is_written_down_and_the_others_run(
    world: World, sweeps: Sweeps, logged: list[EventDict]
) -> None:
    world.hear(whop.payment_failed(at=world.now))
    with world.database.transaction() as session:
        session.execute(text("UPDATE \"case\" SET state = 'odd'"))
    world.clock.advance(15 * DAY)
    assert run_due(sweeps) == len(chores(world))
    failed = {name: row.failed for name, row in chores(world).items() if row.failed}
    assert failed == {"close_stale_cases": "ValueError"}
    assert [line["chore"] for line in logged if line["event"] == "chore.failed"] == ["close_stale_cases"]
    with world.database.transaction() as session:
        session.execute(text("UPDATE \"case\" SET state = 'open'"))
    world.clock.advance(15 * SECOND)
    run_due(sweeps)
    assert chores(world)["close_stale_cases"].failed is None
    assert world.case().state == "lost"


def test_a_database_fault_costs_a_chore_one_turn_and_not_a_lease(world: World, sweeps: Sweeps) -> None:
    claims = {claim.row_id: claim for claim in sweeps.claim(limit=99)}
    with without_table(world.database, "inbox"):
        sweeps.run(claims[chores(world)["free_leases"].id])
    row = chores(world)["free_leases"]
    assert (row.state, row.due_at) == ("waiting", world.now + timedelta(seconds=5))
    assert row.failed is not None


def test_a_chore_that_this_version_does_not_know_is_left_for_a_day(world: World, sweeps: Sweeps) -> None:
    with world.database.transaction() as session:
        session.add(Chore(name="of_tomorrow", state="waiting", due_at=world.now, attempts=0))
    run_due(sweeps)
    row = chores(world)["of_tomorrow"]
    assert (row.state, row.failed, row.due_at) == ("waiting", None, world.now + timedelta(minutes=1))


def test_old_data_is_forgotten_at_night_alone(world: World, sweeps: Sweeps) -> None:
    def bodies() -> list[bytes]:
        with world.database.reading() as session:
            return list(session.scalars(select(InboxRow.body)))

    world.hear(whop.payment_failed(at=world.now))
    noon = (world.now + 31 * DAY).replace(hour=12, minute=0, second=0, microsecond=0)
    world.clock.advance(noon - world.now)
    run_due(sweeps)
    assert b"" not in bodies()
    world.clock.advance(13 * HOUR)
    run_due(sweeps)
    assert bodies() == [b""]
    with world.database.reading() as session:
        line = session.scalars(select(Audit).where(Audit.action == "data_pruned")).one()
    assert (line.actor, line.detail["events"]) == ("worker", 1)


def test_the_worker_finishes_what_an_erasure_has_begun(world: World, sweeps: Sweeps) -> None:
    world.hear(whop.payment_failed(at=world.now), whop.member("updated", at=world.now))
    with world.database.transaction() as session:
        erase(
            session, session.scalars(select(Customer)).one(), actor="user:1", now=world.now, rules=world.rules
        )  # fmt: skip
    run_due(sweeps)
    with world.database.reading() as session:
        assert set(session.scalars(select(InboxRow.body))) == {b""}
        assert session.scalars(select(Erasure.ended_at)).one() == world.now
