"""However many workers share what is due, each message goes out once."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import URL
from structlog.testing import capture_logs

from app.clock import SystemClock
from app.db import Database
from app.migrate import upgrade
from app.models import Step
from tests.faults.conftest import crowd, many, process_env
from tests.faults.figures import Figures
from tests.faults.test_kill import ENDED, copies, count
from tests.faults.test_stop_worker import mailing
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.postgres import OwnServer
from tests.support.processes import running, terminated, wait_until
from tests.support.smtp_server import SmtpServer
from tests.support.world import World

pytestmark = [many, pytest.mark.processes, crowd, pytest.mark.timeout(1800)]

STEPS = 10_000
MERCHANTS = 20


@pytest.fixture(scope="module")
def seeded(server: OwnServer) -> Iterator[URL]:
    """Three hours ago so many renewals of many merchants failed; the first reminder of each has been due for two."""
    name = f"seed_{time.monotonic_ns()}"
    server.run(f"CREATE DATABASE {name}")
    url = server.url.set(database=name)
    database = Database(url.render_as_string(hide_password=False))
    upgrade(database)
    world = World(database, FixedClock(SystemClock().now() - timedelta(hours=3)))
    with capture_logs():
        for number in range(STEPS):
            world.store(
                whop.payment_failed(
                    decline_code="expired_card", payment_id=f"pay_{number}", user_id=f"user_{number}",
                    member_id=f"mber_{number}", membership_id=f"mem_{number}",
                    email=f"customer{number}@example.com", account_id=f"biz_{number % MERCHANTS}",
                    message_id=f"msg_{number}", at=world.now,
                )
            )  # fmt: skip
        world.process()
    database.close()
    yield url
    server.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(seeded: URL, server: OwnServer) -> Iterator[Database]:
    name = f"copy_{time.monotonic_ns()}"
    server.run(f"CREATE DATABASE {name} TEMPLATE {seeded.database}")
    database = Database(seeded.set(database=name).render_as_string(hide_password=False))
    yield database
    database.close()
    server.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.parametrize("workers", [1, 2, 4, 8])
def test_any_number_of_workers_sends_each_of_ten_thousand_steps_once(
    database: Database, tmp_path: Path, workers: int, figures: Figures
) -> None:
    assert count(database, Step, "planned") == STEPS
    with SmtpServer() as mail, ExitStack() as stack:
        env = {**mailing(process_env(database, tmp_path), mail), "WORKER_THREADS": "4"}
        began = time.monotonic()
        started = [stack.enter_context(running("worker", env, cwd=tmp_path)) for _ in range(workers)]
        wait_until(
            lambda: count(database, Step, *ENDED) == STEPS, "every step to end",
            child=started[0], patience=1500,
        )  # fmt: skip
        seconds = time.monotonic() - began
        assert [terminated(worker) for worker in started] == [0] * workers
    sent = copies(mail)
    assert (len(sent), set(sent.values())) == (STEPS, {1})
    assert count(database, Step, "sent") == STEPS
    figures.add(sends=sum(sent.values()), doubles=sum(sent.values()) - len(sent))
    figures.longest(ten_thousand_sent_in=seconds)
