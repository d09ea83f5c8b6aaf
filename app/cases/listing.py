"""A merchant's cases as a list: filtered, searched, in one of its orders, one page at a time. Reads only.

The ids of a page come from an index alone, its rows after them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, or_, select
from sqlalchemy.orm import Session

from app.cases.keyset import Cursor, Order, Section, keys_of_page
from app.cases.search import MOST_FOUND, find_cases
from app.models import Case, Customer, Merchant, Payment
from app.recovery.decline import DeclineClass
from app.recovery.machine import CaseReason, CaseState
from app.recovery.money import Money

PAGE_SIZE = 25
BATCH_SIZE = 1_000
RUNNING = frozenset(state for state in CaseState if state.running)


class Sort(StrEnum):
    NEWEST = "newest"
    OLDEST = "oldest"
    LARGEST = "largest"
    """Amounts of one currency after those of another, since they cannot be compared; cases without one come last."""
    SMALLEST = "smallest"


BY_TIME = (Section((Case.opened_at, Case.id)),)
BY_AMOUNT = (
    Section(
        (Case.currency, Case.amount_minor, Case.id),
        (Case.currency.is_not(None), Case.amount_minor.is_not(None)),
    ),
    Section((Case.id,), (or_(Case.amount_minor.is_(None), Case.currency.is_(None)),)),
)
ORDERS: Mapping[Sort, Order] = {
    Sort.NEWEST: Order(BY_TIME, descending=True),
    Sort.OLDEST: Order(BY_TIME, descending=False),
    Sort.LARGEST: Order(BY_AMOUNT, descending=True),
    Sort.SMALLEST: Order(BY_AMOUNT, descending=False),
}


BY_SIZE = (Sort.LARGEST, Sort.SMALLEST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    states: tuple[CaseState, ...] = ()
    """Any of them; none means all."""
    decline_class: DeclineClass | None = None
    text: str = ""
    """As `app.cases.search` takes it."""
    start: datetime | None = None
    end: datetime | None = None
    """First failure from `start` on, and before `end`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    id: int
    state: CaseState
    reason: CaseReason | None
    decline_class: DeclineClass
    decline_code: str | None
    amount: Money | None
    taken_back_minor: int
    opened_at: datetime
    closed_at: datetime | None
    recovered_at: datetime | None
    attribution: str | None
    customer_id: int
    customer_name: str | None
    customer_email: str | None
    product_title: str | None
    payment_id: str
    arm: str
    origin: str


@dataclass(frozen=True, slots=True)
class Page:
    rows: tuple[CaseRow, ...]
    next: Cursor | None = None
    """None: this is the last page."""
    previous: Cursor | None = None


def list_cases(
    session: Session,
    merchant: Merchant,
    filters: Filters,
    *,
    sort: Sort = Sort.NEWEST,
    cursor: Cursor | None = None,
    size: int = PAGE_SIZE,
) -> Page:
    wanted = _wanted(session, merchant, filters, sort)
    keys = keys_of_page(session, wanted, ORDERS[sort], cursor, size=size)
    if not keys.ids:
        return Page(())
    rows = tuple(_rows(session, keys.ids))
    return Page(
        rows,
        _mark(rows[-1], sort, backward=False) if keys.after else None,
        _mark(rows[0], sort, backward=True) if keys.before else None,
    )


def all_cases(
    look: Callable[[], AbstractContextManager[Session]],
    merchant: Merchant,
    filters: Filters,
    *,
    sort: Sort = Sort.NEWEST,
) -> Iterator[CaseRow]:
    """Every case that matches, for exports. Each batch is a look of its own: whoever reads slowly holds nothing."""
    cursor: Cursor | None = None
    while True:
        with look() as session:
            page = list_cases(session, merchant, filters, sort=sort, cursor=cursor, size=BATCH_SIZE)
        yield from page.rows
        cursor = page.next
        if cursor is None:
            return


