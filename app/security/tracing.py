"""A name for each request, in every log line and in the answer; one line and one count when it is done."""

import re
import time
from uuid import uuid4

from flask import Flask, Response, g, request

from app import log as logs
from app import metrics
from app.masking import mask_path

HEADER = "X-Request-ID"
_PLAUSIBLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,127}")
_QUIET = ("static", "health.healthz", "health.api_health", "health.readyz", "metrics.metrics")

log = logs.get_logger(__name__)


def install(app: Flask) -> None:
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(lambda _error: logs.clear())  # the thread goes on to others


def request_id() -> str:
    """Of the request in hand; made where it has none yet."""
    if "request_id" not in g:
        given = request.headers.get(HEADER, "")
        g.request_id = given if _PLAUSIBLE.fullmatch(given) else uuid4().hex
    return str(g.request_id)


def _begin() -> None:
    g.started = time.perf_counter()
    logs.clear()
    logs.bind(request_id=request_id())


def _end(response: Response) -> Response:
    response.headers[HEADER] = request_id()
    took = time.perf_counter() - g.get("started", time.perf_counter())
    metrics.request_done(
        endpoint=request.endpoint, method=request.method, status=response.status_code, seconds=took
    )
    if request.endpoint not in _QUIET:
        person = g.get("signed_in")
        log.info(
            "request.done",
            method=request.method,
            path=mask_path(request.path),
            status=response.status_code,
            ms=round(took * 1000, 1),
            **({"actor": person.actor} if person else {}),
        )
    return response
