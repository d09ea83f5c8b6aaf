"""An HTTP server on loopback that refuses everything and repeats, in its refusal, all that it was told."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


class EchoPeer:
    """Use as a context manager; `url` has no slash at its end."""

    def __init__(self, status: int = 401) -> None:
        self.status = status
        self.asked = 0

    def __enter__(self) -> Self:
        peer = self

        class Handler(BaseHTTPRequestHandler):
            def refuse(self) -> None:
                size = int(self.headers.get("Content-Length") or 0)
                peer.asked += 1
                said = {
                    "path": self.path,
                    "headers": dict(self.headers),
                    "body": self.rfile.read(size).decode(),
                }
                told = {"ok": False, "error_code": peer.status, "error": "refused", "code": 0, "said": said}
                told |= {"message": json.dumps(said), "description": json.dumps(said)}
                told["error_description"] = self.path
                body = json.dumps(told).encode()
                self.send_response(peer.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = refuse

            def log_message(self, format: str, *args: object) -> None:
                """Nothing: it would print past the logger under test."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()
