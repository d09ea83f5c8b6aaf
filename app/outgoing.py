"""Calls to others: their time limits, the name of the request they belong to, and no redirect followed.

Knows no peer; who calls whom is said in the rooms that do.
"""

import contextvars
import ssl
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TypeVar

import httpx

from app.log import bound_request_id
from app.version import VERSION

TIMEOUT_S = 5.0
"""For connecting, and for each wait for more bytes."""
WHOLE_CALL_S = 8.0
"""For a whole call: a peer that drips byte after byte keeps within the limit above for ever."""
MOST_LEFT_BEHIND = 96
"""Calls of this process that may run or hang at once; beyond that none is begun. More than a process has threads."""
USER_AGENT = f"AutoChargeSaver/{VERSION}"
REQUEST_ID = "X-Request-ID"
T = TypeVar("T")
_left = threading.BoundedSemaphore(MOST_LEFT_BEHIND)


class NotBegun(TimeoutError):
    """Nothing went out."""


def client(base_url: str, *, headers: Mapping[str, str] | None = None) -> httpx.Client:
    """A client that may be shared between threads; close it with the process.

    It keeps no cookies: what a peer set for one person would go out with the next person's question.
    """
    return httpx.Client(
        base_url=base_url,
        verify=tls(),
        timeout=TIMEOUT_S,
        follow_redirects=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        headers={"User-Agent": USER_AGENT, **(headers or {})},
        event_hooks={"request": [_name]},
    )


@cache
def tls() -> ssl.SSLContext:
    """One for all clients: to read the authorities' certificates takes longer than all else."""
    return httpx.create_ssl_context()


def _name(request: httpx.Request) -> None:
    """Lets one trace a call from our lines to the peer's."""
    name = bound_request_id()
    if name:
        request.headers[REQUEST_ID] = name


def in_time(call: Callable[[], T], *, seconds: float = WHOLE_CALL_S) -> T:
    """What the call returns or raises; `TimeoutError` after these seconds, whatever the peer does.

    The libraries limit each wait for bytes, not the whole, nor the look-up of the name. So the call has a
    thread of its own, which is left behind where the time is over and ends with its peer or its process.
    """
    if not _left.acquire(blocking=False):
        raise NotBegun("too many calls hang")
    done: Future[T] = Future()
    context = contextvars.copy_context()

    def work() -> None:
        try:
            done.set_result(context.run(call))
        except BaseException as error:
            done.set_exception(error)
        finally:
            _left.release()

    threading.Thread(target=work, name="outgoing", daemon=True).start()
    return done.result(seconds)
