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
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import text

from app import create_app
from app.cases.tally_upkeep import put_together
from app.db import Database
from app.log import configure
from app.migrate import downgrade, upgrade
from app.settings import Settings
from bench.results import Figure, Results
from tests.support.clock import FixedClock

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
YEAR_SECONDS = 365 * 24 * 3600
WITHOUT_TALLIES = "0018"
PAGES = ("/dashboard", "/dashboard?days=90", "/dashboard?days=365", "/api/analytics")
FLOOR = "/healthz"
L6_CASES = 100_000
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
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--asked", type=int, default=40, help="requests for each page in a round")
    parser.add_argument("--zone", default="America/New_York", help="of both merchants")
    return parser.parse_args()


def _measure(settings: Settings, database: Database, options: argparse.Namespace) -> None:
    app = create_app(settings, FixedClock(NOW))
    sizes = {f"biz_{cases}": cases for cases in (options.few, options.many)}
    visitors = {biz_id: app.test_client() for biz_id in sizes}
    for biz_id, visitor in visitors.items():
        visitor.get("/auth/dev", query_string={"email": f"{biz_id}@example.com", "whop": biz_id})
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
    results = Results("overview", options.database)
    (limiter,) = app.extensions["limiter"]
    for page in PAGES:
        rounds = []
        for _ in range(options.rounds):
            limiter.reset()  # a person may ask the API a hundred times in a quarter of an hour
            rounds.append(_compare(page, visitors, sizes, asked=options.asked))
        results.tell(_figures(page, options.few, options.many), rounds)


def _figures(page: str, few: int, many: int) -> list[Figure]:
    small, large = f"{page} at {few:,} cases", f"{page} at {many:,} cases"
    return [
        Figure(name=f"{large}: p50", unit="ms", floor=f"{FLOOR}: p50, ms"),
        Figure(name=f"{large}: p95", unit="ms", floor=f"{small}: p95, ms", most_ratio=2, **_of_l6(many)),
    ]


def _of_l6(many: int) -> dict[str, Any]:
    """The row asks for 300 ms at so many cases."""
    return {"most": 300, "row": "L6"} if many == L6_CASES else {}


def _compare(
    page: str, visitors: dict[str, FlaskClient], sizes: dict[str, int], *, asked: int
) -> dict[str, float]:
    taken: dict[str, list[float]] = {name: [] for name in (*visitors, FLOOR)}
    for number in range(asked + 3):
        for biz_id, visitor in visitors.items():
            spent, floor = _timed(visitor, page), _timed(visitor, FLOOR)
            if number >= 3:  # the first ones warm up
                taken[biz_id].append(spent)
                taken[FLOOR].append(floor)
    found = {f"{FLOOR}: p50, ms": statistics.median(taken[FLOOR])}
    for biz_id, cases in sizes.items():
        name = f"{page} at {cases:,} cases"
        found |= {f"{name}: p50": statistics.median(taken[biz_id]), f"{name}: p95": _p95(taken[biz_id])}
        found[f"{name}: p95, ms"] = found[f"{name}: p95"]
    return found


def _timed(visitor: FlaskClient, page: str) -> float:
    """Milliseconds."""
    started = time.perf_counter()
    answer = visitor.get(page)
    spent = (time.perf_counter() - started) * 1000
    if answer.status_code != 200:
        raise SystemExit(f"{page} answered {answer.status_code}: its figures do not count")
    return spent


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def _analyse(database: Database) -> None:
    with database.autocommit() as connection:
        connection.execute(text("ANALYZE" if database.sqlite else "VACUUM ANALYZE"))


