"""Keeps within what a platform allows one bot: so many messages a second, and a pause between two to one chat.

Each process keeps its part of the pace by itself. Where the platform says "wait", it begins nothing before that time is over.
"""

import threading
import time
from dataclasses import dataclass

MOMENT_SECONDS = 3.0
"""The longest that a send waits for its turn: in it, 25 a second come to more than one worker has threads."""
MOST_CHATS = 5000


@dataclass(frozen=True, slots=True)
class Held:
    """The turn is too far away. `everybody` is held where the limit is the whole bot's."""

    seconds: float
    everybody: bool
    told_to_wait: bool = False
    """By the platform itself."""


class Pace:
    """Safe to use from many threads at once."""

    def __init__(self, *, per_second: float | None, chat_seconds: float | None, sharers: int = 1) -> None:
        """At most `per_second` begin, evenly spread, and two to one chat `chat_seconds` apart; None: no limit.

        `sharers` processes have `per_second` together, each its own part.
        """
        self._interval = sharers / per_second if per_second else 0.0
        self._chat_interval = chat_seconds or 0.0
        self._lock = threading.Lock()
        self._free_at = 0.0
        self._chats: dict[str, float] = {}
        """By chat, when it may be written to again."""
        self._rests_until = 0.0

    def begin(self, chat: str, *, patience: float = MOMENT_SECONDS, turns: int = 1) -> Held | None:
        """Wait for this chat's turn, at most `patience` seconds; None: go on now. It uses up `turns` of the chat."""
        last_call = time.monotonic() + patience
        while True:
            turn = self._turn(chat, last_call, turns)
            if isinstance(turn, Held):
                return turn
            wait, reserved = turn
            time.sleep(wait)
            if reserved:
                return self._resting()

    def rest(self, seconds: float) -> None:
        """The platform asks everybody to wait so long."""
        with self._lock:
            self._rests_until = max(self._rests_until, time.monotonic() + seconds)

    def _turn(self, chat: str, last_call: float, turns: int) -> Held | tuple[float, bool]:
        """How long to wait, and whether the turn is this caller's after that."""
        resting = self._resting()
        if resting is not None:
            return resting
        with self._lock:
            now = time.monotonic()
            chat_free_at = self._chats.get(chat, now)
            if chat_free_at > last_call:
                return Held(chat_free_at - now, everybody=False)
            if chat_free_at > now:
                return chat_free_at - now, False
            starts_at = max(now, self._free_at)
            if starts_at > last_call:
                return Held(starts_at - now, everybody=True)
            self._free_at = starts_at + self._interval
            self._note(chat, starts_at, turns)
            return starts_at - now, True

    def _note(self, chat: str, starts_at: float, turns: int) -> None:
        if not self._chat_interval:
            return
        if len(self._chats) >= MOST_CHATS:
            self._chats = {name: at for name, at in self._chats.items() if at > starts_at}
        self._chats[chat] = starts_at + turns * self._chat_interval

    def _resting(self) -> Held | None:
        with self._lock:
            left = self._rests_until - time.monotonic()
        return Held(left, everybody=True, told_to_wait=True) if left > 0 else None
