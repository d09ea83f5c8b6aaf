"""The weeks of a period as a stacked chart: plain lists that the browser draws and the page repeats as a table."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _

from app.dashboard.show import Show
from app.recovery.measure import Measure


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
