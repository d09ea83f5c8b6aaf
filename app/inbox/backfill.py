"""Reads a merchant's months before: what had failed, what came of it, so that a recovery rate can be measured.

The cases that it opens are of origin `backfill`: nobody is ever written to for them. Each payment is kept raw in the
inbox and has its effect at once, in a short transaction of its own, so that live events never wait behind the past.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.news import is_dunned
from app.cases.payments import find_payment
from app.cases.people import merchant_of
from app.cases.rules import Rules
from app.claims import Times
from app.inbox.comparing import RENEWALS
from app.inbox.process import take_effect
from app.log import get_logger
from app.models import Backfill, Case, InboxRow, Merchant
from app.models.base import insert_once
from app.models.case import BACKFILL
from app.recovery.campaign import LIMITS
from app.recovery.facts import Fact, MerchantView, PaymentFailed
from app.services import Services
from app.whop.answers import Page
from app.whop.client import WhopClient
from app.whop.errors import WhopBadRequest
from app.whop.events import parse
from app.whop.json_body import JsonObject
from app.whop.retold import retold
from app.whop.snapshots import Snapshot

PAID_WITHIN = timedelta(days=14)
"""What the baseline calls recovered."""

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Reached:
    """After each page: how far the reading is."""

    share: float
    """Of the whole time, 0 to 1."""
    month: datetime
    listed: int
    kept: int


@dataclass(frozen=True, slots=True)
class Baseline:
    """How it went before: of all failed renewals that were read back, those paid within fourteen days."""

    failed: int
    paid: int

    @property
    def percent(self) -> int | None:
        """None where nothing had failed."""
        return round(100 * self.paid / self.failed) if self.failed else None


class Reader:
    def __init__(self, services: Services, whop: WhopClient, *, biz_id: str) -> None:
        self._services, self._database, self._whop = services, services.database, whop
        self._rules = Rules.of(services.settings)
        self._biz_id = biz_id

    def read(self, *, months: int) -> Iterator[Reached]:
        """Page by page, oldest first. Cut anywhere and begun again it goes on where it was; `WhopError`s are raised.

        A finished one is begun anew and finds again what has changed since.
        """
        row = self._begin(months)
        while row.month_at < row.ends_at:
            until = min(_next_month(row.month_at), row.ends_at)
            page = self._page(row, until)
            kept = sum(self._keep(payment) for payment in page.rows)
            row = self._note(row, listed=len(page.rows), kept=kept, cursor=page.next, until=until)
            whole = row.ends_at - row.begins_at
            yield Reached((row.month_at - row.begins_at) / whole, row.month_at, row.listed, row.kept)
        self._finish(row)

    def _page(self, row: Backfill, until: datetime) -> Page:
        def ask(cursor: str | None) -> Page:
            return self._whop.payments(
                self._biz_id,
                billing_reason=RENEWALS,
                created_after=row.month_at
                - timedelta(seconds=1),  # perhaps Whop leaves the moment itself out
                created_before=until,
                direction="asc",
                after=cursor,
            )

        try:
            return ask(row.cursor)
        except WhopBadRequest:
            if row.cursor is None:
                raise
            return ask(None)  # a cursor that Whop has forgotten: what is read twice has its effect once

    def baseline(self) -> Baseline:
        with self._database.reading() as session:
            found = session.execute(
                select(Case.opened_at, Case.recovered_at)
                .join(Merchant, Case.merchant_id == Merchant.id)
                .where(Merchant.biz_id == self._biz_id, Case.origin == BACKFILL)
                .execution_options(yield_per=1000)
            )
            times = [(opened, recovered) for opened, recovered in found]
        paid = sum(recovered is not None and recovered - opened <= PAID_WITHIN for opened, recovered in times)
        return Baseline(len(times), paid)

    def _begin(self, months: int) -> Backfill:
        fresh = fresh_backfill(wall=self._services.clock.wall(), months=months)
        with self._database.transaction() as session:
            merchant = merchant_of(session, MerchantView(self._biz_id), now=self._services.clock.now())
            insert_once(session, Backfill, ("merchant_id",), {"merchant_id": merchant.id, **fresh})
            row = session.scalars(select(Backfill).where(Backfill.merchant_id == merchant.id)).one()
            if row.state == "done" or fresh["begins_at"] < row.begins_at - timedelta(days=1):
                for name, value in fresh.items():
                    setattr(row, name, value)
            return row

    def _keep(self, payment: JsonObject) -> bool:
        """Whether this renewal had failed and was not known here."""
        wall = self._services.clock.wall()
        told = retold(payment, biz_id=self._biz_id, read_at=wall)
        parsed = [(snapshot, parse(snapshot.body, received_at=wall)) for snapshot in told]
        facts = [fact for _, fact in parsed if isinstance(fact, Fact)]
        if not any(isinstance(fact, PaymentFailed) and is_dunned(fact.payment) for fact in facts):
            return False
        with self._database.transaction() as session:
            merchant = merchant_of(session, MerchantView(self._biz_id), now=self._services.clock.now())
            case = _case_of(session, merchant, facts)
            known = find_payment(session, merchant.id, _payment_id(facts)) is not None
            if known and (case is None or case.origin != BACKFILL):
                return False  # it was heard of live: its own events tell the rest
            for snapshot in reversed(told):  # in one transaction, so in the order of time
                self._hear(session, snapshot, wall)
            return case is None

    def _hear(self, session: Session, snapshot: Snapshot, wall: datetime) -> None:
        """Kept raw as every event, and done at once: it never waits in the worker's line."""
        now = self._services.clock.now()
        values = {
            "message_id": snapshot.message_id,
            "origin": BACKFILL,
            "body": snapshot.body,
            "received_at": now,
            "due_at": now,
            "state": "claimed",
            "attempts": 1,
            "tries": 0,
        }
        row_id = insert_once(session, InboxRow, ("message_id",), values)
        if row_id is None:
            return
        row = session.get_one(InboxRow, row_id)
        take_effect(session, row, times=Times(now=now, wall=wall), rules=self._rules)
        session.flush()

    def _note(
        self, row: Backfill, *, listed: int, kept: int, cursor: str | None, until: datetime
    ) -> Backfill:
        with self._database.transaction() as session:
            kept_row = session.get_one(Backfill, row.id)
            kept_row.listed += listed
            kept_row.kept += kept
            kept_row.cursor = cursor
            if cursor is None:
                kept_row.month_at = until
            return kept_row

    def _finish(self, row: Backfill) -> None:
        with self._database.transaction() as session:
            kept_row = session.get_one(Backfill, row.id)
            kept_row.state, kept_row.done_at = "done", self._services.clock.wall()
            kept_row.due_at = kept_row.trouble = None
        log.info("backfill.done", merchant_id=row.merchant_id, listed=row.listed, kept=row.kept)


