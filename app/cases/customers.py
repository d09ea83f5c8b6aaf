"""A merchant's customers as a list: searched, filtered, by name or newest first, one page at a time. Reads only."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.cases.keyset import Cursor, Order, Section, keys_of_page
from app.cases.search import MOST_FOUND, Found, find_customers
from app.errors import NotFound
from app.models import Case, Customer, LinkedAccount, Membership, Merchant

PAGE_SIZE = 25


class CustomerSort(StrEnum):
    NAME = "name"
    NEWEST = "newest"


class Shown(StrEnum):
    """Which customers the list is narrowed to."""

    NO_CONTACT = "no_contact"
    """Nobody may write to them, whoever wants it so."""
    EXCLUDED = "excluded"
    """The merchant leaves them alone."""
    LINKED = "linked"
    """They linked an account beside their address."""
    IN_PROGRESS = "in_progress"
    """They have a case that is not over."""


ORDERS: Mapping[CustomerSort, Order] = {
    CustomerSort.NAME: Order((Section((Customer.name_key, Customer.id)),), descending=False),
    CustomerSort.NEWEST: Order((Section((Customer.id,)),), descending=True),
}


@dataclass(frozen=True, slots=True)
class CustomerRow:
    customer: Customer
    accounts: tuple[LinkedAccount, ...]
    running: int
    """Cases in progress."""
    cases: int


@dataclass(frozen=True, slots=True)
class CustomerPage:
    rows: tuple[CustomerRow, ...]
    next: int | None = None
    """The customer after whom the next page begins."""
    previous: int | None = None
    """The customer before whom the previous page ends."""


def list_customers(
    session: Session,
    merchant: Merchant,
    *,
    text: str = "",
    shown: Shown | None = None,
    sort: CustomerSort = CustomerSort.NAME,
    after: int | None = None,
    before: int | None = None,
    size: int = PAGE_SIZE,
) -> CustomerPage:
    """`after` and `before` name a customer, whose name stands in no address. Raises `NotFound` for a foreign one."""
    cursor = _cursor(session, merchant, sort, after=after, before=before)
    wanted = _wanted(session, merchant, text, shown)
    keys = keys_of_page(session, wanted, ORDERS[sort], cursor, size=size)
    rows = _rows(session, keys.ids)
    if not rows:
        return CustomerPage(())
    return CustomerPage(
        rows,
        rows[-1].customer.id if keys.after else None,
        rows[0].customer.id if keys.before else None,
    )


def _cursor(
    session: Session, merchant: Merchant, sort: CustomerSort, *, after: int | None, before: int | None
) -> Cursor | None:
    named = after or before
    if named is None:
        return None
    customer = customer_of_merchant(session, merchant, named)
    backward = after is None
    if sort is CustomerSort.NEWEST:
        return Cursor((customer.id,), backward=backward)
    return Cursor((customer.name_key, customer.id), backward=backward)


def _wanted(
    session: Session, merchant: Merchant, text: str, shown: Shown | None
) -> Callable[[], Select[int]]:
    found = [find_customers(session, merchant, text)] if text else []
    conditions: list[ColumnElement[bool]] = [Customer.erased_at.is_(None)]
    if shown is Shown.NO_CONTACT:
        conditions.append(or_(Customer.contact_stopped.is_not(None), Customer.excluded_at.is_not(None)))
    elif shown is Shown.EXCLUDED:
        conditions.append(Customer.excluded_at.is_not(None))
    elif shown is Shown.LINKED:
        found.append(_having(session, merchant, LinkedAccount.customer_id, LinkedAccount.id.is_not(None)))
    elif shown is Shown.IN_PROGRESS:
        found.append(_having(session, merchant, Case.customer_id, Case.closed_at.is_(None)))
    conditions += [one.where(Customer.id) for one in found]
    if not any(one.ids is not None for one in found):
        conditions.append(Customer.merchant_id == merchant.id)
    return lambda: select(Customer.id).where(*conditions)


def _having(
    session: Session, merchant: Merchant, owner: InstrumentedAttribute[int], condition: ColumnElement[bool]
) -> Found:
    """Customers with such a row: all of them by id where they are few, else each is asked."""
    theirs = select(owner).where(condition)
    if owner.class_ is Case:
        theirs = theirs.where(Case.merchant_id == merchant.id)
    else:
        theirs = theirs.join(Customer, owner == Customer.id).where(Customer.merchant_id == merchant.id)
    ids = session.scalars(theirs.limit(MOST_FOUND + 1)).all()
    one = select(func.min(owner)).where(owner == Customer.id, condition).correlate(Customer)
    test = one.scalar_subquery().is_not(None)
    return Found(sorted(set(ids)) if len(ids) <= MOST_FOUND else None, test)


def _rows(session: Session, ids: Sequence[int]) -> tuple[CustomerRow, ...]:
    if not ids:
        return ()
    people = {one.id: one for one in session.scalars(select(Customer).where(Customer.id.in_(ids)))}
    accounts = accounts_of_many(session, ids)
    counts = select(Case.customer_id, func.count(), func.count(Case.closed_at))
    cases = {
        customer_id: (every, every - closed)
        for customer_id, every, closed in session.execute(
            counts.where(Case.customer_id.in_(ids)).group_by(Case.customer_id)
        )
    }
    return tuple(_row(people[one], accounts, cases.get(one, (0, 0))) for one in ids)


def _row(
    customer: Customer, accounts: Mapping[int, Sequence[LinkedAccount]], cases: tuple[int, int]
) -> CustomerRow:
    return CustomerRow(customer, tuple(accounts.get(customer.id, ())), running=cases[1], cases=cases[0])


def accounts_of_many(session: Session, ids: Sequence[int]) -> Mapping[int, Sequence[LinkedAccount]]:
    found: dict[int, list[LinkedAccount]] = defaultdict(list)
    wanted = select(LinkedAccount).where(LinkedAccount.customer_id.in_(ids)).order_by(LinkedAccount.id)
    for account in session.scalars(wanted):
        found[account.customer_id].append(account)
    return found


def customer_of_merchant(session: Session, merchant: Merchant, customer_id: int) -> Customer:
    """Raises `NotFound` also where it is somebody else's."""
    found = session.scalars(
        select(Customer).where(Customer.id == customer_id, Customer.merchant_id == merchant.id)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def memberships_of(session: Session, customer: Customer) -> Sequence[Membership]:
    """The newest first."""
    return session.scalars(
        select(Membership).where(Membership.customer_id == customer.id).order_by(Membership.id.desc())
    ).all()


def case_ids_of(session: Session, customer: Customer, *, most: int) -> Sequence[int]:
    """The newest first; one more than `most` where there are more."""
    return session.scalars(
        select(Case.id)
        .where(Case.customer_id == customer.id)
        .order_by(Case.opened_at.desc(), Case.id.desc())
        .limit(most + 1)
    ).all()


def addresses(customer: Customer, accounts: Sequence[LinkedAccount]) -> Iterator[tuple[str, str]]:
    """Every channel and address by which the person could be reached."""
    if customer.email:
        yield "email", customer.email
    for account in accounts:
        yield account.channel, account.address
