"""The figures of a merchant's period, summed up by the database: the cost does not grow with every case.

Reads only. Which case counts as what is decided by `app.recovery.measure`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, extract, func, literal, select
from sqlalchemy.orm import Session

from app.cases.comparison import baseline, comparison
from app.cases.listing import CaseRow, Filters, list_cases
from app.cases.rules import Rules
from app.models import Case, Delivery, InboxRow, Merchant, Step
from app.models.case import LIVE, Arm
from app.models.contact import REACHED
from app.recovery.attribution import Attribution
from app.recovery.decline import DeclineClass
from app.recovery.incremental import Incremental, added, added_money
from app.recovery.machine import CaseState
from app.recovery.measure import (
    Baseline,
    CaseFigures,
    Measure,
    by_class,
    by_week,
    decided_with_reminders,
    measure,
)
from app.recovery.money import Money, totals
from app.recovery.period import Period
from app.recovery.winback import KIND

TOUCHED = tuple(one.value for one in Attribution if one is not Attribution.NEITHER)
LATEST = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Analytics:
    period: Period
    whole: Measure
    incremental: Incremental
    added: tuple[int, int, int] | None
    """Payments of the period that would not have come without us: about, at least, at most."""
    added_money: tuple[tuple[Money, Money, Money], ...]
    """The same in money, one entry a currency."""
    baseline: Baseline | None
    median_hours: float | None
    """From the first failure to the money, over the recovered cases."""
    by_class: tuple[tuple[DeclineClass, Measure], ...]
    by_week: tuple[tuple[date, Measure], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    analytics: Analytics
    latest: tuple[CaseRow, ...]
    heard: bool
    """Whop has told of this merchant before, if only of something without effect."""


@dataclass(frozen=True, slots=True)
class ChannelFigures:
    """What one channel did for the cases of a period."""

    channel: str
    outcomes: dict[str, int]
    """Messages by outcome: sent, unknown, gave_up, retry."""
    cases: int
    """Cases with a message that reached the person, or may have."""
    recovered_after: int
    """Recovered cases whose last message came by this channel; not a proof that it was the cause."""
    recovered_money: tuple[Money, ...]


def analytics(
    session: Session, merchant: Merchant, period: Period, *, now: datetime, rules: Rules
) -> Analytics:
    figures = tuple(_figures(session, merchant, period))
    whole, decided = measure(figures), decided_with_reminders(figures)
    compared = comparison(session, merchant, period, now=now, rules=rules)
    return Analytics(
        period=period,
        whole=whole,
        incremental=compared,
        added=added(compared, cases=decided.opened, most=whole.touched_then_recovered),
        added_money=added_money(compared, money=decided.opened_money, most=whole.touched_money),
        baseline=baseline(session, merchant),
        median_hours=_median_hours(session, merchant, period, whole.recovered),
        by_class=by_class(figures),
        by_week=by_week(figures, period.weeks),
    )


def overview(
    session: Session, merchant: Merchant, period: Period, *, now: datetime, rules: Rules
) -> Overview:
    latest = list_cases(session, merchant, Filters(), size=LATEST).rows
    return Overview(
        analytics=analytics(session, merchant, period, now=now, rules=rules),
        latest=latest,
        heard=bool(latest) or heard_of(session, merchant),
    )


def channels(session: Session, merchant: Merchant, period: Period) -> tuple[ChannelFigures, ...]:
    """One entry for each channel that carried a reminder of the period's cases, by name; offers are no reminders."""
    in_period = _in_period(merchant, period)
    sends = session.execute(
        select(Delivery.channel, Delivery.outcome, func.count())
        .join(Case, Delivery.case_id == Case.id)
        .join(Step, Delivery.step_id == Step.id)
        .where(in_period, Step.kind != KIND)
        .group_by(Delivery.channel, Delivery.outcome)
    ).all()
    reached: dict[str, int] = dict(
        session.execute(
            select(Delivery.channel, func.count(Delivery.case_id.distinct()))
            .join(Case, Delivery.case_id == Case.id)
            .join(Step, Delivery.step_id == Step.id)
            .where(in_period, Delivery.outcome.in_(REACHED), Step.kind != KIND)
            .group_by(Delivery.channel)
        ).all()
    )
    money = session.execute(
        select(Step.channel, Case.currency, func.count(), func.sum(Case.amount_minor - Case.taken_back_minor))
        .join(Step, Case.attribution_step_id == Step.id)
        .where(in_period, Case.state == CaseState.RECOVERED.value)
        .group_by(Step.channel, Case.currency)
    ).all()
    return tuple(
        ChannelFigures(
            channel=channel,
            outcomes={row[1]: row[2] for row in sends if row[0] == channel},
            cases=reached.get(channel, 0),
            recovered_after=sum(row[2] for row in money if row[0] == channel),
            recovered_money=totals(
                Money(row[1], int(row[3] or 0)) for row in money if row[0] == channel and row[1]
            ),
        )
        for channel in sorted({row[0] for row in sends})
    )


