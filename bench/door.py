"""How many signed events a second the door takes, beside an empty route and a bare INSERT+COMMIT loop.

    python -m bench.door                       SQLite in a temporary folder
    python -m bench.door --database URL        a PostgreSQL database that may be emptied

A real server process, clients on threads of this one, all on the same machine; every event is new.
"""

import argparse
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from app.db import Database
from app.migrate import downgrade, upgrade
from app.settings import Settings
from bench.floor import insert_loop
from tests.support.processes import answers, free_port, running, wait_until
from tests.support.whop_events import SECRET, payment_failed, signed

CLIENTS = 16
Send = Callable[[HTTPConnection, int], int]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--database", default="", help="default: a fresh SQLite file")
    parser.add_argument("--events", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    rounds = [_round(options.database, options.events) for _ in range(options.rounds)]
    for name in rounds[0]:
        figures = sorted(one[name] for one in rounds)
        low, middle, high = figures[0], statistics.median(figures), figures[-1]
        print(f"{name:34} {low:10.2f} {middle:10.2f} {high:10.2f}   min median max")


def _round(dsn: str, events: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        env = {
            "DATABASE_URL": dsn or f"sqlite:///{folder}/bench.db",
            "INSTANCE_DIR": folder,
            "WHOP_WEBHOOK_SECRET": SECRET,
            "PORT": str(port),
            "APP_HOST": f"http://127.0.0.1:{port}",
            "LOG_LEVEL": "ERROR",
        }
        database = Database(Settings.load(env, env_file=None).database_dsn)
        downgrade(database, "base")
        upgrade(database)
        try:
            with running("web", env, cwd=Path(folder)) as child:
                wait_until(lambda: answers(env["APP_HOST"]), "the web server", child=child)
                return _figures(database, env["APP_HOST"], events)
        finally:
            database.close()


def _figures(database: Database, address: str, events: int) -> dict[str, float]:
    now = datetime.now(UTC)
    posts = [signed({**payment_failed(), "id": f"msg_{number}"}, now=now) for number in range(events)]

    def post(connection: HTTPConnection, number: int) -> int:
        body, headers = posts[number]
        connection.request("POST", "/webhooks/whop", body=body, headers=headers)
        return _read(connection)

    def look(connection: HTTPConnection, _number: int) -> int:
        connection.request("GET", "/healthz")
        return _read(connection)

    floor = events / insert_loop(database, events)
    empty, _ = _load(address, look, events)
    door, waits = _load(address, post, events)
    return {
        "floor insert+commit rows/s": floor,
        "floor empty route requests/s": empty,
        "door events/s": door,
        "door p50 ms": waits[len(waits) // 2] * 1000,
        "door p99 ms": waits[int(len(waits) * 0.99)] * 1000,
        "door / floor insert": door / floor,
        "door / empty route": door / empty,
    }


def _load(address: str, send: Send, count: int) -> tuple[float, list[float]]:
    """Requests a second over all clients, and every request's seconds in order."""
    place = urlsplit(address)
    waits: list[list[float]] = [[] for _ in range(CLIENTS)]
    failed: list[int] = []

    def client(which: int) -> None:
        connection = HTTPConnection(place.hostname or "", place.port, timeout=30)
        for number in range(which, count, CLIENTS):
            started = time.perf_counter()
            status = send(connection, number)
            waits[which].append(time.perf_counter() - started)
            if status != 200:
                failed.append(status)

    threads = [threading.Thread(target=client, args=(which,)) for which in range(CLIENTS)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - started
    if failed:
        sys.exit(f"errors in the run, its figures do not count: {sorted(set(failed))}")
    return count / took, sorted(wait for each in waits for wait in each)


def _read(connection: HTTPConnection) -> int:
    answer = connection.getresponse()
    answer.read()
    return answer.status


if __name__ == "__main__":
    main()
