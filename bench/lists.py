"""How fast each list of the dashboard is with many cases, beside an empty route: every order, filter and search.

    python -m bench.lists                        SQLite in a temporary folder, then nothing is left
    python -m bench.lists --database URL         a PostgreSQL database that may be emptied
    python -m bench.lists --cases 10000          default: 1,000,000

Asked through the whole application in this process, by a signed-in merchant, one request after the other.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from typing import NamedTuple

from flask.testing import FlaskClient

from app import create_app, log
from app.db import Database
from app.migrate import downgrade, upgrade
from app.settings import Settings
from bench.many import seed
from bench.results import Figure, Results

HOLD_MS = 200.0
FLOOR = "an empty route, ms"
STATES = ("in_progress", "open", "pending", "paused", "recovered", "lost", "reversed", "void")
CLASSES = ("A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "U")
SORTS = ("newest", "oldest", "largest", "smallest")
SEARCHES = (
    "ada 77",
    "lovelace ada 12",
    "ada",
    "lovelace",
    "a",
    "customer12345@example.com",
    "cus",
    "pay_777",
    "nobody",
)
TIMES = ("days=7", "days=90", "from=2025-02-01&to=2025-02-10", "to=2024-06-20")
CUSTOMER_SHOWS = ("", "no_contact", "excluded", "linked", "in_progress")


class Figures(NamedTuple):
    """Milliseconds: undisturbed by whoever else uses the machine, the median, and what 95 of 100 stay below."""

    best: float
    p50: float
    p95: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--database", default="", help="default: a fresh SQLite file")
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--asked", type=int, default=20, help="requests for each address in a round")
    parser.add_argument("--sample", type=int, default=0, help="about so many addresses of each kind; 0: all")
    parser.add_argument("--all", action="store_true", help="print each address")
    parser.add_argument("--seeded", action="store_true", help="the database is as an earlier run left it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        env = {
            "DATABASE_URL": options.database or f"sqlite:///{folder}/bench.db",
            "INSTANCE_DIR": folder,
            "LOG_LEVEL": "ERROR",
        }
        settings = Settings.load(env, env_file=None)
        database = Database(settings.database_dsn)
        log.configure(settings)
        if not options.seeded:
            downgrade(database, "base")
            upgrade(database)
        try:
            client = create_app(settings).test_client()
            client.get("/auth/dev", query_string={"email": "owner@example.com", "whop": "biz_bench"})
            if not options.seeded:
                seed(database, "biz_bench", options.cases)
            _measure(client, options)
        finally:
            database.close()


def _measure(client: FlaskClient, options: argparse.Namespace) -> None:
    results = Results("lists", options.database)
    rounds = [_round(client, options) for _ in range(options.rounds)]
    figures = [
        Figure(name=name, unit="ms", floor=FLOOR, most=HOLD_MS, row="L6")
        for name in rounds[0]
        if name != FLOOR
    ]
    results.tell(figures, rounds)


def _round(client: FlaskClient, options: argparse.Namespace) -> dict[str, float]:
    found = {FLOOR: _asked(client, "/healthz", options.asked * 5).p50}
    for kind, addresses in _kinds(client):
        some = addresses[:: max(1, len(addresses) // options.sample)] if options.sample else addresses
        figures = {address: _asked(client, address, options.asked) for address in some}
        worst = max(figures, key=lambda address: figures[address].p95)
        for address in figures if options.all else (worst,):
            _print(f"  {address}", figures[address])
        found[f"{options.cases:,} cases, {kind}: p95 of the slowest address"] = figures[worst].p95
    return found


def _kinds(client: FlaskClient) -> Iterator[tuple[str, list[str]]]:
    cases = "/dashboard/cases?sort="
    yield "orders", [f"{cases}{sort}" for sort in SORTS]
    yield "pages", [address for sort in SORTS for address in _deep(client, f"sort={sort}")]
    yield "state", [f"{cases}{sort}&state={state}" for sort in SORTS for state in STATES]
    yield "class", [f"{cases}{sort}&class={name}" for sort in SORTS for name in CLASSES]
    yield (
        "state and class",
        [
            f"{cases}{sort}&state={state}&class={name}"
            for sort in SORTS
            for state in STATES
            for name in CLASSES
        ],
    )
    yield "time", [f"{cases}{sort}&{when}" for sort in SORTS for when in TIMES]
    yield "time, state, class", [
        f"{cases}{sort}&{when}&state={state}&class={name}"
        for sort in SORTS for when in TIMES for state in ("in_progress", "lost", "void") for name in ("A", "J")
    ]  # fmt: skip
    yield "search", [f"{cases}{sort}&q={words}" for sort in SORTS for words in SEARCHES]
    yield "search and all filters", [
        f"{cases}{sort}&q={words}&state={state}&class=A&{when}"
        for sort in SORTS for words in ("ada", "lovelace ada 12") for state in ("", "lost") for when in TIMES
    ]  # fmt: skip
    yield "api", [f"/api/cases?sort={sort}" for sort in SORTS]
    customers = "/dashboard/customers?sort="
    yield "customers", [
        f"{customers}{sort}&show={shown}&q={words}"
        for sort in ("name", "newest") for shown in CUSTOMER_SHOWS for words in ("", *SEARCHES)
    ]  # fmt: skip


def _deep(client: FlaskClient, query: str) -> Iterator[str]:
    """Pages in the middle of all, both ways."""
    first = client.get(f"/api/cases?{query}").get_json()["next"]
    mark = "usd-4900-1000" if first.startswith(("usd", "eur")) else "1750000000000000-1000"
    for way in ("after", "before"):
        yield f"/dashboard/cases?{query}&{way}={mark}"


def _asked(client: FlaskClient, address: str, rounds: int) -> Figures:
    """The first is left out, as after a start."""
    (limiter,) = client.application.extensions["limiter"]
    limiter.reset()  # a person may ask the API a hundred times in a quarter of an hour
    waits = []
    for _ in range(rounds + 1):
        started = time.perf_counter()
        answer = client.get(address)
        waits.append((time.perf_counter() - started) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{address} answered {answer.status_code}: its figures do not count")
    steady = sorted(waits[1:])
    return Figures(steady[0], statistics.median(steady), steady[max(0, round(len(steady) * 0.95) - 1)])


def _print(name: str, figures: Figures) -> None:
    print(f"{name:58}{figures.best:9.1f}{figures.p50:9.1f}{figures.p95:9.1f}", flush=True)


if __name__ == "__main__":
    main()
