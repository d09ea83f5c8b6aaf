"""What each failure of a call to Telegram means for the message: one table, and the words for who sets it up."""

import math
from datetime import timedelta

from telegram.error import TelegramError

from .base import GiveUp, Retry, Unknown
from .telegram_line import LineError, NotReached, NotTelegram, Refused

LONGEST_WAIT = timedelta(hours=1)
UNSAID_WAIT = timedelta(seconds=30)
"""Where Telegram asks to wait and does not say how long."""
TOKEN_PAUSE = timedelta(minutes=10)
"""A token that is refused has to be replaced by somebody."""

# What Telegram says with 400 and 403, in small letters. No text of it leaves this table.
_BAD_REQUESTS = (
    ("chat not found", GiveUp("telegram_chat_not_found", suppress=True)),
    ("user not found", GiveUp("telegram_chat_not_found", suppress=True)),
    ("peer_id_invalid", GiveUp("telegram_chat_not_found", suppress=True)),
    ("can't parse entities", GiveUp("telegram_cannot_parse")),
    ("message is too long", GiveUp("telegram_too_long")),
    ("message text is empty", GiveUp("bad_message")),
    ("button", GiveUp("telegram_bad_button")),
)
_FORBIDDEN = (
    ("blocked", GiveUp("telegram_blocked", suppress=True)),
    ("deactivated", GiveUp("telegram_deactivated", suppress=True)),
)
_ADVICE = {
    "telegram_unauthorized": "Telegram refuses the token; copy it again from @BotFather into "
    "TELEGRAM_BOT_TOKEN.",
    "telegram_unreachable": "Nothing answers at {place}; check the network, a proxy on the way and "
    "TELEGRAM_API_URL.",
    "telegram_timeout": "{place} does not answer in time; check the network and a proxy on the way.",
    "telegram_hung_up": "{place} hangs up; check the network and a proxy on the way.",
    "telegram_garbage": "What answers at {place} is not Telegram's Bot API; check TELEGRAM_API_URL.",
    "telegram_not_there": "What answers at {place} is not Telegram's Bot API; check TELEGRAM_API_URL and a "
    "proxy on the way.",
    "telegram_flood": "Telegram asks this bot to wait; try again in some minutes.",
    "telegram_409": "Another program asks for this bot's updates, or a webhook is set; "
    "`autocharge check --fix` puts the webhook right.",
}


def outcome_of(error: TelegramError) -> Retry | GiveUp | Unknown:
    """After a call that was to send a message."""
    if isinstance(error, Refused):
        return _refusal(error)
    if isinstance(error, NotReached | NotTelegram):
        return Retry(error.reason, whole_channel=True)
    return Unknown(error.reason if isinstance(error, LineError) else "telegram_unexpected")


def before_sending(error: TelegramError) -> Retry:
    """After a call that came before it: whatever went wrong, nobody has the message."""
    outcome = outcome_of(error)
    return outcome if isinstance(outcome, Retry) else Retry(outcome.reason, whole_channel=True)


def advice(reason: str, *, place: str) -> str:
    """What somebody who sets the channel up can do about it."""
    trouble = f"Telegram is not ready for us ({reason}); try again later."
    return _ADVICE.get(reason, trouble).format(place=place)


def _refusal(error: Refused) -> Retry | GiveUp:
    said = error.said.lower()
    if error.code == 429:
        return Retry("telegram_flood", after=_wish(error), whole_channel=True, busy=True)
    if error.code in (401, 404):  # 404: the token has not even the form of one
        return Retry("telegram_unauthorized", after=TOKEN_PAUSE, whole_channel=True)
    if error.code >= 500:
        # 502 to 504 are of what stands before the servers: then it is not about this message.
        return Retry(error.reason, whole_channel=error.code > 500)
    if "migrate_to_chat_id" in error.parameters:
        return GiveUp("telegram_chat_migrated")
    if error.code == 403:
        return next((give_up for word, give_up in _FORBIDDEN if word in said), _FORBIDDEN_AT_ALL)
    if error.code == 400:
        return next((give_up for words, give_up in _BAD_REQUESTS if words in said), GiveUp(error.reason))
    return GiveUp(error.reason)


_FORBIDDEN_AT_ALL = GiveUp("telegram_forbidden", suppress=True)


def _wish(error: Refused) -> timedelta:
    seconds = error.parameters.get("retry_after")
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 0 < seconds < math.inf:
        return UNSAID_WAIT
    return min(timedelta(seconds=min(seconds, LONGEST_WAIT.total_seconds())), LONGEST_WAIT)
