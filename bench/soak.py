"""Hours of ordinary work: 20 webhooks and 5 reminders a second, and whether memory, files and connections grow.

    python -m bench.soak --database URL                 ten minutes on a PostgreSQL database that may be emptied
    python -m bench.soak --database URL --minutes 120   two hours

Memory is the proportional set size of web and worker together. Growth is of the last fifth beside the second fifth.
"""

import statistics
import threading
import time

import psutil
from sqlalchemy import text

from app.db import Database
from bench.due import open_cases
from bench.install import Install, family, installed, megabytes, options
from bench.load import Load, paced
from bench.results import Figure, Results

LOOK_S = 5.0
FIRST, LAST = "memory in the second fifth, MB", "memory in the last fifth"
FIGURES = [
    Figure(name=LAST, unit="MB", floor=FIRST, most_ratio=1.1, row="L8"),
    Figure(name="file handles in the last fifth", unit="", floor="file handles in the second fifth", most_ratio=1.05, row="L8"),
    Figure(name="connections in the last fifth", unit="", floor="connections in the second fifth", most_ratio=1.05, row="L8"),
    Figure(name="longest open transaction without work", unit="s", most=5, row="L8"),
    Figure(name="20 webhooks/s: p95", unit="ms"),
]  # fmt: skip


def main() -> None:
    wish = options(__doc__, minutes=10)
    results = Results("soak", wish.database)
    with installed(wish.database) as install, install.web() as web, install.worker() as worker:
        processes = family(web) + family(worker)
        load = Load()
        seconds = wish.minutes * 60
        posts = install.posts(20 * seconds)
        posting = threading.Thread(target=lambda: _post(install, posts, load))
        posting.start()
        looks = []
        ends_at = time.monotonic() + seconds
        while time.monotonic() < ends_at:
            open_cases(install.database, 0, due=round(5 * LOOK_S))
            time.sleep(LOOK_S)
            looks.append(_look(install.database, processes))
        posting.join()
    results.tell(FIGURES, [_told(looks, load.only(200))])


def _post(install: Install, posts: list[bytes], load: Load) -> None:
    found = paced(install.address, posts, per_second=20, connections=4)
    load.waits, load.statuses, load.seconds = found.waits, found.statuses, found.seconds


def _look(database: Database, processes: list[psutil.Process]) -> dict[str, float]:
    asked = text(
        "SELECT count(*), coalesce(max(extract(epoch FROM now() - state_change)) FILTER "
        "(WHERE state LIKE 'idle in transaction%'), 0) FROM pg_stat_activity WHERE datname = current_database()"
    )
    with database.reading() as session:
        connections, idle = session.execute(asked).one()
    return {
        "memory": sum(megabytes(process) for process in processes),
        "file handles": float(sum(process.num_fds() for process in processes)),
        "connections": float(connections),
        "idle": float(idle),
    }


def _told(looks: list[dict[str, float]], load: Load) -> dict[str, float]:
    fifth = max(1, len(looks) // 5)
    second, last = looks[fifth : 2 * fifth] or looks, looks[-fifth:]

    def usual(some: list[dict[str, float]], name: str) -> float:
        return statistics.median(look[name] for look in some)

    return {
        FIRST: usual(second, "memory"),
        LAST: usual(last, "memory"),
        "file handles in the second fifth": usual(second, "file handles"),
        "file handles in the last fifth": usual(last, "file handles"),
        "connections in the second fifth": usual(second, "connections"),
        "connections in the last fifth": usual(last, "connections"),
        "longest open transaction without work": max(look["idle"] for look in looks),
        "20 webhooks/s: p95": load.ms(0.95),
    }


if __name__ == "__main__":
    main()
