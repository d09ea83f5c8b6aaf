"""What a page asked for is read by the worker: in parts, on after a fault, to its end, and nobody is written to."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.cases.compared import read_back
from app.db import Database
from app.inbox.reading_back import ReadingBack, ask_for_months
from app.models import Audit, Backfill, Merchant
from app.services import Services
from tests.conftest import MakeSettings
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.compared import ComparedWorld, compared_world, renewal
from tests.support.json_peer import Reply
from tests.support.whop_api import API

DAY = timedelta(days=1)


@pytest.fixture
def world(database: Database, clock: FixedClock) -> Iterator[ComparedWorld]:
    with compared_world(database, clock) as made:
        made.hear(whop.membership_activated(at=made.now - 400 * DAY))
        made.api.add(*(renewal(f"pay_{days}", failed_at=made.now - days * DAY) for days in (30, 60, 90, 120)))
        yield made


@pytest.fixture
def services(world: ComparedWorld, make_settings: MakeSettings) -> Services:
    made = Services.make(make_settings(), world.clock, database=world.database)
    made.accounts.close()
    return replace(made, whop=world.whop)


def ask(world: ComparedWorld, months: int = 12) -> None:
    with world.database.transaction() as session:
        merchant = session.scalars(select(Merchant)).one()
        ask_for_months(
            session, merchant, months, actor="user:1", now=world.clock.now(), wall=world.clock.wall()
        )


def row(world: ComparedWorld) -> Backfill:
    with world.database.reading() as session:
        return session.scalars(select(Backfill)).one()


def test_the_worker_reads_what_was_asked_for_once_however_often_it_is_pressed(
    world: ComparedWorld, services: Services
) -> None:
    back = ReadingBack(services, world.whop)
    assert back.run() == 0
    ask(world)
    ask(world)
    assert back.run() > 0
    found = row(world)
    assert (found.state, found.kept, found.due_at, found.trouble) == ("done", 4, None, None)
    assert {case.origin for case in world.cases()} == {"backfill"}
    assert back.run() == 0
    with world.database.reading() as session:
        asked = session.scalars(select(Audit).where(Audit.action == "backfill_asked")).all()
        assert [(act.actor, act.detail) for act in asked] == [("user:1", {"months": 12})]
        told = read_back(session, session.scalars(select(Merchant)).one())
    assert told is not None and told.done and told.share == 1


def test_it_goes_on_where_a_fault_stopped_it(world: ComparedWorld, services: Services) -> None:
    ask(world)
    calls: list[bool] = []

    def stopping() -> bool:
        calls.append(True)
        return len(calls) > 3

    ReadingBack(services, world.whop, stopping=stopping).run()
    half = row(world)
    assert half.state == "running" and half.month_at > half.begins_at
    world.api.replies[f"GET {API}/payments"] = Reply(500)
    ReadingBack(services, world.whop).run()
    held = row(world)
    assert (held.trouble, held.month_at) == ("away", half.month_at)
    assert held.due_at is not None and held.due_at > world.clock.wall()
    world.api.replies.clear()
    assert ReadingBack(services, world.whop).run() == 0  # not yet
    ask(world)  # pressing again does not wait
    ReadingBack(services, world.whop).run()
    assert (row(world).state, row(world).kept) == ("done", 4)


def test_asking_for_more_begins_anew(world: ComparedWorld, services: Services) -> None:
    ask(world, 3)
    ReadingBack(services, world.whop).run()
    assert row(world).kept == 3
    ask(world, 12)
    ReadingBack(services, world.whop).run()
    assert {case.opened_at for case in world.cases()} == {
        world.now - days * DAY for days in (30, 60, 90, 120)
    }
