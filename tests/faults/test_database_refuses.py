"""A database that is there and refuses: no room, locks, deadlocks. Nothing is half done, and nothing is lost."""

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp
from time import monotonic_ns

import httpx
import pytest
from sqlalchemy import ExceptionContext, func, select, text
from sqlalchemy.event import listens_for
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from app.db import Database
from app.inbox.process import claim_events, process_event
from app.migrate import upgrade
from app.models import Attempt, Case, Merchant
from app.models.merchant import lock_merchant
from tests.faults.conftest import many, process_env
from tests.faults.figures import Figures
from tests.faults.test_database_away import gone_and_back, stored
from tests.faults.test_kill import leases_run_out
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.postgres import OwnServer
from tests.support.posts import Posts
from tests.support.processes import answers, running, terminated, wait_until
from tests.support.world import RULES, World

pytestmark = pytest.mark.timeout(600)

SMALL = "48m"


@pytest.fixture
def disk() -> Iterator[Path]:
    """A small disk of its own."""
    folder = Path(
        mkdtemp(prefix="autocharge-disk-")
    )  # the server, another user, may not enter the folders of tests
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode != 0:
        folder.rmdir()
        pytest.skip("needs the right to mount a disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)
    folder.rmdir()


@contextmanager
def on_sqlite(disk: Path, _server: OwnServer) -> Iterator[Database]:
    database = Database(f"sqlite:///{disk}/shop.db")
    upgrade(database)
    yield database
    database.close()


@contextmanager
def on_postgresql(disk: Path, server: OwnServer) -> Iterator[Database]:
    name = f"small_{monotonic_ns()}"
    server.give(disk)
    server.run(f"CREATE TABLESPACE {name} LOCATION '{disk}'")
    server.run(f"CREATE DATABASE {name} TABLESPACE {name}")
    database = Database(server.url.set(database=name).render_as_string(hide_password=False))
    upgrade(database)
    yield database
    database.close()
    server.run(f"DROP DATABASE {name} WITH (FORCE)")
    server.run(f"DROP TABLESPACE {name}")


def fill(disk: Path) -> Path:
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1 << 9):
            try:
                while file.write(bytes(size)):
                    pass
            except OSError:
                continue
    return filler


@pytest.mark.processes
@many
@pytest.mark.parametrize("shop", [on_sqlite, on_postgresql])
def test_a_full_disk_is_told_and_what_was_taken_is_worked_on_once_there_is_room(
    shop: Callable[..., Iterator[Database]], disk: Path, server: OwnServer, tmp_path: Path, figures: Figures
) -> None:
    with shop(disk, server) as database:  # type: ignore[attr-defined]
        env = process_env(database, tmp_path)
        posts = Posts(env["APP_HOST"], pause=0.03)

        def health() -> str:
            return str(httpx.get(f"{env['APP_HOST']}/readyz", timeout=10).json()["checks"]["database"])

        def full() -> None:
            fill(disk)
            wait_until(lambda: health() == "refusing", "health to say so")

        with running("up", {**env, "WEB_WORKERS": "1"}, cwd=tmp_path) as up:
            wait_until(lambda: answers(env["APP_HOST"]), "the web server", child=up)
            with posts.going_on():
                wait_until(lambda: len(posts.taken) >= 8, "the first posts", child=up)
                back = gone_and_back(posts, full, (disk / "filler").unlink)
            wait_until(lambda: health() == "ok", "health to be well", child=up)
            leases_run_out(database)
            with database.transaction() as session:
                session.execute(text("UPDATE inbox SET due_at = received_at WHERE state = 'waiting'"))
            wait_until(lambda: stored(database, "done") == stored(database), "every event", child=up)
            assert terminated(up) == 0
        assert posts.odd == []
        assert posts.taken <= stored(database, "done")
        assert whole_cases(database) == len(stored(database))
        figures.add(answered_200=len(posts.taken), answered_503=len(posts.refused), of_these_lost=0)
        figures.longest(took_again_after=back)


