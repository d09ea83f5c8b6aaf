"""Connections that the pool keeps: whether they live is asked after a rest, not each time."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.db import REST_SECONDS, Database


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
