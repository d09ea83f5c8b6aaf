"""Instants between which is counted, where most of the counting is kept by whole days of UTC.

What lies between two instants is what lies between the midnights nearest to them, corrected by the few hours from
there to the instant itself. So a merchant's days and weeks are exact in every zone, without a tally for each.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Edge:
    at: datetime
    day: date
    """The first whole day after the nearest midnight."""
    start: datetime
    end: datetime
    """The hours between that midnight and `at`; empty where they are the same."""
    sign: int
    """1: those hours lie before `at`, but are not in the days before `day`. -1: the other way round."""

    @property
    def is_midnight(self) -> bool:
        return self.start == self.end


def edge(at: datetime) -> Edge:
    at = at.astimezone(UTC)
    before = datetime.combine(at.date(), time(), tzinfo=UTC)
    if at - before <= DAY / 2:
        return Edge(at, before.date(), before, at, 1)
    return Edge(at, before.date() + DAY, at, before + DAY, -1)


def edges(instants: Sequence[datetime]) -> tuple[Edge, ...]:
    """In the order of time, each once. The spans between them are numbered from 0."""
    return tuple(edge(at) for at in sorted(set(instants)))


def shares(place: int, *, corrects: bool, of: Sequence[Edge]) -> Iterator[tuple[int, int]]:
    """The spans that a row adds to, and its sign there.

    `place` is the span of a row of whole days, or the edge whose hours a row `corrects`.
    """
    if not corrects:
        yield place, 1
        return
    sign = of[place].sign
    if place > 0:
        yield place - 1, sign
    if place < len(of) - 1:
        yield place, -sign
