"""One life of a throw-away install: events arrive, time passes by itself, messages are kept and sent to nobody.

Inbox, cases and delivery are the real ones, on a SQLite file of their own. Only clock and mail server are ours.
"""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from pathlib import Path

from sqlalchemy import func, select

from app.cases.rules import Rules
from app.cases.standing import stop_case
from app.cases.upkeep import close_stale_cases, hand_over_silent
from app.claims import Times
from app.db import Database
from app.delivery.message import Links
from app.delivery.send import Sender
from app.inbox.process import claim_events, process_event
from app.inbox.store import store_event
from app.models import Case, Step
from app.ops.replay.disorder import Arrival
from app.recovery.campaign import LIMITS
from notifiers.memory import MemoryNotifier

AT_ONCE = 50
DAY = timedelta(days=1)
AFTERWARDS = LIMITS.clearing + 2 * DAY
"""So long a run goes on after the last event: by then every case has ended."""


class Install:
    """The worker's work, one thing after the other, at made-up moments."""

    def __init__(self, database: Database, *, rules: Rules, links: Links) -> None:
        self._database = database
        self._rules = rules
        self._sender = Sender(
            database, {"email": MemoryNotifier()}, links=links, stop_case=partial(stop_case, rules=rules)
        )

    def live(self, arrivals: Sequence[Arrival]) -> None:
        """Hear these, which are in the order of time, and go on until everything has ended."""
        now = None
        for at, at_once in groupby(arrivals, lambda arrival: arrival.at):
            if now is not None:
                self._pass(now, until=at)
            self._hear(list(at_once), now=at)
            now = at
        if now is not None:
            self._pass(now, until=now + AFTERWARDS)

    def _hear(self, arrivals: Sequence[Arrival], *, now: datetime) -> None:
        for arrival in arrivals:
            store_event(
                self._database,
                message_id=arrival.heard.message_id,
                body=arrival.heard.body,
                received_at=now,
                origin=arrival.origin,
            )
        times = Times(now=now, wall=now)
        while claims := claim_events(self._database, times=times, limit=AT_ONCE):
            for claim in claims:
                process_event(self._database, claim, times=times, rules=self._rules)
        self._chores(now)

    def _pass(self, now: datetime, *, until: datetime) -> None:
        """What is due is sent when it is due; cases that time alone ends are looked for once a day."""
        while True:
            due, runs = self._next()
            following = min(due or until, now + DAY if runs else until)
            if following >= until:
                return
            now = max(now, following)
            self._send_due(now)
            self._chores(now)

    def _next(self) -> tuple[datetime | None, bool]:
        with self._database.reading() as session:
            due = session.scalar(select(func.min(Step.due_at)).where(Step.state == "planned"))
            running = session.scalar(select(Case.id).where(Case.closed_at.is_(None)).limit(1))
        return due, running is not None

    def _send_due(self, now: datetime) -> None:
        times = Times(now=now, wall=now)
        while claims := self._sender.claim(times=times, limit=AT_ONCE):
            for claim in claims:
                outcome = self._sender.carry_out(claim, times=times)
                if outcome is not None:
                    self._sender.record(claim, outcome, times=times)

    def _chores(self, now: datetime) -> None:
        close_stale_cases(self._database, now=now, rules=self._rules)
        hand_over_silent(self._database, now=now, rules=self._rules)


@contextmanager
def throw_away(template: Path) -> Iterator[Database]:
    """A copy of a migrated, empty SQLite file, in memory where the machine can; gone afterwards."""
    memory = Path("/dev/shm")  # noqa: S108  a folder of its own is made in it
    folder = Path(tempfile.mkdtemp(prefix="autocharge-replay-", dir=memory if memory.is_dir() else None))
    try:
        shutil.copy(template, folder / "replay.db")
        database = Database(f"sqlite:///{folder}/replay.db")
        try:
            yield database
        finally:
            database.close()
    finally:
        shutil.rmtree(folder)
