"""A mail server on a bare socket that does exactly what a script says, right or wrong."""

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from .certificates import server_context


@dataclass
class PeerLine:
    """The server's end of one connection."""

    wire: socket.socket
    stopped: threading.Event

    def say(self, text: bytes) -> None:
        self.wire.sendall(text)

    def say_and_hang_up(self, text: bytes) -> None:
        """The end of the connection travels with the text, so that the client cannot miss it."""
        self.wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
        self.wire.sendall(text)
        self.wire.shutdown(socket.SHUT_WR)

    def encrypt(self) -> None:
        """TLS from here on, under the certificate of this machine."""
        self.wire = server_context().wrap_socket(self.wire, server_side=True)

    def hear(self, end: bytes = b"\r\n") -> bytes:
        """What the client says up to `end`; what it said until then where it hangs up."""
        heard = bytearray()
        while not heard.endswith(end) and (some := self.wire.recv(1)):
            heard += some
        return bytes(heard)

    def take_envelope(self) -> None:
        """Greets and answers politely until DATA, which is left without an answer."""
        self.say(b"220 peer\r\n")
        while (command := self.hear()) and not command.startswith(b"DATA"):
            self.say(b"250 OK\r\n")

    def trickle(self, text: bytes, *, pause: float) -> None:
        """One byte each `pause` seconds, until the peer is closed or the client hangs up."""
        for byte in text:
            if self.stopped.wait(pause):
                return
            self.say(bytes([byte]))


class SmtpPeer:
    """Runs `script` on every connection; connections end when their script does."""

    host = "127.0.0.1"

    def __init__(self, script: Callable[[PeerLine], None]) -> None:
        self._script = script
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []
        self.connections = 0

    def __enter__(self) -> Self:
        self._listener = socket.create_server((self.host, 0))
        self.port: int = self._listener.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    def _start(self, job: Callable[[], None]) -> None:
        thread = threading.Thread(target=job, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                wire, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            wire.settimeout(10)
            self._start(lambda wire=wire: self._serve(wire))  # type: ignore[misc]

    def _serve(self, wire: socket.socket) -> None:
        line = PeerLine(wire, self._stopped)
        try:
            self._script(line)
        except OSError:
            return  # the client hung up first, as it should on some scripts
        finally:
            line.wire.close()
