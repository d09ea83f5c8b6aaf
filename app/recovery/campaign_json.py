"""The written form of a campaign, both ways: a stored or sent value becomes a campaign, or a list of what is wrong.

Total: any value gives one or the other. Whatever is written, the limits of the product hold.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any

from .campaign import DEFAULT_CAMPAIGN, HOUR, LIMITS, Campaign, Offset, Position, positions_of, why_then
from .decline import DeclineClass

LAST_HOUR = int(LIMITS.runway / HOUR) - 1
MOST_GAP = 72
"""Hours. A longer gap leaves no place for a second message within the five days."""
EVENING = (time(18), time(22))
"""Between these the quiet hours must begin."""
MORNINGS = (time(7), time(12))
"""Between these they must end: nobody is woken, and no message waits for a whole day."""
MOST_CHANNELS = 20
_CHANNEL = re.compile(r"[a-z0-9_]{1,40}")


class Fault(StrEnum):
    NOT_AN_OBJECT = "not_an_object"
    NOT_A_NUMBER = "not_a_number"
    NOT_A_TIME = "not_a_time"
    NOT_YES_OR_NO = "not_yes_or_no"
    OUT_OF_RANGE = "out_of_range"
    NO_SUCH_FIELD = "no_such_field"
    NOT_AFTER_THE_ONE_BEFORE = "not_after_the_one_before"
    TOO_CLOSE = "too_close"
    MORE_THAN_THE_LIMIT = "more_than_the_limit"
    NOT_A_LIST = "not_a_list"
    NONE_CHOSEN = "none_chosen"
    TOO_MANY = "too_many"
    NO_SUCH_CHANNEL = "no_such_channel"
    TWICE = "twice"


@dataclass(frozen=True, slots=True)
class Wrong:
    """One fault: which field (`offsets.A.second`), what, and the figures that its sentence needs."""

    name: str
    fault: Fault
    detail: Mapping[str, Any] = field(default_factory=dict)


def campaign_to_json(campaign: Campaign) -> dict[str, Any]:
    """Without `channels` where it uses all of them: so it was written before there was a choice."""
    chosen = {} if campaign.channels is None else {"channels": list(campaign.channels)}
    return {
        "offsets": {
            decline_class.value: {
                offset.position.value: int(offset.after / HOUR) for offset in campaign.offsets[decline_class]
            }
            for decline_class in DeclineClass
            if positions_of(decline_class)
        },
        "messages": campaign.messages,
        "gap_hours": int(campaign.gap / HOUR),
        "quiet_from": campaign.quiet_from.strftime("%H:%M"),
        "quiet_until": campaign.quiet_until.strftime("%H:%M"),
        "quiet_email": campaign.quiet_email,
        **chosen,
    }


def stored_campaign(stored: object) -> Campaign:
    """A campaign as it was saved. One that a later release no longer allows counts as the default."""
    found = campaign_from_json(stored)
    return found if isinstance(found, Campaign) else DEFAULT_CAMPAIGN


def campaign_from_json(value: object) -> Campaign | tuple[Wrong, ...]:
    """The campaign, or everything that is wrong with it. What is left out is as in the default."""
    if not isinstance(value, dict):
        return (Wrong("campaign", Fault.NOT_AN_OBJECT),)
    written = {**campaign_to_json(DEFAULT_CAMPAIGN), **value}
    wrong = [Wrong(str(name), Fault.NO_SUCH_FIELD) for name in value if name not in _FIELDS]
    messages = _number(written, "messages", 1, LIMITS.messages, wrong)
    gap = _number(written, "gap_hours", int(LIMITS.gap / HOUR), MOST_GAP, wrong)
    quiet_from = _time(written, "quiet_from", EVENING, wrong)
    quiet_until = _time(written, "quiet_until", MORNINGS, wrong)
    quiet_email = written["quiet_email"]
    if not isinstance(quiet_email, bool):
        wrong.append(Wrong("quiet_email", Fault.NOT_YES_OR_NO))
    channels = _channels(written.get("channels"), wrong)
    offsets = _offsets(written["offsets"], gap * HOUR, wrong)
    if not any(one.name == "messages" for one in wrong):
        wrong += _too_many(offsets, messages)
    if wrong:
        return tuple(wrong)
    return Campaign(
        offsets=offsets,
        messages=messages,
        gap=gap * HOUR,
        quiet_from=quiet_from,
        quiet_until=quiet_until,
        quiet_email=bool(quiet_email),
        channels=channels,
    )


_FIELDS = frozenset((*campaign_to_json(DEFAULT_CAMPAIGN), "channels"))
_CLASSES = {
    decline_class.value: decline_class for decline_class in DeclineClass if positions_of(decline_class)
}


def _offsets(value: object, gap: timedelta, wrong: list[Wrong]) -> dict[DeclineClass, tuple[Offset, ...]]:
    found = dict(DEFAULT_CAMPAIGN.offsets)
    if not isinstance(value, dict):
        wrong.append(Wrong("offsets", Fault.NOT_AN_OBJECT))
        return found
    usual: dict[Any, Any] = campaign_to_json(DEFAULT_CAMPAIGN)["offsets"]
    for name, hours in {**usual, **value}.items():
        decline_class = _CLASSES.get(name) if isinstance(name, str) else None
        if decline_class is None:
            wrong.append(Wrong(f"offsets.{name}", Fault.NO_SUCH_FIELD))
        elif not isinstance(hours, dict):
            wrong.append(Wrong(f"offsets.{name}", Fault.NOT_AN_OBJECT))
        else:
            found[decline_class] = _of_class(decline_class, hours, gap, wrong)
    return found


def _of_class(
    decline_class: DeclineClass, hours: Mapping[Any, Any], gap: timedelta, wrong: list[Wrong]
) -> tuple[Offset, ...]:
    at = f"offsets.{decline_class.value}"
    places = {position.value: position for position in positions_of(decline_class)}
    wrong += [Wrong(f"{at}.{name}", Fault.NO_SUCH_FIELD) for name in hours if name not in places]
    before = len(wrong)
    offsets: list[Offset] = []
    for name, position in places.items():
        if name in hours:
            number = _number(hours, name, 0, LAST_HOUR, wrong, at=f"{at}.{name}")
            offsets.append(Offset(position, number * HOUR, why_then(decline_class, position, number * HOUR)))
    if len(wrong) == before:
        wrong += _order(at, offsets, gap)
    return tuple(offsets)


def _order(at: str, offsets: list[Offset], gap: timedelta) -> list[Wrong]:
    wrong: list[Wrong] = []
    for earlier, later in pairwise(offsets):
        name = f"{at}.{later.position.value}"
        if later.after <= earlier.after:
            detail = {"hours": int(earlier.after / HOUR)}
            wrong.append(Wrong(name, Fault.NOT_AFTER_THE_ONE_BEFORE, detail))
        elif later.after - earlier.after < gap:
            wrong.append(Wrong(name, Fault.TOO_CLOSE, {"hours": int(gap / HOUR)}))
    return wrong


def _too_many(offsets: Mapping[DeclineClass, tuple[Offset, ...]], messages: int) -> list[Wrong]:
    """More messages than the campaign allows: its surplus would never go out, and its last word neither."""
    return [
        Wrong(
            f"offsets.{decline_class.value}.{found[-1].position.value}",
            Fault.MORE_THAN_THE_LIMIT,
            {"most": messages},
        )
        for decline_class, found in offsets.items()
        if len(found) > messages and Position.NOTE not in (offset.position for offset in found)
    ]


def _channels(value: object, wrong: list[Wrong]) -> tuple[str, ...] | None:
    """Whether an install has them is not asked: one may be switched on later, or off for a while."""
    if value is None:
        return None
    if not isinstance(value, list | tuple):
        wrong.append(Wrong("channels", Fault.NOT_A_LIST))
    elif not value:
        wrong.append(Wrong("channels", Fault.NONE_CHOSEN))
    elif len(value) > MOST_CHANNELS:
        wrong.append(Wrong("channels", Fault.TOO_MANY, {"most": MOST_CHANNELS}))
    elif not all(isinstance(one, str) and _CHANNEL.fullmatch(one) for one in value):
        wrong.append(Wrong("channels", Fault.NO_SUCH_CHANNEL))
    elif len(set(value)) < len(value):
        wrong.append(Wrong("channels", Fault.TWICE))
    else:
        return tuple(value)
    return None


def _number(
    written: Mapping[Any, Any], name: str, least: int, most: int, wrong: list[Wrong], *, at: str | None = None
) -> int:
    """A whole number in its range; the least one where it is none, so that the rest can be looked at too."""
    value = written[name]
    if not isinstance(value, int) or isinstance(value, bool):
        wrong.append(Wrong(at or name, Fault.NOT_A_NUMBER, {"least": least, "most": most}))
        return least
    if not least <= value <= most:
        wrong.append(Wrong(at or name, Fault.OUT_OF_RANGE, {"least": least, "most": most}))
        return least
    return value


def _time(written: Mapping[str, Any], name: str, between: tuple[time, time], wrong: list[Wrong]) -> time:
    first, last = between
    detail = {"first": first.strftime("%H:%M"), "last": last.strftime("%H:%M")}
    value = written[name]
    try:
        if not isinstance(value, str) or len(value) != len("21:00"):
            raise ValueError
        found = time.fromisoformat(value)
    except ValueError:
        wrong.append(Wrong(name, Fault.NOT_A_TIME, detail))
        return first
    if not first <= found <= last:
        wrong.append(Wrong(name, Fault.OUT_OF_RANGE, detail))
        return first
    return found
