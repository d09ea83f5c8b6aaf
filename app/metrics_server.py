"""Answers scrapes on a port of its own, for a worker on a machine without a web: METRICS_PORT.

The same text under the same token rule as the web's page, and nothing else.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from app.errors import AppError, SettingsError
from app.log import get_logger
from app.ops.metrics import WrongToken
from app.ops.scrape import Asker, Scrape
from app.services import Services

RECEIVE_SECONDS = 5
log = get_logger(__name__)
Start = Callable[[str, list[tuple[str, str]]], object]


class _Handler(WSGIRequestHandler):
    timeout = RECEIVE_SECONDS

    def log_message(self, format: str, *args: Any) -> None:
        """A scrape every few seconds is no news."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up in the middle is no news either."""


@contextmanager
def listening(services: Services) -> Iterator[None]:
    """While the block runs, where METRICS_PORT is set. Raises `SettingsError` where it is taken."""
    settings = services.settings
    if settings.metrics_port is None:
        yield
        return
    try:
        server = make_server(
            settings.host, settings.metrics_port, _answering(Scrape(services)), _Server, _Handler
        )
    except OSError as error:
        raise SettingsError([f"METRICS_PORT: it cannot be listened on ({error.strerror})"]) from None
    threading.Thread(target=server.serve_forever, args=(0.1,), name="metrics", daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def _answering(scrape: Scrape) -> Callable[[dict[str, Any], Start], list[bytes]]:
    def answer(environ: dict[str, Any], start: Start) -> list[bytes]:
        if environ["PATH_INFO"] != "/metrics" or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return _refuse(start, "404 Not Found", "not_found", "There is nothing here.")
        match scrape.asker(environ.get("HTTP_AUTHORIZATION")):
            case Asker.NOBODY:
                return _refuse(start, "404 Not Found", "not_found", "There is nothing here.")
            case Asker.REFUSED:
                return _refuse(start, "401 Unauthorized", WrongToken.type, WrongToken.message)
        try:
            body, content_type = scrape.text()
        except Exception:  # wsgiref would write it to stderr past the masking
            log.exception("metrics.failed")
            return _refuse(start, "500 Internal Server Error", "internal", AppError.message)
        start("200 OK", [("Content-Type", content_type), ("Content-Length", str(len(body)))])
        return [body]

    return answer


def _refuse(start: Start, status: str, kind: str, message: str) -> list[bytes]:
    body = json.dumps({"error": {"type": kind, "message": message}}).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    if status.startswith("401"):
        headers.append(("WWW-Authenticate", "Bearer"))
    start(status, headers)
    return [body]
