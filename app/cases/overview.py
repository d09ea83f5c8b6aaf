"""The figures of a merchant's period, read out of the tallies: the cost does not grow with the cases.

Reads only. Which case counts as what is decided by `app.recovery.measure`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, extract, func, select
from sqlalchemy.orm import Session

from app.cases.at_risk import AtRisk, at_risk
from app.cases.choices import Choices, choices
from app.cases.comparison import baseline, comparison
from app.cases.listing import CaseRow, Filters, list_cases
from app.cases.rules import Rules
from app.cases.tallied import EVERYTHING, Messages, Narrow, case_figures, message_figures, recovery_hours
from app.models import Case, Delivery, InboxRow, Merchant, Step
from app.models.case import LIVE
from app.models.contact import REACHED
from app.recovery.cohorts import Cohort, days_over
from app.recovery.decline import DeclineClass
from app.recovery.edges import Edge
from app.recovery.edges import edges as edges_between
from app.recovery.incremental import Incremental, added, added_money
from app.recovery.machine import CaseState
from app.recovery.measure import (
    Baseline,
    Measure,
    by_class,
    by_week,
    decided_with_reminders,
    measure,
)
from app.recovery.money import Money, totals
from app.recovery.period import Period
from app.recovery.waiting import by_day, middle
from app.recovery.winback import KIND

BEFORE = 0
"""The span of the period before."""
MOST_LOOKED_AT = 5000
"""Cases one by one, for the exact middle; of more, the tally's hours tell it well enough."""
LATEST = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Analytics:
    period: Period
    narrow: Narrow
    whole: Measure
    before: Measure
    """As many days right before the period."""
    incremental: Incremental
    added: tuple[int, int, int] | None
    """Payments of the period that would not have come without us: about, at least, at most."""
    added_money: tuple[tuple[Money, Money, Money], ...]
    """The same in money, one entry a currency."""
    baseline: Baseline | None
    median_hours: float | None
    """From the first failure to the money, over the recovered cases; of very many, to a part of an hour."""
    waiting: Mapping[int, int]
    """Recovered cases by hours to the money, in the spans of `app.recovery.waiting`."""
    by_class: tuple[tuple[DeclineClass, Measure], ...]
    by_week: tuple[tuple[date, Measure], ...]
    cohorts: tuple[Cohort, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    analytics: Analytics
    at_risk: AtRisk
    messages: tuple[Messages, ...]
    choices: Choices
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
    session: Session,
    merchant: Merchant,
    period: Period,
    *,
    now: datetime,
    rules: Rules,
    narrow: Narrow = EVERYTHING,
) -> Analytics:
    """`narrow` leaves the two groups and their difference alone: they are of all people who were drawn."""
    edges = _edges(period)
    spans = case_figures(session, merchant, edges, narrow=narrow, weeks=(date.min, *period.weeks))
    before = spans.pop(BEFORE, [])
    figures = [row for rows in spans.values() for row in rows]
    whole, decided = measure(figures), decided_with_reminders(figures)
    compared = comparison(session, merchant, period, now=now, rules=rules)
    weeks = by_week(figures, period.weeks)
    waited = recovery_hours(session, merchant, edges[BEFORE + 1 :], narrow=narrow)
    waiting = _together(waited)
    return Analytics(
        period=period,
        narrow=narrow,
        whole=whole,
        before=measure(before),
        incremental=compared,
        added=added(compared, cases=decided.opened, most=whole.touched_then_recovered),
        added_money=added_money(compared, money=decided.opened_money, most=whole.touched_money),
        baseline=baseline(session, merchant, narrow),
        median_hours=_median_hours(session, merchant, period, whole, waiting, narrow),
        waiting=waiting,
        by_class=by_class(figures),
        by_week=weeks,
        cohorts=tuple(
            Cohort(monday, week.opened, by_day(waited.get(number, {})), days_over(edges[number + 2].at, now))
            for number, (monday, week) in enumerate(weeks)
        ),
    )


def overview(
    session: Session,
    merchant: Merchant,
    period: Period,
    *,
    now: datetime,
    rules: Rules,
    narrow: Narrow = EVERYTHING,
) -> Overview:
    latest = list_cases(session, merchant, Filters(), size=LATEST).rows
    return Overview(
        analytics=analytics(session, merchant, period, now=now, rules=rules, narrow=narrow),
        at_risk=at_risk(session, merchant, now=now, narrow=narrow),
        messages=tuple(
            message_figures(session, merchant, edges_between((period.start, period.end)), narrow=narrow)
        ),
        choices=choices(session, merchant, period),
        latest=latest,
        heard=bool(latest) or _heard(session, merchant),
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


def _edges(period: Period) -> Sequence[Edge]:
    """The first span is the period before, the others are the weeks of this one."""
    within = [max(start, period.start) for start in period.week_starts]
    return edges_between((period.before.start, *within, period.end))


def _together(waited: Mapping[int, Mapping[int, int]]) -> dict[int, int]:
    """Cases by hours, over all weeks."""
    found: Counter[int] = Counter()
    for cases in waited.values():
        found.update(cases)
    return {span: count for span, count in found.items() if count}


def _median_hours(
    session: Session,
    merchant: Merchant,
    period: Period,
    whole: Measure,
    waiting: Mapping[int, int],
    narrow: Narrow,
) -> float | None:
    if not whole.recovered:
        return None
    if whole.opened > MOST_LOOKED_AT:
        return middle(waiting)
    seconds = extract("epoch", Case.recovered_at) - extract("epoch", Case.opened_at)
    found = session.scalars(
        select(seconds)
        .where(
            _in_period(merchant, period),
            *narrow.of_cases(),
            Case.state == CaseState.RECOVERED.value,
            Case.decline_class != DeclineClass.NOT_A_FAILURE.value,
        )
        .order_by(seconds)
        .offset((whole.recovered - 1) // 2)
        .limit(2 - whole.recovered % 2)
    ).all()
    # A payment may be older than the failure that was heard last: then it took no time.
    return max(0.0, sum(float(value) for value in found) / len(found) / 3600)


def _heard(session: Session, merchant: Merchant) -> bool:
    return session.scalar(select(InboxRow.id).where(InboxRow.merchant_id == merchant.id).limit(1)) is not None
