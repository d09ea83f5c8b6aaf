"""HTTP clients that cost as little as they can: ready-made bytes over plain sockets, a thread for each connection."""

import socket
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

TIMEOUT_S = 30.0
IDLE_S = 3.0
"""A connection that rested longer is made anew; servers close what rests for five seconds."""


@dataclass(slots=True)
class Load:
    """What came of it. A connection that broke counts as status 0."""

    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)
    """Seconds of each answer, the fastest first; of paced requests since each was due."""
    statuses: Counter[int] = field(default_factory=Counter)
    waits_of: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    """The same by status."""

    @property
    def rate(self) -> float:
        return len(self.waits) / self.seconds

    def ms(self, share: float) -> float:
        """The time that this share of the answers stayed within."""
        return self.waits[min(len(self.waits) - 1, int(len(self.waits) * share))] * 1_000

    def only(self, status: int) -> "Load":
        """Itself; ends the run where anything else was answered."""
        if set(self.statuses) != {status}:
            raise SystemExit(f"errors in the run, its figures do not count: {dict(self.statuses)}")
        return self


def request_bytes(
    method: str, address: str, path: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> bytes:
    """A whole request, ready to be sent."""
    host = urlsplit(address).netloc
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join((*lines, "", "")).encode() + body


def closed_loop(address: str, requests: Sequence[bytes], *, connections: int) -> Load:
    """Each connection sends its next as soon as it has its answer."""
    return _run(address, requests, connections=connections, due=lambda _number, _start: None)


def paced(address: str, requests: Sequence[bytes], *, per_second: float, connections: int) -> Load:
    """So many a second, whatever the answers; a late request's wait counts from when it was due."""
    return _run(
        address, requests, connections=connections, due=lambda number, start: start + number / per_second
    )


def _run(
    address: str, requests: Sequence[bytes], *, connections: int, due: Callable[[int, float], float | None]
) -> Load:
    load, lock = Load(), threading.Lock()
    start = time.perf_counter()

    def client(which: int) -> None:
        line = Line(address)
        answers: list[tuple[int, float]] = []
        for number in range(which, len(requests), connections):
            began = due(number, start)
            if began is None:
                began = time.perf_counter()
            else:
                time.sleep(max(0.0, began - time.perf_counter()))
            status = line.ask(requests[number])
            answers.append((status, time.perf_counter() - began))
        line.close()
        with lock:
            for status, wait in answers:
                load.statuses[status] += 1
                load.waits_of[status].append(wait)
                load.waits.append(wait)

    threads = [threading.Thread(target=client, args=(which,)) for which in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    load.seconds = time.perf_counter() - start
    load.waits.sort()
    return load


class Line:
    """One connection that is kept."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._place = (parts.hostname or "", parts.port or 80)
        self._socket: socket.socket | None = None
        self._used_at = 0.0

    def ask(self, request: bytes) -> int:
        """The status; 0 where the connection broke."""
        try:
            line = self._ready()
            line.sendall(request)
            return self._answer(line)
        except OSError:
            self.close()
            return 0

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _ready(self) -> socket.socket:
        now = time.monotonic()
        if self._socket is not None and now - self._used_at > IDLE_S:
            self.close()
        if self._socket is None:
            self._socket = socket.create_connection(self._place, timeout=TIMEOUT_S)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._used_at = now
        return self._socket

    def _answer(self, line: socket.socket) -> int:
        taken = b""
        while b"\r\n\r\n" not in taken:
            taken += _some(line)
        head, _, body = taken.partition(b"\r\n\r\n")
        fields = dict(one.lower().split(b":", 1) for one in head.split(b"\r\n")[1:])
        if b"chunked" in fields.get(b"transfer-encoding", b""):
            while not body.endswith(b"0\r\n\r\n"):
                body += _some(line)
        missing = int(fields.get(b"content-length", b"0")) - len(body)
        while missing > 0:
            missing -= len(_some(line))
        if fields.get(b"connection", b"").strip() == b"close":
            self.close()
        return int(head[9:12])


def _some(line: socket.socket) -> bytes:
    part = line.recv(65_536)
    if not part:
        raise ConnectionResetError
    return part
