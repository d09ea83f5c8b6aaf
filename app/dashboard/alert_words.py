"""What became of alerts and test messages, and how channels stand, as sentences. Lazy message ids."""

from collections.abc import Mapping

from flask_babel import LazyString, get_locale
from flask_babel import lazy_gettext as _

from app.recovery.alert_words import cause_of

PLACES: Mapping[str, LazyString] = {
    "email": _("E-mail"),
    "telegram": _("Telegram"),
    "discord": _("Discord"),
    "discord_webhook": _("Discord"),
    "whop_chat": _("Whop chat"),
    "apprise": _("Apprise"),
}

TOLD: Mapping[str, LazyString] = {
    "planned": _("Waiting"),
    "claimed": _("Being sent"),
    "sending": _("Being sent"),
    "sent": _("Sent"),
    "gave_up": _("Refused"),
    "unknown": _("Unclear"),
    "skipped": _("Not sent"),
    "dead": _("Given up"),
}

TOLD_WHY: Mapping[str, LazyString] = {
    "case_over": _("It was over before this went out."),
    "told_otherwise": _("Another alert tells of this case."),
    "no_loss": _("The case was no loss any more before this went out."),
    "works_again": _("The channel worked again before this went out."),
    "key_works": _("Whop answered again before this went out."),
    "rules_hold": _("The rules held again before this went out."),
    "no_place": _("The address was taken away meanwhile."),
    "too_late": _("It could not be sent for two days, and by then it was no news."),
    "worker_lost": _("The program was stopped while sending; it is not sent again."),
    "bad_address": _("The address cannot be used."),
}
"""Other reasons are the receiving side's, and shown as the codes that they are."""

NOT_TOLD: Mapping[str, LazyString] = {
    "kept": _("Waits for the next digest"),
    "waiting": _("Goes out in a moment"),
    "told": _("Shown here only"),
}
"""Of an alert without any place."""

CHANNEL_STATES: Mapping[str, LazyString] = {
    "on": _("On"),
    "off": _("Off"),
    "down": _("Does not work"),
    "missing": _("Not set up"),
}

SWITCHES: Mapping[str, str] = {
    "email": "ENABLE_EMAIL",
    "telegram": "ENABLE_TELEGRAM",
    "discord": "ENABLE_DISCORD",
    "whop_chat": "ENABLE_WHOP_CHAT",
}
"""The channels of customers' reminders, and the variable that switches each on."""


def why(code: str | None) -> str:
    return str(TOLD_WHY.get(code, code)) if code else ""


def fault(code: str) -> str:
    """Why a channel does not work, as the end of a sentence."""
    return cause_of(code, language=str(get_locale()))
