"""What a platform allows one bot is kept by all workers of an install together."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.clock import SystemClock
from app.db import Database
from app.models import Customer, LinkedAccount, Merchant, Step
from tests.faults.conftest import many
from tests.faults.figures import Figures
from tests.faults.test_kill import count, failures
from tests.support.clock import FixedClock, midday_zone
from tests.support.machines import fleet
from tests.support.processes import terminated, wait_until
from tests.support.redis_server import redis_server
from tests.support.smtp_server import SmtpServer
from tests.support.telegram_server import FakeTelegram, telegram_server
from tests.support.world import World

pytestmark = [many, pytest.mark.processes, pytest.mark.timeout(600)]

MESSAGES = 24
WORKERS = ("one", "two", "three", "four")
SHARERS = 50
"""More than there are: at 25 a second for all, each of the four has one in two seconds."""
SPAN_S, OF_ONE_IN_IT = 4.0, 3


@pytest.fixture
def database(away: Database) -> Database:
    return away


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with telegram_server() as fake:
        yield fake


def reachable_by_telegram(database: Database) -> None:
    """Every customer, and it is noon where they are: a chat is not written to at night."""
    zone = midday_zone(SystemClock().now())
    with database.transaction() as session:
        session.execute(update(Merchant).values(zone=zone))
        for number in session.scalars(select(Customer.id)).all():
            chat = {"channel": "telegram", "address": str(1000 + number), "linked_at": SystemClock().now()}
            session.add(LinkedAccount(customer_id=number, **chat))


def test_four_workers_keep_the_pace_of_one_bot(
    database: Database, telegram: FakeTelegram, tmp_path: Path, figures: Figures
) -> None:
    world = World(database, FixedClock(SystemClock().now() - timedelta(hours=3)))
    world.hear(*failures(world, MESSAGES))
    reachable_by_telegram(database)
    env = {
        "ENABLE_EMAIL": "false", "ENABLE_TELEGRAM": "true", "TELEGRAM_BOT_TOKEN": telegram.token,
        "TELEGRAM_API_URL": telegram.address, "WORKER_THREADS": "2", "WORKER_PROCESSES": str(SHARERS),
    }  # fmt: skip
    with (
        redis_server(tmp_path) as counts,
        SmtpServer() as mail,
        fleet(tmp_path, database.url, counts, mail) as machines,
    ):
        workers = machines.start("worker", *WORKERS, **env)
        wait_until(lambda: count(database, Step, "sent") == MESSAGES, "every message", patience=300)
        assert [terminated(worker.process) for worker in workers] == [0] * 4
    began = sorted(call.at for call in telegram.asked("sendMessage"))
    assert len(began) == MESSAGES
    most = max(sum(first <= at < first + SPAN_S for at in began) for first in began)
    assert most <= OF_ONE_IN_IT * len(workers)
    figures.add(sends=MESSAGES, most_in_four_seconds=most)
