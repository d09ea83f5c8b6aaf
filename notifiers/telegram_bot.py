"""The bot: its settings, and calls to it from threads. It lives in the process's one event loop.

The token is in every address that the library calls: nothing here logs, and no error holds one.
"""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from telegram import Bot

from .loop import EventLoop, shared
from .telegram_line import BotLine, NotReached, Unclear

Result = TypeVar("Result")

CONNECTIONS = 64
"""As many as a worker may have sends in flight."""
CLOSE_SECONDS = 2.0


class TelegramSettings(BaseModel):
    """What an install says of its bot. `None` switches a limit off."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, validate_by_name=True)

    bot_token: SecretStr = Field(min_length=1)
    """As @BotFather shows it, such as `123456:ABC…`."""
    api_url: str = Field(default="https://api.telegram.org", pattern="^https?://")
    messages_per_second: float | None = Field(default=25, gt=0)
    """Of the whole bot: Telegram allows about thirty, and some sends begin late."""
    chat_seconds: float | None = Field(default=1, gt=0)
    """Between two messages of one process to one chat: Telegram allows about one a second."""
    workers: int = Field(default=1, ge=1, validation_alias="WORKER_PROCESSES")
    """That share these limits, on all machines together."""
    connect_timeout: float = Field(default=5, gt=0)
    """Seconds until there is a connection."""
    read_timeout: float = Field(default=10, gt=0)
    """Seconds of silence in an answer."""


class UpdatesBot(Bot):
    """A bot that gives updates as they came: what the library cannot read must not stop the others."""

    __slots__ = ()

    async def raw_updates(self, fields: dict[str, Any], *, patience: float) -> list[Any]:
        found = await self._post("getUpdates", fields, read_timeout=patience)
        return found if isinstance(found, list) else []


class BotAccess:
    """Runs calls of one bot in the shared loop. Safe to use from many threads at once."""

    def __init__(self, settings: TelegramSettings, *, loop: EventLoop = shared) -> None:
        self._settings = settings
        self._loop = loop
        self._bot: UpdatesBot | None = None
        self._opening = asyncio.Lock()
        self._closing = threading.Lock()
        self._closed = False
        loop.hold()

    def opened(self, *, ends_at: float) -> UpdatesBot:
        """The bot, after its first question who it is. Raises `TelegramError`."""
        if self._closed:
            raise NotReached("telegram_closed")
        return self._bot or self.run(self._open, ends_at=ends_at)

    def run(self, call: Callable[[], Awaitable[Result]], *, ends_at: float) -> Result:
        """The call's result. Raises `TelegramError`: at `ends_at` (`time.monotonic`) at the latest."""
        try:
            return self._loop.run(call, seconds=ends_at - time.monotonic())
        except TimeoutError:
            raise Unclear("telegram_timeout") from None
        except (AttributeError, KeyError, RuntimeError, TypeError, ValueError):
            # The library has met a good answer with something in it that it cannot read.
            raise Unclear("telegram_garbage") from None

    def ask(self, call: Callable[[UpdatesBot], Awaitable[Result]], *, seconds: float) -> Result:
        """Open the bot and run one call of it, both within `seconds`."""
        ends_at = time.monotonic() + seconds
        bot = self.opened(ends_at=ends_at)
        return self.run(partial(call, bot), ends_at=ends_at)

    def close(self) -> None:
        """Give the connections back, and the loop where nobody else holds it. Again: nothing."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
        try:
            if self._bot is not None:
                self._loop.run(self._bot.shutdown, seconds=CLOSE_SECONDS)
        except TimeoutError:
            return  # the connections end with the loop
        finally:
            self._loop.release()

    async def _open(self) -> UpdatesBot:
        async with self._opening:
            if self._bot is None:
                bot = self._made()
                async with AsyncExitStack() as undo:
                    undo.push_async_callback(bot.shutdown)
                    await bot.initialize()
                    undo.pop_all()
                self._bot = bot
            return self._bot

    def _made(self) -> UpdatesBot:
        settings = self._settings
        line = partial(
            BotLine,
            connect_timeout=settings.connect_timeout,
            read_timeout=settings.read_timeout,
            write_timeout=settings.connect_timeout,
            pool_timeout=settings.connect_timeout,
        )
        return UpdatesBot(
            settings.bot_token.get_secret_value(),
            base_url=f"{settings.api_url.rstrip('/')}/bot",
            request=line(connection_pool_size=CONNECTIONS),
            get_updates_request=line(connection_pool_size=1),
        )
