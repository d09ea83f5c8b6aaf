"""How long the overview takes for a merchant with many cases, beside one with few and an empty route.

    python -m bench.overview                       SQLite in a temporary folder
    python -m bench.overview --database URL        a PostgreSQL database that may be emptied

Both merchants are in one database, asked in turn in the same round. The cases lie in the year before now.
They are written before the tallies are made, so the time of that migration is told as well.
"""

import argparse
import statistics
import tempfile
import time
from datetime import UTC, datetime

from flask.testing import FlaskClient
from sqlalchemy import text

from app import create_app
from app.cases.tally_upkeep import put_together
from app.db import Database
from app.log import configure
from app.migrate import downgrade, upgrade
from app.settings import Settings
from tests.support.clock import FixedClock

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
YEAR_SECONDS = 365 * 24 * 3600
WITHOUT_TALLIES = "0014"
PAGES = ("/dashboard", "/dashboard?days=90", "/dashboard?days=365", "/api/analytics")
FLOOR = "/healthz"
BATCH = 100_000


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.load(
            {
                "DATABASE_URL": options.database or f"sqlite:///{folder}/bench.db",
                "INSTANCE_DIR": folder,
                "LOG_LEVEL": "ERROR",
            },
            env_file=None,
        )
        configure(settings)
        database = Database(options.database or f"sqlite:///{folder}/bench.db")
        try:
            downgrade(database, "base")
            upgrade(database)
            _measure(settings, database, options)
        finally:
            database.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--database", default="", help="default: a fresh SQLite file")
    parser.add_argument("--few", type=int, default=10_000)
    parser.add_argument("--many", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--zone", default="America/New_York", help="of both merchants")
    return parser.parse_args()


def _measure(settings: Settings, database: Database, options: argparse.Namespace) -> None:
    app = create_app(settings, FixedClock(NOW))
    sizes = {f"biz_{cases}": cases for cases in (options.few, options.many)}
    visitors = {biz_id: app.test_client() for biz_id in sizes}
    for biz_id, visitor in visitors.items():
        visitor.get("/auth/dev", query_string={"email": "owner@example.com", "whop": biz_id})
    downgrade(database, WITHOUT_TALLIES)
    for biz_id, cases in sizes.items():
        _seed(database, biz_id, cases, options.zone)
    started = time.perf_counter()
    upgrade(database)
    print(f"tallies of {sum(sizes.values()):,} cases counted in {time.perf_counter() - started:.1f} s")
    started = time.perf_counter()
    while put_together(database, enough=2):
        pass
    print(f"and put together in {time.perf_counter() - started:.1f} s")
    _analyse(database)
    print(f"{'':22} {'cases':>10} {'p50 ms':>8} {'p95 ms':>8} {'/ empty':>8} {'p95 / few':>10} {'KB':>6}")
    for page in PAGES:
        _compare(page, visitors, sizes, rounds=options.rounds)


def _compare(page: str, visitors: dict[str, FlaskClient], sizes: dict[str, int], *, rounds: int) -> None:
    taken: dict[str, list[float]] = {name: [] for name in (*visitors, FLOOR)}
    length = {}
    for number in range(rounds + 3):
        for biz_id, visitor in visitors.items():
            spent, length[biz_id] = _timed(visitor, page)
            floor, _ = _timed(visitor, FLOOR)
            if number >= 3:  # the first ones warm up
                taken[biz_id].append(spent)
                taken[FLOOR].append(floor)
    few = _p95(taken[next(iter(visitors))])
    for biz_id, cases in sizes.items():
        middle, slow = statistics.median(taken[biz_id]), _p95(taken[biz_id])
        print(
            f"{page:22} {cases:10,} {middle:8.1f} {slow:8.1f} {middle / statistics.median(taken[FLOOR]):8.1f} "
            f"{slow / few:10.2f} {length[biz_id] / 1000:6.1f}",
            flush=True,
        )


def _timed(visitor: FlaskClient, page: str) -> tuple[float, int]:
    """Milliseconds, and bytes."""
    started = time.perf_counter()
    answer = visitor.get(page)
    spent = (time.perf_counter() - started) * 1000
    if answer.status_code != 200:
        raise SystemExit(f"{page} answered {answer.status_code}: its figures do not count")
    return spent, len(answer.data)


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def _analyse(database: Database) -> None:
    with database.autocommit() as connection:
        connection.execute(text("ANALYZE" if database.sqlite else "VACUUM ANALYZE"))


def _seed(database: Database, biz_id: str, cases: int, zone: str) -> None:
    """Written by the database itself. Every second case is a person's first; every second has had a message."""

    def ago(seconds: str) -> str:
        if database.sqlite:
            return f"strftime('%Y-%m-%d %H:%M:%f000', '{NOW:%Y-%m-%d %H:%M:%S}', '-' || ({seconds}) || ' seconds')"
        return f"timestamptz '{NOW.isoformat()}' - ({seconds}) * interval '1 second'"

    with database.transaction() as session:
        session.execute(
            text("UPDATE merchant SET zone = :zone WHERE biz_id = :biz_id"), {"zone": zone, "biz_id": biz_id}
        )
        merchant = session.scalar(text("SELECT id FROM merchant WHERE biz_id = :biz_id"), {"biz_id": biz_id})
        first = session.scalar(text('SELECT coalesce(max(id), 0) FROM "case"')) or 0
    for start in range(0, cases, BATCH):
        end = min(start + BATCH, cases)
        for statement in _statements(ago, spacing=YEAR_SECONDS // cases or 1, yes="1" if database.sqlite else "true"):
            with database.transaction() as session:
                session.execute(
                    text(statement), {"m": merchant, "first": first, "low": start + 1, "high": end}
                )


def _statements(ago, *, spacing: int, yes: str):  # type: ignore[no-untyped-def]
    at = ago(f"n * {spacing}")
    paid = ago(f"greatest_0(n * {spacing} - (n * 7919 % 700) * 3600)")
    raise NotImplementedError(at, paid, yes)
