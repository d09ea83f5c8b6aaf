"""Thousands of reminders due at once, and a neighbour whose mail server hangs.

    python -m bench.storm --database URL        a PostgreSQL database that may be emptied; two workers need one

The mail servers are processes on this machine: one that takes each mail after 50 ms, and one that is silent for half
a minute on each mail of one merchant's customers.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import func, select

from app.db import Database
from app.models import Case, Customer, Delivery, Step
from bench.due import open_cases
from bench.install import Install, installed, options
from bench.results import Figure, Results
from tests.support.processes import wait_until

SLOW = "slow.example"
PEER = "the peer's 50 ms, 16 at once, s"
STORM = [
    Figure(name="5,000 reminders due at once, 2 workers: all out", unit="s", floor=PEER, most=180, row="L5"),
    Figure(name="reminders sent twice", unit="", most=0, row="L5"),
]  # fmt: skip
NEIGHBOUR = [
    Figure(name="a neighbour's mail server hangs: the others' lag, p95", unit="s", most=60, row="L7"),
]


def main() -> None:
    wish = options(__doc__, due=5_000, hanging=1_000)
    results = Results("storm", wish.database)
    results.tell(STORM, [_storm(wish.database, wish.due) for _ in range(wish.rounds)])
    results.tell(NEIGHBOUR, [_neighbour(wish.database, wish.hanging) for _ in range(wish.rounds)])


def _storm(dsn: str, due: int) -> dict[str, float]:
    with mail_server(0.05) as port, installed(dsn, **mail_settings(port)) as install:
        with install.worker(), install.worker():
            open_cases(install.database, 0, due=due)
            began = time.perf_counter()
            wait_for_sends(install, due)
            took = time.perf_counter() - began
        with install.database.reading() as session:
            deliveries = session.scalar(select(func.count()).select_from(Delivery)) or 0
    return {
        PEER: due * 0.05 / 16,
        "5,000 reminders due at once, 2 workers: all out": took,
        "reminders sent twice": float(deliveries - due),
    }


def _neighbour(dsn: str, hanging: int) -> dict[str, float]:
    with mail_server(0.05, hangs_for=SLOW) as port, installed(dsn, **mail_settings(port)) as install:
        open_cases(install.database, 0, due=hanging, biz_id="biz_slow", domain=SLOW)
        with install.worker(), install.worker():
            for number in range(10):
                open_cases(install.database, 0, due=10, biz_id=f"biz_{number}")
                time.sleep(1)
            wait_until(lambda: _sent(install.database) >= 100, "the others' reminders", patience=300)
            lags = sorted(_lags(install.database))
    return {"a neighbour's mail server hangs: the others' lag, p95": lags[int(len(lags) * 0.95)]}


def wait_for_sends(install: Install, count: int, *, patience: float = 600.0) -> None:
    ends_at = time.monotonic() + patience
    while _sent(install.database) < count:
        if time.monotonic() > ends_at:
            raise SystemExit(f"{_sent(install.database)} of {count} were sent: the figures do not count")
        time.sleep(0.2)


@contextmanager
def mail_server(delay: float, *, hangs_for: str = "") -> Iterator[int]:
    """Its port."""
    command = [sys.executable, "-m", "bench.mail_and_chat", "email", str(delay)]
    command += ["--hangs-for", hangs_for] if hangs_for else []
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    try:
        yield int(child.stdout.readline())
    finally:
        child.kill()
        child.communicate()


def mail_settings(port: int) -> dict[str, str]:
    """Of an install that uses it."""
    return {
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(port),
        "SMTP_SECURITY": "none",
        "SMTP_FROM": "bench@example.com",
    }


def _sent(database: Database) -> int:
    with database.reading() as session:
        sent = select(func.count()).select_from(Step).join(Case, Case.id == Step.case_id)
        others = sent.join(Customer, Customer.id == Case.customer_id).where(
            Customer.email.not_like(f"%{SLOW}")
        )
        return session.scalar(others.where(Step.state == "sent")) or 0


def _lags(database: Database) -> Iterator[float]:
    """Seconds from the time at which a reminder was due to the start of its sending; of all but the slow merchant."""
    with database.reading() as session:
        rows = session.execute(
            select(Step.planned_at, Delivery.started_at)
            .join(Delivery, Delivery.step_id == Step.id)
            .join(Case, Case.id == Step.case_id)
            .join(Customer, Customer.id == Case.customer_id)
            .where(Customer.email.not_like(f"%{SLOW}"))
        )
        for due, began in rows:
            assert isinstance(due, datetime) and isinstance(began, datetime)
            yield (began - due).total_seconds()


if __name__ == "__main__":
    main()
