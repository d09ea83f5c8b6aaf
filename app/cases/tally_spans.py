"""How a question is put to a tally: which cases, and the days and the last hours between some edges.

What lies between the edges is said by `app.recovery.edges`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    case,
    false,
    literal,
    or_,
    select,
    true,
    type_coerce,
    union_all,
)  # fmt: skip
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.models import Case, CaseTally, Merchant, MessageTally, Payment, RecoveryTally
from app.models.case import LIVE
from app.models.tally import ALL
from app.recovery.edges import Edge, shares

Row = Sequence[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrow:
    """Which of a merchant's cases are counted; the default is all."""

    currency: str | None = None
    product: str | None = None
    """Whop's id."""

    def of(
        self, tally: type[CaseTally] | type[RecoveryTally] | type[MessageTally]
    ) -> list[ColumnElement[bool]]:
        wanted: list[ColumnElement[bool]] = [
            tally.product_id == (ALL if self.product is None else self.product)
        ]
        if self.currency is not None:
            wanted.append(tally.currency == self.currency)
        return wanted

    def of_cases(self) -> list[ColumnElement[bool]]:
        wanted: list[ColumnElement[bool]] = []
        if self.currency is not None:
            wanted.append(Case.currency == self.currency)
        if self.product is not None:
            theirs = select(Payment.id).where(
                Payment.id == Case.payment_id, Payment.product_id == self.product
            )
            wanted.append(theirs.exists())
        return wanted


EVERYTHING = Narrow()


def rows(
    session: Session, whole: Select[*tuple[Any, ...]], hours: Select[*tuple[Any, ...]], edges: Sequence[Edge],
    *more_hours: Select[*tuple[Any, ...]],
) -> Iterator[tuple[int, int, Row]]:  # fmt: skip
    """The span, the sign and the columns of each row that counts. One question to the database."""
    exact = all(edge.is_midnight for edge in edges)
    for place, corrects, *row in session.execute(whole if exact else union_all(whole, hours, *more_hours)):
        for span, sign in shares(place, corrects=bool(corrects), of=edges):
            yield span, sign, row


def between(day: InstrumentedAttribute[date], edges: Sequence[Edge]) -> tuple[ColumnElement[bool], ...]:
    return day >= edges[0].day, day < edges[-1].day


def span(day: InstrumentedAttribute[date], edges: Sequence[Edge]) -> ColumnElement[int]:
    return type_coerce(_tree(day, [edge.day for edge in edges[:-1]]), Integer)


def hours_columns(edges: Sequence[Edge]) -> tuple[ColumnElement[Any], ...]:
    uneven = [number for number, edge in enumerate(edges) if not edge.is_midnight]
    places = case(
        *((Case.opened_at < edges[number].end, number) for number in uneven), else_=-1
    ) if uneven else literal(-1)  # fmt: skip
    return places.label("place"), true().label("corrects")


def in_hours(merchant: Merchant, edges: Sequence[Edge]) -> tuple[ColumnElement[bool], ...]:
    hours = [
        and_(Case.opened_at >= edge.start, Case.opened_at < edge.end)
        for edge in edges
        if not edge.is_midnight
    ]
    return Case.merchant_id == merchant.id, Case.origin == LIVE, or_(*hours, false())


def _tree(column: InstrumentedAttribute[date], starts: Sequence[date | datetime], first: int = 0) -> Any:
    """Which of the spans that begin there: a tree of comparisons, so many spans cost little."""
    if len(starts) == 1:
        return literal(first)
    middle = len(starts) // 2
    return case(
        (column < starts[middle], _tree(column, starts[:middle], first)),
        else_=_tree(column, starts[middle:], first + middle),
    )
