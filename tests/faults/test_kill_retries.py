"""A worker killed around a charge: nobody is charged twice, and what was in hand ends as unknown."""

import signal
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.clock import SystemClock
from app.db import Database
from app.models import Chore, Retry
from app.whop.client import WhopClient
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.processes import logged, running, terminated, wait_until
from tests.support.whop_api import KEY, WhopApi
from tests.support.world import World

pytestmark = pytest.mark.processes

ENDED = {"taken", "refused", "unknown"}
PAYMENTS = [f"pay_{number}" for number in range(3)]


@pytest.fixture
def api() -> Iterator[WhopApi]:
    with WhopApi() as api:
        yield api


@pytest.fixture
def world(database: Database, api: WhopApi) -> Iterator[World]:
    """Eight hours ago three charges failed for a technical reason; so their retries have been due for two."""
    clock = FixedClock(SystemClock().now() - timedelta(hours=8))
    client = WhopClient(api.url, KEY)
    world = World(database, clock, whop=client)
    for number, payment_id in enumerate(PAYMENTS):
        ids = {"user_id": f"user_{number}", "member_id": f"mber_{number}", "membership_id": f"mem_{number}"}
        event = whop.payment_failed(
            decline_code="processing_error",
            payment_id=payment_id,
            at=clock.now(),
            next_attempt_at=None,
            **ids,
        )
        api.add(event["data"])
        known = whop.membership_updated(at=clock.now(), membership_id=ids["membership_id"])["data"]
        api.add({**known, "member_id": ids["member_id"], "user_id": ids["user_id"], "user": None})
        world.hear(event)
    api.now = SystemClock().now()
    yield world
    client.close()


@pytest.fixture
def env(database: Database, api: WhopApi, tmp_path: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
        "INSTANCE_DIR": str(tmp_path / "instance"),
        "ENABLE_EMAIL": "false",
        "WHOP_API_KEY": KEY,
        "WHOP_API_URL": api.url,
        "WORKER_THREADS": "1",
    }


def states(database: Database) -> Counter[str]:
    with database.reading() as session:
        return Counter(session.scalars(select(Retry.state)))


def leases_run_out(database: Database) -> None:
    """As if the lease time had passed since the worker died."""
    past = SystemClock().wall() - timedelta(seconds=1)
    with database.transaction() as session:
        for row in (Retry, Chore):
            session.execute(update(row).where(row.lease_until.is_not(None)).values(lease_until=past))


def charges(api: WhopApi) -> Counter[str]:
    return Counter(payment_id for payment_id, _ in api.charges)


@pytest.mark.parametrize(("point", "charged"), [("retry_before_call", 2), ("retry_after_call", 3)])
def test_a_kill_around_the_charge_leaves_one_unknown_and_charges_nobody_twice(
    database: Database,
    world: World,
    api: WhopApi,
    env: dict[str, str],
    tmp_path: Path,
    point: str,
    charged: int,
) -> None:
    assert states(database) == {"planned": 3}
    with running("worker", {**env, "AUTOCHARGE_FAULT": f"{point}:3"}, cwd=tmp_path) as worker:
        assert worker.wait(timeout=60) == -signal.SIGKILL
    in_flight = states(database)["sending"]
    assert 1 <= in_flight <= 2  # two threads
    leases_run_out(database)
    with running("worker", env, cwd=tmp_path) as worker:
        wait_until(lambda: set(states(database)) <= ENDED, "every retry to end", child=worker)
        assert terminated(worker) == 0
    assert states(database) == Counter({"unknown": in_flight, "taken": 3 - in_flight})
    assert set(charges(api).values()) == {1}
    assert len(charges(api)) >= charged - (in_flight - 1)


def test_a_worker_that_is_killed_while_it_looks_leaves_the_charge_to_the_next(
    database: Database, world: World, api: WhopApi, env: dict[str, str], tmp_path: Path
) -> None:
    api.delay = 1.0
    with running("worker", env, cwd=tmp_path) as worker:
        wait_until(lambda: states(database)["claimed"] >= 1, "a claim", child=worker)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    assert states(database)["sending"] == 0
    api.delay = 0.0
    leases_run_out(database)
    with running("worker", env, cwd=tmp_path) as worker:
        wait_until(lambda: states(database) == {"taken": 3}, "every retry to end", child=worker)
        assert terminated(worker) == 0
    assert charges(api) == Counter(PAYMENTS)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_two_workers_never_charge_one_payment_twice(
    database: Database, world: World, api: WhopApi, env: dict[str, str], tmp_path: Path
) -> None:
    with running("worker", env, cwd=tmp_path) as one, running("worker", env, cwd=tmp_path) as other:
        both = "both workers to have begun"
        wait_until(lambda: logged("worker", "worker.started", cwd=tmp_path) == 2, both)
        wait_until(lambda: states(database) == {"taken": 3}, "every retry to end")
        assert (terminated(one), terminated(other)) == (0, 0)
    assert charges(api) == Counter(PAYMENTS)
