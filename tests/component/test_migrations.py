"""The scripts build what the models say, on both databases, and can be undone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from app.db import Database
from app.migrate import current, downgrade, newest, upgrade
from app.models import Base
from tests.support import postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path}/empty.db")
        yield database
        database.close()
        return
    with postgres.fresh_database(postgres.make_url(request.getfixturevalue("postgres_server"))) as url:
        database = Database(url.render_as_string(hide_password=False))
        yield database
        database.close()


def test_up_down_and_up_again(empty: Database) -> None:
    upgrade(empty)
    assert current(empty) == newest()
    downgrade(empty, "base")
    assert set(inspect(empty.engine).get_table_names()) <= {"alembic_version"}
    upgrade(empty)
    assert set(Base.metadata.tables) <= set(inspect(empty.engine).get_table_names())


def test_upgrading_twice_changes_nothing(empty: Database) -> None:
    upgrade(empty)
    upgrade(empty)
    assert current(empty) == newest()


def test_the_scripts_build_exactly_what_the_models_say(empty: Database) -> None:
    upgrade(empty)
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
