"""A campaign's choice of channels as its form holds it: all in the usual order, or those ticked, by their places.

Knows which channels this install has; what is wrong is told under the name `channels`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from app.dashboard import channel_words, policy_words
from app.delivery.channels import channel_names
from app.errors import InvalidInput
from app.recovery.campaign import Campaign
from app.recovery.campaign_json import campaign_from_json
from app.recovery.channels import usual
from app.services import services

FIELD = "channels"
USUAL = "usual"
OWN = "own"
USE = "use."
PLACE = "place."


@dataclass(frozen=True, slots=True)
class Row:
    """One channel in the list of those that may be chosen."""

    name: str
    title: str
    here: bool
    used: bool
    place: str


def here() -> frozenset[str]:
    """The channels to customers that are set up in this install."""
    return channel_names(services().settings)


def choosable(campaign: Campaign) -> tuple[str, ...]:
    """What may be chosen in place of this campaign's own: what it has may stay, set up or not."""
    return usual((*here(), *(campaign.channels or ())))


def form_of(channels: tuple[str, ...] | None) -> dict[str, str]:
    if channels is None:
        return {FIELD: USUAL}
    places = {f"{PLACE}{name}": str(place) for place, name in enumerate(channels, start=1)}
    return {FIELD: OWN, **{f"{USE}{name}": "1" for name in channels}, **places}


def sent_as_form(value: object) -> dict[str, str]:
    """What a program sent: a list of names, best first, or None. Raises `InvalidInput`."""
    found = campaign_from_json({FIELD: value})
    if not isinstance(found, Campaign):
        raise InvalidInput({one.name: policy_words.told(one) for one in found})
    return form_of(found.channels)


def chosen(form: Mapping[str, str], choosable: Collection[str], wrong: dict[str, str]) -> list[str] | None:
    """The channels that are ticked, by their places; None: all, in the usual order. Faults go to `wrong`."""
    if form.get(FIELD) != OWN:
        return None
    places: dict[str, int] = {}
    for name in (
        field.removeprefix(USE) for field, on in form.items() if field.startswith(USE) and on == "1"
    ):
        place = form.get(f"{PLACE}{name}", "")
        if name not in choosable:
            wrong[FIELD] = _("There is no channel “%(name)s”.", name=name)
        elif place not in map(str, range(1, len(choosable) + 1)):
            wrong[FIELD] = _("Give each channel a place from 1 to %(last)s.", last=len(choosable))
        elif int(place) in places.values():
            wrong[FIELD] = _("Two channels have the place %(place)s. Give each its own.", place=place)
        else:
            places[name] = int(place)
    return sorted(places, key=places.__getitem__)


def rows(given: Mapping[str, str], choosable: Collection[str]) -> list[Row]:
    """As somebody has just written it; before that, what is set up here is ticked, in the usual order."""
    set_up = here()
    fresh = given.get(FIELD) != OWN and not any(name.startswith(PLACE) for name in given)
    known = {name: given.get(f"{PLACE}{name}", "") for name in choosable}
    order = sorted(choosable, key=lambda name: (not known[name].isdecimal(), known[name].zfill(3)))
    return [
        Row(
            name=name,
            title=channel_words.title(name),
            here=name in set_up,
            used=name in set_up if fresh else given.get(f"{USE}{name}") == "1",
            place=known[name] or str(number),
        )
        for number, name in enumerate(order, start=1)
    ]


def told(campaign: Campaign) -> dict[str, Any]:
    """What a page says of a saved choice: in words, and whether nothing of it is set up here."""
    set_up = here()
    names = campaign.channels
    return {
        "channels": channel_words.listed(names, set_up),
        "none_here": names is not None and set_up.isdisjoint(names),
    }
