"""Webhooks and what became of their events, as sentences. Lazy message ids."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from app.endpoints.changes import IS_OFF, STILL_WAITS, TOO_MANY
from app.errors import Conflict
from app.recovery.announced import Announced

EVENTS: Mapping[Announced, LazyString] = {
    Announced.OPENED: _("a renewal has failed (not for customers who are left to Whop alone)"),
    Announced.RECOVERED: _("the money is in"),
    Announced.LOST: _("given up, with the reason"),
    Announced.REVERSED: _("recovered money was refunded, or a dispute took it"),
}
STATES: Mapping[str, LazyString] = {
    "planned": _("Waiting"),
    "claimed": _("Being sent"),
    "sent": _("Taken"),
    "dead": _("Given up"),
    "skipped": _("Not sent"),
}
OFF: Mapping[str, LazyString] = {
    "by_hand": _("Switched off by one of you."),
    "failing": _(
        "Switched off by itself: it took nothing for days. Mend it, switch it on, and send again what it missed."
    ),
    "gone": _("Switched off by itself: it answered 410, which means that it wants nothing more."),
}
WHYS: Mapping[str, LazyString] = {
    "refused": _("It did not answer with 2xx."),
    "redirect": _("It answered with a redirect, which is not followed. Name the last address."),
    "timeout": _("No answer within 10 seconds."),
    "unreachable": _("No connection, or its certificate is not valid."),
    "no_such_host": _("Its name leads nowhere."),
    "not_public": _("Its name leads into a private network, where nothing is sent."),
    "not_https": _("It is no https address."),
    "endpoint_off": _("The webhook was off or removed."),
    "key_lost": _("The install’s SESSION_SECRET has changed. Make a new secret for this webhook."),
}

REFUSED: Mapping[str, LazyString] = {
    TOO_MANY: _("There are ten webhooks. Remove one first."),
    IS_OFF: _("This webhook is off. Switch it on first."),
    STILL_WAITS: _("This event has not ended yet; it is sent again by itself."),
}


def refused(error: Conflict) -> str:
    return str(REFUSED.get(error.message, error.message))


def why(code: str | None) -> str:
    return str(WHYS.get(code, code)) if code else ""
