"""How long each migration takes with many rows, down and up again, and on PostgreSQL for how long it locks whom out.

    python -m bench.migrations                        SQLite in a temporary folder, then nothing is left
    python -m bench.migrations --database URL         a PostgreSQL database that may be emptied
    python -m bench.migrations --rows 10000           default: 1,000,000 events, steps and deliveries, 100,000 cases

Each revision is its own transaction here. An upgrade over several is one: its locks are held until the last has ended.
"""

import argparse
import os
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise

from sqlalchemy import text

from app import log
from app.db import Database
from app.migrate import downgrade, revisions, upgrade
from app.settings import Settings
from bench.retention import fill

EVERYBODY = ("AccessExclusiveLock",)
WRITERS = (*EVERYBODY, "ExclusiveLock", "ShareRowExclusiveLock", "ShareLock")
SAMPLE_SECONDS = 0.02
LOCKS = text("""
SELECT c.relname, l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE l.granted AND c.relkind = 'r' AND n.nspname = 'public' AND l.mode = ANY (:modes)
AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND l.pid <> pg_backend_pid()
""")
"""Of tables that others can see already: those that a migration makes are its own until it ends."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--database", default="", help="default: a fresh SQLite file")
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        dsn = options.database or f"sqlite:///{folder}/bench.db"
        env = {"DATABASE_URL": dsn, "INSTANCE_DIR": folder, "LOG_LEVEL": "ERROR"}
        settings = Settings.load(env, env_file=None)
        log.configure(settings)
        database = Database(settings.database_dsn)
        try:
            downgrade(database, "base")
            upgrade(database)
            fill(database, options.rows)
            measure(database)
        finally:
            database.close()


def measure(database: Database) -> None:
    """From the newest down to the first, which makes the tables themselves, and up again."""
    print(f"load average of this machine at the start: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    names = revisions()
    for before, revision in reversed(list(pairwise(names))):
        _timed(database, f"down from {revision}", lambda to=before: downgrade(database, to))
    for revision in names[1:]:
        _timed(database, f"up to     {revision}", lambda to=revision: upgrade(database, to))


def _timed(database: Database, name: str, work: Callable[[], None]) -> None:
    with _watched(database) as held:
        began = time.perf_counter()
        work()
        seconds = time.perf_counter() - began
    everybody, writers = (_longest(held, modes) for modes in (EVERYBODY, WRITERS))
    locks = "" if database.sqlite else f"   all kept out: {everybody}   writers kept out: {writers}"
    print(f"{name} {seconds:8.2f} s{locks}", flush=True)


def _longest(held: Mapping[tuple[str, str], float], modes: tuple[str, ...]) -> str:
    found = max(((seconds, table) for (table, mode), seconds in held.items() if mode in modes), default=None)
    return "none" if found is None else f"{found[0]:.2f} s ({found[1]})"


@contextmanager
def _watched(database: Database) -> Iterator[dict[tuple[str, str], float]]:
    """For how long each table was seen locked, in each mode; to the fiftieth of a second."""
    held: dict[tuple[str, str], float] = defaultdict(float)
    if database.sqlite:
        yield held
        return
    ended = threading.Event()

    def sample() -> None:
        with database.autocommit() as connection:
            last = time.perf_counter()
            while not ended.wait(SAMPLE_SECONDS):
                seen = connection.execute(LOCKS, {"modes": list(WRITERS)}).all()
                now = time.perf_counter()
                for table, mode in seen:
                    held[table, mode] += now - last
                last = now

    sampler = threading.Thread(target=sample)
    sampler.start()
    try:
        yield held
    finally:
        ended.set()
        sampler.join()


if __name__ == "__main__":
    main()
