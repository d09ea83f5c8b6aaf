"""Asks Telegram for updates where it cannot post them: one worker at a time, as a chore, a few seconds each time.

Where it cannot be asked, that is told once, and asked again after a while.
"""

import time
from datetime import timedelta
from typing import cast

from telegram.error import TelegramError

from app.claims import Times
from app.clock import Clock
from app.db import is_away
from app.log import get_logger
from app.services import Services
from app.telegram.updates import Reply, Updates
from notifiers.base import Notifier
from notifiers.telegram import TelegramNotifier
from notifiers.telegram_outcomes import before_sending

EVERY = timedelta(seconds=1)
WAIT_SECONDS = 3
"""How long one question waits for an update. A worker that is asked to stop has to wait it out."""
ANSWER_SECONDS = 2.0
"""After this long no further answer is begun; the updates have had their effect all the same."""
REST_SECONDS = 30.0

log = get_logger(__name__)


class Poller:
    def __init__(self, updates: Updates, notifier: TelegramNotifier, clock: Clock) -> None:
        self._updates = updates
        self._notifier = notifier
        self._clock = clock
        self._trouble: str | None = None
        self._rests_until = 0.0

    @classmethod
    def of(cls, services: Services, notifier: Notifier) -> "Poller":
        updates = Updates(services.database, services.settings)
        return cls(updates, cast(TelegramNotifier, notifier), services.clock)

    def poll(self) -> int:
        """Wait a moment for updates and handle them; how many there were."""
        if time.monotonic() < self._rests_until:
            return 0
        offset = self._updates.next_number(wall=self._clock.wall())
        try:
            found = self._notifier.updates.fetch(offset, seconds=WAIT_SECONDS)
        except TelegramError as error:
            self._rest(before_sending(error).reason)
            return 0
        if self._trouble is not None:
            log.info("telegram.polls_again")
            self._trouble = None
        last_call = time.monotonic() + ANSWER_SECONDS
        for update in found:
            self._answer(self._take(update), last_call)
        return len(found)

    def _take(self, update: object) -> Reply | None:
        times = Times(now=self._clock.now(), wall=self._clock.wall())
        try:
            return self._updates.take(update, times=times)
        except Exception as error:  # any error belongs to this update alone: those behind it must not wait
            if is_away(error):
                raise
            log.exception("telegram.update_failed")
            self._updates.skip(update, wall=times.wall)
            return None

    def _answer(self, reply: Reply | None, last_call: float) -> None:
        if reply is None:
            return
        if time.monotonic() > last_call or not self._notifier.reply(reply.chat_id, reply.text):
            log.warning("telegram.unanswered")

    def _rest(self, reason: str) -> None:
        self._rests_until = time.monotonic() + REST_SECONDS
        if reason != self._trouble:
            log.warning("telegram.not_polled", reason=reason, asks_again_after=REST_SECONDS)
            self._trouble = reason
