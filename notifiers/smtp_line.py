"""One connection to a mail server that can never outlast its deadline.

It owns sockets, TLS and sign-in, and turns every way a peer can misbehave into a `LineLost`
with a short fixed reason. It does not know what a message is. The server's own words stay here,
because they may hold addresses.
"""

import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from functools import cache

from .smtp_settings import SmtpSettings

_LONGEST_LINE = 8192
_MOST_LINES = 100
_CHUNK = 16384
_SocketAddress = tuple[socket.AddressFamily, socket.SocketKind, int, tuple[str | int | bytes, ...]]


class LineLost(Exception):
    """The dialogue cannot go on. `server_at_fault` where the next message would meet the same."""

    def __init__(self, reason: str, *, server_at_fault: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.server_at_fault = server_at_fault


class SmtpLine(smtplib.SMTP):
    """`smtplib.SMTP` whose every read and write is bounded by `ends_at` (monotonic seconds).

    The library's own time-out starts again with each byte, so that a peer which answers one
    byte a second would hold a thread for hours.
    """

    def __init__(self, settings: SmtpSettings, *, ends_at: float) -> None:
        """Connects, secures and signs in. Raises `LineLost`."""
        # A given name spares the library's search for one, which may hang in DNS.
        super().__init__(local_hostname=settings.sender.rpartition("@")[2])
        self.ends_at = ends_at
        self.has_taken_mail = False
        self._settings = settings
        self._received = bytearray()
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def _open(self) -> None:
        settings = self._settings
        self.sock = _connected(settings, self._step_ends_at())
        if settings.security == "tls":
            self._encrypt()
        try:
            banner, _ = self.getreply()
            if banner != 220:
                raise LineLost(f"smtp_{banner}")
            self.ehlo_or_helo_if_needed()
            if settings.security == "starttls":
                self._start_tls()
            if settings.user:
                password = settings.password.get_secret_value() if settings.password else ""
                self._sign_in(settings.user, password)
        except smtplib.SMTPResponseException as error:
            raise LineLost(f"smtp_{error.smtp_code}") from None

    def _start_tls(self) -> None:
        if not self.has_extn("starttls"):
            raise LineLost("smtp_no_starttls")
        code, _ = self.docmd("STARTTLS")
        if code != 220:
            raise LineLost("smtp_no_starttls")
        self._encrypt()
        # RFC 3207: forget all that was said in clear, and what somebody may have slipped in.
        self._received.clear()
        self.helo_resp = self.ehlo_resp = None
        self.esmtp_features = {}
        self.does_esmtp = False
        self.ehlo_or_helo_if_needed()

    def _encrypt(self) -> None:
        context = self._settings.tls_context or _system_trust()
        plain = self._wire()
        try:
            plain.settimeout(_left(self._step_ends_at()))
            self.sock = context.wrap_socket(plain, server_hostname=self._settings.host)
        except ssl.SSLCertVerificationError:
            raise LineLost("smtp_bad_certificate") from None
        except TimeoutError:
            raise LineLost("smtp_timeout") from None
        except (OSError, ValueError):
            raise LineLost("smtp_no_tls") from None

    def _sign_in(self, user: str, password: str) -> None:
        try:
            self.login(user, password)
        except smtplib.SMTPResponseException as error:
            refused = error.smtp_code >= 500
            raise LineLost("smtp_auth_refused" if refused else f"smtp_{error.smtp_code}") from None
        except (smtplib.SMTPException, ValueError):
            # No mechanism in common, or a name or password outside ASCII.
            raise LineLost("smtp_auth_unsupported") from None

    def getreply(self) -> tuple[int, bytes]:
        """One whole reply within one step's time. Raises `LineLost`."""
        return self.reply_by(self._step_ends_at())

    def reply_by(self, ends_at: float) -> tuple[int, bytes]:
        """One whole reply before `ends_at`, and its code. Raises `LineLost`."""
        texts = []
        for _ in range(_MOST_LINES):
            line = self._read_line(ends_at)
            if not line[:3].isdigit() or line[3:4] not in {b"", b" ", b"-"} or len(line) < 3:
                raise LineLost("smtp_garbage", server_at_fault=True)
            texts.append(line[4:].strip())
            if line[3:4] != b"-":
                return int(line[:3]), b"\n".join(texts)
        raise LineLost("smtp_garbage", server_at_fault=True)

    def send(self, s: bytes | str) -> None:  # type: ignore[override]
        """Writes all of `s` within one step's time. Raises `LineLost`."""
        rest = memoryview(s.encode("ascii") if isinstance(s, str) else s)
        ends_at = self._step_ends_at()
        try:
            while rest:
                self._wire().settimeout(_left(ends_at))
                rest = rest[self._wire().send(rest[:_CHUNK]) :]
        except TimeoutError:
            raise LineLost("smtp_timeout") from None
        except OSError:
            raise LineLost("smtp_hung_up") from None

    def spoke_first(self, *, grace: float = 0.0) -> bool:
        """True where the peer, whose turn it is not, has hung up or said something.

        Waits at most `grace` seconds. What it said is there for the next reply.
        """
        try:
            self._wire().settimeout(min(grace, _left(self.ends_at)))
            self._received += self._wire().recv(_CHUNK)
        except (TimeoutError, BlockingIOError, ssl.SSLWantReadError):
            return bool(self._received)
        except OSError:
            return True
        return True

    def say_goodbye(self) -> None:
        """QUIT, with at most a second for the answer."""
        self.ends_at = min(self.ends_at, time.monotonic() + 1)
        try:
            self.docmd("QUIT")
        except LineLost:
            pass
        finally:
            self.close()

    def close(self) -> None:
        """Hangs up without a word; safe to call twice."""
        if self.sock is not None:
            self.sock.close()
        self.sock = None

    def _read_line(self, ends_at: float) -> bytes:
        while (end := self._received.find(b"\n")) < 0:
            if len(self._received) > _LONGEST_LINE:
                raise LineLost("smtp_garbage", server_at_fault=True)
            self._received += self._read_some(ends_at)
        line = bytes(self._received[:end])
        del self._received[: end + 1]
        if len(line) > _LONGEST_LINE:
            raise LineLost("smtp_garbage", server_at_fault=True)
        return line.rstrip(b"\r")

    def _read_some(self, ends_at: float) -> bytes:
        try:
            self._wire().settimeout(_left(ends_at))
            some = self._wire().recv(_CHUNK)
        except TimeoutError:
            raise LineLost("smtp_timeout") from None
        except OSError:
            raise LineLost("smtp_hung_up") from None
        if not some:
            raise LineLost("smtp_hung_up")
        return some

    def _step_ends_at(self) -> float:
        return min(self.ends_at, time.monotonic() + self._settings.timeout)

    def _wire(self) -> socket.socket:
        if self.sock is None:
            raise LineLost("smtp_hung_up")
        return self.sock


def _left(ends_at: float) -> float:
    """Seconds until `ends_at`. Raises `TimeoutError` where none are left."""
    left = ends_at - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _connected(settings: SmtpSettings, ends_at: float) -> socket.socket:
    """A connected socket, to the first of the host's addresses that answers. Raises `LineLost`."""
    reason = "smtp_unreachable"
    addresses = _resolved(settings.host, settings.port, ends_at)
    for number, (family, kind, protocol, address) in enumerate(addresses):
        wire = socket.socket(family, kind, protocol)
        try:
            # A silent address leaves time for the ones behind it.
            wire.settimeout(_left(ends_at) / (len(addresses) - number))
            wire.connect(address)
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except TimeoutError:
            wire.close()
            reason = "smtp_timeout"
        except (OSError, OverflowError):
            wire.close()
        else:
            return wire
    raise LineLost(reason)


def _resolved(host: str, port: int, ends_at: float) -> Sequence[_SocketAddress]:
    """The host's addresses, none where it has none in time.

    The system's resolver takes no time-out, hence the thread, which ends by itself.
    """
    found: list[_SocketAddress] = []

    def look_up() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError, OverflowError):
            return
        found.extend((family, kind, protocol, address) for family, kind, protocol, _, address in answers)

    resolver = threading.Thread(target=look_up, name="smtp-resolver", daemon=True)
    resolver.start()
    resolver.join(max(0.0, ends_at - time.monotonic()))
    return tuple(found)


@cache
def _system_trust() -> ssl.SSLContext:
    return ssl.create_default_context()
