"""Reads what the comparison of the two groups needs, and the baseline from before, summed up by the database.

Reads only. What counts as paid, and what follows from it, is decided by `app.recovery`.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from app.cases.arms import share_for
from app.cases.rules import Rules
from app.models import Case, Merchant
from app.models.case import BACKFILL, Arm
from app.recovery.decline import DeclineClass
from app.recovery.followed import DAYS, Watched
from app.recovery.incremental import Drawn, Incremental, compare
from app.recovery.machine import CaseState
from app.recovery.measure import Baseline, Outcome, outcome_of
from app.recovery.period import Period

DAY = timedelta(days=1)
RUNNING = tuple(state.value for state in CaseState if state.running)


def comparison(
    session: Session, merchant: Merchant, period: Period, *, now: datetime, rules: Rules
) -> Incremental:
    """All people drawn up to the end of the period, whenever it begins: nobody can choose the days that suit.

    The cost grows with those people, but only their sums leave the database.
    """
    drawn = (
        select(
            Case.arm,
            Case.draw_share,
            _whole_days(now).label("days"),
            case((Case.state == CaseState.RECOVERED.value, Case.paid_on)).label("paid_on"),
            Case.state.in_(RUNNING).label("open"),
            Case.opened_at,
        )
        .where(
            Case.merchant_id == merchant.id,
            Case.draw_share.is_not(None),
            Case.opened_at < period.end,
        )
        .subquery()
    )
    alike = (drawn.c.arm, drawn.c.draw_share, drawn.c.days, drawn.c.paid_on, drawn.c.open)
    found = session.execute(select(*alike, func.count(), func.min(drawn.c.opened_at)).group_by(*alike)).all()
    rows = [
        Drawn(
            control=arm == Arm.CONTROL,
            share=share,
            watched=Watched(people=people, days=days, paid_on=paid_on, open=bool(is_open)),
        )
        for arm, share, days, paid_on, is_open, people, _ in found
    ]
    return compare(
        rows, share=share_for(merchant, rules), since=min((row[-1] for row in found), default=None)
    )


def baseline(session: Session, merchant: Merchant) -> Baseline | None:
    """The cases of before the product acted, by the same definition; None: Whop's records were not read."""
    rows = session.execute(
        select(Case.state, Case.decline_class, func.count())
        .where(Case.merchant_id == merchant.id, Case.origin == BACKFILL)
        .group_by(Case.state, Case.decline_class)
    ).all()
    counts = {Outcome.RECOVERED: 0, Outcome.LOST: 0, Outcome.IN_PROGRESS: 0, Outcome.LEFT_OUT: 0}
    for state, decline_class, cases in rows:
        counts[outcome_of(CaseState(state), DeclineClass(decline_class))] += cases
    before = Baseline(sum(counts.values()) - counts[Outcome.LEFT_OUT], counts[Outcome.RECOVERED])
    return before if before.opened else None


def _whole_days(now: datetime) -> ColumnElement[int]:
    """How many days since the first failure are over, at most the window's."""
    return case(
        *((Case.opened_at <= now - days * DAY, days) for days in range(DAYS, 0, -1)),
        else_=0,
    )
