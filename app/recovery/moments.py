"""Moments for a charge: the hours of a customer's days, and what is left of them around times that are out of bounds."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Span = tuple[datetime, datetime]


def local_moment(day: date, hour: time, *, zone: ZoneInfo) -> datetime:
    """In UTC."""
    return datetime.combine(day, hour, tzinfo=zone).astimezone(UTC)


def hours_of(day: date, hours: tuple[time, time] | None, *, zone: ZoneInfo) -> Span:
    """These hours of a day by the customer's clock; None: the whole day."""
    if hours is None:
        return local_moment(day, time(), zone=zone), local_moment(day + timedelta(days=1), time(), zone=zone)
    return local_moment(day, hours[0], zone=zone), local_moment(day, hours[1], zone=zone)


def free(spans: Iterable[Span], blocked: Iterable[Span]) -> Iterator[Span]:
    """What is left of the spans, in the order of time."""
    left: Sequence[Span] = list(spans)
    for start, end in blocked:
        left = [
            piece
            for first, last in left
            for piece in ((first, min(last, start)), (max(first, end), last))
            if piece[0] < piece[1]
        ]
    yield from sorted(left)
