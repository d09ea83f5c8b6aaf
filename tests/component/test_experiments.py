"""Experiments with a text: new cases get one of two versions and keep it, running ones keep theirs."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.cases.experiments import begin, end, latest, outlook_of
from app.cases.wordings import Slot, reset_text, save_text
from app.db import Database
from app.models import Audit, Case, Experiment, Exposure, Merchant
from app.recovery.experiment import Side, side_of
from app.recovery.wording import OwnText
from tests.support import seeded
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.world import World

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FIRST = Slot("funds.first", "", "en")
ACTOR = "user:1"
KEY = b"k" * 32


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    """A merchant with one case that runs, and two texts of their own."""
    world = World(database, clock)
    world.hear(fails(clock, "0"))
    with database.transaction() as session:
        session.execute(update(Merchant).values(hash_key=KEY))
    for words in ("one", "two"):
        save(world, words)
    return world


def fails(clock: FixedClock, name: str) -> whop.Event:
    user = {"id": f"user_{name}", "email": f"{name}@example.com"}
    data = {"user": user, "member": None}
    return whop.payment_failed(at=clock.now(), payment_id=f"pay_{name}", data=data)


def save(world: World, words: str, slot: Slot = FIRST) -> None:
    text = OwnText(f"Subject {words}", "Preview", ("Text of {merchant}.",), "Button")
    with world.database.transaction() as session:
        merchant = session.scalars(select(Merchant)).one()
        assert save_text(session, merchant, slot, text, actor=ACTOR, now=world.now)


def start(world: World, a: int, b: int, slot: Slot = FIRST) -> int | None:
    with world.database.transaction() as session:
        merchant = session.scalars(select(Merchant)).one()
        return begin(session, merchant, slot, (a, b), actor=ACTOR, now=world.now)


def stop(world: World) -> bool:
    with world.database.transaction() as session:
        merchant = session.scalars(select(Merchant)).one()
        return end(session, merchant, FIRST, actor=ACTOR, now=world.now)


def fail_all(world: World, experiment: int | None) -> dict[str, Side]:
    """Renewals of two people on each side of the experiment fail; which side each is on."""
    assert experiment is not None
    found: dict[str, Side] = {}
    for number in range(1, 200):
        side = side_of(key=KEY, experiment=experiment, customer=f"user_{number}")
        if list(found.values()).count(side) < 2:
            found[f"user_{number}"] = side
    world.clock.advance(HOUR)
    for name in found:
        world.hear(fails(world.clock, name.removeprefix("user_")))
    return found


def subjects(world: World) -> dict[str, str]:
    """The first message of each person."""
    with world.database.reading() as session:
        names = {case.id: case.customer.identity for case in session.scalars(select(Case))}
    found: dict[str, str] = {}
    for delivery in world.deliveries():
        found.setdefault(names[delivery.case_id], delivery.content["subject"])
    return found


def test_new_cases_get_one_of_two_versions_and_it_is_written_down(world: World) -> None:
    wanted = fail_all(world, start(world, 1, 2))
    world.pass_time(26 * HOUR)
    with world.database.reading() as session:
        exposed = {
            session.get_one(Case, row.case_id).customer.identity: row.side
            for row in session.scalars(select(Exposure))
        }
    assert exposed == wanted
    words = {Side.A: "Subject one", Side.B: "Subject two"}
    got = subjects(world)
    assert {name: got[name] for name in wanted} == {name: words[side] for name, side in wanted.items()}
    assert len(wanted) == 4
    assert "user_0" not in exposed and got["user_0"].startswith("Your payment")  # it ran before


def test_the_default_can_be_one_of_the_two_and_other_messages_are_left_alone(world: World) -> None:
    people = fail_all(world, start(world, 0, 2))
    world.pass_time(80 * HOUR)
    first = {delivery.content["subject"] for delivery in world.deliveries()}
    assert "Subject two" in first and "Subject one" not in first
    with world.database.reading() as session:
        assert len(session.scalars(select(Exposure)).all()) == len(people)


def test_after_its_end_everybody_gets_the_text_in_force(world: World) -> None:
    people = fail_all(world, start(world, 0, 1))
    assert stop(world)
    assert not stop(world)
    world.pass_time(26 * HOUR)
    got = subjects(world)
    assert {got[name] for name in people} == {"Subject two"}


def test_a_channel_with_a_text_of_its_own_takes_no_part(world: World) -> None:
    save(world, "mail", Slot("funds.first", "email", "en"))
    people = fail_all(world, start(world, 1, 2))
    world.pass_time(26 * HOUR)
    got = subjects(world)
    assert {got[name] for name in people} == {"Subject mail"}
    with world.database.reading() as session:
        assert session.scalars(select(Exposure)).all() == []


@pytest.mark.parametrize(("a", "b"), [(1, 1), (0, 0), (1, 9), (3, 1)])
def test_what_cannot_be_compared_does_not_begin(world: World, a: int, b: int) -> None:
    with world.database.transaction() as session:
        merchant = session.scalars(select(Merchant)).one()
        assert reset_text(session, merchant, FIRST, actor=ACTOR, now=world.now) == 3
    assert start(world, a, b) is None


def test_one_runs_at_a_time_and_beginning_and_end_are_noted(world: World) -> None:
    assert start(world, 0, 1) and start(world, 0, 2) is None
    assert stop(world) and start(world, 0, 2)
    with world.database.reading() as session:
        acts = session.scalars(
            select(Audit.action).where(Audit.action.like("experiment%")).order_by(Audit.id)
        )
        assert list(acts) == ["experiment_begun", "experiment_ended", "experiment_begun"]


def test_it_counts_resolved_cases_by_side_and_tells_no_winner_too_early(world: World) -> None:
    experiment = start(world, 1, 2)
    now = world.now
    with world.database.transaction() as session:
        merchant = session.scalars(select(Merchant)).one()
        for number in range(40):
            state = "recovered" if number % 4 == 0 else "lost"
            at = now - (13 if number < 4 else 20) * DAY
            row = seeded.case(session, merchant, at=at, state=state, reason="paid")
            session.add(Exposure(experiment_id=experiment, case_id=row.id, side="ab"[number % 2], at=now))

    def seen() -> tuple[int, bool]:
        with world.database.reading() as session:
            found = latest(session, session.scalars(select(Merchant)).one(), FIRST, now=now)
            assert found is not None and found.running
            return found.result.resolved, found.result.difference is not None

    assert seen() == (36, False)
    with world.database.transaction() as session:
        session.execute(update(Experiment).values(planned=36))
    assert seen() == (36, True)


def test_what_it_takes_is_told_from_the_messages_of_the_last_ninety_days(world: World) -> None:
    now = world.now
    with world.database.transaction() as session:
        merchant = session.scalars(select(Merchant)).one()
        for days_ago in (10, 20, 30, 100):
            row = seeded.case(session, merchant, at=now - days_ago * DAY, state="lost", reason="paid")
            seeded.delivery(session, seeded.step(session, row, due_at=now), at=now - days_ago * DAY)
        other = seeded.case(session, merchant, at=now - 5 * DAY)
        seeded.delivery(
            session, seeded.step(session, other, due_at=now, wording_key="funds.second"), at=now - 5 * DAY
        )
    with world.database.reading() as session:
        merchant = session.scalars(select(Merchant)).one()
        assert outlook_of(session, merchant, FIRST, now=now).monthly == pytest.approx(1)
        assert outlook_of(session, merchant, Slot("funds.first", "", "ru"), now=now).monthly == 0
        assert outlook_of(session, merchant, Slot("funds.first", "telegram", "en"), now=now).monthly == 0
