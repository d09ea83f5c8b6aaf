"""A worker killed at any moment loses nothing and repeats nothing; what it had in hand ends as unknown."""

import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from app.clock import SystemClock
from app.db import Database
from app.models import Chore, Delivery, InboxRow, Step
from tests.faults.conftest import many
from tests.faults.figures import Figures
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.processes import running, terminated, wait_until
from tests.support.smtp_peer import PeerLine, SmtpPeer
from tests.support.smtp_server import SmtpServer
from tests.support.world import World

pytestmark = [pytest.mark.processes, pytest.mark.timeout(400)]

MANY = "AUTOCHARGE_MANY" in os.environ
RUNS = range(25 if MANY else 1)
"""On each database."""
CASES = 40
THREADS = 4
ENDED = ("sent", "unknown", "gave_up", "skipped", "cancelled", "dead")


@pytest.fixture
def mail() -> Iterator[SmtpServer]:
    with SmtpServer(delay=0.05) as server:
        yield server


@pytest.fixture
def env(database: Database, mail: SmtpServer, tmp_path: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
        "INSTANCE_DIR": str(tmp_path / "instance"),
        "SMTP_HOST": mail.host,
        "SMTP_PORT": str(mail.port),
        "SMTP_SECURITY": "none",
        "SMTP_FROM": "billing@example.com",
        "WORKER_THREADS": str(THREADS),
    }


@pytest.fixture
def world(database: Database) -> World:
    """Three hours ago; so the first reminder of an expired card has been due for two."""
    return World(database, FixedClock(SystemClock().now() - timedelta(hours=3)))


def failures(world: World, count: int = CASES) -> list[whop.Event]:
    return [
        whop.payment_failed(
            decline_code="expired_card",
            payment_id=f"pay_{number}",
            user_id=f"user_{number}",
            member_id=f"mber_{number}",
            membership_id=f"mem_{number}",
            email=f"customer{number}@example.com",
            at=world.now,
        )
        for number in range(count)
    ]


def count(database: Database, row: type[Step] | type[InboxRow], *states: str) -> int:
    with database.reading() as session:
        wanted = select(func.count()).select_from(row).where(row.state.in_(states))
        if row is Step:
            wanted = wanted.where(Step.position == 1)
        return session.scalar(wanted) or 0


def leases_run_out(database: Database) -> None:
    """As if the lease time had passed since the worker died."""
    past = SystemClock().wall() - timedelta(seconds=1)
    with database.transaction() as session:
        for row in (Step, InboxRow, Chore):  # it may have died in the middle of a chore, too
            session.execute(update(row).where(row.lease_until.is_not(None)).values(lease_until=past))
        session.execute(update(Delivery).where(Delivery.outcome == "in_flight").values(lease_until=past))


def copies(mail: SmtpServer) -> Counter[str]:
    return Counter(str(delivered.mail["Message-ID"]) for delivered in mail.messages)


def note(figures: Figures, database: Database, mail: SmtpServer, cases: int) -> None:
    sent = copies(mail)
    figures.add(
        sends=sum(sent.values()), doubles=sum(sent.values()) - len(sent),
        unknown=count(database, Step, "unknown"), lost=cases - count(database, Step, *ENDED),
    )  # fmt: skip


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_kill_9_in_mid_drain_loses_nothing_and_repeats_nothing(
    database: Database, world: World, env: dict[str, str], mail: SmtpServer, tmp_path: Path, figures: Figures
) -> None:
    world.hear(*failures(world))
    with running("worker", env, cwd=tmp_path) as worker:
        wait_until(lambda: len(mail.messages) >= 8, "some mail", child=worker)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    in_flight = count(database, Step, "sending")
    assert in_flight <= THREADS
    leases_run_out(database)
    with running("worker", env, cwd=tmp_path) as worker:
        wait_until(lambda: count(database, Step, *ENDED) == CASES, "every step to end", child=worker)
        assert terminated(worker) == 0
    assert max(copies(mail).values()) == 1
    assert count(database, Step, "unknown") == in_flight
    assert count(database, Step, "sent") == CASES - in_flight
    assert len(copies(mail)) >= CASES - in_flight
    note(figures, database, mail, CASES)


@pytest.mark.parametrize(
    ("point", "unknown"),
    [
        ("before_claim_commit", 0),
        ("after_claim_commit", 0),
        ("before_send", 1),
        ("after_send", 1),
        ("after_record", 0),
    ],
)
@pytest.mark.parametrize("run", RUNS)
def test_a_kill_at_a_marked_point_leaves_an_unknown_only_for_a_send_in_flight(
    database: Database, world: World, env: dict[str, str], mail: SmtpServer, tmp_path: Path,
    point: str, unknown: int, run: int, figures: Figures,
) -> None:  # fmt: skip
    world.hear(*failures(world, 3))
    with running(
        "worker", {**env, "WORKER_THREADS": "1", "AUTOCHARGE_FAULT": f"{point}:2"}, cwd=tmp_path
    ) as worker:
        assert worker.wait(timeout=60) == -signal.SIGKILL
    leases_run_out(database)
    with running("worker", env, cwd=tmp_path) as worker:
        wait_until(lambda: count(database, Step, *ENDED) == 3, "every step to end", child=worker)
        assert terminated(worker) == 0
    assert count(database, Step, "unknown") == unknown
    assert max(copies(mail).values()) == 1
    assert len(copies(mail)) >= 3 - unknown
    note(figures, database, mail, 3)


