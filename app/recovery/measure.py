"""What was recovered: one definition for every page and answer, over plain figures.

Nothing is left out to look better: what is still in progress stays in the denominator. Money is kept
by currency and never summed over currencies. Where the figures come from is not known here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from .decline import DeclineClass
from .machine import CaseState
from .money import Money, totals

DEFINITION = (
    "Recovery rate = cases recovered ÷ all cases whose first failure lies in the period. "
    "A case is one renewal whose charge failed, however many attempts followed. "
    "Recovered: the payment came in by whatever cause and was not taken back. "
    "Still in progress: counted below the line, not above it. "
    "Lost: given up, or cancelled by the customer, or refunded in full or disputed after it was paid. "
    "Payments that were voided, and tests, are left out. "
    "Customers of the control group count like all others. "
    "What failed before this product was connected is counted apart. "
    "Money is net of partial refunds."
)
"""English message id; printed beside every rate."""

TOUCHED_DEFINITION = (
    "Touched, then recovered = the recovered cases in which something of ours came shortly before the payment: "
    "a reminder, a visit to the fix page, or a charge of ours. That is no proof: the payment may have come anyway."
)
"""English message id; printed beside the second number."""


class Outcome(StrEnum):
    """What a case counts as."""

    RECOVERED = "recovered"
    LOST = "lost"
    IN_PROGRESS = "in_progress"
    LEFT_OUT = "left_out"


COUNTS_AS = {
    CaseState.OPEN: Outcome.IN_PROGRESS,
    CaseState.PENDING: Outcome.IN_PROGRESS,
    CaseState.PAUSED: Outcome.IN_PROGRESS,
    CaseState.RECOVERED: Outcome.RECOVERED,
    CaseState.LOST: Outcome.LOST,
    CaseState.REVERSED: Outcome.LOST,
    CaseState.VOID: Outcome.LEFT_OUT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFigures:
    """Cases that are alike in everything that is measured: how many, and their money together."""

    state: CaseState
    decline_class: DeclineClass
    week: date
    """The Monday of the week of the first failure."""
    touched: bool
    """A message or a charge of ours, or a visit to the fix page, came before the payment."""
    control: bool
    """Left to Whop alone."""
    currency: str | None
    """None where the amount is unknown: the cases count, but they have no money."""
    cases: int
    amount_minor: int
    taken_back_minor: int

    @property
    def outcome(self) -> Outcome:
        return outcome_of(self.state, self.decline_class)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """`opened` = `recovered` + `lost` + `in_progress`. The same holds for the money of each currency,
    with `refunded` beside it."""

    opened: int
    recovered: int
    touched_then_recovered: int
    """Part of `recovered`; not a proof that our message was the cause."""
    lost: int
    taken_back: int
    """Part of `lost`: paid at first, then refunded in full or disputed."""
    in_progress: int
    control: int
    """Part of `opened`: left to Whop alone."""
    left_out: int
    without_amount: int
    """Part of `opened`: counted, but without money."""
    opened_money: tuple[Money, ...]
    recovered_money: tuple[Money, ...]
    """Net of `refunded_money`."""
    touched_money: tuple[Money, ...]
    refunded_money: tuple[Money, ...]
    """Partial refunds of payments that still count as recovered."""
    lost_money: tuple[Money, ...]
    at_risk: tuple[Money, ...]

    @property
    def recovery_rate(self) -> float | None:
        """A share from 0 to 1; None where there is nothing to divide by."""
        return self.recovered / self.opened if self.opened else None


@dataclass(frozen=True, slots=True)
class Baseline:
    """Cases from before the product acted."""

    opened: int
    recovered: int

    @property
    def recovery_rate(self) -> float:
        return self.recovered / self.opened


def outcome_of(state: CaseState, decline_class: DeclineClass) -> Outcome:
    return Outcome.LEFT_OUT if decline_class is DeclineClass.NOT_A_FAILURE else COUNTS_AS[state]


def measure(figures: Iterable[CaseFigures]) -> Measure:
    rows = list(figures)
    counted = [row for row in rows if row.outcome is not Outcome.LEFT_OUT]
    recovered = [row for row in rows if row.outcome is Outcome.RECOVERED]
    touched = [row for row in recovered if row.touched]
    lost = [row for row in rows if row.outcome is Outcome.LOST]
    in_progress = [row for row in rows if row.outcome is Outcome.IN_PROGRESS]
    return Measure(
        opened=_cases(counted),
        recovered=_cases(recovered),
        touched_then_recovered=_cases(touched),
        lost=_cases(lost),
        taken_back=_cases(row for row in lost if row.state is CaseState.REVERSED),
        in_progress=_cases(in_progress),
        control=_cases(row for row in counted if row.control),
        left_out=_cases(rows) - _cases(counted),
        without_amount=_cases(row for row in counted if row.currency is None),
        opened_money=_money(counted),
        recovered_money=_net(recovered),
        touched_money=_net(touched),
        refunded_money=_refunded(recovered),
        lost_money=_money(lost),
        at_risk=_money(in_progress),
    )


def of_all_weeks(figures: Iterable[CaseFigures]) -> list[CaseFigures]:
    """The same cases in fewer rows, for questions in which the week does not matter; it says the first one's."""
    sums: dict[tuple[CaseState, DeclineClass, bool, bool, str | None], CaseFigures] = {}
    for row in figures:
        key = (row.state, row.decline_class, row.touched, row.control, row.currency)
        before = sums.get(key)
        sums[key] = row if before is None else replace(
            before,
            cases=before.cases + row.cases,
            amount_minor=before.amount_minor + row.amount_minor,
            taken_back_minor=before.taken_back_minor + row.taken_back_minor,
        )  # fmt: skip
    return list(sums.values())


def by_class(figures: Iterable[CaseFigures]) -> tuple[tuple[DeclineClass, Measure], ...]:
    """Each decline class that has cases which count, the largest first."""
    rows = list(figures)
    measured = [
        (decline_class, measure(row for row in rows if row.decline_class is decline_class))
        for decline_class in DeclineClass
    ]
    return tuple(sorted((item for item in measured if item[1].opened), key=lambda item: -item[1].opened))


def by_week(figures: Iterable[CaseFigures], weeks: Sequence[date]) -> tuple[tuple[date, Measure], ...]:
    """Each of `weeks` (Mondays), those without any case too."""
    sorted_in: dict[date, list[CaseFigures]] = {week: [] for week in weeks}
    for row in figures:
        sorted_in[row.week].append(row)
    return tuple((week, measure(rows)) for week, rows in sorted_in.items())


def decided_with_reminders(figures: Iterable[CaseFigures]) -> Measure:
    """Of cases that are not left to Whop alone, those that are over: where we can have made a difference."""
    return measure(row for row in figures if not row.control and row.outcome is not Outcome.IN_PROGRESS)


def _cases(rows: Iterable[CaseFigures]) -> int:
    return sum(row.cases for row in rows)


def _money(rows: Iterable[CaseFigures]) -> tuple[Money, ...]:
    return totals(Money(row.currency, row.amount_minor) for row in rows if row.currency)


def _net(rows: Iterable[CaseFigures]) -> tuple[Money, ...]:
    return totals(
        Money(row.currency, row.amount_minor - row.taken_back_minor) for row in rows if row.currency
    )


def _refunded(rows: Iterable[CaseFigures]) -> tuple[Money, ...]:
    sums = totals(Money(row.currency, row.taken_back_minor) for row in rows if row.currency)
    return tuple(money for money in sums if money.minor)
