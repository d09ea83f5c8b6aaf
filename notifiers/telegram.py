"""Telegram: one message of a bot to one chat, by python-telegram-bot.

A chat can be written to only after its owner has pressed Start, so customers link it first. The library is
asynchronous: its calls run in the process's one event loop, and each is bounded in time.
"""

import re
import time
from collections.abc import Callable, Coroutine
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram import Message as TelegramMessage
from telegram.constants import ParseMode
from telegram.error import TelegramError

from .base import (
    Capabilities,
    Check,
    GiveUp,
    Message,
    Notifier,
    Outcome,
    Recipient,
    Rendering,
    Retry,
    Sent,
)
from .pace import Held, Pace
from .telegram_bot import BotAccess, TelegramSettings, UpdatesBot
from .telegram_outcomes import advice, before_sending, outcome_of
from .telegram_text import MOST_UNITS, Letter, letter_of, render
from .telegram_updates import UpdateSource
from .text import clean_text

__all__ = ["TelegramNotifier", "TelegramSettings"]

_CHAT = re.compile(r"-?[1-9][0-9]{0,18}|@[A-Za-z][A-Za-z0-9_]{3,31}", re.ASCII)
_GROUP_TURNS = 3
"""Telegram allows 20 messages a minute in one group or channel, and about one a second to a person."""
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_MARGIN_SECONDS = 1.0
"""What is left of `send_timeout` for our own work."""
REPLY_SECONDS = 2.0
REPLY_PATIENCE = 1.0
CHECK_SECONDS = 15.0


class TelegramNotifier(Notifier):
    """Sends each message to one chat: a number, or a public channel's @name."""

    name: ClassVar[str] = "telegram"
    capabilities: ClassVar[Capabilities] = Capabilities(
        markup="telegram", max_length=MOST_UNITS, needs_linking=True
    )
    settings_model: ClassVar[type[TelegramSettings]] = TelegramSettings
    variables: ClassVar[str] = "TELEGRAM_"

    def __init__(self, settings: TelegramSettings) -> None:
        self._settings = settings
        self._pace = Pace(
            per_second=settings.messages_per_second,
            chat_seconds=settings.chat_seconds,
            sharers=settings.workers,
        )
        self._access = BotAccess(settings)
        self.updates = UpdateSource(self._access)

    def send(self, message: Message, recipient: Recipient) -> Outcome:
        """See `Notifier.send`. Reasons are our own words, never Telegram's."""
        ends_at = time.monotonic() + self.send_timeout.total_seconds() - _MARGIN_SECONDS
        if not _CHAT.fullmatch(recipient.address):
            return GiveUp("bad_address")
        letter = letter_of(message)
        if not letter.text:
            return GiveUp("bad_message")
        try:
            bot = self._access.opened(ends_at=ends_at)
        except TelegramError as error:
            return self._heeded(before_sending(error))
        held = self._pace.begin(recipient.address, turns=_turns(recipient.address))
        if held is not None:
            return _put_off(held)
        return self._heeded(self._deliver(partial(_post, bot, recipient.address, letter), ends_at=ends_at))

    @classmethod
    def render(cls, message: Message) -> Rendering:
        """See `Notifier.render`."""
        return render(message)

    def reply(self, chat_id: int, text: str) -> bool:
        """Answer somebody in plain text, within some seconds; False where that did not work. Never raises."""
        if self._pace.begin(str(chat_id), patience=REPLY_PATIENCE) is not None:
            return False
        shown = clean_text(text)

        async def say(bot: UpdatesBot) -> object:
            return await bot.send_message(chat_id, shown, link_preview_options=_NO_PREVIEW)

        try:
            self._access.ask(say, seconds=REPLY_SECONDS)
        except TelegramError as error:
            self._heeded(outcome_of(error))
            return False
        return True

    def bot_name(self) -> str | None:
        """The bot's name as in `t.me/<name>`; None where Telegram does not tell just now. Asked for once."""
        try:
            ends_at = time.monotonic() + CHECK_SECONDS
            return self._access.opened(ends_at=ends_at).username
        except TelegramError:
            return None

    def check(self) -> Check:
        """Asks Telegram who the bot is; the text of a failure says what to mend."""
        try:
            me = self._access.ask(UpdatesBot.get_me, seconds=CHECK_SECONDS)
        except TelegramError as error:
            text = advice(before_sending(error).reason, place=self._settings.api_url)
            return Check(ok=False, text=text)
        return Check(ok=True, text=f"@{me.username} may send to everybody who has linked a chat.")

    def close(self) -> None:
        """See `Notifier.close`. A later send is put off."""
        self._access.close()

    def _deliver(
        self, call: Callable[[], Coroutine[Any, Any, TelegramMessage]], *, ends_at: float
    ) -> Outcome:
        try:
            sent = self._access.run(call, ends_at=ends_at)
        except TelegramError as error:
            return outcome_of(error)
        return Sent(str(sent.message_id))

    def _heeded(self, outcome: Outcome) -> Outcome:
        """Told to wait, the whole bot waits: sends that have been claimed already, too."""
        if isinstance(outcome, Retry) and outcome.reason == "telegram_flood" and outcome.after:
            self._pace.rest(outcome.after.total_seconds())
        return outcome


async def _post(bot: UpdatesBot, chat: str, letter: Letter) -> TelegramMessage:
    keyboard = None
    if letter.button is not None:
        button = InlineKeyboardButton(letter.button.label, url=letter.button.url)
        keyboard = InlineKeyboardMarkup([[button]])
    return await bot.send_message(
        chat if chat.startswith("@") else int(chat),
        letter.html,
        parse_mode=ParseMode.HTML,
        link_preview_options=_NO_PREVIEW,
        protect_content=False,
        reply_markup=keyboard,
    )


def _turns(chat: str) -> int:
    return _GROUP_TURNS if chat.startswith(("-", "@")) else 1


def _put_off(held: Held) -> Retry:
    reason = "telegram_flood" if held.told_to_wait else "telegram_pace"
    return Retry(reason, after=timedelta(seconds=held.seconds), whole_channel=held.everybody, busy=True)
