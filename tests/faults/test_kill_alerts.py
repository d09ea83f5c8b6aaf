"""A worker killed in the middle of an alert leaves it unknown, or sends it later; never twice."""

import signal
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from app.clock import SystemClock
from app.db import Database
from app.models import AlertDelivery, Chore
from tests.support import whop_events as whop
from tests.support.alerted import OWNER, AlertedWorld
from tests.support.clock import FixedClock
from tests.support.processes import running, terminated, wait_until
from tests.support.smtp_server import SmtpServer

pytestmark = pytest.mark.processes

ENDED = ("sent", "unknown", "gave_up", "skipped", "dead")
COUNT = 4


@pytest.fixture
def mail() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
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
    }


@pytest.fixture
def world(database: Database) -> AlertedWorld:
    """Some large payments have failed just now; their alerts are written and not sent."""
    made = AlertedWorld(database, FixedClock(SystemClock().now()))
    made.hear(whop.membership_activated(at=made.now - timedelta(hours=1)))
    made.set_merchant(alert_email=OWNER, alert_amounts={"usd": 1})
    for number in range(COUNT):
        made.hear(
            whop.payment_failed(
                payment_id=f"pay_{number}",
                user_id=f"user_{number}",
                member_id=f"mber_{number}",
                membership_id=f"mem_{number}",
                at=made.now,
            )
        )
    return made


def ended(database: Database, *states: str) -> int:
    with database.reading() as session:
        wanted = select(func.count()).select_from(AlertDelivery).where(AlertDelivery.state.in_(states))
        return session.scalar(wanted) or 0


def leases_run_out(database: Database) -> None:
    """As if the lease time had passed since the worker died."""
    past = SystemClock().wall() - timedelta(seconds=1)
    with database.transaction() as session:
        for row in (AlertDelivery, Chore):
            session.execute(update(row).where(row.lease_until.is_not(None)).values(lease_until=past))


@pytest.mark.parametrize("point", ["alert_before_send", "alert_after_send"])
def test_a_kill_around_the_send_leaves_unknown_and_repeats_nothing(
    database: Database, world: AlertedWorld, env: dict[str, str], mail: SmtpServer, tmp_path: Path, point: str
) -> None:
    with running("worker", {**env, "AUTOCHARGE_FAULT": f"{point}:2"}, cwd=tmp_path) as worker:
        assert worker.wait(timeout=60) == -signal.SIGKILL
    torn = ended(database, "sending")
    assert torn >= 1
    leases_run_out(database)
    with running("worker", env, cwd=tmp_path) as worker:
        wait_until(lambda: ended(database, *ENDED) == COUNT, "every alert to end", child=worker)
        assert terminated(worker) == 0
    assert ended(database, "unknown") == torn
    copies = Counter(str(delivered.mail["Message-ID"]) for delivered in mail.messages)
    assert set(copies.values()) == {1}
    assert len(copies) >= COUNT - torn
    assert {delivered.recipients for delivered in mail.messages} == {(OWNER,)}


def test_two_workers_send_each_alert_once_and_a_slow_peer_holds_up_no_chore(
    database: Database, world: AlertedWorld, env: dict[str, str], mail: SmtpServer, tmp_path: Path
) -> None:
    mail.delay = 1.0
    with running("worker", env, cwd=tmp_path) as one, running("worker", env, cwd=tmp_path) as other:
        wait_until(lambda: ended(database, "sent") == COUNT, "every alert to be sent")
        assert (terminated(one), terminated(other)) == (0, 0)
    assert len(mail.messages) == COUNT
    with database.reading() as session:
        assert session.scalar(select(func.count()).where(Chore.done_at.is_(None))) == 0
        assert session.scalar(select(func.count()).where(Chore.failed.is_not(None))) == 0
