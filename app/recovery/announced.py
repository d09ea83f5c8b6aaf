"""What programs of a merchant are told about a case, and how long one tries to tell them.

Facts in, kinds of events out. Who listens, and how it is sent, is not known here.
"""

from datetime import timedelta
from enum import StrEnum

from .machine import CaseState


class Announced(StrEnum):
    """The `type` of an event."""

    OPENED = "case.opened"
    RECOVERED = "case.recovered"
    LOST = "case.lost"
    REVERSED = "case.reversed"
    """Recovered money was paid back, or a dispute took it."""
    TEST = "webhook.test"
    """Asked for by a person; about no case."""


OF_CASES = (Announced.OPENED, Announced.RECOVERED, Announced.LOST, Announced.REVERSED)
"""What a merchant chooses from."""

_ENDS = {
    CaseState.RECOVERED: Announced.RECOVERED,
    CaseState.LOST: Announced.LOST,
    CaseState.REVERSED: Announced.REVERSED,
}

PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=22),
)
"""After each failed try; after the try that follows the last one, some three days on, nobody tries again."""
MOST_TRIES = len(PAUSES) + 1
TELL_AFTER_TRIES = 5
"""So many failed tries of one event, some forty minutes after the first, are worth an alert."""
OFF_AFTER = timedelta(days=2)
"""An address that has taken nothing for so long when an event is given up gets no more."""


def of_change(
    *, new: bool, was: CaseState, state: CaseState, control: bool, backfilled: bool
) -> tuple[Announced, ...]:
    """In the order in which they happened; none for what is history.

    That a case of the control group has opened is not told: whatever a program did about it would reach a
    customer who is to be left alone. How it ended is told, with its group, so that sums agree with the pages.
    """
    if backfilled:
        return ()
    opened = (Announced.OPENED,) if new and not control else ()
    end = _ENDS.get(state) if new or state is not was else None
    return (*opened, end) if end else opened


def pause_after(tries: int, *, wish: timedelta | None = None) -> timedelta | None:
    """How long to wait after so many failed tries; None: give up. A peer's wish only lengthens it, to an hour."""
    if tries >= MOST_TRIES:
        return None
    pause = PAUSES[tries - 1]
    return max(pause, min(wish, timedelta(hours=1))) if wish else pause
