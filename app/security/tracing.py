"""A name for each request, in every log line and in the answer, and one line when it is done."""

import re
import time
from uuid import uuid4

from flask import Flask, Response, g, request

from app import log as logs

HEADER = "X-Request-ID"
_PLAUSIBLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,127}")
_QUIET = ("static", "health.healthz", "health.api_health", "health.readyz")

log = logs.get_logger(__name__)


def install(app: Flask) -> None:
    app.before_request(_begin)
    app.after_request(_end)


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
    if request.endpoint not in _QUIET:
        took = time.perf_counter() - g.get("started", time.perf_counter())
        log.info(
            "request.done",
            method=request.method,
            path=request.path,
            status=response.status_code,
            ms=round(took * 1000, 1),
        )
    return response
