"""Webhooks that never come, with the real processes and a Whop that keeps its records: found, told, stopped."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.clock import MovableClock
from app.db import Database
from app.models import Case, Comparison, Merchant, Step
from tests.support import whop_events as whop
from tests.support.compared import paid, renewal
from tests.support.processes import logged, run, running, terminated, wait_until
from tests.support.smtp_server import SmtpServer
from tests.support.whop_api import ACCOUNT, KEY, WhopApi, a_membership

pytestmark = pytest.mark.processes

HOUR = timedelta(hours=1)


@pytest.fixture
def mail() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture
def api() -> Iterator[WhopApi]:
    with WhopApi() as peer:
        yield peer


@pytest.fixture
def env(database: Database, mail: SmtpServer, api: WhopApi, tmp_path: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
        "INSTANCE_DIR": str(tmp_path / "instance"),
        "WHOP_WEBHOOK_SECRET": whop.SECRET,
        "WHOP_API_KEY": KEY,
        "WHOP_API_URL": api.url,
        "SMTP_HOST": mail.host,
        "SMTP_PORT": str(mail.port),
        "SMTP_SECURITY": "none",
        "SMTP_FROM": "billing@example.com",
    }


@pytest.fixture
def compared(database: Database) -> datetime:
    """A merchant who was compared before; the present time."""
    now = datetime.now(UTC)
    with database.transaction() as session:
        merchant = Merchant(**Merchant.fresh(ACCOUNT, title="Options Lab", now=now))
        session.add(merchant)
        session.flush()
        then = now - HOUR
        session.add(Comparison(merchant_id=merchant.id, due_at=now, done_at=then, compared_until=then))
    return now


def states(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Case.state).order_by(Case.id)))


def due_at_once(database: Database) -> None:
    """A quarter of an hour of the machine's time has passed."""
    with database.transaction() as session:
        session.execute(update(Comparison).values(due_at=datetime.now(UTC) - HOUR))


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_the_sweep_finds_a_lost_failure_and_later_its_lost_success(
    env: dict[str, str],
    mail: SmtpServer,
    api: WhopApi,
    database: Database,
    compared: datetime,
    tmp_path: Path,
) -> None:
    failed = renewal("pay_1", failed_at=compared - 2 * HOUR, decline_code="expired_card")
    mine = {"member_id": "mber_1", "user_id": "user_1", "updated_at": whop.iso(compared - 2 * HOUR)}
    api.add(failed, a_membership("mem_1", **mine))
    clock = MovableClock(tmp_path / "instance" / "clock-offset")
    with running("worker", env, cwd=tmp_path) as child:
        wait_until(lambda: states(database) == ["open"], "the case", child=child)
        clock.advance(HOUR)
        wait_until(lambda: len(mail.messages) == 1, "the reminder", child=child)
        told = "the first comparison to end"
        wait_until(lambda: logged("worker", "reconcile.done", cwd=tmp_path) == 1, told, child=child)
        api.add(paid(failed, at=compared - HOUR))
        due_at_once(database)
        wait_until(lambda: states(database) == ["recovered"], "the case to close", child=child)
        assert terminated(child) == 0
    assert len(mail.messages) == 1
    with database.reading() as session:
        left = session.scalars(select(Step.state).where(Step.state != "sent")).all()
    assert left and set(left) == {"cancelled"}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_months_before_are_read_with_a_summary_and_may_be_read_again(
    env: dict[str, str],
    mail: SmtpServer,
    api: WhopApi,
    database: Database,
    compared: datetime,
    tmp_path: Path,
) -> None:
    for number in range(4):
        failed = renewal(f"pay_{number}", failed_at=compared - (40 + number) * 24 * HOUR)
        api.add(paid(failed, at=compared - 38 * 24 * HOUR) if number < 3 else failed)
    for _ in range(2):
        done = run("backfill", "--months", "3", env=env, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert (
            "4 failed renewals before, 75 % of them paid within 14 days. Nobody was written to."
            in done.stdout
        )
    assert sorted(states(database)) == ["open", "recovered", "recovered", "recovered"]
    unknown = run("backfill", "--merchant", "biz_other", env={**env, "WHOP_API_KEY": "another"}, cwd=tmp_path)
    assert (unknown.returncode, unknown.stderr.count("\n")) == (1, 2)
    assert "biz_other could not be read back (payments.list answered 401)" in unknown.stderr
    assert mail.messages == []


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_this_installs_events_can_be_lived_through_again_out_of_order(
    env: dict[str, str], mail: SmtpServer, database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "events.jsonl"
    at = datetime(2026, 11, 20, 9, tzinfo=UTC)
    events = [
        whop.payment_failed(at=at, decline_code="expired_card"),
        whop.payment_failed(at=at + 26 * HOUR, decline_code="expired_card", payments_failed=2),
        whop.payment_succeeded(at=at + 50 * HOUR),
    ]
    file.write_text("\n".join(whop.encoded(event).decode() for event in events))
    told = run("replay", str(file), "--times", "2", env=env, cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    assert "Nothing is sent to anybody" in told.stdout
    assert re.findall(r"seed \d: (.+)\.", told.stdout) == ["the same", "the same"]
    events[0] = whop.payment_failed(at=at, decline_code="bank_account_holder_deceased")
    events[1] = whop.payment_failed(at=at + HOUR / 6, decline_code="expired_card", payments_failed=2)
    file.write_text("\n".join(whop.encoded(event).decode() for event in events))
    told = run("replay", str(file), "--drop", "1", env=env, cwd=tmp_path)
    assert told.returncode == 1
    assert "people: only in the clean order:" in told.stdout and "deceased" in told.stdout
    assert "dana.reyes@" not in told.stdout
    told = run("replay", "--from-inbox", ACCOUNT, env=env, cwd=tmp_path)
    assert (told.returncode, told.stderr) == (1, "Error: There are no events to live through.\n")
    assert mail.messages == []
