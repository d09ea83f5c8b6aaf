"""One HTTP line to Telegram's Bot API, and the four ways in which a call can fail on it.

It reads every answer itself before the library does: the library logs what it cannot parse, tells a page of
HTML from a refusal by nothing, and puts the token into some of its errors. No error here has words of others.
"""

import json
from typing import Any

import httpx
from telegram.error import TelegramError
from telegram.request import HTTPXRequest, RequestData

_NOT_WRITTEN = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


class LineError(TelegramError):
    """`reason` is a short word of ours."""

    reason: str

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotReached(LineError):
    """Nothing was asked: no connection, or none in time."""


class NotTelegram(LineError):
    """Something else stands in the way and refuses: a proxy, a captive portal, a wrong address."""


class Unclear(LineError):
    """The call was written; whether it was carried out nobody knows."""


class Refused(LineError):
    """Telegram itself did not do it. `said` is its own text: to be looked into and never shown or kept."""

    def __init__(self, code: int, *, said: str = "", parameters: dict[str, Any] | None = None) -> None:
        super().__init__(f"telegram_{code}")
        self.code = code
        self.said = said
        self.parameters = parameters or {}


class BotLine(HTTPXRequest):
    """The library's transport with answers read by us."""

    __slots__ = ()

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *timeouts: Any, **more: Any
    ) -> tuple[int, bytes]:
        """See `BaseRequest.do_request`. Raises `LineError` for all but a good answer of Telegram."""
        try:
            status, payload = await super().do_request(url, method, request_data, *timeouts, **more)
        except httpx.InvalidURL:
            raise NotReached("telegram_unreachable") from None
        except TelegramError as error:
            raise _lost(error.__cause__) from None
        _judge(status, payload)
        return status, payload


def _lost(cause: BaseException | None) -> LineError:
    late = isinstance(cause, httpx.TimeoutException)
    if isinstance(cause, _NOT_WRITTEN):
        return NotReached("telegram_timeout" if late else "telegram_unreachable")
    if late:
        return Unclear("telegram_timeout")
    return Unclear("telegram_hung_up")


def _judge(status: int, payload: bytes) -> None:
    """Return where this is a good answer; raise what it is otherwise."""
    answer = _read(payload)
    good = 200 <= status < 300
    if answer.get("ok") is True and "result" in answer and good:
        return
    if answer.get("ok") is False:
        code = answer.get("error_code", status)
        if not isinstance(code, int) or not 400 <= code < 600:
            raise Unclear("telegram_garbage")
        said, parameters = answer.get("description"), answer.get("parameters")
        raise Refused(
            code,
            said=said if isinstance(said, str) else "",
            parameters=parameters if isinstance(parameters, dict) else None,
        )
    if good:
        raise Unclear("telegram_garbage")
    if status == 429 or status >= 500:
        raise Refused(status)
    raise NotTelegram("telegram_not_there")


def _read(payload: bytes) -> dict[str, Any]:
    """The answer's object; an empty one where there is none."""
    try:
        answer = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}
