"""What the worker counts: each event and each send once, when it is committed; and its use of connections."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from app import metrics
from app.db import Database
from app.inbox.process import claim_events, free_expired_events, process_event
from app.models import Step
from notifiers.base import GiveUp, Outcome, Retry, Sent, Unknown
from notifiers.memory import MemoryNotifier
from tests.component.broken import without_table
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.scrape import Scraped
from tests.support.world import World

EVENTS = "autocharge_events_processed_total"
DELIVERIES = "autocharge_deliveries_total"
HOUR = timedelta(hours=1)


def now() -> Scraped:
    return Scraped(metrics.text([])[0].decode())


def increase(name: str, work: Callable[[], object], **labels: str) -> dict[str, float]:
    """By the last label's values, of what has grown."""
    before = now()
    work()
    found: dict[str, float] = {}
    for sample in now().samples(name, **labels):
        grown = sample.value - before.sum(name, **sample.labels)
        if grown:
            found[sample.labels["outcome"]] = grown
    return found


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    return World(database, clock)


def test_each_event_counts_once_by_what_became_of_it(world: World) -> None:
    def hear() -> None:
        failed = whop.payment_failed(at=world.now)
        world.hear(failed, failed, {**failed, "id": "msg_again"}, {**failed, "id": "msg_odd", "data": 3})

    assert increase(EVENTS, hear) == {"done": 1, "ignored": 1, "quarantined": 1}


def test_an_event_that_fails_counts_as_failed_each_time_and_once_as_dead(world: World) -> None:
    world.store(whop.payment_failed(at=world.now))

    def fail() -> None:
        with without_table(world.database, "case"):
            for _ in range(5):
                world.process()
                world.clock.advance(HOUR)

    assert increase(EVENTS, fail) == {"failed": 4, "dead": 1}


def test_an_event_that_kills_its_workers_counts_as_dead_once(world: World) -> None:
    world.store(whop.payment_failed(at=world.now))

    def kill() -> None:
        for _ in range(25):
            claim_events(world.database, times=world.times, limit=1)
            world.clock.advance(HOUR)
            free_expired_events(world.database, times=world.times)

    assert increase(EVENTS, kill) == {"dead": 1}


def test_a_worker_that_comes_back_late_counts_nothing(world: World) -> None:
    world.store(whop.payment_failed(at=world.now))
    (late,) = claim_events(world.database, times=world.times, limit=1)
    world.clock.advance(HOUR)
    free_expired_events(world.database, times=world.times)
    world.process()
    assert increase(EVENTS, lambda: process_event(
        world.database, late, times=world.times, rules=world.rules
    )) == {}  # fmt: skip


@pytest.mark.parametrize(
    ("outcome", "name"),
    [(Sent(), "sent"), (Retry("busy"), "retry"), (GiveUp("refused"), "gave_up"), (Unknown("cut"), "unknown")],
)
def test_each_send_counts_once_by_channel_and_outcome(
    database: Database, clock: FixedClock, outcome: Outcome, name: str
) -> None:
    world = World(database, clock, mail=MemoryNotifier(outcome=outcome))
    world.hear(whop.payment_failed(decline_code="expired_card", at=world.now))
    world.clock.set(world.steps()[0].due_at)
    assert increase(DELIVERIES, world.send_due, channel="email") == {name: 1}


def test_a_send_that_was_given_up_as_unknown_is_not_counted_again_when_it_comes_back(world: World) -> None:
    world.hear(whop.payment_failed(decline_code="expired_card", at=world.now))
    world.clock.set(world.steps()[0].due_at)
    (claim,) = world.sender.claim(times=world.times, limit=1)
    outcome = world.sender.carry_out(claim, times=world.times)
    assert outcome is not None
    world.clock.advance(HOUR)
    assert increase(DELIVERIES, lambda: world.sender.free_expired(times=world.times)) == {"unknown": 1}
    assert increase(DELIVERIES, lambda: world.sender.record(claim, outcome, times=world.times)) == {}


def test_a_workers_counters_start_at_nought() -> None:
    metrics.expect(channels=["pigeon"])
    found = {s.labels["outcome"]: s.value for s in now().samples(DELIVERIES, channel="pigeon")}
    assert found == dict.fromkeys(("sent", "retry", "gave_up", "unknown"), 0)


def test_whops_calls_are_counted_by_operation_and_status() -> None:
    before = now()
    metrics.whop_call("payments.retry", 200, 0.2)
    metrics.whop_call("payments.retry", "timeout", 5.0)
    metrics.whop_limited("payments.retry", 12.5)
    after = now()

    def more(name: str, **labels: str) -> float:
        return after.sum(name, **labels) - before.sum(name, **labels)

    calls = "autocharge_whop_calls_total"
    assert (more(calls, operation="payments.retry", status="200"), more(calls, status="timeout")) == (1, 1)
    assert more("autocharge_whop_call_duration_seconds_sum", operation="payments.retry") == pytest.approx(5.2)
    assert more("autocharge_whop_limited_total", operation="payments.retry") == 1
    assert more("autocharge_whop_limited_seconds_total", operation="payments.retry") == 12.5


def pool(process: str) -> tuple[float, float, float, float]:
    names = ("size", "limit", "in_use", "overflow")
    size, limit, used, over = (now().one(f"autocharge_db_pool_{name}", process=process) for name in names)
    return size, limit, used, over


def test_the_use_of_connections_is_followed(database: Database) -> None:
    watched = Database(database.engine.url.render_as_string(hide_password=False), pool_size=1, max_overflow=2)
    metrics.watch_pool(watched.engine, process="pool-test")
    with watched.reading() as one, watched.autocommit(), watched.autocommit():
        one.connection()
        assert pool("pool-test") == (1, 3, 3, 2)
    assert pool("pool-test") == (1, 3, 0, 0)
    with watched.transaction() as write:
        write.query(Step).count()
        write.connection().invalidate()
        write.rollback()
    assert pool("pool-test") == (1, 3, 0, 0)
    watched.close()


def test_connections_that_cannot_be_made_are_not_in_use() -> None:
    away = Database("postgresql+psycopg2://nobody@127.0.0.1:1/none", pool_size=2, max_overflow=0)
    metrics.watch_pool(away.engine, process="pool-away")
    for _ in range(3):
        with suppress(OperationalError):
            away.ping()
    assert pool("pool-away") == (2, 2, 0, 0)
    away.close()