def fresh_backfill(*, wall: datetime, months: int) -> dict[str, Any]:
    """The columns of a reading that begins now."""
    begins_at = _months_before(wall, months)
    return {
        "state": "running",
        "begins_at": begins_at,
        "ends_at": wall - LIMITS.runway,
        "month_at": begins_at,
        "cursor": None,
        "listed": 0,
        "kept": 0,
        "started_at": wall,
        "done_at": None,
    }


def known_accounts(services: Services) -> list[str]:
    """Every merchant of this install, the oldest first."""
    with services.database.reading() as session:
        return list(session.scalars(select(Merchant.biz_id).order_by(Merchant.id)))


def _payment_id(facts: Sequence[Fact]) -> str:
    return next(fact.payment.payment_id for fact in facts if isinstance(fact, PaymentFailed))


def _case_of(session: Session, merchant: Merchant, facts: Sequence[Fact]) -> Case | None:
    payment = find_payment(session, merchant.id, _payment_id(facts))
    if payment is None:
        return None
    return session.scalars(select(Case).where(Case.payment_id == payment.id)).one_or_none()


def _months_before(at: datetime, months: int) -> datetime:
    """The first moment of the month that many months before."""
    number = at.year * 12 + at.month - 1 - months
    return at.replace(
        year=number // 12, month=number % 12 + 1, day=1, hour=0, minute=0, second=0, microsecond=0
    )


def _next_month(at: datetime) -> datetime:
    return _months_before(at, -1)
