"""Counts each call of Whop: what was asked, what the answer was, how long it took, and what Whop refused as too many."""

import time
from collections.abc import Callable
from typing import Protocol, TypeVar

from app import metrics
from app.outgoing import WHOLE_CALL_S, in_time


class Answer(Protocol):
    """Of either HTTP library."""

    @property
    def status_code(self) -> int: ...

    @property
    def headers(self) -> "Headers": ...


class Headers(Protocol):
    def get(self, key: str, default: str, /) -> str: ...


A = TypeVar("A", bound=Answer)


def measured(operation: str, call: Callable[[], A], *, seconds: float = WHOLE_CALL_S) -> A:
    """The call's answer. `operation` is our name for the question, without an id in it; `seconds` limits the whole."""
    began = time.perf_counter()
    try:
        answer = in_time(call, seconds=seconds)
    except Exception as error:
        metrics.whop_call(operation, type(error).__name__, time.perf_counter() - began)
        raise
    metrics.whop_call(operation, answer.status_code, time.perf_counter() - began)
    if answer.status_code == 429:
        wait = answer.headers.get("Retry-After", "")
        metrics.whop_limited(operation, int(wait) if wait.isascii() and wait.isdigit() else 0)
    return answer
