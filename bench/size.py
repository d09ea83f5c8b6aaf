"""What a case weighs in PostgreSQL: rows and bytes of each table, before and after the texts in it are emptied.

    python -m bench.size --database URL --cases 10000      a PostgreSQL database that may be emptied

The cases are those of `autocharge demo`: lived through by the program's own code, from whole sample events.
"""

from datetime import timedelta

from sqlalchemy import text

from app.clock import SystemClock
from app.db import Database
from app.migrate import downgrade, upgrade
from app.ops.demo import Demo
from app.privacy.retention import Kept, prune
from app.services import Services
from app.settings import Settings
from bench.install import options

SIZES = """
SELECT c.relname AS name, pg_relation_size(c.oid) AS rows, pg_indexes_size(c.oid) AS indexes,
       pg_total_relation_size(c.oid) AS whole, c.reltuples::bigint AS number
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
WHERE c.relkind = 'r' AND c.reltuples > 0 ORDER BY whole DESC
"""
LEAST_BYTES = 10
"""A table with fewer a case is left out of the list, not of the sum."""


def main() -> None:
    wish = options(__doc__, cases=10_000)
    services = Services.make(
        Settings.load({"DATABASE_URL": wish.database, "LOG_LEVEL": "ERROR"}, env_file=None)
    )
    downgrade(services.database, "base")
    upgrade(services.database)
    for _ in Demo(services, biz_id="biz_size", cases=wish.cases, seed=1).live():
        pass
    tell(services.database)
    services.close()


def tell(database: Database) -> None:
    """Both lists, of all cases that are there. Whose a case was stays."""
    show(database, "as they came in", vacuum="ANALYZE")
    at_once = Kept(inbox=timedelta(), bodies=timedelta(), case_months=1_200)
    for _ in prune(database, at_once, now=SystemClock().now() + timedelta(days=1)):
        pass
    # In the long run the room of what was emptied is that of what comes after it.
    show(database, "once raw events and texts are emptied", vacuum="FULL, ANALYZE")


def show(database: Database, when: str, *, vacuum: str) -> None:
    with database.autocommit() as connection:
        connection.execute(text(f"VACUUM ({vacuum})"))
        cases = connection.scalar(text('SELECT count(*) FROM "case"')) or 1
        sizes = connection.execute(text(SIZES)).all()
    print(f"\nBytes a case, {cases:,} cases, {when}\n")
    print(f"{'table':<16}{'rows':>8}{'heap':>8}{'indexes':>9}{'with texts':>12}")
    for one in sizes:
        if one.whole / cases >= LEAST_BYTES:
            columns = (one.rows, one.indexes, one.whole)
            heap, indexes, whole = (round(size / cases) for size in columns)
            print(f"{one.name:<16}{one.number / cases:>8.2f}{heap:>8,}{indexes:>9,}{whole:>12,}")
    print(f"{'all':<16}{'':>8}{'':>8}{'':>9}{round(sum(one.whole for one in sizes) / cases):>12,}")


if __name__ == "__main__":
    main()
