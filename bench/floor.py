"""What the database alone allows: bare loops on one connection, without our code."""

import json
import time
from collections.abc import Callable

from sqlalchemy import text

from app.db import Database
from tests.support.whop_events import payment_failed


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def insert_loop(database: Database, rows: int) -> float:
    """Seconds for that many INSERT+COMMIT of an event's body."""
    body = json.dumps(payment_failed()).encode()
    with database.engine.connect() as connection:
        kind = "BLOB" if database.sqlite else "BYTEA"
        number = "INTEGER PRIMARY KEY" if database.sqlite else "BIGSERIAL PRIMARY KEY"
        columns = f"id {number}, name TEXT UNIQUE, state TEXT, tries INTEGER, body {kind}"
        connection.execute(text("DROP TABLE IF EXISTS bench_floor"))
        connection.execute(text(f"CREATE TABLE bench_floor ({columns})"))
        connection.commit()
    raw = database.engine.raw_connection()
    mark = "?" if database.sqlite else "%s"
    statement = f"INSERT INTO bench_floor (name, state, tries, body) VALUES ({mark}, 'waiting', 0, {mark})"
    cursor = raw.cursor()

    def insert() -> None:
        for number in range(rows):
            if database.sqlite:
                cursor.execute("BEGIN IMMEDIATE")
            cursor.execute(statement, (f"name {number}", body))
            raw.commit()

    try:
        return timed(insert)
    finally:
        raw.close()


def claim_loop(database: Database, rows: int) -> float:
    """Seconds to claim and finish that many rows of `insert_loop`, two commits each."""
    raw = database.engine.raw_connection()
    cursor = raw.cursor()
    lock = "" if database.sqlite else "FOR UPDATE SKIP LOCKED"
    claim = (
        "UPDATE bench_floor SET state = 'claimed', tries = tries + 1 WHERE id IN "
        f"(SELECT id FROM bench_floor WHERE state = 'waiting' ORDER BY id LIMIT 1 {lock}) RETURNING id"
    )
    cursor.execute("CREATE INDEX bench_floor_due ON bench_floor (id) WHERE state = 'waiting'")
    raw.commit()
    mark = "?" if database.sqlite else "%s"
    finish = f"UPDATE bench_floor SET state = 'done' WHERE id = {mark} AND tries = 1"

    def commit(statement: str, *values: int) -> None:
        if database.sqlite:
            cursor.execute("BEGIN IMMEDIATE")
        cursor.execute(statement, values)

    def loop() -> None:
        for _ in range(rows):
            commit(claim)
            (found,) = cursor.fetchone()
            raw.commit()
            commit(finish, found)
            raw.commit()

    try:
        return timed(loop)
    finally:
        raw.close()
