"""How long the money took, in spans: single hours at first, where payments are many, then longer ones.

Spans never cross the end of a day, counted from the failure, so days can be put together from them.
"""

from collections.abc import Mapping

HOUR_SECONDS = 3600
STEPS = ((48, 1), (14 * 24, 6), (60 * 24, 24))
"""Up to so many hours, spans of so many."""
LONGEST = STEPS[-1][0]
"""The last span has no end."""
DAY_HOURS = 24


def span_of(seconds: int) -> int:
    """The lower end, in hours. A payment may be older than the failure that was heard last: then it took none."""
    hours = max(0, seconds // HOUR_SECONDS)
    return next((hours - hours % step for end, step in STEPS if hours < end), LONGEST)


def length_of(span: int) -> int:
    """Hours."""
    return next((step for end, step in STEPS if span < end), DAY_HOURS)


def middle(cases: Mapping[int, int]) -> float | None:
    """Hours within which half of so many cases by span were paid, as if a span's payments came evenly."""
    half = sum(cases.values()) / 2
    before = 0
    for span in sorted(cases):
        if before + cases[span] >= half and cases[span] > 0:
            return span + length_of(span) * (half - before) / cases[span]
        before += cases[span]
    return None


def by_day(cases: Mapping[int, int]) -> dict[int, int]:
    """0 is the first day after the failure."""
    days: dict[int, int] = {}
    for span, count in cases.items():
        days[span // DAY_HOURS] = days.get(span // DAY_HOURS, 0) + count
    return days