def _in_period(merchant: Merchant, period: Period) -> ColumnElement[bool]:
    return and_(
        Case.merchant_id == merchant.id,
        Case.opened_at >= period.start,
        Case.opened_at < period.end,
        Case.origin == LIVE,
    )


def _figures(session: Session, merchant: Merchant, period: Period) -> Iterator[CaseFigures]:
    weeks = period.weeks
    touched = func.coalesce(Case.attribution, "").in_(TOUCHED)
    labelled = (
        select(
            Case.state,
            Case.decline_class,
            _week_number(period.week_starts).label("week"),
            touched.label("touched"),
            (Case.arm == Arm.CONTROL.value).label("control"),
            Case.currency,
            Case.amount_minor,
            Case.taken_back_minor,
        )
        .where(_in_period(merchant, period))
        .subquery()
    )
    alike = (
        labelled.c.state,
        labelled.c.decline_class,
        labelled.c.week,
        labelled.c.touched,
        labelled.c.control,
        labelled.c.currency,
    )
    sums = (func.count(), func.sum(labelled.c.amount_minor), func.sum(labelled.c.taken_back_minor))
    found = session.execute(select(*alike, *sums).group_by(*alike))
    for state, decline_class, week, was_touched, control, currency, cases, amount, taken_back in found:
        yield CaseFigures(
            state=CaseState(state),
            decline_class=DeclineClass(decline_class),
            week=weeks[week],
            touched=bool(was_touched),
            control=bool(control),
            currency=currency,
            cases=cases,
            amount_minor=int(amount or 0),
            taken_back_minor=int(taken_back or 0),
        )


def _week_number(starts: Sequence[datetime], first: int = 0) -> ColumnElement[Any]:
    """Which of these weeks a case was opened in: a tree of comparisons, so many weeks cost little.

    Comparing instants, unlike cutting dates out of them, is right in every zone and on both databases.
    """
    if len(starts) == 1:
        return literal(first)
    middle = len(starts) // 2
    return case(
        (Case.opened_at < starts[middle], _week_number(starts[:middle], first)),
        else_=_week_number(starts[middle:], first + middle),
    )


def _median_hours(session: Session, merchant: Merchant, period: Period, recovered: int) -> float | None:
    if not recovered:
        return None
    seconds = extract("epoch", Case.recovered_at) - extract("epoch", Case.opened_at)
    middle = session.scalars(
        select(seconds)
        .where(
            _in_period(merchant, period),
            Case.state == CaseState.RECOVERED.value,
            Case.decline_class != DeclineClass.NOT_A_FAILURE.value,
        )
        .order_by(seconds)
        .offset((recovered - 1) // 2)
        .limit(2 - recovered % 2)
    ).all()
    # A payment may be older than the failure that was heard last: then it took no time.
    return max(0.0, sum(float(value) for value in middle) / len(middle) / 3600)


def heard_of(session: Session, merchant: Merchant) -> bool:
    """Whop has told of this merchant, by whatever way."""
    return session.scalar(select(InboxRow.id).where(InboxRow.merchant_id == merchant.id).limit(1)) is not None
