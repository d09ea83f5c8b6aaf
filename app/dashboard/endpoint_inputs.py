"""An address for webhooks as a form or a program names it, checked. Every fault names its field."""

from collections.abc import Mapping, Sequence

from flask_babel import LazyString, lazy_gettext
from flask_babel import gettext as _

from app.endpoints.addresses import LONGEST, trouble
from app.endpoints.changes import WantedEndpoint
from app.errors import InvalidInput
from app.recovery.announced import OF_CASES
from app.services import services
from notifiers.text import clean_line

LONGEST_NAME = 60
URL_TROUBLES: Mapping[str, LazyString] = {
    "unreadable": lazy_gettext(
        "Write a whole address in plain letters, such as https://hooks.example.com/in."
    ),
    "extras": lazy_gettext("Leave out user names, passwords and what follows a #."),
    "not_https": lazy_gettext("In production the address begins with https://."),
    "not_public": lazy_gettext(
        "This address is not on the internet. Webhooks never go into a private network."
    ),
}


def wanted_endpoint(name: object, url: object, events: Sequence[object]) -> WantedEndpoint:
    """Raises `InvalidInput` naming every field that cannot be used."""
    label = name.strip() if isinstance(name, str) else ""
    address = url.strip() if isinstance(url, str) else ""
    chosen = frozenset(event for event in OF_CASES if event.value in events)
    wrong: dict[str, str] = {}
    if not label or clean_line(label, limit=LONGEST_NAME) != label:
        wrong["name"] = _("Write from 1 to %(most)s plain characters on one line.", most=LONGEST_NAME)
    refused = "unreadable" if len(address) > LONGEST else trouble(address, production=_production())
    if refused:
        wrong["url"] = str(URL_TROUBLES[refused])
    if not chosen or len(chosen) != len({str(event) for event in events}):
        wrong["events"] = _("Choose at least one.")
    if wrong:
        raise InvalidInput(wrong)
    return WantedEndpoint(name=label, url=address, events=chosen)


def _production() -> bool:
    return services().settings.production
