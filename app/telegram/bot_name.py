"""The bot's name for links such as `t.me/<name>?start=<code>`, known to the web without waiting for Telegram.

It is asked for in the background when a page first wants it, and kept for the life of the process.
"""

import threading
import time

from flask import Flask

from app.settings import Settings

EXTENSION = "autocharge_telegram_bot"
"""Of `app.extensions`: a function that says the name at once, or None while it is not known."""
FIRST_WAIT_SECONDS = 1.0
"""Whoever makes us ask waits so long for the answer; nobody else waits at all."""
REST_SECONDS = 60.0
"""After an answer that was none."""


class BotName:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._name: str | None = None
        self._ask_again_at = 0.0

    def __call__(self) -> str | None:
        if self._name is None and self._may_ask():
            asking = threading.Thread(target=self._ask, name="telegram-bot-name", daemon=True)
            asking.start()
            asking.join(FIRST_WAIT_SECONDS)
        return self._name

    def _may_ask(self) -> bool:
        with self._lock:
            now = time.monotonic()
            if now < self._ask_again_at:
                return False
            self._ask_again_at = now + REST_SECONDS
            return True

    def _ask(self) -> None:
        # Imported only where it is used: its library takes a fifth of a second to load.
        from notifiers.telegram import TelegramNotifier, TelegramSettings

        token = self._settings.telegram_bot_token
        if not self._settings.enable_telegram or token is None:
            return
        notifier = TelegramNotifier(
            TelegramSettings(bot_token=token, api_url=self._settings.telegram_api_url)
        )
        try:
            self._name = notifier.bot_name()
        finally:
            notifier.close()


def install(app: Flask, settings: Settings) -> None:
    app.extensions[EXTENSION] = BotName(settings)
