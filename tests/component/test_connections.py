"""Connections that the pool keeps: whether they live is asked after a rest, not each time."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from app.db import REST_SECONDS, Database, is_away
from tests.support.processes import wait_until


@pytest.fixture
def single(postgres_database: Database) -> Iterator[Database]:
    """With one connection."""
    dsn = postgres_database.url.render_as_string(hide_password=False)
    database = Database(dsn, pool_size=1, max_overflow=0)
    yield database
    database.close()


def broken(single: Database, other: Database) -> Any:
    """Its connection, back in the pool and cut by the server; yields what the pool knows of it."""
    raw = single.engine.raw_connection()
    known, process = raw.info, raw.driver_connection.info.backend_pid  # type: ignore[union-attr]
    raw.close()
    with other.autocommit() as connection:
        assert connection.scalar(text("SELECT pg_terminate_backend(:process, 5000)"), {"process": process})
    return known


def test_one_that_broke_while_it_rested_is_replaced_unseen(
    single: Database, postgres_database: Database
) -> None:
    broken(single, postgres_database)["rests_since"] -= REST_SECONDS
    single.ping()


def test_one_that_broke_a_moment_ago_costs_one_statement(
    single: Database, postgres_database: Database
) -> None:
    broken(single, postgres_database)
    with pytest.raises(OperationalError):
        single.ping()
    single.ping()


def test_the_server_ends_a_transaction_in_which_nothing_is_said(single: Database) -> None:
    """Also after the connection was in a transaction that was undone."""
    with single.reading() as session:
        asked = text("SHOW idle_in_transaction_session_timeout")
        assert [session.scalar(asked), session.rollback(), session.scalar(asked)] == ["30s", None, "30s"]


def test_a_transaction_that_the_server_has_ended_is_no_fault_of_the_row_in_hand(
    single: Database, postgres_database: Database
) -> None:
    with single.reading() as session:
        session.execute(text("SET LOCAL idle_in_transaction_session_timeout = '20ms'"))
        process = session.scalar(text("SELECT pg_backend_pid()"))
        wait_until(lambda: not runs(postgres_database, process), "its end")
        with pytest.raises(DBAPIError) as ended:
            session.execute(text("SELECT 1"))
    assert is_away(ended.value)
    single.ping()


def runs(database: Database, process: int) -> bool:
    with database.autocommit() as connection:
        found = text("SELECT count(*) FROM pg_stat_activity WHERE pid = :process")
        return connection.scalar(found, {"process": process}) == 1
