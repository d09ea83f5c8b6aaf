"""The figures of a merchant's period, read out of the tallies: the cost does not grow with the cases.

Reads only. Which case counts as what is decided by `app.recovery.measure`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import extract, select
from sqlalchemy.orm import Session

from app.cases.at_risk import AtRisk, asked_at_risk, at_risk
from app.cases.carried import Messages, message_figures
from app.cases.channels import in_period
from app.cases.choices import Choices, choices
from app.cases.comparison import baseline, comparison
from app.cases.listing import CaseRow, latest_cases
from app.cases.rules import Rules
from app.cases.tallied import Asked, case_figures, recovery_hours
from app.cases.tally_spans import EVERYTHING, Narrow
from app.models import Case, InboxRow, Merchant
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
    of_all_weeks,
)
from app.recovery.money import Money
from app.recovery.period import Period
from app.recovery.waiting import by_day, middle

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
    at_risk_now: AtRisk
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
    messages: tuple[Messages, ...]
    choices: Choices
    latest: tuple[CaseRow, ...]
    heard: bool
    """Whop has told of this merchant before, if only of something without effect."""


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
    weekly = Asked(edges, weeks=(date.min, *period.weeks))
    spans, in_progress = case_figures(session, merchant, (weekly, asked_at_risk(now)), narrow=narrow)
    before = spans.pop(BEFORE, [])
    figures = [row for rows in spans.values() for row in rows]
    alike = of_all_weeks(figures)
    whole, decided = measure(alike), decided_with_reminders(alike)
    compared = comparison(session, merchant, period, now=now, rules=rules)
    weeks = by_week(figures, period.weeks)
    waited = recovery_hours(session, merchant, edges[BEFORE + 1 :], narrow=narrow)
    waiting = _together(waited)
    return Analytics(
        period=period,
        narrow=narrow,
        whole=whole,
        before=measure(before),
        at_risk_now=at_risk(in_progress),
        incremental=compared,
        added=added(compared, cases=decided.opened, most=whole.touched_then_recovered),
        added_money=added_money(compared, money=decided.opened_money, most=whole.touched_money),
        baseline=baseline(session, merchant, narrow),
        median_hours=_median_hours(session, merchant, period, whole, waiting, narrow),
        waiting=waiting,
        by_class=by_class(alike),
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
    latest = latest_cases(session, merchant, size=LATEST)
    return Overview(
        analytics=analytics(session, merchant, period, now=now, rules=rules, narrow=narrow),
        messages=tuple(
            message_figures(session, merchant, edges_between((period.start, period.end)), narrow=narrow)
        ),
        choices=choices(session, merchant, period),
        latest=latest,
        heard=bool(latest) or heard_of(session, merchant),
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
            in_period(merchant, period),
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


def heard_of(session: Session, merchant: Merchant) -> bool:
    """Whop has told of this merchant, by whatever way."""
    return session.scalar(select(InboxRow.id).where(InboxRow.merchant_id == merchant.id).limit(1)) is not None
