"""What a merchant writes into the search field, as rows of theirs: by the beginning of a name or an address, by an id.

An index answers each of these on both databases; a part in the middle of a word is not looked for. Reads only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select, union
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.models import Case, Customer, Merchant, Payment
from app.recovery.folding import AFTER_ALL, folded

MOST_FOUND = 2_000
"""So many rows are sorted at once. Where more match, every few hundredth row does, and the list is walked instead."""


@dataclass(frozen=True, slots=True)
class Found:
    ids: Sequence[int] | None
    """All that match; None: too many to name."""
    test: ColumnElement[bool]
    """The same question, asked of one row."""

    def where(self, row_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
        return self.test if self.ids is None else row_id.in_(self.ids)


def find_customers(session: Session, merchant: Merchant, text: str, *, most: int = MOST_FOUND) -> Found:
    """By first name, last name or address, or by one of Whop's ids."""
    return Found(_all_of(session, _customer_ids(merchant, text, most), most), or_(*_questions(text)))


def find_cases(session: Session, merchant: Merchant, text: str, *, most: int = MOST_FOUND) -> Found:
    """Of such customers, or of the payment or membership with this id."""
    customers = _customer_ids(merchant, text, most).limit(most + 1).subquery()
    theirs = select(Case.id).join(customers, Case.customer_id == customers.c.id)
    # Each question by itself: asked together, SQLite looks through all payments of the merchant.
    bills = (
        select(Case.id)
        .join(Payment, Case.payment_id == Payment.id)
        .where(Payment.merchant_id == merchant.id, named == text)
        for named in (Payment.payment_id, Payment.membership_id)
    )
    ids = _all_of(session, select(union(theirs, *bills).subquery().c.id), most)
    # Not as a join: the database would gather all that match and sort them, instead of walking until a page is full.
    one = select(Customer.id).where(Customer.id == Case.customer_id, or_(*_questions(text)))
    return Found(ids, one.correlate(Case).scalar_subquery().is_not(None))


def _all_of(session: Session, wanted: Select[int], most: int) -> Sequence[int] | None:
    ids = session.scalars(wanted.limit(most + 1)).all()
    return ids if len(ids) <= most else None


def _customer_ids(merchant: Merchant, text: str, most: int) -> Select[int]:
    """Each question by itself, since each has an index of its own."""
    mine = select(Customer.id).where(Customer.merchant_id == merchant.id)
    parts = (mine.where(question).limit(most + 1).subquery() for question in _questions(text))
    return select(union(*(select(part.c.id) for part in parts)).subquery().c.id)


def _questions(text: str) -> Sequence[ColumnElement[bool]]:
    key = folded(text)
    columns: tuple[InstrumentedAttribute[Any], ...] = (
        Customer.name_key,
        Customer.name_turned,
        Customer.email_key,
    )
    begins = [(column >= key) & (column < key + AFTER_ALL) for column in columns]
    return [*begins, Customer.identity == text, Customer.member_id == text]
