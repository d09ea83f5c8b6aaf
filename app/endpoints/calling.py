"""One signed call to an address, within its time. What the peer answers beside its status is not read."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpcore

from app import outgoing
from app.endpoints.addresses import Forbidden, GuardedNetwork, Unresolved
from app.whop.signature import signature_headers

WHOLE_CALL_S = 10.0
_WAIT_S = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """`status` is None where no answer came; `reason` is None where it was taken."""

    status: int | None
    reason: str | None
    milliseconds: int
    wish: timedelta | None = None
    """How long the peer wants to be left alone."""


class Caller:
    def __init__(self, network: GuardedNetwork, *, seconds: float = WHOLE_CALL_S) -> None:
        self._network = network
        self._seconds = seconds

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Called:
        began = time.monotonic()
        try:
            status, wish = outgoing.in_time(lambda: self._post(url, body, headers), seconds=self._seconds)
            reason = None if 200 <= status < 300 else "redirect" if 300 <= status < 400 else "refused"
        except Forbidden:
            status, wish, reason = None, None, "not_public"
        except Unresolved:
            status, wish, reason = None, None, "no_such_host"
        except (TimeoutError, httpcore.TimeoutException):
            status, wish, reason = None, None, "timeout"
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, OSError):
            status, wish, reason = None, None, "unreachable"
        spent = int((time.monotonic() - began) * 1000)
        return Called(status=status, reason=reason, milliseconds=spent, wish=wish)

    def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, timedelta | None]:
        """A connection of its own for each call: a name that was looked up before is looked up again."""
        waits = dict.fromkeys(("connect", "read", "write", "pool"), _WAIT_S)
        with (
            httpcore.ConnectionPool(
                ssl_context=outgoing.tls(), network_backend=self._network, max_connections=1
            ) as pool,
            pool.stream(
                "POST", url, headers=list(headers.items()), content=body, extensions={"timeout": waits}
            ) as answer,
        ):
            return answer.status, _wish(answer.headers)


def signed_headers(
    message_id: str, body: bytes, keys: tuple[bytes, ...], *, wall: datetime
) -> dict[str, str]:
    """As Standard Webhooks has them; with two keys, a signature by each."""
    each = [signature_headers(message_id=message_id, body=body, secret=key, now=wall) for key in keys]
    return {
        **each[0],
        "webhook-signature": " ".join(one["webhook-signature"] for one in each),
        "content-type": "application/json",
        "user-agent": outgoing.USER_AGENT,
    }


def _wish(headers: list[tuple[bytes, bytes]]) -> timedelta | None:
    for name, value in headers:
        if name.lower() == b"retry-after" and value.isdigit() and len(value) <= 6:
            return timedelta(seconds=int(value))
    return None
