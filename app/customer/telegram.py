"""Where customers link Telegram: the bot's own link, which hands it the customer's code."""

import re

from flask import current_app

from app.services import Services
from app.telegram.bot_name import EXTENSION

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{3,31}")


def telegram_bot_name(wired: Services) -> str | None:
    """None where Telegram is switched off or the bot's name is not known: then nothing is offered."""
    known = current_app.extensions.get(EXTENSION)
    if not wired.settings.enable_telegram or known is None:
        return None
    name = known()
    return name if isinstance(name, str) and _NAME.fullmatch(name) else None


def start_link(bot: str, code: str) -> str:
    """core.telegram.org/bots/features#deep-linking: Telegram sends `/start <code>` when the person presses Start."""
    return f"https://t.me/{bot}?start={code}"
