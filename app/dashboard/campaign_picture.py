"""The five days as a drawing: our messages by kind of decline, and beside them what Whop does by itself.

Places are percents of the five days, so it is drawn at any width. The same stands below it as a table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.dashboard import sentences
from app.recovery.campaign import LIMITS, Campaign, positions_of
from app.recovery.decline import DeclineClass

DAYS = 5
FINEST = 0.5
"""Percent. Attempts nearer to each other than this are one mark."""


@dataclass(frozen=True, slots=True)
class Mark:
    place: float
    tone: str
    """first, second, last or note: which message it is."""


@dataclass(frozen=True, slots=True)
class Track:
    title: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class FiveDays:
    tracks: tuple[Track, ...]
    whop: tuple[float, ...]
    """Where Whop charged again in the newest cases; it publishes neither number nor times."""
    days: tuple[float, ...] = tuple(100 / DAYS * day for day in range(1, DAYS))


def five_days(campaign: Campaign, attempts: Sequence[timedelta]) -> FiveDays:
    tracks = tuple(
        Track(
            str(sentences.CLASS_TITLES[name]),
            tuple(Mark(_place(offset.after), offset.position.value) for offset in campaign.offsets[name]),
        )
        for name in DeclineClass
        if positions_of(name)
    )
    return FiveDays(tracks, tuple(sorted({round(_place(gap) / FINEST) * FINEST for gap in attempts})))


def _place(after: timedelta) -> float:
    return round(100 * (after / LIMITS.runway), 2)
