"""What the address of the list of cases asks for, checked: filters, order, page. Every fault names its field."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from app.cases.queries import Cursor, Filters, Sort
from app.dashboard.inputs import date_of
from app.errors import InvalidInput
from app.recovery.decline import DeclineClass
from app.recovery.machine import CaseState
from app.recovery.period import DAY, Period

MOST_SEARCHED = 100
"""Characters of a search; no name or id is longer."""
IN_PROGRESS = "in_progress"
GROUPS: Mapping[str, tuple[CaseState, ...]] = {
    "": (),
    IN_PROGRESS: tuple(state for state in CaseState if state.running),
    **{state.value: (state,) for state in CaseState},
}
"""Values of the filter `state`."""
LAST_DAYS = (7, 30, 90)
FILTERS = ("q", "state", "class", "days", "from", "to")
"""What narrows the list of cases."""
ASKED = (*FILTERS, "sort")
"""All of the address but the page: what a saved view keeps."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TIME_MARK = re.compile(r"(\d{1,17})-(\d{1,18})", re.ASCII)
_AMOUNT_MARK = re.compile(r"([a-z]{3})-(\d{1,18})-(\d{1,18})", re.ASCII)
_NO_AMOUNT_MARK = re.compile(r"none-(\d{1,18})", re.ASCII)


def filters_of(args: Mapping[str, str], *, zone: ZoneInfo, now: datetime) -> Filters:
    """`days` counts back from today; `from` and `to` are days, both inclusive. Raises `InvalidInput`."""
    state, decline_class = args.get("state", ""), args.get("class", "")
    if state not in GROUPS:
        raise InvalidInput({"state": _("one of: %(values)s", values=", ".join(filter(None, GROUPS)))})
    if decline_class and decline_class not in list(DeclineClass):
        raise InvalidInput({"class": _("one of: %(values)s", values=", ".join(DeclineClass))})
    start, end = _times(args, zone=zone, now=now)
    return Filters(
        states=GROUPS[state],
        decline_class=DeclineClass(decline_class) if decline_class else None,
        text=text_of(args),
        start=start,
        end=end,
    )


def text_of(args: Mapping[str, str]) -> str:
    """What is searched for."""
    return args.get("q", "").replace("\x00", "").strip()[:MOST_SEARCHED]


def sort_of(args: Mapping[str, str]) -> Sort:
    """Raises `InvalidInput`."""
    asked = args.get("sort") or Sort.NEWEST.value
    if asked not in list(Sort):
        raise InvalidInput({"sort": _("one of: %(values)s", values=", ".join(Sort))})
    return Sort(asked)


def cursor_of(args: Mapping[str, str], sort: Sort) -> Cursor | None:
    """Raises `InvalidInput` for one that `written` did not make in this order."""
    for field, backward in (("after", False), ("before", True)):
        text = args.get(field, "")
        if text:
            return _cursor(text, sort, field=field, backward=backward)
    return None


def written(cursor: Cursor | None) -> str | None:
    """As it stands in an address."""
    if cursor is None:
        return None
    first, *rest = cursor.values
    if isinstance(first, datetime):
        first = (first - _EPOCH) // _MICROSECOND
    return "-".join(map(str, ["none", first] if cursor.section else [first, *rest]))


def asked_of(args: Mapping[str, str]) -> dict[str, Any]:
    """The parts of the address that say what is listed, without the page."""
    return {name: args[name] for name in ASKED if args.get(name)}


def _cursor(text: str, sort: Sort, *, field: str, backward: bool) -> Cursor:
    if sort in (Sort.NEWEST, Sort.OLDEST):
        if found := _TIME_MARK.fullmatch(text):
            return Cursor((_EPOCH + int(found[1]) * _MICROSECOND, int(found[2])), backward=backward)
    elif found := _AMOUNT_MARK.fullmatch(text):
        return Cursor((found[1], int(found[2]), int(found[3])), backward=backward)
    elif found := _NO_AMOUNT_MARK.fullmatch(text):
        return Cursor((int(found[1]),), 1, backward=backward)
    raise InvalidInput({field: _("use the value of next or previous, in the same order")})


def _times(
    args: Mapping[str, str], *, zone: ZoneInfo, now: datetime
) -> tuple[datetime | None, datetime | None]:
    first, last = date_of(args, "from"), date_of(args, "to")
    if first and last and first > last:
        raise InvalidInput({"from": _("it must not be after to")})
    days = args.get("days", "")
    if days and days not in map(str, LAST_DAYS):
        raise InvalidInput({"days": _("one of: %(values)s", values=", ".join(map(str, LAST_DAYS)))})
    if days and first is None and last is None:
        first = now.astimezone(zone).date() - (int(days) - 1) * DAY
    return (
        Period(first, first, zone).start if first else None,
        Period(last, last, zone).end if last else None,
    )
