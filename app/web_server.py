"""The web server: gunicorn with threads, our log lines, and an end to clients that never finish a request.

SIGTERM and SIGINT let it finish what is in flight: status 0, or 1 where that had to be cut. A second signal
ends it at once.
"""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from socket import socket
from types import FrameType
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.errors import HaltServer
from gunicorn.glogging import Logger as GunicornLogger
from gunicorn.http.errors import NoMoreData
from gunicorn.workers.gthread import _DEFER, TConn, ThreadWorker

from app import error_reports
from app.arrival import RECEIVE_SECONDS, Arrival
from app.log import get_logger
from app.metrics import directory
from app.serve import ASKED_BY_PARENT
from app.services import EXTENSION
from app.settings import Settings

GRACEFUL_SECONDS = 9
"""The promise is ten; one is left for closing."""

STOPS = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)

log = get_logger(__name__)


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
    """Threads that get whole requests, and that a client can hold for `RECEIVE_SECONDS` at most where it does not tell
    how long its request is. It ends with 1 where any thread crashes.
    """

    _crashed = False

    def init_signals(self) -> None:
        super().init_signals()
        # Ctrl-C reaches the whole group: the master alone decides what it means.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)

    def run(self) -> None:
        threading.excepthook = self._on_uncaught
        try:
            super().run()
        except Exception:
            log.critical("web.crashed", exc_info=True)
            self._crashed = True
        self.app.close()
        if self._crashed:
            sys.exit(1)

    def set_accept_enabled(self, enabled: bool) -> None:
        super().set_accept_enabled(enabled)
        if enabled or self.alive:
            return
        for listener in self.sockets:
            # What the kernel has taken for us is answered, too; who comes later is refused, not left hanging.
            taken = -1
            while taken != self.nr_conns:
                taken = self.nr_conns
                self.accept(listener)
            listener.close()

    def _on_uncaught(self, uncaught: threading.ExceptHookArgs) -> None:
        error = uncaught.exc_value
        log.critical("web.crashed", thread=uncaught.thread and uncaught.thread.name, exc_info=error)
        self._crashed = True
        os.kill(os.getpid(), signal.SIGTERM)

    def handle(self, conn: TConn) -> Any:
        arrival = _arrival(conn)
        if not self.alive or (conn.parser is not None and conn.parser.unreader.buf.getvalue()):
            arrival.take_as_it_is()
        elif not arrival.is_whole():
            return _DEFER
        if conn.parser is None:
            conn.init = partial(_begin, conn, conn.init)
        else:
            conn.parser.unreader.sock = _TimelySocket(conn.sock)
        return super().handle(conn)

    def finish_request(self, conn: TConn, fs: Any) -> None:
        arrival = _arrival(conn)
        if arrival.is_awaited and not self.alive:  # it was put off right before the end
            self.enqueue_req(conn)
            return
        super().finish_request(conn, fs)
        if arrival.ends_at is not None:
            conn.timeout = arrival.ends_at


def _arrival(conn: TConn) -> Arrival:
    if "arrival" not in vars(conn):
        conn.arrival = Arrival(conn.sock)
    arrival: Arrival = conn.arrival
    return arrival


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

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """A request that cannot be read may be the rest of another's body: only its fault is told."""
        if msg.startswith("Invalid request from ip="):
            msg = f"Invalid request: {msg.partition(': ')[2].partition(':')[0]}"
        super().warning(msg, *args, **kwargs)

    def exception(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """Of an address only the path is told: people search for names."""
        paths = (arg.partition("?")[0] if isinstance(arg, str) else arg for arg in args)
        super().exception(msg, *paths, **kwargs)


def _forget(_server: Any, worker: Any) -> None:
    """In the parent, when a child has ended in whatever way."""
    directory.process_ended(worker.pid)


def _flush(_server: Any, _worker: Any) -> None:
    """In the child, at its orderly end."""
    error_reports.flush()


class _Master(Arbiter):  # type: ignore[misc]  # the library has no types
    """Ends in order at the first signal of either kind and at once at the second; its status tells which."""

    _asked = 0
    _stopping = False
    _cut = False

    def signal(self, sig: int, frame: FrameType | None) -> None:
        if sig in STOPS:
            self._asked += 1
            if self._asked > 1:
                self._kill_all()
                os._exit(1)
        super().signal(sig, frame)

    handle_int = handle_quit = Arbiter.handle_term

    def init_signals(self) -> None:
        super().init_signals()
        signal.signal(ASKED_BY_PARENT, self._asked_by_parent)

    def _asked_by_parent(self, _number: int, frame: FrameType | None) -> None:
        if not self._asked:
            super().signal(signal.SIGTERM, frame)

    def spawn_worker(self) -> Any:
        # Until the child has handlers of its own it would take a signal with ours, and lose it.
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
        try:
            return super().spawn_worker()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)

    def reap_workers(self) -> None:
        try:
            super().reap_workers()
        except HaltServer:
            if not self._stopping:  # else a second one failed to start, which changes nothing any more
                raise

    def kill_workers(self, sig: int) -> None:
        self._cut = self._cut or (sig == signal.SIGKILL and bool(self.WORKERS))
        super().kill_workers(sig)

    def stop(self, graceful: bool = True) -> None:
        self._stopping = True
        super().stop(graceful)
        for pid in list(self.WORKERS):  # killed a moment ago: nobody else would ever take note of their end
            with suppress(ChildProcessError):
                os.waitpid(pid, 0)

    def halt(self, reason: str | None = None, exit_status: int = 0) -> None:
        with suppress(SystemExit):
            super().halt(reason, exit_status)
        sys.exit(1 if exit_status or self._cut else 0)

    def _kill_all(self) -> None:
        for pid in list(self.WORKERS):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


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
            "child_exit": _forget,
            "worker_exit": _flush,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        try:
            return self._make_app()
        except Exception:
            log.critical("web.boot_failed", exc_info=True)
            sys.exit(Arbiter.WORKER_BOOT_ERROR)  # ends the master, too: the next would fail as well

    def close(self) -> None:
        """The end of one process: what its application keeps open."""
        self.callable.extensions[EXTENSION].close()

    def run(self) -> None:
        try:
            _Master(self).run()
        except SystemExit as ended:
            if ended.code == -1:  # gunicorn's own for a crash
                sys.exit(1)
            raise
