"""How fast the worker drains the inbox and sends reminders, beside its floor, on one database.

    python -m bench.engine                       SQLite in a temporary folder
    python -m bench.engine --database URL        a PostgreSQL database that may be emptied

The floor is what the database alone allows: a bare INSERT+COMMIT loop and a bare claim-and-finish loop
(two commits a row, one connection), taken in the same round as the figures.
"""

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from app.db import Database
from app.inbox.store import store_event
from app.log import configure
from app.migrate import downgrade, upgrade
from app.models import InboxRow, Step
from app.services import Services
from app.settings import Settings
from app.worker import Worker
from bench.floor import claim_loop, insert_loop, timed
from bench.install import options
from bench.results import Figure, Results
from tests.support.clock import FixedClock
from tests.support.whop_events import encoded, payment_failed

START = datetime(2026, 11, 20, 9, tzinfo=UTC)
PATIENCE_S = 900
MERCHANTS = 20
INSERTS, CLAIMS = "one connection's INSERT+COMMIT, rows/s", "one connection's claim and finish, rows/s"
FIGURES = [
    Figure(name="events stored one by one", unit="/s", floor=INSERTS),
    Figure(
        name="inbox drain by one worker", unit="events/s", floor=CLAIMS, least=100, least_ratio=0.5, row="L4"
    ),
    Figure(name="reminders by one worker", unit="/s", floor=CLAIMS),
]


def main() -> None:
    wish = options(__doc__, rows=10_000)
    results = Results("engine", wish.database)
    results.tell(FIGURES, [_round(wish) for _ in range(wish.rounds)])


def _round(wish: argparse.Namespace) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.load(
            {
                "DATABASE_URL": wish.database or f"sqlite:///{folder}/bench.db",
                "INSTANCE_DIR": folder,
                "LOG_LEVEL": "ERROR",
                "CONTROL_SHARE": "0",
            },
            env_file=None,
        )
        configure(settings)
        services = Services.make(settings, FixedClock(START + timedelta(seconds=10)))
        downgrade(services.database, "base")
        upgrade(services.database)  # with the triggers, whose cost belongs to the figures
        try:
            return _figures(services, wish.rows)
        finally:
            services.database.close()


def _figures(services: Services, rows: int) -> dict[str, float]:
    database, clock = services.database, services.clock
    assert isinstance(clock, FixedClock)
    insert_floor = insert_loop(database, rows)
    claim_floor = claim_loop(database, rows)
    stored = timed(lambda: _store(database, rows, clock))
    drained = timed(lambda: _work(services, lambda: _left(database, InboxRow, "waiting", "claimed")))
    planned = _left(database, Step, "planned", "claimed", "sending")
    clock.advance(timedelta(hours=25))
    sent_before = _left(database, Step, "sent")
    due = rows
    delivered = timed(lambda: _work(services, lambda: due - (_left(database, Step, "sent") - sent_before)))
    if planned != rows * 3 or _left(database, Step, "dead", "unknown", "gave_up"):
        sys.exit("errors in the run: its figures do not count")
    return {
        INSERTS: rows / insert_floor,
        CLAIMS: rows / claim_floor,
        "events stored one by one": rows / stored,
        "inbox drain by one worker": rows / drained,
        "reminders by one worker": rows / delivered,
    }


def _store(database: Database, rows: int, clock: FixedClock) -> None:
    for number in range(rows):
        event = payment_failed(
            payment_id=f"pay_{number}", user_id=f"user_{number}", membership_id=f"mem_{number}",
            member_id=f"mber_{number}", email=f"customer{number}@example.com", at=START,
        )  # fmt: skip
        event["account_id"] = f"biz_{number % MERCHANTS}"
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
