"""Real databases for every test that can use both, settings without the machine's environment, a still clock."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import hypothesis
import pytest
from hypothesis import Phase
from sqlalchemy import text

from app.db import Database
from app.migrate import upgrade
from app.models import Base
from app.settings import Settings
from tests.support import postgres
from tests.support.clock import FixedClock

MANY = "AUTOCHARGE_MANY" in os.environ
HERE = Path(__file__).parent

# The suite tries the same examples in every run; `make faults` goes looking for new ones.
hypothesis.settings.register_profile("suite", derandomize=True, deadline=None)
hypothesis.settings.register_profile("faults", deadline=None)
hypothesis.settings.register_profile(
    "mutants", derandomize=True, deadline=None, max_examples=40, phases=(Phase.explicit, Phase.generate)
)
hypothesis.settings.load_profile("faults" if MANY else "suite")


COUNTED = {"unit", "component", "scenarios"}
"""The folders whose tests show which lines of the heart are held."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits for other processes is tried twice on a busy machine, and named when it was; `make faults` forgives
    nothing."""
    for item in items:
        if item.path.relative_to(HERE).parts[0] in COUNTED and not item.get_closest_marker("long"):
            item.add_marker(pytest.mark.counted)
        if not MANY and any(item.get_closest_marker(name) for name in ("processes", "browser")):
            item.add_marker(pytest.mark.flaky(reruns=1))


class MakeSettings(Protocol):
    def __call__(self, **env: str) -> Settings: ...


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def make_settings(tmp_path: Path) -> MakeSettings:
    """Settings from these variables alone, with an instance folder of the test's own.

    Nobody is left to Whop alone by chance, unless a test says so.
    """

    def make(**env: str) -> Settings:
        own = {"INSTANCE_DIR": str(tmp_path / "instance"), "CONTROL_SHARE": "0"}
        return Settings.load({**own, **env}, env_file=None)

    return make


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that tests copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    database.close()
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with postgres.server() as url:
        yield url.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgres_dsn(postgres_server: str) -> Iterator[str]:
    """A migrated database for the whole session; `postgres_database` empties it for each test."""
    with postgres.fresh_database(postgres.make_url(postgres_server)) as url:
        dsn = url.render_as_string(hide_password=False)
        database = Database(dsn)
        upgrade(database)
        database.close()
        yield dsn


@pytest.fixture(scope="session")
def sqlite_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The file that `sqlite_database` makes anew for each test.

    One object for all of them, as on PostgreSQL: each keeps what it has compiled, which is most of a short test's work.
    """
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('sqlite')}/test.db", pool_size=10)
    yield database
    database.close()


@pytest.fixture(scope="session")
def postgres_of_all(postgres_dsn: str) -> Iterator[Database]:
    """The database that `postgres_database` empties for each test."""
    database = Database(postgres_dsn, pool_size=10)
    yield database
    database.close()


@pytest.fixture
def sqlite_database(sqlite_file: Database, sqlite_template: Path) -> Iterator[Database]:
    path = Path(str(sqlite_file.url.database))
    for left in path.parent.iterdir():
        left.unlink()
    shutil.copy(sqlite_template, path)
    yield sqlite_file
    sqlite_file.close()


@pytest.fixture
def postgres_database(postgres_of_all: Database) -> Iterator[Database]:
    empty(postgres_of_all)
    yield postgres_of_all
    postgres_of_all.close()


def empty(database: Database) -> None:
    """A PostgreSQL with our tables: as after the migrations."""
    with database.transaction() as session:
        # Ten times as fast as TRUNCATE, which makes each table's files anew.
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(
            text("; ".join(f'DELETE FROM "{table.name}"' for table in Base.metadata.sorted_tables))
        )
        session.execute(
            text(
                "SELECT setval(pg_get_serial_sequence(quote_ident(t), 'id'), 1, false) FROM unnest(:tables) AS t"
            ),
            {"tables": [table.name for table in Base.metadata.sorted_tables]},
        )


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """The test runs on both databases."""
    name = "sqlite_database" if request.param == "sqlite" else "postgres_database"
    found = request.getfixturevalue(name)
    assert isinstance(found, Database)
    return found
