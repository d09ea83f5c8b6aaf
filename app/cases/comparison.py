"""Reads what the comparison of the two groups needs, and the baseline from before, summed up by the database.

Reads only. What counts as paid, and what follows from it, is decided by `app.recovery`.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, select, union_all
from sqlalchemy.orm import Session

from app.cases.arms import share_for
from app.cases.counting import day_of_case, on_postgresql
from app.cases.rules import Rules
from app.cases.tallied import RUNNING
from app.cases.tally_spans import EVERYTHING, Narrow
from app.models import Case, CaseTally, DrawnTally, Merchant
from app.models.case import BACKFILL, Arm
from app.models.tally import NOT_PAID
from app.recovery.decline import DeclineClass
from app.recovery.edges import Edge, edge
from app.recovery.followed import DAYS, Watched
from app.recovery.incremental import Drawn, Incremental, compare
from app.recovery.machine import CaseState
from app.recovery.measure import Baseline, Outcome, outcome_of
from app.recovery.period import Period

DAY = timedelta(days=1)


def comparison(
    session: Session, merchant: Merchant, period: Period, *, now: datetime, rules: Rules
) -> Incremental:
    """All people drawn up to the end of the period, whenever it begins: nobody can choose the days that suit.

    Read from the tally: the cost grows with the days, not with the people.
    """
    until = edge(period.end)
    since = (
        select(func.min(Case.opened_at))
        .where(Case.merchant_id == merchant.id, Case.draw_share.is_not(None), Case.opened_at < period.end)
        .scalar_subquery()
    )
    tally = DrawnTally
    alike: tuple[Any, ...] = (
        tally.arm,
        tally.share,
        _whole_days(tally.day, now),
        tally.paid_on,
        tally.running,
    )
    whole = select(*alike, func.sum(tally.people), literal(1), since).where(
        tally.merchant_id == merchant.id, tally.day < until.day
    )
    wanted: Any = whole.group_by(*alike)
    if not until.is_midnight:
        wanted = union_all(wanted, _in_last_hours(session, merchant, until, now))
    found = session.execute(wanted).all()
    rows = [
        Drawn(
            control=arm == Arm.CONTROL,
            share=share,
            watched=Watched(
                people=sign * int(people), days=days, paid_on=None if paid_on == NOT_PAID else paid_on,
                open=bool(running),
            ),
        )
        for arm, share, days, paid_on, running, people, sign, _ in found
    ]  # fmt: skip
    first = min((row[-1] for row in found if row[-1] is not None), default=None)
    return compare(rows, share=share_for(merchant, rules), since=first)


def baseline(session: Session, merchant: Merchant, narrow: Narrow = EVERYTHING) -> Baseline | None:
    """The cases of before the product acted, by the same definition; None: Whop's records were not read."""
    rows = session.execute(
        select(CaseTally.state, CaseTally.decline_class, func.sum(CaseTally.cases))
        .where(CaseTally.merchant_id == merchant.id, CaseTally.origin == BACKFILL, *narrow.of(CaseTally))
        .group_by(CaseTally.state, CaseTally.decline_class)
    ).all()
    counts = {Outcome.RECOVERED: 0, Outcome.LOST: 0, Outcome.IN_PROGRESS: 0, Outcome.LEFT_OUT: 0}
    for state, decline_class, cases in rows:
        counts[outcome_of(CaseState(state), DeclineClass(decline_class))] += int(cases)
    before = Baseline(sum(counts.values()) - counts[Outcome.LEFT_OUT], counts[Outcome.RECOVERED])
    return before if before.opened else None


def _in_last_hours(
    session: Session, merchant: Merchant, until: Edge, now: datetime
) -> Select[*tuple[Any, ...]]:
    """People between the last midnight that the tally goes to and the end itself."""
    day = day_of_case(postgresql=on_postgresql(session))
    paid_on = case(
        (Case.state == CaseState.RECOVERED.value, func.coalesce(Case.paid_on, NOT_PAID)), else_=NOT_PAID
    )
    alike = (Case.arm, Case.draw_share, _whole_days(day, now), paid_on, Case.state.in_(RUNNING))
    return (
        select(*alike, func.count(), literal(until.sign), func.min(Case.opened_at))
        .where(
            Case.merchant_id == merchant.id, Case.draw_share.is_not(None),
            Case.opened_at >= until.start, Case.opened_at < until.end,
        )
        .group_by(*alike)
    )  # fmt: skip


def _whole_days(day: Any, now: datetime) -> ColumnElement[int]:
    """How many days are over since the end of the day of the first failure, for everybody who failed on it."""
    return case(
        *((day < (now - days * DAY).astimezone(UTC).date(), days) for days in range(DAYS, 0, -1)),
        else_=0,
    )
