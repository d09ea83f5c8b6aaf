"""What the address of the list of events asks for, checked. Every fault names its field."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from app.cases.heard import AMISS, EventFilters, Place
from app.dashboard.event_words import EVENT_STATES
from app.dashboard.inputs import days_between, row_id
from app.errors import InvalidInput
from app.recovery.period import Period
from app.whop.event_names import NO_EFFECT
from app.whop.events import NAMES

FILTERS = ("state", "type", "from", "to")
"""What narrows the list of events."""
LONGEST_REASON = 200

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def filters_of(args: Mapping[str, str], *, zone: ZoneInfo) -> EventFilters:
    """Raises `InvalidInput` naming the field."""
    state, event_type = args.get("state", ""), args.get("type", "")
    if state and state not in EVENT_STATES:
        raise InvalidInput({"state": _("one of: %(values)s", values=", ".join(EVENT_STATES))})
    if event_type and event_type not in NAMES and event_type not in NO_EFFECT:
        raise InvalidInput({"type": _("the name of one of Whop's events, such as payment.failed")})
    first, last = days_between(args)
    return EventFilters(
        state=state or None,
        event_type=event_type or None,
        start=Period(first, first, zone).start if first else None,
        end=Period(last, last, zone).end if last else None,
    )


def place_of(args: Mapping[str, str]) -> Place | None:
    """Raises `InvalidInput` for one that `written` did not make."""
    text = args.get("after", "")
    if not text:
        return None
    at, _dash, event_id = text.partition("-")
    if not (at.isascii() and at.isdigit() and len(at) <= 17):
        raise InvalidInput({"after": _("use the value of next")})
    return Place(_EPOCH + int(at) * _MICROSECOND, row_id(event_id, field="after"))


def written(place: Place | None) -> str | None:
    if place is None:
        return None
    return f"{(place.received_at - _EPOCH) // _MICROSECOND}-{place.row_id}"


def cause_of(given: Mapping[str, object]) -> tuple[str, str]:
    """State and reason of the events that are to be tried again. Raises `InvalidInput` naming the field."""
    state, reason = given.get("state"), given.get("reason")
    wrong: dict[str, str] = {}
    if state not in AMISS:
        wrong["state"] = _("one of: %(values)s", values=", ".join(AMISS))
    if not isinstance(reason, str) or not 0 < len(reason) <= LONGEST_REASON or "\x00" in reason:
        wrong["reason"] = _("the reason of an event")
    if wrong:
        raise InvalidInput(wrong)
    return str(state), str(reason)
