"""Counts what this process does. One line a thing that happened; `text` is what a scrape reads.

The meters are made at the first use, not at import: prometheus_client decides when it is imported whether
its values are shared by several processes, and `app.metrics.directory` must have spoken by then.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import Engine

if TYPE_CHECKING:
    from prometheus_client import Counter, Histogram

    from app.metrics.meters import Meters

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
EVENT_OUTCOMES = ("done", "ignored", "quarantined", "failed", "dead")
DELIVERY_OUTCOMES = ("sent", "retry", "gave_up", "unknown")


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure that is looked up at the scrape. `values` by the value of its one label, or by ""."""

    name: str
    meaning: str
    values: Mapping[str, float]
    label: str | None = None


def request_done(*, endpoint: str | None, method: str, status: int, seconds: float) -> None:
    """`endpoint` is the view's name, None where no view answers: what a client makes up is no label."""
    count, duration = _of_request(
        endpoint or "none", method if method in METHODS else "other", f"{status // 100}xx"
    )
    count.inc()
    duration.observe(seconds)


def event_processed(outcome: str, count: int = 1) -> None:
    """One of `EVENT_OUTCOMES`; `failed` will be tried again."""
    _meters().events.labels(outcome).inc(count)


def delivery_recorded(*, channel: str, outcome: str) -> None:
    """One of `DELIVERY_OUTCOMES`."""
    _meters().deliveries.labels(channel, outcome).inc()


def whop_call(operation: str, status: int | str, seconds: float) -> None:
    """One call of Whop's API or sign-in. `operation` is our name for it, never a path with an id in it;
    `status` the answer's, or a word such as `timeout` where there was none."""
    _meters().whop_calls.labels(operation, str(status)).inc()
    _meters().whop_seconds.labels(operation).observe(seconds)


def whop_limited(operation: str, wait_seconds: float) -> None:
    """Whop said that this operation was called too often, and how long to wait."""
    _meters().whop_limited.labels(operation).inc()
    _meters().whop_limited_seconds.labels(operation).inc(wait_seconds)


def expect(*, channels: Iterable[str]) -> None:
    """Start a worker's counters at 0: an increase is only seen from a value that was there before."""
    for event in EVENT_OUTCOMES:
        _meters().events.labels(event)
    for channel in channels:
        for outcome in DELIVERY_OUTCOMES:
            _meters().deliveries.labels(channel, outcome)


def watch_pool(engine: Engine, *, process: str) -> None:
    """Show the use of this engine's connections from now on, for a process of this kind."""
    from app.metrics.pool import watch

    watch(engine.pool, _meters(), process)


def text(readings: Iterable[Reading]) -> tuple[bytes, str]:
    """What all processes have counted and these readings, and its content type."""
    from app.metrics.exposition import expose

    return expose(_meters(), readings)


@cache
def _of_request(endpoint: str, method: str, status: str) -> tuple["Counter", "Histogram"]:
    """Kept, as looking them up costs more than counting; there are as many as views, methods and answers."""
    labels = (endpoint, method, status)
    return _meters().requests.labels(*labels), _meters().request_seconds.labels(*labels)


@cache
def _meters() -> "Meters":
    from app.metrics.meters import Meters

    return Meters()