def whole_cases(database: Database) -> int:
    """Each payment has one case, and each case its whole plan."""
    with database.reading() as read:
        steps = text(
            'SELECT c.id, count(s.id) FROM "case" c LEFT JOIN step s ON s.case_id = c.id GROUP BY c.id'
        )
        planned = [number for _, number in read.execute(steps)]
        assert set(planned) == {3}
        payments = read.scalar(text('SELECT count(DISTINCT payment_id) FROM "case"'))
    assert payments == len(planned)
    return len(planned)


@pytest.fixture
def held(postgres_database: Database, clock: FixedClock) -> World:
    """One case, and an event about it that waits."""
    world = World(postgres_database, clock)
    first = clock.now()
    world.hear(whop.payment_failed(at=first))
    clock.advance(timedelta(hours=2))
    again = {"created_at": first.isoformat()}
    world.store(whop.payment_failed(at=clock.now(), payments_failed=2, data=again))
    return world


def attempts(database: Database) -> int:
    with database.reading() as read:
        return read.scalar(select(func.count()).select_from(Attempt)) or 0


def told_codes(database: Database) -> list[str]:
    """The database's own words for what it refuses from now on."""
    codes: list[str] = []

    @listens_for(database.engine, "handle_error")
    def note(context: ExceptionContext) -> None:
        codes.append(getattr(context.original_exception, "pgcode", "") or "")

    return codes


def asked_to(database: Database, options: str) -> Database:
    """The same database, by connections that begin with these settings."""
    return Database(
        database.url.update_query_dict({"options": options}).render_as_string(hide_password=False)
    )


def somebody_waits(database: Database) -> bool:
    with database.reading() as read:
        asked = "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
        return bool(read.scalar(text(f"{asked} WHERE NOT granted AND a.datname = current_database()")))


def wait_too_long(session: Session) -> None:
    """The event needs what we keep."""


def change_what_it_reads(session: Session) -> None:
    session.scalars(select(Merchant)).one().title = "Another"
    session.flush()


def turn_the_lock_round(session: Session) -> None:
    """It has the merchant and waits for our case; now we want the merchant."""
    lock_merchant(session, session.scalars(select(Merchant.id)).one())


def take_case(session: Session) -> None:
    session.scalars(select(Case).with_for_update()).one()


def take_merchant(session: Session) -> None:
    session.scalars(select(Merchant).with_for_update()).one()


@pytest.mark.parametrize(
    ("options", "code", "take", "then"),
    [
        ("-c lock_timeout=200ms", "55P03", take_merchant, wait_too_long),
        ("-c default_transaction_isolation=serializable", "40001", change_what_it_reads, Session.commit),
        ("-c deadlock_timeout=1s", "40P01", take_case, turn_the_lock_round),
    ],
    ids=["lock time-out", "serialization failure", "deadlock"],
)
def test_an_event_that_meets_a_lock_has_its_effect_once_and_whole(
    held: World, postgres_database: Database, options: str, code: str,
    take: Callable[[Session], None], then: Callable[[Session], None], figures: Figures,
) -> None:  # fmt: skip
    hasty = asked_to(postgres_database, options)
    (claim,) = claim_events(postgres_database, times=held.times, limit=10)
    codes = told_codes(hasty)
    event = threading.Thread(
        target=process_event, args=(hasty, claim), kwargs={"times": held.times, "rules": RULES}
    )
    with capture_logs(), postgres_database.transaction() as ours:
        ours.execute(text("SET LOCAL deadlock_timeout = '60s'"))
        take(ours)
        event.start()
        wait_until(lambda: somebody_waits(postgres_database), "the event to wait for us")
        then(ours)
        event.join(20)
    hasty.close()
    assert codes == [code]
    (row,) = [row for row in held.events() if row.state != "done"]
    assert (row.state, row.tries, row.lease_until) == ("waiting", 0, None)
    assert attempts(postgres_database) == 1
    held.clock.advance(row.due_at - held.now)
    held.process()
    assert {row.state for row in held.events()} == {"done"}
    assert attempts(postgres_database) == 2
    assert whole_cases(postgres_database) == 1
    figures.add(refusals_of_the_database=len(codes), half_applied_cases=0)
