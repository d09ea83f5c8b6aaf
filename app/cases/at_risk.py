"""What is in progress now, whenever it began, by the hours that are left of Whop's own days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.cases.tallied import Asked
from app.recovery.campaign import LIMITS
from app.recovery.edges import edges
from app.recovery.measure import CaseFigures, Measure, measure

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


def asked_at_risk(now: datetime) -> Asked:
    ends = [now - LIMITS.runway + left for left in LEFT]
    return Asked(edges([BEGINNING, *ends, END]), running=True)


def at_risk(found: Mapping[int, Sequence[CaseFigures]]) -> AtRisk:
    """Of what was found for `asked_at_risk`."""
    groups = tuple(measure(found.get(number, ())) for number in range(len(LEFT) + 1))
    return AtRisk(measure(row for rows in found.values() for row in rows), groups)
