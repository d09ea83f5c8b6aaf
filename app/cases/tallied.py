"""Reads a period's cases out of the tallies. Reads only, and never every case; what a figure means is decided by
`app.recovery`.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, false, func, literal_column, select, text, union_all
from sqlalchemy.orm import Session

from app.cases.counting import hours_of_case, on_postgresql, was_touched
from app.cases.tally_spans import Narrow, between, hours_columns, in_hours, rows, span
from app.models import Case, CaseTally, Merchant, RecoveryTally
from app.models.case import LIVE, Arm
from app.recovery.decline import DeclineClass
from app.recovery.edges import Edge, shares
from app.recovery.machine import CaseState
from app.recovery.measure import CaseFigures

RUNNING_ONLY = "case_tally.state IN ('open', 'pending', 'paused')"
"""As the index of `CaseTally` says it."""
RUNNING = tuple(state.value for state in CaseState if state.running)


@dataclass(frozen=True, slots=True)
class Asked:
    """Cases between some edges."""

    edges: Sequence[Edge]
    weeks: Sequence[date] = ()
    """The Monday of each span."""
    running: bool = False
    """Only those in progress."""


def case_figures(
    session: Session, merchant: Merchant, asked: Sequence[Asked], *, narrow: Narrow
) -> list[dict[int, list[CaseFigures]]]:
    """One for each of `asked`, in one question to the database: figures by span between its edges."""
    wanted = [
        part for number, one in enumerate(asked) for part in _figures_parts(merchant, number, one, narrow)
    ]
    sums: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0, 0])
    for number, where, corrects, *key, cases, amount, taken_back in session.execute(union_all(*wanted)):
        for place, sign in shares(where, corrects=bool(corrects), of=asked[number].edges):
            figures = sums[number, place, *key]
            for which, figure in enumerate((cases, amount, taken_back)):
                figures[which] += sign * int(figure or 0)
    found: list[dict[int, list[CaseFigures]]] = [defaultdict(list) for _ in asked]
    for (number, place, state, decline_class, touched, arm, code), figures in sums.items():
        if not any(figures):
            continue  # what the tally has taken back again, and not put together yet
        weeks = asked[number].weeks
        found[number][place].append(
            CaseFigures(
                state=CaseState(state),
                decline_class=DeclineClass(decline_class),
                week=weeks[place] if weeks else date.min,
                touched=bool(touched),
                control=arm == Arm.CONTROL,
                currency=code or None,
                cases=figures[0],
                amount_minor=figures[1],
                taken_back_minor=figures[2],
            )
        )
    return found


def _figures_parts(
    merchant: Merchant, number: int, asked: Asked, narrow: Narrow
) -> Iterator[Select[*tuple[Any, ...]]]:
    """The whole days, and the hours at the edges where there are some."""
    edges, tally = asked.edges, CaseTally
    alike = (tally.state, tally.decline_class, tally.touched, tally.arm, tally.currency)
    whole: Select[*tuple[Any, ...]] = select(
        literal_column(str(number)), span(tally.day, edges).label("place"), false().label("corrects"), *alike,
        func.sum(tally.cases), func.sum(tally.amount_minor), func.sum(tally.taken_back_minor),
    ).where(
        tally.merchant_id == merchant.id, tally.origin == LIVE, *narrow.of(tally), *between(tally.day, edges)
    ).group_by("place", *alike)  # fmt: skip
    yield whole.where(text(RUNNING_ONLY)) if asked.running else whole
    if all(edge.is_midnight for edge in edges):
        return
    currency = func.coalesce(Case.currency, "")
    hours_alike = (Case.state, Case.decline_class, was_touched(), Case.arm, currency)
    hours = select(
        literal_column(str(number)), *hours_columns(edges), *hours_alike, func.count(),
        func.sum(func.coalesce(Case.amount_minor, 0)), func.sum(Case.taken_back_minor),
    ).where(*in_hours(merchant, edges), *narrow.of_cases()).group_by("place", *hours_alike)  # fmt: skip
    yield hours.where(Case.state.in_(RUNNING)) if asked.running else hours


def recovery_hours(
    session: Session, merchant: Merchant, edges: Sequence[Edge], *, narrow: Narrow
) -> dict[int, dict[int, int]]:
    """Recovered cases by span between the edges, and by `app.recovery.waiting`'s spans of hours to the money."""
    whole = (
        select(
            span(RecoveryTally.day, edges).label("place"), false().label("corrects"), RecoveryTally.hours,
            func.sum(RecoveryTally.cases),
        )
        .where(
            RecoveryTally.merchant_id == merchant.id, *narrow.of(RecoveryTally),
            *between(RecoveryTally.day, edges),
        )
        .group_by("place", RecoveryTally.hours)
    )  # fmt: skip
    spans = hours_of_case(postgresql=on_postgresql(session)).label("hours")
    hours = (
        select(*hours_columns(edges), spans, func.count())
        .where(
            *in_hours(merchant, edges), *narrow.of_cases(), Case.state == CaseState.RECOVERED.value,
            Case.decline_class != DeclineClass.NOT_A_FAILURE.value, Case.recovered_at.is_not(None),
        )
        .group_by("place", "hours")
    )  # fmt: skip
    found: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for place, sign, (waited, cases) in rows(session, whole, hours, edges):
        found[place][waited] += sign * int(cases)
    return found
