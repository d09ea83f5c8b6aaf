"""What the tests with real processes share: their environment, and requests that are slow because a lock is held."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from app.claims import Times
from app.db import Database
from app.migrate import upgrade
from tests.conftest import MakeSettings
from tests.faults.figures import Figures
from tests.faults.reliability import CROWD
from tests.support import whop_events as whop
from tests.support.invariants import broken_rules
from tests.support.postgres import OwnServer, own_server
from tests.support.processes import free_port, wait_until

Env = dict[str, str]
many = pytest.mark.skipif("AUTOCHARGE_MANY" not in os.environ, reason="a variant that `make faults` runs")
crowd = pytest.mark.xdist_group(CROWD)
"""Tests of many processes: `make faults` runs them one after the other, so that they do not fight for the machine."""
LockTable = Callable[[str], AbstractContextManager[Callable[[], int]]]


def process_env(database: Database, tmp_path: Path) -> Env:
    port = free_port()
    return {
        "DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
        "INSTANCE_DIR": str(tmp_path / "instance"),
        "WHOP_WEBHOOK_SECRET": whop.SECRET,
        "PORT": str(port),
        "APP_HOST": f"http://127.0.0.1:{port}",
    }


@pytest.fixture(params=[pytest.param("sqlite", marks=many), "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """Processes are killed on PostgreSQL in every run; on SQLite, unless a test insists, by `make faults`."""
    found = request.getfixturevalue("sqlite_database" if request.param == "sqlite" else "postgres_database")
    assert isinstance(found, Database)
    return found


@pytest.fixture(autouse=True)
def rules_hold_afterwards(request: pytest.FixtureRequest, make_settings: MakeSettings) -> Iterator[None]:
    """Whatever was killed, cut or away: what is left on the test's database breaks no rule."""
    names = [name for name in ("database", "postgres_database") if name in request.fixturenames]
    databases = [request.getfixturevalue(name) for name in names[:1]]
    clocks = [request.getfixturevalue("clock")] if "clock" in request.fixturenames else []
    yield
    # A story may have a time of its own.
    times = Times(now=clocks[0].now(), wall=clocks[0].wall()) if clocks else None
    for database in databases:
        assert broken_rules(database, make_settings(), times=times) == {}


@pytest.fixture
def figures(record_property: Callable[[str, object], None]) -> Figures:
    return Figures(record_property)


@pytest.fixture
def pg_env(postgres_database: Database, tmp_path: Path) -> Env:
    return process_env(postgres_database, tmp_path)


@pytest.fixture(scope="session")
def server() -> Iterator[OwnServer]:
    """Of the tests' own: each leaves it running."""
    with own_server() as started:
        yield started


@pytest.fixture
def away(server: OwnServer) -> Iterator[Database]:
    """A database on the server that goes away, is refused, or has no room."""
    name = f"shop_{time.monotonic_ns()}"
    server.run(f"CREATE DATABASE {name}")
    database = Database(server.url.set(database=name).render_as_string(hide_password=False))
    upgrade(database)
    yield database
    server.recover()
    database.close()
    server.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def away_env(away: Database, tmp_path: Path) -> Env:
    return process_env(away, tmp_path)


@contextmanager
def locked(database: Database, table: str) -> Iterator[Callable[[], int]]:
    """Hold a table, so that others wait; yields a function that counts who waits for a lock."""
    engine = database.engine
    with engine.connect() as holder, engine.connect() as observer:
        holder.execute(text(f'LOCK TABLE "{table}" IN ACCESS EXCLUSIVE MODE'))
        observer = observer.execution_options(isolation_level="AUTOCOMMIT")

        def waiting() -> int:
            asked = "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
            return observer.scalar(text(f"{asked} WHERE NOT granted AND datname = current_database()")) or 0

        yield waiting


@pytest.fixture
def lock_table(postgres_database: Database) -> LockTable:
    return partial(locked, postgres_database)


class SlowRequest:
    """A sign-in on its way in a thread of its own; the person it reads waits for the test's lock, and no chore does."""

    def __init__(self, address: str) -> None:
        self.status: int | None = None
        self._address = address
        self._thread = threading.Thread(target=self._ask)
        self._thread.start()

    def _ask(self) -> None:
        try:
            self.status = httpx.get(
                f"{self._address}/auth/dev?email=a@example.com&whop=biz_a", timeout=60
            ).status_code
        except httpx.HTTPError:
            self.status = 0

    def ended(self) -> int | None:
        """Its status; 0 where the connection was cut."""
        wait_until(lambda: self.status is not None, "the slow request to end")
        self._thread.join()
        return self.status