def _wanted(session: Session, merchant: Merchant, filters: Filters, sort: Sort) -> Callable[[], Select[int]]:
    conditions = list(_conditions(filters))
    mine = Case.merchant_id == merchant.id
    text = filters.text.strip()
    found = find_cases(session, merchant, text) if text else None
    searched = [] if found is None else [found.where(Case.id)]
    if found is not None and found.ids is not None:
        # The merchant is not asked for again: they are theirs, and no index but the one of ids could be faster.
        return lambda: select(Case.id).where(*conditions, *searched)
    walks = found is not None or sort in BY_SIZE
    ids = _few(session, [mine, *conditions]) if conditions and walks else None
    narrowed = [mine, *conditions] if ids is None else [Case.id.in_(ids)]
    return lambda: select(Case.id).where(*narrowed, *searched)


def _few(session: Session, conditions: Sequence[ColumnElement[bool]]) -> Sequence[int] | None:
    """All that match, found by time, where they are few: a walk in another order could pass all to find none."""
    newest = select(Case.id).where(*conditions).order_by(Case.opened_at.desc(), Case.id.desc())
    ids = session.scalars(newest.limit(MOST_FOUND + 1)).all()
    return ids if len(ids) <= MOST_FOUND else None


def _conditions(filters: Filters) -> Iterator[ColumnElement[bool]]:
    if filters.states and frozenset(filters.states) == RUNNING:
        yield Case.closed_at.is_(None)
    elif len(filters.states) == 1:
        yield Case.state == filters.states[0].value
    elif filters.states:
        yield Case.state.in_([state.value for state in filters.states])
    if filters.decline_class is not None:
        yield Case.decline_class == filters.decline_class.value
    if filters.start is not None:
        yield Case.opened_at >= filters.start
    if filters.end is not None:
        yield Case.opened_at < filters.end


def _mark(row: CaseRow, sort: Sort, *, backward: bool) -> Cursor:
    if sort not in BY_SIZE:
        return Cursor((row.opened_at, row.id), backward=backward)
    if row.amount is None:
        return Cursor((row.id,), 1, backward=backward)
    return Cursor((row.amount.currency, row.amount.minor, row.id), backward=backward)


COLUMNS = (
    Case.id,
    Case.state,
    Case.reason,
    Case.decline_class,
    Payment.decline_code,
    Case.amount_minor,
    Case.currency,
    Case.taken_back_minor,
    Case.opened_at,
    Case.closed_at,
    Case.recovered_at,
    Case.attribution,
    Customer.id.label("customer_id"),
    Customer.name.label("customer_name"),
    Customer.email.label("customer_email"),
    Payment.product_title,
    Payment.payment_id,
    Case.arm,
    Case.origin,
)


def rows_of(session: Session, merchant: Merchant, ids: Sequence[int]) -> tuple[CaseRow, ...]:
    """Those of these cases that are the merchant's, in the given order."""
    return tuple(_rows(session, ids, Case.merchant_id == merchant.id))


def latest_cases(session: Session, merchant: Merchant, *, size: int) -> tuple[CaseRow, ...]:
    """The newest, in one question to the database."""
    newest = (Case.opened_at.desc(), Case.id.desc())
    ids = select(Case.id).where(Case.merchant_id == merchant.id).order_by(*newest).limit(size)
    return tuple(map(_row, session.execute(_shown().where(Case.id.in_(ids)).order_by(*newest))))


def _shown() -> Select[*tuple[Any, ...]]:
    return (
        select(*COLUMNS)
        .join(Customer, Case.customer_id == Customer.id)
        .join(Payment, Case.payment_id == Payment.id)
    )


def _rows(session: Session, ids: Sequence[int], *also: ColumnElement[bool]) -> Iterator[CaseRow]:
    found = {row.id: row for row in session.execute(_shown().where(Case.id.in_(ids), *also))}
    return (_row(found[case_id]) for case_id in ids if case_id in found)


def _row(found: Row[*tuple[Any, ...]]) -> CaseRow:
    told = dict(found._mapping)
    minor, currency = told.pop("amount_minor"), told.pop("currency")
    return CaseRow(
        **{
            **told,
            "state": CaseState(found.state),
            "reason": CaseReason(found.reason) if found.reason else None,
            "decline_class": DeclineClass(found.decline_class),
            "amount": None if minor is None or currency is None else Money(currency, minor),
        }
    )


def amount_of_case(case: Case) -> Money | None:
    if case.amount_minor is None or case.currency is None:
        return None
    return Money(case.currency, case.amount_minor)
