"""How fast the worker drains the inbox and sends reminders, beside its floor, on one database.

    python -m bench.engine                       SQLite in a temporary folder
    python -m bench.engine --database URL        a PostgreSQL database that may be emptied

The floor is what the database alone allows: a bare INSERT+COMMIT loop and a bare claim-and-finish loop
(two commits a row, one connection), taken in the same round as the figures. Report the ratio.
"""

import argparse
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, text

from app.db import Database
from app.inbox.store import store_event
from app.models import Base, InboxRow, Step
from app.services import Services
from app.settings import Settings
from app.worker import Worker
from tests.support.clock import FixedClock
from tests.support.whop_events import encoded, payment_failed

START = datetime(2026, 11, 20, 9, tzinfo=UTC)
PATIENCE_S = 300


def main() -> None:
    options = _options()
    rounds = [_round(options) for _ in range(options.rounds)]
    print(
        f"database: {options.database.split('@')[-1] or 'sqlite'}  rows: {options.rows}  rounds: {options.rounds}"
    )
    for name in rounds[0]:
        figures = sorted(one[name] for one in rounds)
        low, middle, high = figures[0], statistics.median(figures), figures[-1]
        print(f"{name:34} {low:10.2f} {middle:10.2f} {high:10.2f}   min median max")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--database", default="", help="default: a fresh SQLite file")
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


def _round(options: argparse.Namespace) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.load(
            {
                "DATABASE_URL": options.database or f"sqlite:///{folder}/bench.db",
                "INSTANCE_DIR": folder,
                "LOG_LEVEL": "ERROR",
            },
            env_file=None,
        )
        services = Services.make(settings, FixedClock(START + timedelta(seconds=10)))
        Base.metadata.drop_all(services.database.engine)
        Base.metadata.create_all(services.database.engine)
        try:
            return _figures(services, options.rows)
        finally:
            services.database.close()


def _figures(services: Services, rows: int) -> dict[str, float]:
    database, clock = services.database, services.clock
    assert isinstance(clock, FixedClock)
    insert_floor = _insert_floor(database, rows)
    claim_floor = _claim_floor(database, rows)
    stored = _timed(lambda: _store(database, rows, clock))
    drained = _timed(lambda: _work(services, lambda: _left(database, InboxRow, "waiting", "claimed")))
    planned = _left(database, Step, "planned", "claimed", "sending")
    clock.advance(timedelta(hours=25))
    sent_before = _left(database, Step, "sent")
    due = rows
    delivered = _timed(lambda: _work(services, lambda: due - (_left(database, Step, "sent") - sent_before)))
    if planned != rows * 3 or _left(database, Step, "dead", "unknown", "gave_up"):
        sys.exit("errors in the run: its figures do not count")
    return {
        "floor insert+commit rows/s": rows / insert_floor,
        "floor claim+finish rows/s": rows / claim_floor,
        "store events/s": rows / stored,
        "inbox drain events/s": rows / drained,
        "deliveries/s": rows / delivered,
        "store / floor insert": insert_floor / stored,
        "drain / floor claim": claim_floor / drained,
        "deliveries / floor claim": claim_floor / delivered,
    }


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _insert_floor(database: Database, rows: int) -> float:
    body = json.dumps(payment_failed()).encode()
    with database.engine.connect() as connection:
        kind = "BLOB" if database.sqlite else "BYTEA"
        number = "INTEGER PRIMARY KEY" if database.sqlite else "BIGSERIAL PRIMARY KEY"
        connection.execute(text("DROP TABLE IF EXISTS bench_floor"))
        connection.execute(
            text(
                f"CREATE TABLE bench_floor (id {number}, name TEXT UNIQUE, state TEXT, tries INTEGER, body {kind})"
            )
        )
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
        return _timed(insert)
    finally:
        raw.close()


def _claim_floor(database: Database, rows: int) -> float:
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

    def one() -> None:
        for statement in (claim, finish):
            if database.sqlite:
                cursor.execute("BEGIN IMMEDIATE")
            if statement is claim:
                cursor.execute(claim)
                (found,) = cursor.fetchone()
            else:
                cursor.execute(finish, (found,))
            raw.commit()

    def loop() -> None:
        for _ in range(rows):
            one()

    try:
        return _timed(loop)
    finally:
        raw.close()


def _store(database: Database, rows: int, clock: FixedClock) -> None:
    for number in range(rows):
        event = payment_failed(
            payment_id=f"pay_{number}", user_id=f"user_{number}", membership_id=f"mem_{number}",
            member_id=f"mber_{number}", email=f"customer{number}@example.com", at=START,
        )  # fmt: skip
        store_event(database, message_id=event["id"], body=encoded(event), received_at=clock.now())


def _work(services: Services, left: Callable[[], int]) -> None:
    worker = Worker(services)
    thread = threading.Thread(target=worker.run)
    thread.start()
    deadline = time.monotonic() + PATIENCE_S
    while left() and time.monotonic() < deadline:
        time.sleep(0.05)
    worker.stop()
    thread.join()


def _left(database: Database, row: type[InboxRow] | type[Step], *states: str) -> int:
    with database.reading() as session:
        wanted = select(func.count()).select_from(row).where(row.state.in_(states))
        return session.scalar(wanted) or 0


if __name__ == "__main__":
    main()
