"""Forgets what is old, a small part in each transaction: raw events, the texts of messages, whose a case was.

Rows stay, and with them every total and the ids by which a late copy of an event is known. A part is done by one
process at a time, which holds the mark of how far it has come.
"""

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from app.cases.audit import Act, note
from app.cases.erased import ERASED
from app.cases.personal import DELIVERY, empty
from app.db import Database
from app.models import Case, Customer, Delivery, InboxRow, Membership, Payment, RetentionMark
from app.models.base import insert_once
from app.models.merchant import lock_merchant
from app.models.returning import HERE
from app.privacy.erasing import empty_all
from app.privacy.rows import rows_of_cases, rows_of_customer
from app.settings import Settings

AT_ONCE = 200
"""Rows of one transaction; less than a tenth of a second."""
CASES_AT_ONCE = 5
"""Of one merchant, whose lock is held meanwhile."""
REST_SECONDS = 0.15
"""Between two parts: on SQLite others can only write then, and a webhook waits four seconds at most."""
NIGHT = range(1, 5)
"""Hours of UTC in which the worker does this."""


@dataclass(frozen=True, slots=True)
class Kept:
    """How long things are kept."""

    inbox: timedelta
    bodies: timedelta
    case_months: int

    @classmethod
    def of(cls, settings: Settings) -> "Kept":
        return cls(
            inbox=timedelta(days=settings.retention_inbox_days),
            bodies=timedelta(days=settings.retention_body_days),
            case_months=settings.retention_case_months,
        )

    def closed_before(self, now: datetime) -> datetime:
        """Cases that were closed earlier are nobody's any more."""
        years, month = divmod(now.year * 12 + now.month - 1 - self.case_months, 12)
        # The first of the next month would be too late for the 31st: the 28th is in every month.
        return now.replace(year=years, month=month + 1, day=min(now.day, 28))


@dataclass(frozen=True, slots=True)
class Pruned:
    events: int = 0
    messages: int = 0
    cases: int = 0

    def __add__(self, more: "Pruned") -> "Pruned":
        return Pruned(
            self.events + more.events, self.messages + more.messages, self.cases + more.cases
        )  # fmt: skip

    @property
    def rows(self) -> int:
        return self.events + self.messages + self.cases


def prune(database: Database, kept: Kept, *, now: datetime, at_once: int = AT_ONCE) -> Iterator[Pruned]:
    """One part after the other, until nothing is old; each is committed when it is told."""
    events, bodies, closed = now - kept.inbox, now - kept.bodies, kept.closed_before(now)
    while done := _in_one(
        database, lambda session: _empty_events(session, before=events, now=now, most=at_once)
    ):
        yield Pruned(events=done)
    while done := _in_one(
        database, lambda session: _empty_messages(session, before=bodies, now=now, most=at_once)
    ):
        yield Pruned(messages=done)
    while done := _in_one(database, lambda session: _anonymise_cases(session, before=closed, now=now)):
        yield Pruned(cases=done)


def at_ease(parts: Iterator[Pruned]) -> Iterator[Pruned]:
    """The same, with a rest behind each part, in which others have their turn."""
    for part in parts:
        yield part
        time.sleep(REST_SECONDS)


def left(session: Session, kept: Kept, *, now: datetime) -> int:
    """About how many rows are to be looked at."""
    newest = (
        (InboxRow, select(InboxRow.id).where(InboxRow.received_at < now - kept.inbox).order_by(InboxRow.id.desc())),
        (Delivery, select(Delivery.id).where(Delivery.started_at < now - kept.bodies).order_by(Delivery.id.desc())),
    )  # fmt: skip
    marks = {one.name: one.after_id for one in session.scalars(select(RetentionMark))}
    rows = sum(
        max(0, (session.scalar(wanted.limit(1)) or 0) - marks.get(table.__tablename__, 0))
        for table, wanted in newest
    )
    return rows + len(session.scalars(_old_cases(kept.closed_before(now))).all())


def tell(session: Session, done: Pruned, *, actor: str, now: datetime) -> None:
    """One audit line of a run; it is no merchant's."""
    detail = {"events": done.events, "messages": done.messages, "cases": done.cases}
    note(session, Act.DATA_PRUNED, merchant_id=None, actor=actor, at=now, detail=detail)


