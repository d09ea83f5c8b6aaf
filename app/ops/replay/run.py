"""One life of a throw-away install: events arrive, time passes by itself, messages are kept and sent to nobody.

Inbox, cases and delivery are the real ones, on a SQLite file of their own. Only clock and mail server are ours.
"""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.orm import Session

from app.alerts.chores import MOST_AT_ONCE, write_digests, write_spikes
from app.cases.rules import Rules
from app.cases.upkeep import close_stale_cases, hand_over_silent
from app.claims import Times
from app.db import Database
from app.delivery.message import Links
from app.inbox.process import claim_events, process_event
from app.inbox.store import store_event
from app.models import Audit, Case, Merchant, Retry, Step
from app.ops.replay.disorder import Arrival
from app.ops.replay.pretended import AT_ONCE, Outside, open_accounts
from app.recovery.campaign import LIMITS

DAY = timedelta(days=1)
AFTERWARDS = LIMITS.clearing + 2 * DAY
"""So long a run goes on after the last event: by then every case has ended."""


class Install:
    """The worker's work, one thing after the other, at made-up moments."""

    def __init__(self, database: Database, *, rules: Rules, links: Links) -> None:
        self._database = database
        self._rules = rules
        self.outside = Outside(database, rules=rules, links=links)

    def live(self, arrivals: Sequence[Arrival]) -> None:
        """Hear these, which are in the order of time, and go on until everything has ended."""
        open_accounts(self._database, arrivals)
        now = None
        for at, at_once in groupby(arrivals, lambda arrival: arrival.at):
            if now is not None:
                self._pass(now, until=at)
            self._hear(list(at_once), now=at)
            now = at
        if now is not None:
            self._pass(now, until=now + AFTERWARDS, last=True)

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
        self._do_due(now)

    def _pass(self, now: datetime, *, until: datetime, last: bool = False) -> None:
        """What is due is done when it is due; cases that time alone ends are looked for once a day.

        `last`: no event comes any more.
        """
        while True:
            if last:
                self._close_accounts()
            with self._database.reading() as session:
                due, runs = _next_due(session), _anything_open(session)
            following = min(due or until, now + DAY if runs else until)
            if following >= until:
                return
            now = max(now, following)
            self._do_due(now)

    def _do_due(self, now: datetime) -> None:
        times = Times(now=now, wall=now)
        self.outside.send_due(times)
        close_stale_cases(self._database, now=now, rules=self._rules)
        hand_over_silent(self._database, now=now, rules=self._rules)
        self._write_alerts(now)
        self.outside.send_due(times)

    def _close_accounts(self) -> None:
        """Where nothing can happen any more, a digest would have nothing to tell: that is not asked every day."""
        running = exists().where(Case.merchant_id == Merchant.id, Case.closed_at.is_(None))
        untold = exists().where(Audit.merchant_id == Merchant.id, Audit.id > Merchant.digest_after_id)
        waiting = exists().where(
            Case.merchant_id == Merchant.id, Step.case_id == Case.id, Step.state == "planned"
        )
        over = Merchant.digest_on & ~running & ~untold & ~waiting & Merchant.digest_after_id.is_not(None)
        with self._database.transaction() as session:
            session.execute(update(Merchant).where(over).values(digest_on=False))

    def _write_alerts(self, now: datetime) -> None:
        with self._database.reading() as session:
            late = or_(Merchant.digest_due_at.is_(None), Merchant.digest_due_at <= now)
            merchants = session.scalar(select(func.count()).where(Merchant.digest_on, late)) or 0
        for _ in range(0, merchants, MOST_AT_ONCE):
            write_digests(self._database, now=now)
        write_spikes(self._database, now=now)


def _next_due(session: Session) -> datetime | None:
    steps, retries = (
        session.scalar(select(func.min(row.due_at)).where(row.state == "planned")) for row in (Step, Retry)
    )
    digest = session.scalar(select(func.min(Merchant.digest_due_at)).where(Merchant.digest_on))
    return min(filter(None, (steps, retries, digest)), default=None)


def _anything_open(session: Session) -> bool:
    return session.scalar(select(Case.id).where(Case.closed_at.is_(None)).limit(1)) is not None


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
