"""A process begins only on a database that answers and whose tables fit; its refusal says what to do."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from app import migrate
from app.db import Database
from app.start import StartRefused, check_tables, wait_for_database
from tests.conftest import MakeSettings
from tests.support import postgres
from tests.support.processes import free_port

SECRET = "hunter2-and-longer"


def refusal(dsn: str, make_settings: MakeSettings, *, patience: float = 0) -> str:
    settings = make_settings(DATABASE_URL=dsn)
    database = Database(settings.database_dsn)
    with pytest.raises(StartRefused) as refused:
        wait_for_database(database, settings, patience=patience)
    database.close()
    return str(refused.value)


def test_the_refusal_says_what_was_tried_and_what_to_check(make_settings: MakeSettings) -> None:
    port = free_port()
    told = refusal(f"postgresql://anna:{SECRET}@127.0.0.1:{port}/shop?password={SECRET}", make_settings)
    assert f"PostgreSQL at 127.0.0.1, port {port}, database shop, user anna" in told
    assert "one try" in told and "Connection refused" in told and "Check DATABASE_URL" in told
    assert "leave DATABASE_URL empty" in told
    assert SECRET not in told and "\n" not in told


def test_a_server_that_is_not_there_yet_is_tried_again(make_settings: MakeSettings) -> None:
    told = refusal(f"postgresql://anna@127.0.0.1:{free_port()}/shop", make_settings, patience=1.2)
    assert "3 tries" in told or "2 tries" in told


def test_what_only_a_hand_can_mend_is_refused_early(
    make_settings: MakeSettings, postgres_server: str
) -> None:
    dsn = postgres.make_url(postgres_server).set(database="never_made", drivername="postgresql")
    told = refusal(dsn.render_as_string(hide_password=False), make_settings, patience=600)
    assert 'database "never_made" does not exist' in told


def test_a_file_that_cannot_be_opened_is_refused_with_its_path(make_settings: MakeSettings) -> None:
    told = refusal("sqlite:////dev/null/none.db", make_settings)
    assert "SQLite at /dev/null/none.db" in told and "may be written to" in told


@pytest.fixture
def migrated(database: Database) -> Iterator[Database]:
    yield database
    with database.transaction() as session:  # the database serves other tests, too
        session.execute(text("DELETE FROM alembic_version"))
        session.execute(text("INSERT INTO alembic_version VALUES (:it)"), {"it": migrate.newest()})


def revision_is(database: Database, revision: str | None) -> None:
    with database.transaction() as session:
        session.execute(text("DELETE FROM alembic_version"))
        if revision:
            session.execute(text("INSERT INTO alembic_version VALUES (:it)"), {"it": revision})


def test_older_tables_are_refused_and_newer_ones_worked_on(migrated: Database) -> None:
    check_tables(migrated)
    revision_is(migrated, "0001")
    with pytest.raises(StartRefused, match=r"revision 0001.*Run `autocharge migrate`"):
        check_tables(migrated)
    revision_is(migrated, None)
    with pytest.raises(StartRefused, match=r"have not been made.*Run `autocharge migrate`"):
        check_tables(migrated)
    revision_is(migrated, "9999")
    check_tables(migrated)


def test_an_older_release_leaves_newer_tables_as_they_are(migrated: Database) -> None:
    revision_is(migrated, "9999")
    migrate.upgrade(migrated)
    assert migrate.current(migrated) == "9999"
