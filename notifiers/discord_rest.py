"""Discord's REST API through discord.py, made to answer at once: no gateway, no sleep, no repetition, no redirect.

The library sleeps through 429, repeats on 5xx and follows redirects by itself. Here every answer that is no
success is raised before it does, and a used-up rate limit refuses the next call instead of delaying it.
Import this module only where something is sent: discord.py takes a good part of a second to load.
"""

import asyncio
import math
import warnings
from datetime import timedelta
from types import SimpleNamespace, TracebackType
from typing import Any

import aiohttp

from .discord_limits import DiscordLimits
from .discord_refusals import Held, Refused, Torn, Unreached
from .limits import LONGEST_HOLD_S

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # it imports audioop, for calls
    from discord.http import HTTPClient, Ratelimit, Route

__all__ = ["Rest", "Route"]

_CONNECT_S = 5.0
_LONGEST_REFUSAL = 64 * 1024


class Rest(HTTPClient):
    """Make it inside the event loop. Calls raise what `discord_refusals` names, and nothing else."""

    def __init__(self, api_url: str, *, limits: DiscordLimits, timeout: float) -> None:
        """`timeout`: seconds for one whole call."""
        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(_raise_refusal)
        super().__init__(asyncio.get_running_loop(), http_trace=trace)
        self._api_url = api_url
        self._limits = limits
        self._timeout = aiohttp.ClientTimeout(total=timeout, sock_connect=min(timeout, _CONNECT_S))

    def get_ratelimit(self, key: str) -> Ratelimit:
        """The library's own book of Discord's rate headers, with buckets that refuse."""
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Bucket(None)
            self._try_clear_expired_ratelimits()
        return bucket

    async def request(self, route: Route, **options: Any) -> Any:
        route.url = self._api_url + route.url.removeprefix(Route.BASE)
        with self._limits.call():
            try:
                return await super().request(route, allow_redirects=False, timeout=self._timeout, **options)
            except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
                raise Unreached from None
            except (aiohttp.ClientError, TimeoutError, OSError, ValueError, LookupError):
                raise Torn from None


class _Bucket(Ratelimit):
    """What Discord's headers say of one route. Raises `Held` where the library would sleep."""

    _known = False
    """Discord has told the limit; until then nothing is held back."""

    async def acquire(self) -> None:
        now = self._last_request = self._loop.time()
        if self.is_expired():
            self._start_anew()
        if self._known and self.remaining <= 0:
            raise Held("discord_rate_limit", timedelta(seconds=self.expires - now if self.expires else 1))
        self.remaining -= 1
        self.outgoing += 1

    async def __aexit__(
        self, type: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.outgoing -= 1
        if isinstance(value, Refused) and value.status == 429 and value.after:
            self.remaining, self._known = 0, True
            self.expires = self._loop.time() + value.after.total_seconds()

    def update(self, response: aiohttp.ClientResponse, *, use_clock: bool = False) -> None:
        """As the library's, but for headers that make no sense: those are passed over."""
        try:
            super().update(response, use_clock=use_clock)
            self._known = math.isfinite(self.reset_after) and 0 <= self.reset_after <= LONGEST_HOLD_S
        except (ValueError, OverflowError, KeyError):
            self._known = False
        if not self._known:
            self._start_anew()

    def _start_anew(self) -> None:
        self.reset()  # type: ignore[no-untyped-call]


async def _raise_refusal(
    _session: aiohttp.ClientSession, _context: SimpleNamespace, params: aiohttp.TraceRequestEndParams
) -> None:
    """Ends a call whose answer is no success, while the library has not yet seen the answer."""
    answer = params.response
    if 200 <= answer.status < 300:
        return
    try:
        body = await answer.content.read(_LONGEST_REFUSAL)
    except (aiohttp.ClientError, TimeoutError, OSError):
        body = b""
    raise Refused.of(answer.status, answer.headers, body)
