"""Asked to stop, the worker begins nothing more, gives back what it has not begun, and records its sends."""

import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.clock import SystemClock
from app.db import Database
from app.models import Chore, InboxRow, Step
from tests.faults.conftest import Env, LockTable
from tests.faults.test_kill import count, failures, leases_run_out
from tests.support.clock import FixedClock
from tests.support.processes import logged, running, terminated, wait_until
from tests.support.smtp_peer import PeerLine, SmtpPeer
from tests.support.smtp_server import SmtpServer
from tests.support.world import World

pytestmark = pytest.mark.processes


@pytest.fixture
def world(postgres_database: Database) -> World:
    """Three hours ago; so the first reminder of an expired card has been due for two."""
    return World(postgres_database, FixedClock(SystemClock().now() - timedelta(hours=3)))


def mailing(env: Env, server: SmtpServer | SmtpPeer) -> Env:
    return {
        **env,
        "SMTP_HOST": server.host,
        "SMTP_PORT": str(server.port),
        "SMTP_SECURITY": "none",
        "SMTP_FROM": "billing@example.com",
    }


def tarpit(line: PeerLine) -> None:
    """Takes the whole mail and then answers one letter a second."""
    line.take_envelope()
    line.say(b"354 go on\r\n")
    line.hear(b"\r\n.\r\n")
    line.trickle(b"250 " + b"x" * 300, pause=1)


@pytest.fixture
def swamp() -> Iterator[SmtpPeer]:
    with SmtpPeer(tarpit) as peer:
        yield peer


def claimed(database: Database) -> int:
    with database.reading() as read:
        return sum(
            len(read.scalars(select(row.id).where(row.state == "claimed")).all())
            for row in (InboxRow, Step, Chore)
        )


def test_a_send_that_ends_in_time_is_recorded_and_nothing_else_is_begun(
    postgres_database: Database, world: World, pg_env: Env, tmp_path: Path
) -> None:
    world.hear(*failures(world, 6))
    with SmtpServer(delay=3.0) as mail:
        env = {**mailing(pg_env, mail), "WORKER_THREADS": "2"}
        with running("worker", env, cwd=tmp_path) as worker:
            wait_until(lambda: count(postgres_database, Step, "sending") == 2, "two sends", child=worker)
            assert terminated(worker) == 0
        assert len(mail.messages) == 2
    assert count(postgres_database, Step, "sent") == 2
    assert count(postgres_database, Step, "planned") == 4
    assert claimed(postgres_database) == 0


@pytest.mark.parametrize("second", [False, True])
def test_a_send_that_does_not_end_is_cut_and_becomes_unknown_and_is_never_repeated(
    postgres_database: Database, world: World, pg_env: Env, swamp: SmtpPeer, tmp_path: Path, second: bool
) -> None:
    world.hear(*failures(world, 1))
    with running("worker", mailing(pg_env, swamp), cwd=tmp_path) as worker:
        wait_until(lambda: swamp.connections == 1, "the send", child=worker)
        worker.terminate()
        if second:
            wait_until(lambda: logged("worker", "worker.stopping", cwd=tmp_path) == 1, "the stop to begin")
            worker.send_signal(signal.SIGINT)
        assert worker.wait(timeout=5 if second else 20) == 1
    assert count(postgres_database, Step, "sending") == 1
    leases_run_out(postgres_database)
    with SmtpServer() as mail:
        with running("worker", mailing(pg_env, mail), cwd=tmp_path) as worker:
            wait_until(lambda: count(postgres_database, Step, "unknown") == 1, "the row", child=worker)
            assert terminated(worker) == 0
        assert mail.messages == []
    assert swamp.connections == 1


def test_events_that_were_claimed_and_not_begun_wait_for_nobodys_lease(
    postgres_database: Database, world: World, pg_env: Env, lock_table: LockTable, tmp_path: Path
) -> None:
    for event in failures(world, 30):
        world.store(event)
    with running("worker", pg_env, cwd=tmp_path) as worker:
        with lock_table("case") as waiting:
            wait_until(lambda: waiting() >= 2, "both threads to be in an event", child=worker)
            worker.terminate()
            wait_until(lambda: logged("worker", "worker.stopping", cwd=tmp_path) == 1, "the stop to begin")
        assert worker.wait(timeout=20) == 0
    assert claimed(postgres_database) == 0
    done = count(postgres_database, InboxRow, "done")
    assert 1 <= done <= 2
    assert count(postgres_database, InboxRow, "waiting") == 30 - done
    with running("worker", pg_env, cwd=tmp_path) as worker:
        wait_until(lambda: count(postgres_database, InboxRow, "done") == 30, "the rest", child=worker)
        assert terminated(worker) == 0
    assert len(world.cases()) == 30
