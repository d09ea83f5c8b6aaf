"""The line to PostgreSQL is cut, goes dead or is slow: an event has its effect once, and nobody waits for long."""

import os
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from structlog.testing import capture_logs

from app.db import Database
from app.inbox.process import LEASE, claim_events, process_event
from app.inbox.store import store_event
from app.models import InboxRow
from app.presence import within
from app.webhooks.routes import DOOR_SECONDS
from tests.faults.figures import Figures
from tests.faults.test_torn_lines import faults
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.fault_proxy import Fault, FaultProxy
from tests.support.world import RULES, World

pytestmark = pytest.mark.timeout(900)

MOST_CUTS = None if "AUTOCHARGE_MANY" in os.environ else 12


@pytest.fixture
def proxy(away: Database) -> Iterator[FaultProxy]:
    assert away.url.host and away.url.port
    with FaultProxy((away.url.host, away.url.port)) as proxy:
        yield proxy


@pytest.fixture
def far(away: Database, proxy: FaultProxy) -> Iterator[Database]:
    """The same database, by way of the proxy."""
    url = away.url.set(host=proxy.host, port=proxy.port)
    database = Database(url.render_as_string(hide_password=False))
    yield database
    proxy.fault = Fault()
    database.close()


@pytest.fixture
def world(away: Database, clock: FixedClock) -> World:
    return World(away, clock)


def failure(world: World, number: int) -> whop.Event:
    return whop.payment_failed(
        payment_id=f"pay_{number:04}", user_id=f"user_{number:04}", membership_id=f"mem_{number:04}",
        member_id=f"mber_{number:04}", message_id=f"msg_{number}", at=world.now,
    )  # fmt: skip


def broke(act: Callable[[], object]) -> bool:
    try:
        act()
    except SQLAlchemyError:
        return True
    return False


def test_an_event_whose_line_is_cut_anywhere_has_its_effect_once(
    world: World, far: Database, proxy: FaultProxy, figures: Figures
) -> None:
    def work_on(number: int, fault: Fault) -> bool:
        world.store(failure(world, number))
        (claim,) = claim_events(world.database, times=world.times, limit=1)
        far.engine.dispose()
        proxy.fault = fault
        return broke(lambda: process_event(far, claim, times=world.times, rules=RULES))

    assert not work_on(0, Fault())  # the first connection asks more than all others
    proxy.passed = {"out": 0, "back": 0}
    assert not work_on(1, Fault())
    cuts, whole = faults(proxy), proxy.passed["back"]
    chosen = cuts[:: max(1, len(cuts) // MOST_CUTS)] if MOST_CUTS else cuts
    # The commit is made, its answer is lost, and the next connection is good.
    chosen += [Fault(cut_back=whole - short, once=True) for short in range(1, 20, 6)]
    with capture_logs():  # each tells its long story
        torn = sum(work_on(number, fault) for number, fault in enumerate(chosen, start=2))
    world.clock.advance(LEASE + timedelta(seconds=1))
    world.sweep()
    world.process()
    assert {row.state for row in world.events()} == {"done"}
    assert len(world.cases()) == len(chosen) + 2
    assert len(world.steps()) == 3 * (len(chosen) + 2)
    assert torn > 0
    figures.add(cut_lines=len(chosen), of_these_lost=0, effects_doubled=0)


def test_the_door_waits_for_no_dead_line_and_takes_again_once_it_lives(
    world: World, far: Database, proxy: FaultProxy, figures: Figures
) -> None:
    def post(number: int) -> bool:
        body = whop.encoded(failure(world, number))
        with within(DOOR_SECONDS):
            return store_event(far, message_id=f"msg_{number}", body=body, received_at=world.now)

    assert post(0)
    proxy.fault = Fault(hole=True)
    began = time.monotonic()
    assert broke(lambda: post(1))
    first = time.monotonic() - began
    proxy.fault = Fault(delay=0.02, bytes_a_second=100_000)
    deadline = time.monotonic() + 20
    while broke(lambda: post(2)):
        assert time.monotonic() < deadline
    with world.database.reading() as read:
        assert {"msg_0", "msg_2"} <= set(read.scalars(select(InboxRow.message_id)))
    figures.longest(door_told_after=first)
