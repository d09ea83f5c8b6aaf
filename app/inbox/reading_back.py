"""The months before, asked for on a page and read by the worker, a few seconds at a time.

Where it stopped is kept, so that any worker goes on there. The command `backfill` reads the same rows by itself.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.cases.audit import Act, note
from app.inbox.backfill import Reader, fresh_backfill
from app.inbox.reconcile import trouble_of
from app.log import get_logger
from app.models import Backfill, Merchant
from app.models.base import insert_once
from app.models.merchant import lock_merchant
from app.services import Services
from app.whop.client import WhopClient
from app.whop.errors import WhopError

MONTHS = (3, 6, 12, 24)
"""From which a merchant chooses."""
EVERY = timedelta(seconds=2)
RUN_SECONDS = 10.0
"""After this no question is begun: with the longest one, of eight seconds, it ends within the chore's lease."""

log = get_logger(__name__)


def ask_for_months(
    session: Session, merchant: Merchant, months: int, *, actor: str, now: datetime, wall: datetime
) -> None:
    """The worker reads so many months back, or goes on with it; pressed twice it is asked for once.

    `wall` is the machine's time, as all times of a reading are.
    """
    lock_merchant(session, merchant.id)
    fresh = fresh_backfill(wall=wall, months=months)
    insert_once(session, Backfill, ("merchant_id",), {"merchant_id": merchant.id, **fresh})
    row = session.scalars(select(Backfill).where(Backfill.merchant_id == merchant.id)).one()
    if row.state == "running" and row.due_at is not None and row.months == months and row.trouble is None:
        return
    if row.state == "done":
        for name, value in fresh.items():
            setattr(row, name, value)
    row.months, row.due_at, row.trouble = months, wall, None
    note(session, Act.BACKFILL_ASKED, merchant_id=merchant.id, actor=actor, at=now, detail={"months": months})


class ReadingBack:
    def __init__(
        self, services: Services, whop: WhopClient, *, stopping: Callable[[], bool] = lambda: False
    ) -> None:
        """`stopping`: the worker is asked to stop; no further question is begun."""
        self._services, self._whop, self._stopping = services, whop, stopping

    def run(self) -> int:
        """Read for whoever is due; how many pages were read."""
        ends, pages = time.monotonic() + RUN_SECONDS, 0
        while not self._stopping() and time.monotonic() < ends and (due := self._due()) is not None:
            row_id, biz_id, months = due
            try:
                for _ in Reader(self._services, self._whop, biz_id=biz_id).read(months=months):
                    pages += 1
                    if self._stopping() or time.monotonic() >= ends:
                        break
                self._go_on(row_id, None, timedelta())
            except WhopError as error:
                trouble, rest = trouble_of(error)
                log.warning("backfill.put_off", biz_id=biz_id, reason=trouble, error=str(error))
                self._go_on(row_id, trouble, rest)
        return pages

    def _due(self) -> tuple[int, str, int] | None:
        wanted = (
            select(Backfill.id, Merchant.biz_id, Backfill.months)
            .join(Merchant, Backfill.merchant_id == Merchant.id)
            .where(Backfill.state == "running", Backfill.due_at <= self._services.clock.wall())
            .order_by(Backfill.due_at, Backfill.id)
            .limit(1)
        )
        with self._services.database.reading() as session:
            found = session.execute(wanted).first()
        return None if found is None else (found[0], found[1], found[2] or MONTHS[-1])

    def _go_on(self, row_id: int, trouble: str | None, rest: timedelta) -> None:
        """Behind the others, where it is not at its end."""
        values = {"due_at": self._services.clock.wall() + rest, "trouble": trouble}
        running = (Backfill.id == row_id, Backfill.state == "running")
        with self._services.database.transaction() as session:
            session.execute(update(Backfill).where(*running).values(**values))
