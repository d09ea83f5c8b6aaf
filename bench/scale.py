"""What a claim and a send cost beside the number of open cases: it must follow what is due, not what exists.

    python -m bench.scale                       SQLite in a temporary folder
    python -m bench.scale --database URL        a PostgreSQL database that may be emptied

At each size the floor is the smallest size, asked for in the same round.
"""

import tempfile
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import func, select

from app.cases.rules import Rules
from app.cases.standing import stop_case
from app.claims import Times
from app.db import Database
from app.delivery.message import Links
from app.delivery.send import Sender
from app.log import configure
from app.migrate import downgrade, upgrade
from app.models import Step
from app.security.tokens import Tokens
from app.settings import Settings
from bench.due import open_cases
from bench.floor import timed
from bench.install import options
from bench.results import Figure, Results
from notifiers.base import Sent
from notifiers.memory import MemoryNotifier

SIZES = (10_000, 100_000, 1_000_000)
AT_ONCE = 20


def main() -> None:
    wish = options(__doc__, due=1_000, largest=SIZES[-1])
    sizes = [size for size in SIZES if size <= wish.largest]
    results = Results("scale", wish.database)
    rounds: list[dict[str, float]] = [{} for _ in range(wish.rounds)]
    with tempfile.TemporaryDirectory() as folder:
        env = {"DATABASE_URL": wish.database or f"sqlite:///{folder}/bench.db", "INSTANCE_DIR": folder}
        settings = Settings.load({**env, "LOG_LEVEL": "ERROR"}, env_file=None)
        configure(settings)
        database = Database(settings.database_dsn)
        downgrade(database, "base")
        upgrade(database)
        there = 0
        for size in sizes:
            open_cases(database, size - there, due=0)
            there = size
            for one in rounds:
                one |= _round(database, Rules.of(settings), f"{size:,}", wish.due)
        database.close()
    results.tell([figure for size in sizes for figure in _figures(f"{size:,}")], rounds)


def _figures(size: str) -> list[Figure]:
    least, held = f"{SIZES[0]:,}", 2.0 if size != f"{SIZES[0]:,}" else None
    return [
        Figure(name=f"a claim of {AT_ONCE} at {size} open cases", unit="ms",
               floor=f"a claim of {AT_ONCE} at {least} open cases" if held else "", most_ratio=held),
        Figure(name=f"a reminder at {size} open cases", unit="ms",
               floor=f"a reminder at {least} open cases" if held else "", most_ratio=held),
    ]  # fmt: skip


def _round(database: Database, rules: Rules, size: str, due: int) -> dict[str, float]:
    open_cases(database, 0, due=due)
    now = datetime.now(UTC)
    sender = Sender(
        database, {"email": MemoryNotifier()}, links=Links("http://localhost:3000", Tokens(("bench" * 8,))),
        stop_case=partial(stop_case, rules=rules),
    )  # fmt: skip
    times = Times(now=now, wall=now)
    before = _sent(database)
    claims, claiming = [], []
    while True:
        taken: list[list[object]] = []
        claiming.append(timed(lambda: taken.append(sender.claim(times=times, limit=AT_ONCE))))  # noqa: B023
        if not taken[0]:
            break
        claims += taken[0]
    spent = timed(lambda: [_send(sender, claim, times) for claim in claims])
    if _sent(database) - before != due:
        raise SystemExit(f"{_sent(database) - before} of {due} were sent: the figures do not count")
    return {
        f"a claim of {AT_ONCE} at {size} open cases": sum(claiming) / len(claiming) * 1_000,
        f"a reminder at {size} open cases": spent / due * 1_000,
    }


def _send(sender: Sender, claim: object, times: Times) -> None:
    outcome = sender.carry_out(claim, times=times)  # type: ignore[arg-type]
    assert isinstance(outcome, Sent), outcome
    sender.record(claim, outcome, times=times)  # type: ignore[arg-type]


def _sent(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Step).where(Step.state == "sent")) or 0


if __name__ == "__main__":
    main()
