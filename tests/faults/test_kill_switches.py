"""A worker killed around the charge of another card: it is asked for once at the most, and what was in hand ends as unknown."""

import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.clock import SystemClock
from app.db import Database
from app.models import Chore, Customer, MethodSwitch
from tests.support.at_whop import MEMBERSHIP, AtWhop, at_whop
from tests.support.clock import FixedClock, midday_zone
from tests.support.processes import running, terminated, wait_until
from tests.support.smtp_server import SmtpServer
from tests.support.whop_api import KEY, a_method

pytestmark = pytest.mark.processes


@pytest.fixture
def shop(database: Database) -> Iterator[AtWhop]:
    """Two days ago an expired card failed; so the charge of the other one has been due since yesterday."""
    clock = FixedClock(SystemClock().now() - timedelta(days=2))
    with at_whop(database, clock) as shop:
        cards = [a_method("payt_6NcE0vTj9RwXm", last4="4242"), a_method("payt_other")]
        shop.api.methods["mber_2VtN6cYx0KqWs"] = cards
        shop.fail("expired_card")
        with database.transaction() as session:
            session.execute(update(Customer).values(zone=midday_zone(clock.now())))
        shop.agreed()
        shop.api.now = SystemClock().now()
        yield shop


def states(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(MethodSwitch.state)))


@pytest.mark.parametrize(("point", "asked"), [("switch_before_call", 0), ("switch_after_call", 1)])
def test_a_kill_around_the_change_asks_for_it_once_at_the_most(
    database: Database, shop: AtWhop, tmp_path: Path, point: str, asked: int
) -> None:
    def changes() -> int:
        return shop.asked.count(f"PATCH /memberships/{MEMBERSHIP}")

    with SmtpServer() as mail:
        env = {
            "DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
            "INSTANCE_DIR": str(tmp_path / "instance"),
            "SMTP_HOST": mail.host,
            "SMTP_PORT": str(mail.port),
            "SMTP_SECURITY": "none",
            "SMTP_FROM": "billing@example.com",
            "WHOP_API_KEY": KEY,
            "WHOP_API_URL": shop.api.url,
        }
        with running("worker", {**env, "AUTOCHARGE_FAULT": point}, cwd=tmp_path) as worker:
            assert worker.wait(timeout=60) == -signal.SIGKILL
        assert states(database) == ["sending"]
        past = SystemClock().wall() - timedelta(seconds=1)
        with database.transaction() as session:
            for row in (MethodSwitch, Chore):
                session.execute(update(row).where(row.lease_until.is_not(None)).values(lease_until=past))
        with running("worker", env, cwd=tmp_path) as worker:
            wait_until(lambda: states(database) != ["sending"], "the lost change to end", child=worker)
            assert terminated(worker) == 0
    assert states(database) == ["unknown"]
    assert changes() == asked
