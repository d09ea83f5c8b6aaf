"""One call of Whop's API: what goes out, how long it may take, and which error its answer means.

Everybody who asks Whop asks here, with a person's token or with the install's key. It paces nothing and keeps
nothing. Whop's rules: API reference "Errors", "Idempotent requests", "Versioning"; whop-sdk `core/http_client.py`.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from app import outgoing
from app.whop.errors import (
    WhopAway,
    WhopBadRequest,
    WhopBusy,
    WhopConflict,
    WhopError,
    WhopForbids,
    WhopNotFound,
    WhopRefuses,
    WhopSilent,
    WhopUnclear,
)
from app.whop.fields import child, text, word
from app.whop.json_body import JsonObject, Unreadable, load_object
from app.whop.measured import measured
from notifiers.limits import wish

API_VERSION = "2026-10-15-1"
"""Sent with each call: without it the key's own pin would decide the shapes."""
UNTOLD_WAIT_S = 60.0
"""After a 429 that names no wait: the limits are counted by the minute."""

_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.LocalProtocolError,
    httpx.UnsupportedProtocol,
    outgoing.NotBegun,
)
_REFUSALS: Mapping[int, type[WhopError]] = {
    401: WhopRefuses,
    403: WhopForbids,
    404: WhopNotFound,
    409: WhopConflict,
}


class _Torn(WhopSilent):
    """A read that broke off at once: one more try may do. Never raised for a change."""


@dataclass(frozen=True, slots=True)
class Question:
    """`operation` is our name for it in the metrics, without an id. `key` makes a change safe to ask for again."""

    operation: str
    path: str
    method: str = "GET"
    query: Mapping[str, str] = field(default_factory=dict)
    body: JsonObject | None = None
    key: str | None = None

    @property
    def changes(self) -> bool:
        return self.method != "GET"


class Asking:
    """Safe to use from many threads; close it with the process."""

    def __init__(self, api_url: str, *, seconds: float = outgoing.WHOLE_CALL_S) -> None:
        """`seconds` limits one call with all its tries."""
        self._seconds = seconds
        self._http = outgoing.client(f"{api_url}/api/v1", headers={"Api-Version-Date": API_VERSION})

    def ask(self, question: Question, *, credential: str, again: bool = False) -> JsonObject:
        """The answer's object. Raises a `WhopError` of whatever kind.

        `again`: a read that broke off is tried once more within the same time. A change never is: the caller knows
        whether it may be asked for again, and with which key.
        """
        ends = time.monotonic() + self._seconds
        try:
            return self._once(question, credential, seconds=self._seconds)
        except _Torn:
            left = ends - time.monotonic()
            if not again or left <= 0:
                raise
        return self._once(question, credential, seconds=left)

    def close(self) -> None:
        self._http.close()

    def _once(self, question: Question, credential: str, *, seconds: float) -> JsonObject:
        headers = {"Authorization": f"Bearer {credential}"}
        if question.key is not None:
            headers["Idempotency-Key"] = question.key
        name = question.operation
        try:
            request = self._http.build_request(
                question.method, question.path, params=question.query, json=question.body, headers=headers
            )
        except (httpx.InvalidURL, ValueError) as error:
            raise WhopAway(f"{name}: {type(error).__name__}") from error
        try:
            answer = measured(name, lambda: self._http.send(request), seconds=seconds)
        except (httpx.HTTPError, TimeoutError) as error:
            raise _unanswered(error, changes=question.changes)(f"{name}: {type(error).__name__}") from error
        return _read(answer, question)


def _unanswered(error: Exception, *, changes: bool) -> type[WhopAway]:
    """What it means that there is no whole answer."""
    if changes:
        return WhopSilent if isinstance(error, _NOT_SENT) else WhopUnclear
    if isinstance(error, httpx.ConnectError):
        return _Torn
    if isinstance(error, _NOT_SENT):
        return WhopSilent
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return WhopSilent
    return (
        _Torn if isinstance(error, httpx.TransportError) else WhopAway
    )  # a body that cannot be unpacked, say


def _read(answer: httpx.Response, question: Question) -> JsonObject:
    if not answer.is_success:
        raise _failure(answer, question)
    found = {} if answer.status_code == 204 else load_object(answer.content)
    if isinstance(found, Unreadable):
        kind = WhopUnclear if question.changes else WhopAway
        raise kind(f"{question.operation} answered {found.reason}")
    return found


def _failure(answer: httpx.Response, question: Question) -> WhopError:
    status = answer.status_code
    told = f"{question.operation} answered {status}"
    if status == 429:
        return WhopBusy(told, after=wait_of(answer.headers))
    if status >= 500:
        return _broken(answer, told, changes=question.changes)
    if status == 408:
        return WhopSilent(told)
    if status < 400:
        return WhopAway(told)
    body = load_object(answer.content)
    error = {} if isinstance(body, Unreadable) else child(body, "error")
    return _REFUSALS.get(status, WhopBadRequest)(
        told,
        code=word(error.get("code")) or word(error.get("type")),
        said=text(error.get("message")),
        replayed=answer.headers.get("Idempotent-Replayed") == "true",
    )


def _broken(answer: httpx.Response, told: str, *, changes: bool) -> WhopError:
    """Only a 503 says that nothing was done; after any other the change may have been made."""
    if changes:
        return WhopSilent(told) if answer.status_code == 503 else WhopUnclear(told)
    return WhopSilent(told) if "Retry-After" in answer.headers else _Torn(told)


def wait_of(headers: httpx.Headers) -> float:
    """Seconds that a 429 asks one to wait. Times are compared with the answer's own `Date`, not with our clock."""
    milliseconds = wish(headers.get("Retry-After-Ms"))
    if milliseconds is not None:
        return milliseconds.total_seconds() / 1000
    named = headers.get("Retry-After")
    seconds = wish(named)
    if seconds is None:
        seconds = wish(_until(_date(named), headers))
    if seconds is None:
        seconds = wish(_until(_unix(headers.get("X-RateLimit-Reset")), headers))
    return UNTOLD_WAIT_S if seconds is None else seconds.total_seconds()


def _until(moment: float | None, headers: httpx.Headers) -> float | None:
    now = _date(headers.get("Date"))
    return None if moment is None or now is None else moment - now


def _date(value: str | None) -> float | None:
    try:
        return parsedate_to_datetime(value).timestamp() if value else None
    except (ValueError, OverflowError):
        return None


def _unix(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 12 else None


def moment_text(at: datetime) -> str:
    """As Whop writes times; `at` is aware."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