@pytest.mark.parametrize("run", RUNS)
def test_a_kill_in_the_middle_of_the_text_is_unknown_and_not_repeated(
    database: Database, world: World, env: dict[str, str], mail: SmtpServer, tmp_path: Path,
    run: int, figures: Figures,
) -> None:  # fmt: skip
    world.hear(*failures(world, 3))
    in_text = threading.Event()

    def hear_some(line: PeerLine) -> None:
        line.take_envelope()
        line.say(b"354 go on\r\n")
        line.hear(b"Subject:")
        in_text.set()
        line.stopped.wait(60)

    with SmtpPeer(hear_some) as peer:
        torn = {**env, "SMTP_PORT": str(peer.port), "WORKER_THREADS": "1"}
        with running("worker", torn, cwd=tmp_path) as worker:
            wait_until(in_text.is_set, "the text to begin", child=worker)
            worker.send_signal(signal.SIGKILL)
            worker.wait()
    leases_run_out(database)
    with running("worker", env, cwd=tmp_path) as worker:
        wait_until(lambda: count(database, Step, *ENDED) == 3, "every step to end", child=worker)
        assert terminated(worker) == 0
    assert count(database, Step, "unknown") == 1
    assert len(copies(mail)) == len(mail.messages) == count(database, Step, "sent") == 2
    note(figures, database, mail, 3)


def test_an_event_whose_worker_dies_before_the_commit_has_its_effect_once(
    database: Database, world: World, env: dict[str, str], tmp_path: Path
) -> None:
    for event in failures(world, 3):
        world.store(event)
    with running("worker", {**env, "AUTOCHARGE_FAULT": "inbox_before_commit:2"}, cwd=tmp_path) as worker:
        assert worker.wait(timeout=60) == -signal.SIGKILL
    leases_run_out(database)
    with running("worker", env, cwd=tmp_path) as worker:
        wait_until(lambda: count(database, InboxRow, "done") == 3, "every event to be done", child=worker)
        assert terminated(worker) == 0
    assert len(world.cases()) == 3
    assert len(world.steps()) == 9


SHORT_LEASE = """
from datetime import timedelta
from app.delivery import send
from notifiers.smtp import SmtpNotifier
send.LEASE_BEYOND_SEND = timedelta(seconds=10) - SmtpNotifier.send_timeout
"""


@pytest.mark.parametrize(
    ("seconds", "cases", "prelude"), [(1.0, 12, ""), pytest.param(3.0, 100, SHORT_LEASE, marks=many)]
)
def test_slow_sends_without_a_crash_are_not_repeated(
    database: Database, world: World, env: dict[str, str], mail: SmtpServer, tmp_path: Path,
    seconds: float, cases: int, prelude: str, figures: Figures,
) -> None:  # fmt: skip
    mail.delay = seconds
    world.hear(*failures(world, cases))
    with (
        running("worker", env, cwd=tmp_path, prelude=prelude) as one,
        running("worker", env, cwd=tmp_path, prelude=prelude) as other,
    ):
        wait_until(lambda: count(database, Step, *ENDED) == cases, "every step to end", patience=170)
        assert (terminated(one), terminated(other)) == (0, 0)
    assert set(copies(mail).values()) == {1}
    assert len(copies(mail)) == count(database, Step, "sent") == cases
    note(figures, database, mail, cases)


def test_a_cancellation_during_a_send_is_kept(
    database: Database, world: World, env: dict[str, str], mail: SmtpServer, tmp_path: Path
) -> None:
    mail.delay = 4.0
    world.hear(*failures(world, 1))
    with running("worker", env, cwd=tmp_path) as worker:
        wait_until(lambda: count(database, Step, "sending") == 1, "the send to start", child=worker)
        world.clock.advance(timedelta(hours=3))
        world.hear(whop.payment_succeeded(payment_id="pay_0", user_id="user_0", at=world.now))
        wait_until(
            lambda: count(database, InboxRow, "done") == 2, "the success, whoever took it", child=worker
        )
        assert terminated(worker) == 0
    assert [step.state for step in world.steps()] == ["cancelled"] * 3
    assert [delivery.outcome for delivery in world.deliveries()] == ["sent"]
    assert len(mail.messages) == 1


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_two_workers_never_send_one_step_twice(
    database: Database, world: World, env: dict[str, str], mail: SmtpServer, tmp_path: Path
) -> None:
    mail.delay = 0.0
    world.hear(*failures(world, 60))
    with running("worker", env, cwd=tmp_path) as one, running("worker", env, cwd=tmp_path) as other:
        wait_until(lambda: count(database, Step, *ENDED) == 60, "every step to end")
        assert (terminated(one), terminated(other)) == (0, 0)
    assert set(copies(mail).values()) == {1}
    assert len(copies(mail)) == 60
