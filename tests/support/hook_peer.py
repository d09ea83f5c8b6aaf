"""A merchant's own program: a real HTTP server that takes webhooks, as the standard's own library checks them."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from standardwebhooks import Webhook


@dataclass(frozen=True)
class Taken:
    path: str
    headers: dict[str, str]
    """By names in small letters."""
    body: bytes

    def verified(self, secret: str) -> Any:
        """The event. Raises what the library raises where it is not signed by this secret now."""
        return Webhook(secret).verify(self.body, self.headers)


class HookPeer:
    """Use as a context manager; `url` is the address to give out."""

    def __init__(self) -> None:
        self.taken: list[Taken] = []
        self.status = 204
        self.headers: dict[str, str] = {}
        self.meanwhile: Callable[[], object] = lambda: None
        """Called before each answer."""

    def __enter__(self) -> Self:
        peer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                peer.taken.append(Taken(self.path, headers, body))
                peer.meanwhile()
                self.send_response(peer.status)
                for name, value in peer.headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/hook"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()

    @property
    def events(self) -> list[str]:
        return [taken.headers["webhook-id"] for taken in self.taken]
