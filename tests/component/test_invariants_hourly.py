"""What the worker's hourly look finds is kept, logged, counted, and told once a day until it is mended."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text, update
from structlog.typing import EventDict

from app.db import Database
from app.invariants import hourly
from app.models import BrokenRule, Case, Chore, SessionRow, Step
from app.ops import vitals
from app.services import Services
from app.sweeps import Sweeps
from tests.conftest import MakeSettings
from tests.support import seeded
from tests.support import whop_events as whop
from tests.support.alerted import OWNER, AlertedWorld
from tests.support.clock import FixedClock

HOUR = timedelta(hours=1)
STEP = "no_work_for_idle_cases"


@pytest.fixture
def world(database: Database, clock: FixedClock) -> AlertedWorld:
    made = AlertedWorld(database, clock)
    made.hear(whop.payment_failed(decline_code="expired_card", at=made.now))
    made.set_merchant(alert_email=OWNER, digest_on=False)
    with database.transaction() as session:
        session.execute(update(Step).values(due_at=made.now + 100 * HOUR))
    return made


@pytest.fixture
def sweeps(world: AlertedWorld, make_settings: MakeSettings) -> Sweeps:
    """It has looked a moment ago, so the next look is in an hour."""
    services = Services.make(make_settings(), world.clock, database=world.database)
    made = Sweeps(services, sender=world.sender, rules=world.rules)
    made.prepare()
    chores_run(made)
    return made


def chores_run(sweeps: Sweeps) -> None:
    for claim in sweeps.claim(limit=99):
        sweeps.run(claim)


def an_hour_later(world: AlertedWorld, sweeps: Sweeps) -> None:
    world.clock.advance(HOUR)
    chores_run(sweeps)
    world.send_alerts()


def a_day_later(world: AlertedWorld, sweeps: Sweeps) -> None:
    """Hourly looks, of which only the last is of interest."""
    world.clock.advance(23 * HOUR)
    with world.database.transaction() as session:
        session.execute(update(Chore).where(Chore.name == hourly.NAME).values(done_at=world.now))
    an_hour_later(world, sweeps)


def break_a_rule(world: AlertedWorld) -> None:
    """A case that is held keeps its reminders."""
    with world.database.transaction() as session:
        session.execute(update(Case).values(state="paused", reason="held_by_merchant", held=True))


def mend_it(world: AlertedWorld) -> None:
    with world.database.transaction() as session:
        session.execute(update(Case).values(state="open", reason="collecting", held=False))


def rules(world: AlertedWorld) -> dict[str, BrokenRule]:
    with world.database.reading() as read:
        return {rule.name: rule for rule in read.scalars(select(BrokenRule))}


def test_while_all_rules_hold_nobody_hears_anything(
    world: AlertedWorld, sweeps: Sweeps, logged: list[EventDict]
) -> None:
    an_hour_later(world, sweeps)
    assert (rules(world), world.keys()) == ({}, [])
    assert [line for line in logged if line["event"].startswith("invariant")] == []


def test_a_broken_rule_is_kept_logged_counted_and_told(
    world: AlertedWorld, sweeps: Sweeps, logged: list[EventDict]
) -> None:
    break_a_rule(world)
    an_hour_later(world, sweeps)
    rule = rules(world)[STEP]
    steps = {f"step {step.id}" for step in world.steps()}
    assert (rule.found, set(rule.examples), rule.since, rule.ended_at) == (3, steps, world.now, None)
    (line,) = [line for line in logged if line["event"] == "invariant.broken"]
    assert (line["log_level"], line["rule"], line["rows"]) == ("error", STEP, 3)
    assert set(line["examples"]) == steps
    with world.database.reading() as read:
        assert vitals.rules_broken(read) == {STEP: 3}
    (message,) = world.told
    assert message.subject == "Something in the records is not as it must be"
    assert "Reminders and charges still planned for cases that wait or are over: 3." in message.paragraphs
    assert any("autocharge check --invariants" in said for said in message.paragraphs)


def test_it_is_told_once_a_day_and_no_more_once_it_is_mended(world: AlertedWorld, sweeps: Sweeps) -> None:
    break_a_rule(world)
    an_hour_later(world, sweeps)
    an_hour_later(world, sweeps)
    assert len(world.told) == 1
    a_day_later(world, sweeps)
    assert len(world.told) == 2
    mend_it(world)
    since = rules(world)[STEP].since
    an_hour_later(world, sweeps)
    ended = rules(world)[STEP]
    assert (ended.found, ended.examples, ended.since, ended.ended_at) == (0, [], since, world.now)
    a_day_later(world, sweeps)
    assert len(world.told) == 2
    break_a_rule(world)
    an_hour_later(world, sweeps)
    again = rules(world)[STEP]
    assert (again.found, again.since, again.ended_at) == (3, world.now, None)


def test_what_is_mended_before_it_is_told_is_not_told(world: AlertedWorld, sweeps: Sweeps) -> None:
    break_a_rule(world)
    world.clock.advance(HOUR)
    chores_run(sweeps)
    mend_it(world)
    an_hour_later(world, sweeps)
    assert (world.told, world.ends()) == ([], [("skipped", "rules_hold")])


def test_each_merchant_hears_of_their_own_rows_and_the_oldest_of_what_is_nobodys(
    world: AlertedWorld, sweeps: Sweeps, make_settings: MakeSettings
) -> None:
    with world.database.transaction() as session:
        _, other = (seeded.merchant(session, name, now=world.now) for name in ("biz_B", "biz_C"))
        theirs = seeded.case(session, other, at=world.now, state="paused", reason="held_by_merchant")
        seeded.step(session, theirs, due_at=world.now + HOUR)
        seen = {"created_at": world.now, "seen_at": world.now, "expires_at": world.now - 48 * HOUR}
        session.add(SessionRow(sid_hash="x", data=b"", **seen))
    hourly.look_every_hour(world.database, make_settings(), times=world.times)
    told = {alert.merchant_id: alert.detail["rules"] for alert in world.written()}
    assert told == {world.cases()[0].merchant_id: {"old_rows_are_deleted": 1}, other.id: {STEP: 1}}


def test_after_a_pause_of_all_workers_the_late_work_comes_first(world: AlertedWorld, sweeps: Sweeps) -> None:
    world.clock.advance(150 * HOUR)
    chores_run(sweeps)
    assert (rules(world), {step.state for step in world.steps()}) == ({}, {"planned"})
    an_hour_later(world, sweeps)
    assert set(rules(world)) == {"nothing_waits_for_ever"}


def test_a_look_that_fails_is_a_chore_that_fails(world: AlertedWorld, sweeps: Sweeps) -> None:
    break_a_rule(world)
    with world.database.transaction() as session:
        session.execute(text("ALTER TABLE link_code RENAME TO link_code_away"))
    an_hour_later(world, sweeps)
    with world.database.transaction() as session:
        session.execute(text("ALTER TABLE link_code_away RENAME TO link_code"))
    with world.database.reading() as read:
        assert read.scalar(select(Chore.failed).where(Chore.name == hourly.NAME)) == "NotLookedAt"
    assert set(rules(world)) == {STEP}
