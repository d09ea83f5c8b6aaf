"""The web server: gunicorn with threads, our log lines, and an end to clients that never finish a request."""

import logging
import time
from collections.abc import Callable
from functools import partial
from socket import socket
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger as GunicornLogger
from gunicorn.http.errors import NoMoreData
from gunicorn.workers.gthread import TConn, ThreadWorker

from app.settings import Settings

RECEIVE_SECONDS = 10.0
"""A whole request must have arrived within this time of its first byte."""
GRACEFUL_SECONDS = 9
"""The promise is ten; one is left for closing."""


class _TimelySocket:
    """Receives until its time is over, however slowly the bytes drip in."""

    def __init__(self, inner: socket) -> None:
        self._inner = inner
        self._ends_at = time.monotonic() + RECEIVE_SECONDS

    def recv(self, size: int) -> bytes:
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise NoMoreData
        self._inner.settimeout(left)
        try:
            return self._inner.recv(size)
        except TimeoutError:
            raise NoMoreData from None
        finally:
            self._inner.settimeout(None)


class _PatientWorker(ThreadWorker):  # type: ignore[misc]  # the library has no types
    """Threads that a client can hold for `RECEIVE_SECONDS` at most."""

    def handle(self, conn: TConn) -> Any:
        if conn.parser is None:
            conn.init = partial(_begin, conn, conn.init)
        else:
            conn.parser.unreader.sock = _TimelySocket(conn.sock)
        return super().handle(conn)


def _begin(conn: TConn, init: Callable[[], None]) -> None:
    init()
    conn.parser.unreader.sock = _TimelySocket(conn.sock)


class _OurLines(GunicornLogger):  # type: ignore[misc]  # the library has no types
    """gunicorn's lines go the way of all others: one format, masked."""

    def setup(self, cfg: Any) -> None:
        self.loglevel = logging.WARNING
        for logger in (self.error_log, self.access_log):
            logger.handlers, logger.propagate = [], True
            logger.setLevel(self.loglevel)


class WebServer(BaseApplication):  # type: ignore[misc]  # the library has no types
    """gunicorn with threads. Each process makes its own application, after the fork."""

    def __init__(self, settings: Settings, make_app: Callable[[], Any]) -> None:
        self._settings = settings
        self._make_app = make_app
        super().__init__()

    def load_config(self) -> None:
        settings = self._settings
        options = {
            "bind": f"{settings.host}:{settings.port}",
            "workers": settings.web_workers,
            "threads": settings.web_threads,
            "worker_class": _PatientWorker,
            "graceful_timeout": GRACEFUL_SECONDS,
            "timeout": 60,
            "keepalive": 5,
            "limit_request_field_size": 16_380,
            "forwarded_allow_ips": "",
            "logger_class": _OurLines,
            "control_socket_disable": True,
            "proc_name": "autocharge-web",
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return self._make_app()
