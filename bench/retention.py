"""How long one part of forgetting takes with many deliveries, and how fast the door's insert is meanwhile.

python -m bench.retention                        SQLite in a temporary folder, then nothing is left
python -m bench.retention --database URL         a PostgreSQL database that may be emptied
python -m bench.retention --deliveries 10000     default: 1,000,000
"""

import argparse
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from app import log
from app.cases.rules import Rules
from app.db import Database
from app.inbox.store import store_event
from app.migrate import downgrade, upgrade
from app.models import Customer, Merchant
from app.models.base import insert_once
from app.privacy.erasing import erase
from app.privacy.leftovers import look_through
from app.privacy.retention import REST_SECONDS, Kept, prune
from app.settings import Settings
from bench.many import numbers_of, seed
from bench.results import Figure, Results

HOLD_MS = 1_000.0
ALONE = "an insert at the door, nothing else, ms"
CASES_A_DELIVERY = 0.1
KEPT = Kept(inbox=timedelta(days=30), bodies=timedelta(days=90), case_months=24)
STEPS = """
INSERT INTO step (id, case_id, position, kind, wording_key, wording_version, channel, planned_at, why, tries, state,
                  due_at, attempts)
SELECT n, 1 + n % {cases}, 1 + n / {cases}, 'remind', 'funds.first', 1, 'email', {at}, '{{}}', 0, 'sent', {at}, 1
FROM {numbers}
"""
DELIVERIES = """
INSERT INTO delivery (id, step_id, case_id, fence, channel, outcome, content, recipient, started_at, lease_until)
SELECT n, n, 1 + n % {cases}, 1, 'email', 'sent', {content}, 'customer' || n || '@example.com', {at}, {at}
FROM {numbers}
"""
EVENTS = """
INSERT INTO inbox (id, message_id, origin, body, received_at, merchant_id, tries, done_at, state, due_at, attempts)
SELECT n, 'msg_' || n, 'webhook', {body}, {at}, 1, 0, {at}, 'done', {at}, 1 FROM {numbers}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--database", default="", help="default: a fresh SQLite file")
    parser.add_argument("--deliveries", type=int, default=1_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        dsn = options.database or f"sqlite:///{folder}/bench.db"
        env = {"DATABASE_URL": dsn, "INSTANCE_DIR": folder, "LOG_LEVEL": "ERROR"}
        settings = Settings.load(env, env_file=None)
        log.configure(settings)
        database = Database(settings.database_dsn)
        downgrade(database, "base")
        upgrade(database)
        try:
            fill(database, options.deliveries)
            _measure(database, Rules.of(settings), Results("retention", options.database))
        finally:
            database.close()


def fill(database: Database, deliveries: int) -> None:
    cases = max(1, int(deliveries * CASES_A_DELIVERY))
    with database.transaction() as session:
        fresh = Merchant.fresh("biz_bench", title=None, now=datetime.now(UTC))
        insert_once(session, Merchant, ("biz_id",), fresh)
    seed(database, "biz_bench", cases)
    long_ago = (datetime.now(UTC) - timedelta(days=400)).strftime("%Y-%m-%d %H:%M:%S.000000")
    words = '{"language": "en", "subject": "' + "x" * 1_500 + '"}'
    parts = {
        "cases": cases,
        "at": f"'{long_ago}'" if database.sqlite else f"TIMESTAMPTZ '{long_ago}+00'",
        "content": f"'{words}'",
        "body": "zeroblob(3000)" if database.sqlite else "decode(repeat('78', 3000), 'hex')",
        "numbers": numbers_of(database.sqlite, deliveries),
    }
    for statement in (STEPS, DELIVERIES, EVENTS):
        with database.transaction() as session:
            session.execute(text(statement.format(**parts)))
    if not database.sqlite:
        with database.autocommit() as connection:
            for table in ("inbox", "delivery", "step", "customer"):
                connection.execute(
                    text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {deliveries})")
                )


def _measure(database: Database, rules: Rules, results: Results) -> None:
    now = datetime.now(UTC)
    before = list(_inserts(database, "before", 200))
    meanwhile: list[float] = []
    stop = threading.Event()
    door = threading.Thread(target=lambda: meanwhile.extend(_until(database, stop)))
    door.start()
    kinds: dict[str, list[float]] = {"events": [], "messages": [], "cases": []}
    parts = prune(database, KEPT, now=now)
    began = time.perf_counter()
    for part in parts:
        kind = next(name for name in kinds if getattr(part, name))
        kinds[kind].append((time.perf_counter() - began) * 1_000)
        time.sleep(REST_SECONDS)
        began = time.perf_counter()
    erased: list[float] = []
    for customer_id in range(1, 12):
        began = time.perf_counter()
        with database.transaction() as session:
            person = session.get(Customer, customer_id * 97)
            if person is not None:
                erase(session, person, actor="command", now=now, rules=rules)
        erased.append((time.perf_counter() - began) * 1_000)
    looked: list[float] = []
    began = time.perf_counter()
    while look_through(database, now=now, parts=1):
        looked.append((time.perf_counter() - began) * 1_000)
        time.sleep(REST_SECONDS)
        began = time.perf_counter()
    stop.set()
    door.join()
    timed = {f"a part of {kind}": figures for kind, figures in kinds.items()}
    timed |= {"erasing one customer": erased, "a part of the raw events of one erasure": looked}
    found = {f"{name}, the slowest": max(figures) for name, figures in timed.items() if figures}
    found |= {
        ALONE: statistics.median(before),
        "an insert at the door meanwhile": statistics.median(meanwhile),
    }
    door = Figure(name="an insert at the door meanwhile", unit="ms", floor=ALONE, row="L10")
    slowest = [Figure(name=name, unit="ms", most=HOLD_MS, row="L10") for name in found if "slowest" in name]
    results.tell([*slowest, door], [found])


def _until(database: Database, stop: threading.Event) -> Iterator[float]:
    number = 0
    while not stop.wait(0.02):
        number += 1
        yield from _inserts(database, f"meanwhile{number}", 1)


def _inserts(database: Database, name: str, number: int) -> Iterator[float]:
    for count in range(number):
        began = time.perf_counter()
        store_event(database, message_id=f"{name}.{count}", body=b"x" * 3_000, received_at=datetime.now(UTC))
        yield (time.perf_counter() - began) * 1_000


if __name__ == "__main__":
    main()
