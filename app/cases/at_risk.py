"""What is in progress now, whenever it began, by the hours that are left of Whop's own days. Reads only."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from app.cases.tallied import Narrow, case_figures
from app.models import Merchant
from app.recovery.campaign import LIMITS
from app.recovery.edges import edges
from app.recovery.measure import Measure, measure

HOUR = timedelta(hours=1)
LEFT = (timedelta(0), 24 * HOUR, 72 * HOUR)
"""Ends of the groups, in the order of urgency: nothing left, up to a day, up to three; the rest has more."""
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
END = datetime(2101, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class AtRisk:
    whole: Measure
    by_left: tuple[Measure, ...]
    """One for each of `LEFT` and one for the rest."""


def at_risk(session: Session, merchant: Merchant, *, now: datetime, narrow: Narrow) -> AtRisk:
    ends = [now - LIMITS.runway + left for left in LEFT]
    found = case_figures(session, merchant, edges([BEGINNING, *ends, END]), narrow=narrow, running=True)
    groups = tuple(measure(found.get(number, [])) for number in range(len(LEFT) + 1))
    return AtRisk(measure(row for rows in found.values() for row in rows), groups)
