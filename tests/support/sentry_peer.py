"""A small server that speaks Sentry's envelope endpoint on loopback and keeps the reports it gets."""

import gzip
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


class SentryPeer:
    """Use as a context manager. `raw` holds each post as text, `reports` the events in them."""

    def __init__(self) -> None:
        self.raw: list[str] = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def dsn(self) -> str:
        return f"http://publickey4711@127.0.0.1:{self._server.server_port}/42"

    @property
    def reports(self) -> list[dict[str, Any]]:
        with self._lock:
            return [event for text in self.raw for event in _events(text)]

    def about(self, line: str) -> list[dict[str, Any]]:
        """Reports of log lines with this name."""
        return [report for report in self.reports if report.get("tags", {}).get("line") == line]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        peer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                assert self.path == "/api/42/envelope/", self.path
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                with peer._lock:
                    peer.raw.append(body.decode())
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler


def _events(envelope: str) -> list[dict[str, Any]]:
    """An envelope is a header line, then pairs of an item's header and the item."""
    lines = [json.loads(line) for line in envelope.splitlines()[1:] if line]
    pairs = zip(lines[::2], lines[1::2], strict=True)
    return [item for header, item in pairs if header["type"] == "event"]
