"""How long web and worker take to start and how much memory they hold, also after a kill with many open cases.

    python -m bench.start                       SQLite in a temporary folder
    python -m bench.start --database URL        a PostgreSQL database that may be emptied

Memory is the proportional set size (PSS) of one process, after 500 events and their first reminders.
"""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from subprocess import Popen

from sqlalchemy import func, select

from app.db import Database
from app.models import InboxRow, Step
from bench.due import open_cases
from bench.floor import timed
from bench.install import Install, family, installed, megabytes, options
from bench.load import closed_loop
from bench.results import Figure, Results
from tests.support.processes import answers, running, wait_until

FLOOR = "Python with Flask and SQLAlchemy imported, s"
EVENTS = 500
FIGURES = [
    Figure(name="web: from the command to its first answer", unit="s", floor=FLOOR, most=2),
    Figure(name="worker: from the command to its first claim", unit="s", floor=FLOOR),
    Figure(name="web: memory of the largest process", unit="MB", most=120),
    Figure(name="worker: memory", unit="MB", most=150),
]
AFTER_A_KILL = [
    Figure(name="web: serving after a kill with many open cases", unit="s", most=5, row="L9"),
    Figure(name="worker: first reminder after it", unit="s", most=60, row="L9"),
]


def main() -> None:
    wish = options(__doc__, cases=50_000)
    results = Results("start", wish.database)
    with installed(wish.database) as install:
        results.tell(FIGURES, [_round(install) for _ in range(wish.rounds)])
    with installed(wish.database) as install:
        open_cases(install.database, wish.cases, due=0)
        results.tell(AFTER_A_KILL, [_killed(install) for _ in range(wish.rounds)])


def _round(install: Install) -> dict[str, float]:
    bare = timed(lambda: subprocess.run([sys.executable, "-c", "import flask, sqlalchemy"], check=True))
    began = time.perf_counter()
    with install.web() as web:
        serving = time.perf_counter() - began
        closed_loop(install.address, install.posts(EVENTS), connections=16).only(200)
        largest = max(megabytes(process) for process in family(web))
    began = time.perf_counter()
    with install.worker() as worker:
        working = time.perf_counter() - began
        wait_until(lambda: not _waiting(install.database), "the inbox to be drained", child=worker)
        memory = megabytes(family(worker)[0])
    return {
        FLOOR: bare,
        "web: from the command to its first answer": serving,
        "worker: from the command to its first claim": working,
        "web: memory of the largest process": largest,
        "worker: memory": memory,
    }


def _killed(install: Install) -> dict[str, float]:
    """Both are killed while reminders go out; the rest go out after the next start."""
    with install.web(), install.worker() as worker:
        open_cases(install.database, 0, due=200)
        wait_until(lambda: _sent(install.database) > 0, "the first reminders", child=worker)
    sent = _sent(install.database)
    open_cases(install.database, 0, due=20)
    serving = _after(lambda: answers(install.address), install, "web")
    sending = _after(lambda: _sent(install.database) > sent, install, "worker")
    return {
        "web: serving after a kill with many open cases": serving,
        "worker: first reminder after it": sending,
    }


def _after(true: Callable[[], bool], install: Install, command: str) -> float:
    """Seconds from that command until it is true; then the process is killed again."""
    began = time.perf_counter()
    with running(command, install.env, cwd=install.folder) as child:
        wait_until(true, f"what {command} does first", child=child)
        took = time.perf_counter() - began
        _kill(child)
    return took


def _kill(child: Popen[bytes]) -> None:
    for process in family(child):
        process.send_signal(signal.SIGKILL)


def _waiting(database: Database) -> int:
    with database.reading() as session:
        open_ = select(func.count()).select_from(InboxRow).where(InboxRow.state.in_(("waiting", "claimed")))
        return session.scalar(open_) or 0


def _sent(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Step).where(Step.state == "sent")) or 0


if __name__ == "__main__":
    main()
