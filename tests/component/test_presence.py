"""Waiting for the database has an end where one is given, and a slow statement is not taken for silence."""

from collections.abc import Iterator

import psycopg2
import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.db import Database, is_away
from app.presence import SILENCE_SECONDS, Presence, watched, within


def sleeps(database: Database, seconds: float) -> None:
    with database.reading() as read:
        read.execute(text("SELECT pg_sleep(:seconds)"), {"seconds": seconds})


def test_a_statement_ends_when_its_time_is_over_and_the_next_one_works(postgres_database: Database) -> None:
    with pytest.raises(OperationalError) as cut, within(0.3):
        sleeps(postgres_database, 60)
    assert is_away(cut.value)
    postgres_database.ping()
    assert postgres_database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_a_slow_statement_without_a_limit_may_take_its_time(postgres_database: Database) -> None:
    sleeps(postgres_database, SILENCE_SECONDS * 2)


def test_a_server_that_is_out_of_connections_is_not_taken_for_a_silent_one(
    postgres_database: Database,
) -> None:
    url = postgres_database.url.set(database="never_made", drivername="postgresql")
    full = Presence(lambda: psycopg2.connect(url.render_as_string(False)))
    with watched(full), postgres_database.engine.connect() as connection:
        connection.execute(text("SELECT pg_sleep(:seconds)"), {"seconds": SILENCE_SECONDS * 2})


@pytest.fixture
def narrow(postgres_dsn: str) -> Iterator[Database]:
    database = Database(postgres_dsn, pool_size=1, max_overflow=0, pool_timeout=60)
    yield database
    database.close()


def test_nobody_waits_for_a_connection_past_their_own_time(narrow: Database) -> None:
    with narrow.reading() as read:
        read.execute(text("SELECT 1"))
        with pytest.raises(PoolTimeout), within(0.3):
            narrow.ping()
    narrow.ping()


def test_a_pool_made_anew_keeps_the_settings_time(narrow: Database) -> None:
    with within(0.3):
        narrow.close()
    assert narrow.engine.pool.timeout() == 60  # type: ignore[attr-defined]


def test_an_outage_is_told_in_few_lines(sqlite_database: Database) -> None:
    with structlog.testing.capture_logs() as lines:
        for _ in range(100):
            sqlite_database.tell_away("door.database_away", OSError())
        sqlite_database.tell_away("worker.database_away", OSError(), lane="events")
    assert [line["event"] for line in lines] == ["door.database_away", "worker.database_away"]
