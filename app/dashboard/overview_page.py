"""The overview and the files of its figures: what the address asks for, and what the page is made of."""

from collections.abc import Iterator

from flask import Blueprint, Response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from app.cases.carried import by_channel, by_step
from app.cases.flood import flood_of
from app.cases.queries import Overview, overview, reach
from app.dashboard import inputs, measure_words, overview_words, sentences
from app.dashboard.chart import interval_chart, waiting_chart, weeks_chart
from app.dashboard.connect_texts import linkable
from app.dashboard.desk import Desk, reading
from app.dashboard.export import rows_as_csv
from app.dashboard.overview_files import FILES
from app.dashboard.setup_lines import anything_left, nothing_done
from app.recovery.cohorts import MARKS
from app.recovery.decline import POLICIES, DeclineClass
from app.recovery.measure import Measure
from app.recovery.waiting import by_day
from app.security.access import Who, access
from app.security.tenancy import SIGNED_IN_NOW
from app.services import services

NAMES = ", ".join(map(repr, FILES))

blueprint = Blueprint("figures", __name__)


def overview_page(desk: Desk) -> ResponseReturnValue:
    """Who has just signed in and has done nothing yet is led to the set-up.

    Raises `InvalidInput` naming the field of the address that is wrong.
    """
    shown = _overview(desk)
    if session.pop(SIGNED_IN_NOW, None) and not shown.heard and nothing_done(desk):
        return redirect(url_for("setup.index"))
    found = shown.analytics
    return render_template(
        "dashboard/overview.html",
        shown=shown,
        analytics=found,
        whole=found.whole,
        period=found.period,
        narrow=found.narrow,
        days=inputs.days_of(request.args),
        chart=weeks_chart(found.by_week, desk.show),
        waiting=waiting_chart(by_day(found.waiting)),
        interval=interval_chart(found.incremental.difference),
        channels=by_channel(shown.messages),
        steps=by_step(shown.messages),
        marks=MARKS,
        attention=[(name, part) for name, part in found.by_class if _wants_the_merchant(name, part)],
        setup_left=anything_left(desk, heard=shown.heard),
        flood=flood_of(desk.session, desk.merchant),
        nameless=desk.merchant.public_name is None,
        reach=reach(desk.session, desk.merchant) if linkable(services().settings) else None,
        show=desk.show,
        words=sentences,
        measured=measure_words,
        said=overview_words,
    )


@blueprint.get(f"/dashboard/overview/<any({NAMES}):name>.csv")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def export(name: str) -> ResponseReturnValue:
    """The figures of one chart or table, for the same address."""
    with reading() as desk:
        shown = _overview(desk)
    period = shown.analytics.period
    named = f"{name}-{period.first}-{period.last}.csv"
    return Response(
        rows_as_csv(_cells(shown, name)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{named}"'},
    )


def _overview(desk: Desk) -> Overview:
    period = inputs.period_of(request.args, now=desk.now, zone=desk.zone)
    narrow = inputs.narrow_of(request.args)
    return overview(desk.session, desk.merchant, period, now=desk.now, rules=desk.rules, narrow=narrow)


def _cells(shown: Overview, name: str) -> Iterator[tuple[str, ...]]:
    for row in FILES[name](shown):
        yield tuple("" if cell is None else str(cell) for cell in row)


def _wants_the_merchant(name: DeclineClass, part: Measure) -> bool:
    return POLICIES[name].alert_merchant and part.in_progress > 0
