"""How many signed events a second the door takes, beside an empty route and a bare INSERT+COMMIT loop.

    python -m bench.door                       SQLite in a temporary folder
    python -m bench.door --database URL        a PostgreSQL database that may be emptied

A real server of two processes with four threads each, its clients on threads of this one; every event is new.
"""

import time
from datetime import UTC, datetime
from subprocess import Popen

from sqlalchemy import func, select

from app.models import InboxRow
from app.whop.signature import Refused, verify
from bench.floor import insert_loop
from bench.install import Install, cpu_seconds, installed, options
from bench.load import Load, closed_loop, paced
from bench.results import Figure, Results
from tests.support.whop_events import SECRET

CONNECTIONS = (1, 16, 64)
INSERTS, EMPTY = "one connection's INSERT+COMMIT, rows/s", "an empty route, requests/s"
REFUSED = "CPU to refuse the dearest signature header"
BAD_SIGNATURES = ("", "v1,é", "v1,x " * 10_000, "v1," + "A" * 65_536, " ".join(["v1," + "A" * 43 + "="] * 85))
"""The last one is as long as a header may be, and each of its entries has the form of a signature."""
WRONG_SECRET = SECRET.replace("0f3c", "0f3d")


def main() -> None:
    wish = options(__doc__, events=3_000, seconds=60, burst=2_000)
    results = Results("door", wish.database)
    with installed(wish.database) as install, install.web() as web:
        rounds = [_round(install, wish.events, web) for _ in range(wish.rounds)]
        results.tell(_figures(wish.database), rounds)
        loads = [_loads(install, wish.seconds, wish.burst) for _ in range(wish.rounds)]
        results.tell(LOADS, loads)


def _figures(database: str) -> list[Figure]:
    figures = []
    for many in CONNECTIONS:
        at = f"at {many} connections"
        goal = 0.7 if many == 16 and database else None  # SQLite's loop crosses no process
        figures += [
            Figure(name=f"events {at}", unit="/s", floor=INSERTS, least_ratio=goal),
            Figure(name=f"events {at}, beside requests", unit="/s", floor=f"{EMPTY}, {at}"),
            Figure(name=f"p50 {at}", unit="ms"),
            Figure(name=f"p99 {at}", unit="ms"),
        ]
    return [
        *figures,
        Figure(name="CPU of the web processes for one event", unit="ms"),
        Figure(name=REFUSED, unit="ms", most=5, row="4"),
    ]


LOADS = [
    Figure(name="200 events/s: p50", unit="ms", most=30, row="L1"),
    Figure(name="200 events/s: p95", unit="ms", most=120, row="L1"),
    Figure(name="200 events/s: p99", unit="ms", most=300, row="L1"),
    Figure(name="200 events/s: rows of 1 event", unit="", least=1, most=1, row="L1"),
    Figure(name="burst over 64 connections: all answered", unit="s", most=15, row="L2"),
    Figure(name="burst over 64 connections: the slowest", unit="s", most=5, row="L2"),
    Figure(name="50 events/s beside 500 bad signatures/s: p95", unit="ms", most=300, row="L3"),
]


def _round(install: Install, events: int, web: Popen[bytes]) -> dict[str, float]:
    found: dict[str, float] = {INSERTS: events / insert_loop(install.database, events)}
    for many in CONNECTIONS:
        at = f"at {many} connections"
        empty = closed_loop(install.address, install.looks(events), connections=many).only(200)
        before = cpu_seconds(web)
        door = closed_loop(install.address, install.posts(events), connections=many).only(200)
        found |= {
            f"{EMPTY}, {at}": empty.rate,
            f"events {at}": door.rate,
            f"events {at}, beside requests": door.rate,
            f"p50 {at}": door.ms(0.5),
            f"p99 {at}": door.ms(0.99),
            "CPU of the web processes for one event": (cpu_seconds(web) - before) * 1_000 / events,
        }
    return found | {REFUSED: max(_refusing(header) for header in BAD_SIGNATURES)}


def _refusing(signature: str, tries: int = 200) -> float:
    """Milliseconds."""
    now = datetime.now(UTC)
    headers = {
        "webhook-id": "msg_1", "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signature,
    }  # fmt: skip
    before = time.process_time()
    for _ in range(tries):
        assert isinstance(
            verify(headers=headers, body=b"x" * 3_000, secrets=[SECRET.encode()], now=now), Refused
        )
    return (time.process_time() - before) * 1_000 / tries


def _loads(install: Install, seconds: int, burst: int) -> dict[str, float]:
    before = _rows(install)
    steady = paced(install.address, install.posts(200 * seconds), per_second=200, connections=16).only(200)
    rows = (_rows(install) - before) / (200 * seconds)
    at_once = closed_loop(install.address, install.posts(burst), connections=64).only(200)
    good = _beside_bad(install, min(seconds, 10))
    return {
        "200 events/s: p50": steady.ms(0.5),
        "200 events/s: p95": steady.ms(0.95),
        "200 events/s: p99": steady.ms(0.99),
        "200 events/s: rows of 1 event": rows,
        "burst over 64 connections: all answered": at_once.seconds,
        "burst over 64 connections: the slowest": at_once.waits[-1],
        "50 events/s beside 500 bad signatures/s: p95": good.ms(0.95),
    }


def _beside_bad(install: Install, seconds: int) -> Load:
    """After the first fifty a minute the bad ones are answered with 429 instead of 401."""
    bad, good = install.posts(500 * seconds, secret=WRONG_SECRET), install.posts(50 * seconds)
    mixed = [one for number, post in enumerate(good) for one in (post, *bad[number * 10 : number * 10 + 10])]
    load = paced(install.address, mixed, per_second=550, connections=32)
    if not set(load.statuses) <= {200, 401, 429} or load.statuses[200] != len(good):
        raise SystemExit(f"errors in the run, its figures do not count: {dict(load.statuses)}")
    load.waits = sorted(load.waits_of[200])
    return load


def _rows(install: Install) -> int:
    with install.database.reading() as session:
        return session.scalar(select(func.count()).select_from(InboxRow)) or 0


if __name__ == "__main__":
    main()
