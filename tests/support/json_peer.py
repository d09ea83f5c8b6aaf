"""An HTTP server on loopback that answers in JSON, as told: the ground under the fakes of chat services.

It keeps every call. What a service does stands in a subclass; what goes wrong, in `replies`.
"""

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """By names in small letters."""
    body: Any
    at: float
    """Monotonic seconds."""


@dataclass(frozen=True)
class Reply:
    """`body` is JSON, or bytes as they are. `fault`: hang up before or within the answer, or never answer."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    fault: Literal["", "cut", "torn", "silent"] = ""
    content_type: str = "application/json"


class JsonPeer:
    """Use as a context manager; `url` has no slash at its end."""

    def __init__(self) -> None:
        self.url = ""
        self.calls: list[Call] = []
        self.replies: dict[str, Reply | list[Reply]] = {}
        """By `METHOD /path` or `METHOD *`: one for all such calls, or one for each and then as usual."""
        self.delay = 0.0
        """Seconds before each answer."""
        self.lock = threading.Lock()
        self._over = threading.Event()

    def answer(self, call: Call) -> Reply:
        """What the service does where nothing was told. Called with the lock held."""
        raise NotImplementedError

    def count(self, method: str, path: str) -> int:
        return sum((call.method, call.path) == (method, path) for call in self.calls)

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"peer": self}))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()

    def reply_to(self, call: Call) -> Reply:
        with self.lock:
            self.calls.append(call)
            for name in (f"{call.method} {call.path}", f"{call.method} *"):
                told = self.replies.get(name)
                if isinstance(told, Reply):
                    return told
                if told:
                    return told.pop(0)
            return self.answer(call)

    def wait_for_the_end(self) -> None:
        self._over.wait(60)


def _read(raw: bytes, headers: Mapping[str, str]) -> Any:
    """The body's JSON; its bytes where it says that it is something else."""
    is_json = headers.get("content-type", "").startswith("application/json")
    return (json.loads(raw) if is_json else raw) if raw else None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    peer: JsonPeer

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        size = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(size)
        headers = {name.lower(): value for name, value in self.headers.items()}
        call = Call(
            self.command, parts.path, dict(parse_qsl(parts.query)), headers,
            _read(raw, headers), time.monotonic(),
        )  # fmt: skip
        reply = self.peer.reply_to(call)
        time.sleep(self.peer.delay)
        if reply.fault == "silent":
            self.peer.wait_for_the_end()
        if reply.fault in ("cut", "silent"):
            self.close_connection = True
            return
        body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        self.send_response_only(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(body) + (50 if reply.fault == "torn" else 0)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = self.close_connection or reply.fault == "torn"

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""
