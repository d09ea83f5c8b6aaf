"""How the list of events stands to Whop's own records, as sentences. Decides nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from babel.dates import format_timedelta
from flask_babel import LazyString, get_locale, gettext, ngettext
from flask_babel import lazy_gettext as _

from app.cases.compared import Compared, ReadBack
from app.dashboard.show import Show

TOLD_FOR = timedelta(days=7)
"""So long it is said that missed events were asked for."""

TROUBLES: Mapping[str, LazyString] = {
    "busy": _("Whop asked us to wait"),
    "away": _("Whop did not answer"),
    "refused": _("Whop does not accept WHOP_API_KEY"),
    "forbidden": _("WHOP_API_KEY may not read this account’s payments"),
    "not_found": _("WHOP_API_KEY does not know this account"),
    "not_understood": _("Whop did not understand the question"),
}
WEBHOOKS: Mapping[str, LazyString] = {
    "disabled": _(
        "The webhook is switched off at Whop since %(since)s. Switch it on in Whop’s developer settings."
    ),
    "failing": _("Whop has not been able to deliver its events since %(since)s."),
}


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str
    amiss: bool = False
    """Somebody should do something about it."""


def sentences(
    compared: Compared, back: ReadBack | None, *, show: Show, wall: datetime, has_key: bool
) -> Iterator[Sentence]:
    """`wall` is the machine's time, as all times of a comparison are."""
    if not has_key:
        yield Sentence(
            gettext(
                "Events that get lost cannot be found again, for WHOP_API_KEY is not set. With it, this list is "
                "compared with Whop’s own records every quarter of an hour."
            ),
            amiss=True,
        )
        return
    yield from _of_webhook(compared, show, wall)
    yield from _of_comparison(compared, wall)
    if back is not None:
        yield _of_months(back, show)


def _of_comparison(compared: Compared, wall: datetime) -> Iterator[Sentence]:
    if compared.done_at is not None:
        ago = _ago(compared.done_at, wall)
        if compared.healed:
            text = ngettext(
                "Last compared with Whop’s own records %(ago)s: %(num)s event was missing and has been added.",
                "Last compared with Whop’s own records %(ago)s: %(num)s events were missing and have been added.",
                compared.healed,
                ago=ago,
            )
        else:
            text = gettext("Last compared with Whop’s own records %(ago)s: nothing was missing.", ago=ago)
        yield Sentence(text)
    elif compared.trouble is None:
        yield Sentence(gettext("The first comparison with Whop’s own records is under way."))
    if compared.trouble is not None and compared.trouble_at is not None:
        cause = TROUBLES.get(compared.trouble, compared.trouble)
        text = gettext("It could not be compared %(ago)s: %(cause)s. It is tried again by itself.",
                       ago=_ago(compared.trouble_at, wall), cause=cause)  # fmt: skip
        yield Sentence(text, amiss=compared.trouble not in ("busy", "away"))


def _of_webhook(compared: Compared, show: Show, wall: datetime) -> Iterator[Sentence]:
    if compared.webhook_trouble is not None and compared.webhook_since is not None:
        since = show.moment(compared.webhook_since)
        yield Sentence(str(WEBHOOKS[compared.webhook_trouble]) % {"since": since}, amiss=True)
    elif compared.replayed_at is not None and wall - compared.replayed_at < TOLD_FOR:
        ago = _ago(compared.replayed_at, wall)
        yield Sentence(
            gettext("Whop was asked %(ago)s to send again what its webhook could not bring.", ago=ago)
        )


def _of_months(back: ReadBack, show: Show) -> Sentence:
    day = show.day(back.begins_at.date())
    if not back.done:
        month = show.day(back.month_at.date())
        return Sentence(
            gettext("The time since %(day)s is being read back; %(month)s is reached.", day=day, month=month)
        )
    return Sentence(
        ngettext(
            "The time since %(day)s has been read back: %(num)s failed renewal.",
            "The time since %(day)s has been read back: %(num)s failed renewals.",
            back.kept,
            day=day,
        )
    )


def _ago(at: datetime, wall: datetime) -> str:
    return format_timedelta(at - wall, add_direction=True, locale=get_locale())
