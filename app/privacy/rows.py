"""The rows that hold one customer's data, table by table, as `app.cases.personal` lists them. Reads only."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.cases.personal import CASE, CUSTOMER, OF_CASES, OF_CUSTOMERS, OF_PAYMENTS, PAYMENT, Store
from app.models import Case, Customer, Payment


def rows_of_customer(session: Session, customer: Customer) -> Iterator[tuple[Store, Sequence[Any]]]:
    """Everything that leads to the person, the oldest first in each table."""
    yield CUSTOMER, [customer]
    for store in OF_CUSTOMERS:
        yield store, _found(session, store, [customer.id])
    payments: Sequence[Payment] = _found(session, PAYMENT, [customer.id])
    cases: Sequence[Case] = _found(session, CASE, [customer.id])
    yield from rows_of_cases(session, cases, payments)


def rows_of_cases(
    session: Session, cases: Sequence[Case], payments: Sequence[Payment]
) -> Iterator[tuple[Store, Sequence[Any]]]:
    """The cases and payments themselves, and all that hangs on them."""
    yield PAYMENT, payments
    for store in OF_PAYMENTS:
        yield store, _found(session, store, [payment.id for payment in payments])
    yield CASE, cases
    for store in OF_CASES:
        yield store, _found(session, store, [case.id for case in cases])


def _found(session: Session, store: Store, owners: Sequence[int]) -> Sequence[Any]:
    if not owners:
        return ()
    leads: ColumnElement[int] = store.table.__table__.columns[store.by]
    wanted: Any = select(store.table).where(leads.in_(owners)).order_by(store.table.id)
    return session.scalars(wanted).all()
