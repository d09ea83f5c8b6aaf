"""The release before works on the tables of this one: what it takes, this one goes on with. `make faults` tries it."""

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.clock import SystemClock
from app.db import Database
from app.migrate import current, downgrade, newest, revisions, upgrade
from app.models import Case, Delivery, Step
from tests.faults.conftest import Env, LockTable, many, process_env
from tests.support import whop_events as whop
from tests.support.install import post, states
from tests.support.processes import ROOT, answers, run, running, terminated, wait_until

pytestmark = [pytest.mark.processes, many]


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """The tree as it was when the last but one migration came: its newest tables are those of the release before."""
    revision = revisions()[-2]
    (script,) = (ROOT / "migrations/versions").glob(f"{revision}_*.py")
    found = git("log", "--diff-filter=A", "--format=%H", "--", str(script.relative_to(ROOT))).split()
    if not found:
        pytest.skip("there is no history of git here that reaches back to the migration before")
    folder = tmp_path / "before"
    folder.mkdir()
    tree = subprocess.run(["git", "archive", found[-1].decode()], cwd=ROOT, capture_output=True, check=True)
    subprocess.run(["tar", "-x", "-C", str(folder)], input=tree.stdout, check=True)
    return folder


def test_a_migration_that_waits_for_a_table_gives_up_and_changes_nothing(
    postgres_database: Database, pg_env: Env, lock_table: LockTable, tmp_path: Path
) -> None:
    downgrade(postgres_database, "0019")
    try:
        with lock_table("merchant"):
            refused = run("migrate", env=pg_env, cwd=tmp_path)
        assert (refused.returncode, current(postgres_database)) == (1, "0019")
        assert "nothing was changed" in refused.stderr
    finally:
        upgrade(postgres_database)


def git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False).stdout


def outcomes(database: Database) -> list[str]:
    with database.reading() as read:
        return list(read.scalars(select(Delivery.outcome)))


def until_due(database: Database) -> str:
    with database.reading() as read:
        due_at = read.scalars(select(Step.due_at).order_by(Step.due_at)).first()
    assert due_at is not None
    return f"{(due_at - SystemClock().now()) // timedelta(minutes=1) + 1}m"


def state(database: Database) -> str | None:
    with database.reading() as read:
        return read.scalar(select(Case.state))


def test_it_takes_events_and_sends_on_newer_tables_and_this_one_goes_on(
    database: Database, before: Path, tmp_path: Path
) -> None:
    env = process_env(database, tmp_path)
    old: Env = {**env, "PYTHONPATH": str(before)}
    refused = run("migrate", env=old, cwd=before)
    assert refused.returncode == 0, refused.stderr
    assert "migrate.database_is_newer" in refused.stderr and str(newest()) in refused.stderr
    address = env["APP_HOST"]
    with running("web", old, cwd=before) as web, running("worker", old, cwd=before) as worker:
        wait_until(lambda: answers(address), "the old web", child=web)
        failed = whop.payment_failed(decline_code="expired_card", at=SystemClock().now())
        assert post(address, failed).status_code == 200
        wait_until(lambda: states(database) == ["done"], "the old worker takes it", child=worker)
        assert run("clock", "advance", until_due(database), env=old, cwd=before).returncode == 0
        wait_until(lambda: outcomes(database) == ["sent"], "its message", child=worker)
        assert (terminated(web), terminated(worker)) == (0, 0)
    with running("web", env, cwd=tmp_path) as web, running("worker", env, cwd=tmp_path) as worker:
        wait_until(lambda: answers(address), "the new web", child=web)
        assert post(address, whop.payment_succeeded(at=SystemClock().now())).status_code == 200
        wait_until(lambda: state(database) == "recovered", "the case ends", child=worker)
        assert (terminated(web), terminated(worker)) == (0, 0)
