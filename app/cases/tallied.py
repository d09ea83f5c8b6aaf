"""Reads figures out of the tallies: sums over whole days, and the few hours at the edges from the cases themselves.

Reads only, and never every case. What a figure means is decided by `app.recovery`.
"""

from collections import defaultdict
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
    func,
    literal,
    or_,
    select,
    true,
    type_coerce,
    union_all,
)  # fmt: skip
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.cases.counting import hours_of_case, on_postgresql, was_touched
from app.models import Case, CaseTally, Delivery, Merchant, MessageTally, Payment, RecoveryTally, Step
from app.models.case import LIVE, Arm
from app.recovery.decline import DeclineClass
from app.recovery.edges import Edge, shares
from app.recovery.machine import CaseState
from app.recovery.measure import CaseFigures
from app.recovery.winback import KIND

Row = Sequence[Any]
RUNNING = tuple(state.value for state in CaseState if state.running)


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrow:
    """Which of a merchant's cases are counted; the default is all."""

    currency: str | None = None
    product: str | None = None
    """Whop's id."""

    def of(
        self, tally: type[CaseTally] | type[RecoveryTally] | type[MessageTally]
    ) -> list[ColumnElement[bool]]:
        wanted: list[ColumnElement[bool]] = []
        if self.currency is not None:
            wanted.append(tally.currency == self.currency)
        if self.product is not None:
            wanted.append(tally.product_id == self.product)
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


@dataclass(frozen=True, slots=True)
class Messages:
    """Alike in channel and place in the conversation."""

    channel: str
    wording_key: str
    what: str
    """An outcome, or recovered: payments whose last message it was."""
    count: int
    currency: str
    amount_minor: int
    """Net of what was taken back; only of what was recovered."""


def case_figures(
    session: Session,
    merchant: Merchant,
    edges: Sequence[Edge],
    *,
    narrow: Narrow,
    weeks: Sequence[date] = (),
    running: bool = False,
) -> dict[int, list[CaseFigures]]:
    """By span between the edges. `weeks`: the Monday of each span. `running`: only cases in progress."""
    alike = (CaseTally.state, CaseTally.decline_class, CaseTally.touched, CaseTally.arm, CaseTally.currency)
    sums = (
        func.sum(CaseTally.cases), func.sum(CaseTally.amount_minor), func.sum(CaseTally.taken_back_minor),
    )  # fmt: skip
    whole = select(_span(CaseTally.day, edges).label("place"), false().label("corrects"), *alike, *sums)
    whole = whole.where(
        CaseTally.merchant_id == merchant.id, CaseTally.origin == LIVE, *narrow.of(CaseTally),
        CaseTally.state.in_(RUNNING) if running else true(), *_between(CaseTally.day, edges),
    ).group_by("place", *alike)  # fmt: skip
    currency = func.coalesce(Case.currency, "")
    hours_alike = (Case.state, Case.decline_class, was_touched(), Case.arm, currency)
    hours = select(
        *_hours_columns(edges), *hours_alike, func.count(),
        func.sum(func.coalesce(Case.amount_minor, 0)), func.sum(Case.taken_back_minor),
    ).where(
        *_in_hours(merchant, edges), *narrow.of_cases(), Case.state.in_(RUNNING) if running else true()
    ).group_by("place", *hours_alike)  # fmt: skip
    found: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0, 0])
    for span, sign, (*key, cases, amount, taken_back) in _rows(session, whole, hours, edges):
        figures = found[span, *key]
        for number, figure in enumerate((cases, amount, taken_back)):
            figures[number] += sign * int(figure or 0)
    by_span: dict[int, list[CaseFigures]] = defaultdict(list)
    for (span, state, decline_class, touched, arm, code), (cases, amount, taken_back) in found.items():
        if not (cases or amount or taken_back):
            continue  # what the tally has taken back again, and not put together yet
        by_span[span].append(
            CaseFigures(
                state=CaseState(state),
                decline_class=DeclineClass(decline_class),
                week=weeks[span] if weeks else date.min,
                touched=bool(touched),
                control=arm == Arm.CONTROL,
                currency=code or None,
                cases=cases,
                amount_minor=amount,
                taken_back_minor=taken_back,
            )
        )
    return by_span


