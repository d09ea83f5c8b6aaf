"""The list of cases as a page: its tabs with the team's own views, its headings that sort, the file it can become."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask import Response, render_template, request
from flask_babel import gettext as _

from app.cases.queries import Sort, all_cases, list_cases
from app.cases.saved_views import LONGEST_NAME, MOST_VIEWS, saved_views
from app.dashboard import sentences
from app.dashboard.case_inputs import (
    FILTERS,
    IN_PROGRESS,
    LAST_DAYS,
    asked_of,
    cursor_of,
    filters_of,
    sort_of,
    written,
)
from app.dashboard.desk import Desk
from app.dashboard.export import written_as_csv
from app.models import SavedView
from app.recovery.machine import CaseState
from app.services import services


@dataclass(frozen=True, slots=True)
class Tab:
    text: str
    query: Mapping[str, str]
    here: bool


@dataclass(frozen=True, slots=True)
class Heading:
    """A column that the list can be ordered by."""

    here: str
    """`ascending`, `descending` or empty, as a screen reader is told."""
    to: str
    """The order that a press brings."""


def list_page(desk: Desk) -> str:
    """Raises `InvalidInput` naming what cannot be asked for."""
    args = request.args
    filters, sort = filters_of(args, zone=desk.zone, now=desk.now), sort_of(args)
    page = list_cases(desk.session, desk.merchant, filters, sort=sort, cursor=cursor_of(args, sort))
    views = saved_views(desk.session, desk.merchant)
    asked = asked_of(args)
    open_view = next(
        (view for view in views if str(view.id) == args.get("view") and view.query == asked), None
    )
    return render_template(
        "dashboard/cases.html",
        rows=page.rows,
        next=written(page.next),
        previous=written(page.previous),
        asked=asked,
        filtered=any(args.get(name) for name in FILTERS),
        tabs=list(_tabs(asked, views, open_view)),
        open_view=open_view,
        views_left=MOST_VIEWS - len(views),
        longest_name=LONGEST_NAME,
        sort=sort,
        sorts=sorts(),
        headings={
            "amount": _heading(sort, Sort.SMALLEST, Sort.LARGEST),
            "time": _heading(sort, Sort.OLDEST, Sort.NEWEST),
        },
        last_days=LAST_DAYS,
        show=desk.show,
        words=sentences,
    )


def file_of_cases(desk: Desk) -> Response:
    """The present list as CSV, of any length: read and sent batch by batch after the view has ended."""
    merchant, today = desk.merchant, desk.now.astimezone(desk.zone).date()
    filters, sort = filters_of(request.args, zone=desk.zone, now=desk.now), sort_of(request.args)
    look = services().database.reading
    return Response(
        written_as_csv(all_cases(look, merchant, filters, sort=sort)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="cases-{today}.csv"'},
    )


def sorts() -> Mapping[Sort, str]:
    return {
        Sort.NEWEST: _("Newest failure first"),
        Sort.OLDEST: _("Oldest failure first"),
        Sort.LARGEST: _("Largest amount first"),
        Sort.SMALLEST: _("Smallest amount first"),
    }


def _tabs(asked: Mapping[str, str], views: Sequence[SavedView], open_view: SavedView | None) -> Iterator[Tab]:
    states = {
        "": _("All"),
        IN_PROGRESS: _("In progress"),
        CaseState.RECOVERED: str(sentences.STATES[CaseState.RECOVERED]),
        CaseState.LOST: str(sentences.STATES[CaseState.LOST]),
    }
    for value, text in states.items():
        query = {**asked, "state": str(value)}
        yield Tab(
            text,
            {name: one for name, one in query.items() if one},
            open_view is None and asked.get("state", "") == value,
        )
    for view in views:
        # A database gives its parts in an order of its own.
        yield Tab(view.name, {**asked_of(view.query), "view": str(view.id)}, view is open_view)


def _heading(sort: Sort, ascending: Sort, descending: Sort) -> Heading:
    if sort is descending:
        return Heading("descending", ascending.value)
    return Heading("ascending" if sort is ascending else "", descending.value)