def _in_one(database: Database, part: Callable[[Session], int]) -> int:
    with database.transaction() as session:
        return part(session)


def _empty_events(session: Session, *, before: datetime, now: datetime, most: int) -> int:
    mark = _mark(session, InboxRow.__tablename__, now=now)
    if mark is None:
        return 0
    wanted = select(InboxRow.id, InboxRow.received_at, InboxRow.done_at).where(InboxRow.id > mark.after_id)
    ids: list[int] = []
    for row_id, received_at, done_at in session.execute(wanted.order_by(InboxRow.id).limit(most)):
        if received_at >= before or done_at is None:  # it, and what comes after it, has its turn later
            break
        ids.append(row_id)
    if ids:
        session.execute(update(InboxRow).where(InboxRow.id.in_(ids)).values(body=b""))
        mark.after_id, mark.at = ids[-1], now
    return len(ids)


def _empty_messages(session: Session, *, before: datetime, now: datetime, most: int) -> int:
    mark = _mark(session, Delivery.__tablename__, now=now)
    if mark is None:
        return 0
    wanted = select(Delivery).where(Delivery.id > mark.after_id).order_by(Delivery.id).limit(most)
    done = 0
    for row in session.scalars(wanted):
        if row.started_at >= before or row.outcome == "in_flight":
            break
        empty(row, DELIVERY)
        mark.after_id, mark.at, done = row.id, now, done + 1
    return done


def _mark(session: Session, name: str, *, now: datetime) -> RetentionMark | None:
    """Held until the transaction ends; None where another process holds it."""
    insert_once(session, RetentionMark, ("name",), {"name": name, "after_id": 0, "at": now})
    wanted = select(RetentionMark).where(RetentionMark.name == name)
    return session.scalars(wanted.with_for_update(skip_locked=True)).one_or_none()


def _old_cases(before: datetime) -> Select[int]:
    return select(Case.id).where(Case.closed_at < before, Case.anonymised_at.is_(None))


def _anonymise_cases(session: Session, *, before: datetime, now: datetime) -> int:
    """Of one merchant; the longest closed first."""
    oldest = session.scalar(_old_cases(before).order_by(Case.closed_at).limit(1))
    first = session.scalar(select(Case.merchant_id).where(Case.id == oldest)) if oldest else None
    if first is None:
        return 0
    lock_merchant(session, first)
    cases = session.scalars(
        select(Case)
        .where(Case.merchant_id == first, Case.id.in_(_old_cases(before)))
        .order_by(Case.closed_at)
        .limit(CASES_AT_ONCE)
        .with_for_update(of=Case)
    ).all()
    for customer_id in sorted({case.customer_id for case in cases}):
        customer = session.get_one(Customer, customer_id)
        _take_person(session, customer, [case for case in cases if case.customer_id == customer_id], now=now)
    return len(cases)


def _take_person(session: Session, customer: Customer, cases: Sequence[Case], *, now: datetime) -> None:
    for case in cases:
        case.anonymised_at = now
    if customer.erased_at is not None:
        return
    if _is_gone(session, customer):
        customer.contact_stopped, customer.erased_at = ERASED, now
        empty_all(session, rows_of_customer(session, customer))
        return
    nobody = Customer(
        merchant_id=customer.merchant_id, identity=f"erased_{secrets.token_hex(12)}", contact_stopped=ERASED,
        complaints={}, seen_at=now, created_at=now, erased_at=now, arm=customer.arm, drawn_at=customer.drawn_at,
    )  # fmt: skip
    session.add(nobody)
    session.flush()
    payments: Sequence[Payment] = [case.payment for case in cases]
    for case in cases:
        case.customer_id = case.payment.customer_id = nobody.id
    empty_all(session, rows_of_cases(session, cases, payments))


def _is_gone(session: Session, customer: Customer) -> bool:
    """No case is left, no membership lives, and there is no wish of theirs or of the merchant's to be remembered."""
    if customer.no_contact or customer.winback_consent_at or customer.card_consent_at:
        return False
    session.flush()
    theirs = select(Case.id).where(Case.customer_id == customer.id, Case.anonymised_at.is_(None))
    lives = select(Membership.id).where(Membership.customer_id == customer.id, Membership.status.in_(HERE))
    return all(session.scalar(wanted.limit(1)) is None for wanted in (theirs, lives))
