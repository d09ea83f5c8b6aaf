"""How what people write to the bot reaches us: by a webhook that Telegram posts to, or by asking for it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telegram import WebhookInfo

from .telegram_bot import BotAccess, UpdatesBot

WANTED = ("message", "my_chat_member")
CALL_SECONDS = 10.0
POLL_MARGIN_SECONDS = 2.0
MOST_UPDATES = 20
"""At once; the others a moment later."""

_STATUS = re.compile(r"wrong response from the webhook: (\d{3})", re.IGNORECASE)
_FAULTS = (
    (("ssl", "certificate"), "our certificate is not valid there"),
    (("timed out", "timeout"), "our answers take too long"),
    (("resolve", "host"), "the name of our address is not known there"),
    (("connection", "connect", "unreachable", "refused"), "our address cannot be reached from there"),
)


@dataclass(frozen=True, slots=True)
class Webhook:
    """What Telegram knows of it. `url` is empty where none is set."""

    url: str
    pending: int
    """Updates that wait to be fetched or posted."""
    failed_at: datetime | None
    """When Telegram could not post the last time."""
    fault: str | None
    """What was wrong then, in our words."""


class UpdateSource:
    """Each method raises `TelegramError` where Telegram does not do it."""

    def __init__(self, access: BotAccess) -> None:
        self._access = access

    def fetch(self, offset: int | None, *, seconds: int) -> list[Any]:
        """The next updates as they came, waiting for one at most `seconds`. Those before `offset` are done."""
        fields: dict[str, Any] = {"timeout": seconds, "limit": MOST_UPDATES, "allowed_updates": list(WANTED)}
        if offset is not None:
            fields["offset"] = offset
        patience = seconds + POLL_MARGIN_SECONDS
        return self._access.ask(lambda bot: bot.raw_updates(fields, patience=patience), seconds=patience)

    def webhook(self) -> Webhook:
        info = self._access.ask(UpdatesBot.get_webhook_info, seconds=CALL_SECONDS)
        return Webhook(info.url, info.pending_update_count, info.last_error_date, _fault(info))

    def post_to(self, url: str, *, secret: str) -> None:
        """Telegram posts updates there from now on, with the secret in a header."""

        async def call(bot: UpdatesBot) -> bool:
            wanted: Sequence[str] = WANTED
            return await bot.set_webhook(url, secret_token=secret, allowed_updates=wanted)

        self._access.ask(call, seconds=CALL_SECONDS)

    def wait_for_us(self) -> None:
        """Telegram keeps updates until they are fetched; none is dropped."""
        self._access.ask(UpdatesBot.delete_webhook, seconds=CALL_SECONDS)


def _fault(info: WebhookInfo) -> str | None:
    said = (info.last_error_message or "").lower()
    if not said:
        return None
    status = _STATUS.search(said)
    if status:
        return f"we answered {status[1]}"
    return next((fault for words, fault in _FAULTS if any(word in said for word in words)), "another fault")
