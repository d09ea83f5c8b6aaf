"""Figures as drawings: the weeks of a period for the browser to draw, an interval for the page itself.

Whatever is drawn stands beside it in words or as a table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any

from flask_babel import gettext as _

from app.dashboard.show import Show
from app.recovery.followed import DAYS
from app.recovery.measure import Measure
from app.recovery.posterior import Difference

WIDTH = 100
"""Of the drawing of an interval, whatever the width of the page."""


@dataclass(frozen=True, slots=True)
class IntervalChart:
    """Places from 0 to `WIDTH` on a line whose middle is no difference at all."""

    edge: int
    """Points at the right end; the left end is as far below nothing."""
    low: float
    high: float
    middle: float
    sign: str
    """above, below or around nothing."""


def interval_chart(gap: Difference | None) -> IntervalChart | None:
    """The line is as long as the interval needs, in steps of ten points."""
    if gap is None:
        return None
    farthest = max(abs(gap.low), abs(gap.high))
    edge = max(1, ceil(farthest * 10)) / 10

    def place(share: float) -> float:
        return round(WIDTH / 2 * (1 + share / edge), 2)

    sign = "above" if gap.low > 0 else "below" if gap.high < 0 else "around"
    return IntervalChart(round(edge * 100), place(gap.low), place(gap.high), place(gap.mean), sign)


def weeks_chart(weeks: Sequence[tuple[date, Measure]], show: Show) -> dict[str, Any]:
    """Cases by the week of their first failure. `tone` names a colour of `app.css`."""
    return {
        "labels": [show.week(monday) for monday, _measure in weeks],
        "series": [
            {"label": _("Recovered"), "tone": "recovered", "values": [week.recovered for _m, week in weeks]},
            {
                "label": _("In progress"),
                "tone": "progress",
                "values": [week.in_progress for _m, week in weeks],
            },
            {"label": _("Lost"), "tone": "lost", "values": [week.lost for _m, week in weeks]},
        ],
    }


def waiting_chart(by_day: Mapping[int, int]) -> dict[str, Any]:
    """Recovered cases by the day after the first failure on which the money came; what took longer stands together."""
    longer = sum(count for day, count in by_day.items() if day >= DAYS)
    values = [by_day.get(day, 0) for day in range(DAYS)] + [longer]
    labels = [str(day) for day in range(1, DAYS + 1)] + [str(_("later"))]
    return {"labels": labels, "series": [{"label": _("Recovered"), "tone": "recovered", "values": values}]}
