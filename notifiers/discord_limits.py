"""Keeps calls to Discord within its limits, and far from the number of refusals at which it bans an address.

Discord bans for 10,000 answers of 401, 403 or 429 in 10 minutes; 429 for a limit that a bot shares with others
does not count. Source: Discord's documentation, "Rate Limits", "Invalid Request Limit".
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from .discord_refusals import Held, Refused
from .limits import CallPace, Refusals

_WINDOW_S = 600.0
_PAUSE = timedelta(minutes=10)


class DiscordLimits:
    def __init__(self, per_second: int | None, most_refusals: int, *, sharers: int = 1) -> None:
        self._pace = CallPace(per_second, sharers=sharers)
        self._refusals = Refusals(most_refusals, window=_WINDOW_S)

    @contextmanager
    def call(self) -> Iterator[None]:
        """Surrounds one call and learns from its refusal. Raises `Held` where none may begin now."""
        if self._refusals.too_many():
            raise Held("discord_guard", _PAUSE)
        if seconds := self._pace.begin():
            raise Held("discord_pace", timedelta(seconds=seconds))
        try:
            yield
        except Refused as refused:
            self._note(refused)
            raise
        finally:
            self._pace.end()

    def _note(self, refused: Refused) -> None:
        if refused.status in (401, 403) or (refused.status == 429 and not refused.shared):
            self._refusals.note()
        if refused.status == 429 and refused.everywhere:
            self._pace.hold((refused.after or _PAUSE).total_seconds())