def recovery_hours(
    session: Session, merchant: Merchant, edges: Sequence[Edge], *, narrow: Narrow
) -> dict[int, dict[int, int]]:
    """Recovered cases by span between the edges, and by `app.recovery.waiting`'s spans of hours to the money."""
    whole = (
        select(
            _span(RecoveryTally.day, edges).label("place"), false().label("corrects"), RecoveryTally.hours,
            func.sum(RecoveryTally.cases),
        )
        .where(
            RecoveryTally.merchant_id == merchant.id, *narrow.of(RecoveryTally),
            *_between(RecoveryTally.day, edges),
        )
        .group_by("place", RecoveryTally.hours)
    )  # fmt: skip
    spans = hours_of_case(postgresql=on_postgresql(session)).label("hours")
    hours = (
        select(*_hours_columns(edges), spans, func.count())
        .where(
            *_in_hours(merchant, edges), *narrow.of_cases(), Case.state == CaseState.RECOVERED.value,
            Case.decline_class != DeclineClass.NOT_A_FAILURE.value, Case.recovered_at.is_not(None),
        )
        .group_by("place", "hours")
    )  # fmt: skip
    found: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for span, sign, (waited, cases) in _rows(session, whole, hours, edges):
        found[span][waited] += sign * int(cases)
    return found


def message_figures(
    session: Session, merchant: Merchant, edges: Sequence[Edge], *, narrow: Narrow
) -> list[Messages]:
    """Of the cases between the first and the last edge."""
    tally = MessageTally
    alike = (tally.channel, tally.wording_key, tally.what, tally.currency)
    net = func.sum(tally.amount_minor - tally.taken_back_minor)
    whole = select(
        literal(0).label("place"), false().label("corrects"), *alike, func.sum(tally.messages), net
    )
    whole = whole.where(
        tally.merchant_id == merchant.id, *narrow.of(tally), *_between(tally.day, edges)
    ).group_by(*alike)
    of_hours = (*_in_hours(merchant, edges), *narrow.of_cases())
    currency = func.coalesce(Case.currency, "")
    sent = (
        select(*_hours_columns(edges), Delivery.channel, Step.wording_key, Delivery.outcome, currency, func.count(), literal(0))
        .join(Delivery, Delivery.case_id == Case.id)
        .join(Step, Delivery.step_id == Step.id)
        .where(*of_hours, Step.kind != KIND)
        .group_by("place", Delivery.channel, Step.wording_key, Delivery.outcome, currency)
    )  # fmt: skip
    recovered = literal(CaseState.RECOVERED.value)
    paid = func.sum(func.coalesce(Case.amount_minor, 0) - Case.taken_back_minor)
    credited = (
        select(
            *_hours_columns(edges), Step.channel, Step.wording_key, recovered, currency, func.count(), paid
        )
        .join(Step, Case.attribution_step_id == Step.id)
        .where(*of_hours, Case.state == CaseState.RECOVERED.value)
        .group_by("place", Step.channel, Step.wording_key, currency)
    )
    sums: dict[tuple[str, str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for span, sign, (*key, count, minor) in _rows(session, whole, sent, edges, credited):
        if span == 0:
            figures = sums[key[0], key[1], key[2], key[3]]
            figures[0] += sign * int(count)
            figures[1] += sign * int(minor or 0)
    return [
        Messages(channel, wording_key, what, count, code, minor)
        for (channel, wording_key, what, code), (count, minor) in sums.items()
        if count
    ]


def _rows(
    session: Session, whole: Select[*tuple[Any, ...]], hours: Select[*tuple[Any, ...]], edges: Sequence[Edge],
    *more_hours: Select[*tuple[Any, ...]],
) -> Iterator[tuple[int, int, Row]]:  # fmt: skip
    """The span, the sign and the columns of each row that counts. One question to the database."""
    exact = all(edge.is_midnight for edge in edges)
    for place, corrects, *row in session.execute(whole if exact else union_all(whole, hours, *more_hours)):
        for span, sign in shares(place, corrects=bool(corrects), of=edges):
            yield span, sign, row


def _between(day: InstrumentedAttribute[date], edges: Sequence[Edge]) -> tuple[ColumnElement[bool], ...]:
    return day >= edges[0].day, day < edges[-1].day


def _span(day: InstrumentedAttribute[date], edges: Sequence[Edge]) -> ColumnElement[int]:
    return type_coerce(_tree(day, [edge.day for edge in edges[:-1]]), Integer)


def _hours_columns(edges: Sequence[Edge]) -> tuple[ColumnElement[Any], ...]:
    uneven = [number for number, edge in enumerate(edges) if not edge.is_midnight]
    places = case(
        *((Case.opened_at < edges[number].end, number) for number in uneven), else_=-1
    ) if uneven else literal(-1)  # fmt: skip
    return places.label("place"), true().label("corrects")


def _in_hours(merchant: Merchant, edges: Sequence[Edge]) -> tuple[ColumnElement[bool], ...]:
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