def _seed(database: Database, biz_id: str, cases: int, zone: str) -> None:
    """Written by the database itself. Every second case is a person's first, every second has had a message."""
    with database.transaction() as session:
        values = {"zone": zone, "biz_id": biz_id}
        session.execute(text("UPDATE merchant SET zone = :zone WHERE biz_id = :biz_id"), values)
        merchant = session.scalar(text("SELECT id FROM merchant WHERE biz_id = :biz_id"), values)
        first = session.scalar(text('SELECT coalesce(max(id), 0) FROM "case"')) or 0
    spacing = max(YEAR_SECONDS // cases, 1)
    for start in range(0, cases, BATCH):
        numbers = {"m": merchant, "first": first, "low": start + 1, "high": min(start + BATCH, cases)}
        for statement in _statements(sqlite=database.sqlite, spacing=spacing):
            with database.transaction() as session:
                session.execute(text(statement), numbers)


def _statements(*, sqlite: bool, spacing: int) -> list[str]:
    """The n-th case is the n-th youngest; every row of a case has its number as id."""
    no, json = ("0", "'{}'") if sqlite else ("false", "CAST('{}' AS jsonb)")
    numbers = (
        "WITH RECURSIVE numbers(n) AS (SELECT :low UNION ALL SELECT n + 1 FROM numbers WHERE n < :high) "
    )
    aged = (
        f"aged AS (SELECT n, n * {spacing} AS age, n % 9973 * 7919 % 100 AS luck, "
        "n % 9967 * 8513 % 1000 AS taste FROM numbers) "
    )
    told = (
        "told AS (SELECT n, age, taste, CASE WHEN age < 864000 AND luck < 50 THEN 'open' "
        "WHEN luck < 45 THEN 'recovered' WHEN luck < 48 THEN 'reversed' WHEN luck < 51 THEN 'void' ELSE 'lost' END "
        "AS state, CASE WHEN n * 31 % 340 * 3600 < age THEN n * 31 % 340 ELSE 0 END AS waited FROM aged) "
    )
    source = numbers.rstrip() + ", " + aged.rstrip() + ", " + told

    def at(seconds: str) -> str:
        if sqlite:
            return (
                f"strftime('%Y-%m-%d %H:%M:%f000', '{NOW:%Y-%m-%d %H:%M:%S}', (-({seconds})) || ' seconds')"
            )
        return f"timestamptz '{NOW.isoformat()}' - ({seconds}) * interval '1 second'"

    opened, paid = (
        at("age"),
        f"CASE WHEN state IN ('recovered', 'reversed') THEN {at('age - waited * 3600')} END",
    )
    closed = f"CASE WHEN state <> 'open' THEN {at('age - waited * 3600')} END"
    currency = "CASE WHEN taste % 5 = 0 THEN 'eur' ELSE 'usd' END"
    customers = (
        "INSERT INTO customer (id, merchant_id, identity, name, email, complaints, seen_at, created_at) "
        f"SELECT :first + n, :m, 'user_' || n, 'Ada Lovelace', 'ada@example.com', {json}, {opened}, {opened} "
        "FROM told"
    )
    payments = (
        "INSERT INTO payment (id, merchant_id, customer_id, payment_id, product_id, product_title, amount_minor, "
        "currency, decline_code, seen_at, failed_at, paid_at, refunds, disputes) "
        "SELECT :first + n, :m, :first + n, 'pay_' || n, 'prod_' || (taste % 5), 'Product ' || (taste % 5), 4900, "
        f"{currency}, 'insufficient_funds', {opened}, {opened}, {paid}, {json}, {json} FROM told"
    )
    cases = (
        'INSERT INTO "case" (id, merchant_id, customer_id, payment_id, token, state, reason, held, decline_class, '
        "amount_minor, currency, opened_at, closed_at, recovered_at, paid_on, taken_back_minor, attribution, "
        "attribution_step_id, arm, draw_share, origin, policy_version, created_at) "
        "SELECT :first + n, :m, :first + n, :first + n, 'token' || (:first + n), state, 'collecting', "
        f"{no}, substr('AAAABBBCDDEFGHIJU', 1 + taste % 17, 1), 4900, {currency}, {opened}, {closed}, {paid}, "
        "CASE WHEN waited < 336 AND state IN ('recovered', 'reversed') THEN waited / 24 END, 0, "
        "CASE WHEN state = 'recovered' THEN CASE WHEN n % 2 = 0 THEN 'message' ELSE 'neither' END END, "
        "CASE WHEN state = 'recovered' AND n % 2 = 0 THEN :first + n END, "
        "CASE WHEN n % 10 = 1 THEN 'control' ELSE 'treated' END, CASE WHEN n % 2 = 1 THEN 0.1 END, 'live', 1, "
        f"{opened} FROM told"
    )
    steps = (
        "INSERT INTO step (id, case_id, position, kind, wording_key, wording_version, channel, planned_at, why, "
        "tries, state, due_at, attempts) SELECT :first + n, :first + n, 1, 'remind', CASE taste % 3 WHEN 0 THEN "
        "'funds.first' WHEN 1 THEN 'funds.second' ELSE 'card.last' END, 1, CASE WHEN taste % 4 = 0 THEN 'telegram' "
        f"ELSE 'email' END, {opened}, {json}, 0, 'sent', {opened}, 1 FROM told WHERE n % 2 = 0"
    )
    deliveries = (
        "INSERT INTO delivery (id, step_id, case_id, fence, channel, outcome, content, recipient, started_at, "
        "lease_until) SELECT :first + n, :first + n, :first + n, 1, CASE WHEN taste % 4 = 0 THEN 'telegram' "
        f"ELSE 'email' END, CASE WHEN taste % 20 = 1 THEN 'gave_up' ELSE 'sent' END, {json}, 'ada@example.com', "
        f"{opened}, {opened} FROM told WHERE n % 2 = 0"
    )
    return [source + one for one in (customers, payments, cases, steps, deliveries)]


if __name__ == "__main__":
    main()
