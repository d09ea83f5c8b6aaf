"""Calls to one HTTP peer on the shared event loop, so that nothing outlasts its deadline: no name look-up, no
slow header, no endless body.

No redirect is followed and no cookie kept. It tells apart what certainly did not arrive from what may have.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx

from .loop import Holder

_CONNECT_S = 5.0
_LONGEST_BODY = 256 * 1024


class NotReached(Exception):
    """Nothing was sent: there is no connection."""


class NoAnswer(Exception):
    """The request may have arrived; no whole answer came in time."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: httpx.Headers
    body: bytes

    def json(self) -> dict[str, Any]:
        """The object in the body; an empty one where there is none."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


class HttpPeer:
    """Safe to use from many threads; connects at the first call."""

    def __init__(self, address: str, *, headers: Mapping[str, str]) -> None:
        self._address = address
        self._headers = {"User-Agent": "AutoChargeSaver", **headers}
        self._loop = Holder()
        self._client: httpx.AsyncClient | None = None

    def call(
        self,
        method: str,
        path: str,
        *,
        seconds: float,
        body: object = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """The answer, whatever its status. Raises `NotReached` or `NoAnswer`."""

        async def ask() -> Answer:
            client = self._open()
            request = client.build_request(
                method, self._address + path, json=body, params=query or None, headers=dict(headers or {})
            )
            answer = await client.send(request, stream=True)
            try:
                return Answer(answer.status_code, answer.headers, await _bounded(answer))
            finally:
                await answer.aclose()

        try:
            return self._loop.run(ask, seconds=seconds)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol):
            raise NotReached from None
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError, ValueError):
            raise NoAnswer from None

    def close(self) -> None:
        """Closes the connections; a later call opens new ones."""
        self._loop.close(self._leave, seconds=5)

    def _open(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = httpx.AsyncClient(
                timeout=httpx.Timeout(30.0, connect=_CONNECT_S, pool=_CONNECT_S),
                follow_redirects=False,
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
                headers=self._headers,
            )
        return self._client

    async def _leave(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()


async def _bounded(answer: httpx.Response) -> bytes:
    """The body; empty where it is longer than any answer of an API."""
    body = bytearray()
    async for part in answer.aiter_bytes():
        body += part
        if len(body) > _LONGEST_BODY:
            return b""
    return bytes(body)
