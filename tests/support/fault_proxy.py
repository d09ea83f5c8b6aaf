"""A line that goes wrong: passes bytes on to a real peer, late, in drops, cut after so many, or not at all.

What it does is changed while it runs and counts at once, for lines that are open too.
"""

import socket
import struct
import threading
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self
from urllib.parse import urlsplit

CHUNK = 65_536
LOOK_SECONDS = 0.02
DROPS_A_SECOND = 20
"""On a thin line."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Seconds and bytes; what is not said is as it should be.

    `cut_out`, `cut_back`: so many bytes pass to the peer, or back from it, then the line is hung up. `reset`: by RST,
    as of a machine that has forgotten the line. `once`: the lines after it are whole. `hole`: it is taken and nothing
    passes, either way; not even that one side has hung up.
    """

    delay: float = 0.0
    bytes_a_second: int = 0
    cut_out: int | None = None
    cut_back: int | None = None
    reset: bool = False
    once: bool = False
    hole: bool = False


class FaultProxy:
    """Use as a context manager; listens on `host` and `port` and leads to `to`, a host and a port."""

    host = "127.0.0.1"

    def __init__(self, to: tuple[str, int], fault: Fault | None = None) -> None:
        self._to = to
        self.fault = fault or Fault()
        self.passed = {"out": 0, "back": 0}
        """Bytes of all lines together."""
        self.lines = 0
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._wires: list[socket.socket] = []

    @classmethod
    def before(cls, url: str, fault: Fault | None = None) -> "FaultProxy":
        """Before the peer at this address."""
        parts = urlsplit(url)
        assert parts.hostname and parts.port
        return cls((parts.hostname, parts.port), fault)

    def __enter__(self) -> Self:
        self._listener = socket.create_server((self.host, 0))
        self.port: int = self._listener.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up()
        for thread in self._threads:
            thread.join(5)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def hang_up(self) -> None:
        """On every line that is open."""
        with self._lock:
            wires, self._wires = self._wires, []
        for wire in wires:
            _end(wire, reset=self.fault.reset)

    def _start(self, job: object, *arguments: object) -> None:
        thread = threading.Thread(target=job, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            self.lines += 1
            try:
                far = socket.create_connection(self._to, timeout=10)
            except OSError:
                near.close()
                continue
            for wire in (near, far):
                wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                wire.settimeout(LOOK_SECONDS)
            with self._lock:
                self._wires += [near, far]
            self._start(self._pass_on, near, far, "out")
            self._start(self._pass_on, far, near, "back")

    def _pass_on(self, source: socket.socket, target: socket.socket, way: Literal["out", "back"]) -> None:
        passed = 0
        try:
            while not self._over.is_set():
                some = self._some(source, way, passed)
                if some is None:
                    target.shutdown(socket.SHUT_WR)
                    return
                target.sendall(some)
                passed += len(some)
                self.passed[way] += len(some)
        except OSError:
            fault = self.fault
            for wire in (source, target):
                _end(wire, reset=fault.reset)
            if fault.once:
                self.fault = Fault()

    def _some(self, source: socket.socket, way: Literal["out", "back"], passed: int) -> bytes | None:
        """What has come and may pass; nothing yet, or None at the end. Raises where the line is to be cut."""
        fault = self.fault
        cut = fault.cut_out if way == "out" else fault.cut_back
        if cut is not None and passed >= cut:
            raise ConnectionAbortedError
        drop = max(1, fault.bytes_a_second // DROPS_A_SECOND) if fault.bytes_a_second else CHUNK
        try:
            some = source.recv(drop if cut is None else min(drop, cut - passed))
        except TimeoutError:
            return b""
        if some:
            self._over.wait(fault.delay + (len(some) / fault.bytes_a_second if fault.bytes_a_second else 0))
        while self.fault.hole and not self._over.is_set():  # dug while this was being waited for, too
            self._over.wait(LOOK_SECONDS)
        return some or None


def _end(wire: socket.socket, *, reset: bool) -> None:
    try:
        if reset:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            wire.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it is gone already
    finally:
        wire.close()
