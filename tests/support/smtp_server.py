"""A real mail server on loopback (aiosmtpd) that keeps what it takes and refuses by script."""

import asyncio
import email
import threading
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from types import TracebackType
from typing import Any, Literal, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from notifiers.smtp import SmtpSettings

from .certificates import client_context, server_context


@dataclass(frozen=True)
class Delivered:
    """One mail as the server took it."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def mail(self) -> EmailMessage:
        """The mail parsed as a reader would."""
        parsed = email.message_from_bytes(self.raw, policy=default)
        assert isinstance(parsed, EmailMessage)
        return parsed


@dataclass
class SmtpServer:
    """Use as a context manager: `with SmtpServer() as server: ... server.messages`.

    `replies` and `data_replies` give the answer to RCPT, and to the final dot, by address;
    `mail_reply` the one to MAIL. Answers may be changed while the server runs.
    `delay` in seconds makes each taking of a mail slow, `delays` that of mail for a domain.
    """

    security: Literal["none", "starttls", "tls"] = "none"
    user: str | None = None
    password: str = "right"
    delay: float = 0.0
    delays: Mapping[str, float] = field(default_factory=dict)
    port: int = 0
    replies: Mapping[str, str] = field(default_factory=dict)
    data_replies: Mapping[str, str] = field(default_factory=dict)
    mail_reply: str | None = None
    trusted: bool = True
    """False: the certificate names another host."""
    host: str = "127.0.0.1"
    messages: list[Delivered] = field(default_factory=list)
    heard: int = 0
    """Mails whose text has come, taken by now or not."""
    connections: int = 0
    sign_ins: int = 0

    def __enter__(self) -> Self:
        self._lock = threading.Lock()
        self._controller = _Controller(self)
        self._controller.start()
        self.port = self._controller.port
        self.connections = 0  # the controller's own look at its port
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()

    def settings(self, **changes: Any) -> SmtpSettings:
        """Settings that fit this server."""
        fitting: dict[str, Any] = {
            "host": self.host,
            "port": self.port,
            "user": self.user,
            "password": self.password if self.user else None,
            "sender": "billing@example.com",
            "security": self.security,
            "timeout": 5.0,
            "tls_context": None if self.security == "none" else client_context(for_this_machine=self.trusted),
        }
        return SmtpSettings(**(fitting | changes))

    # The names of the hooks are aiosmtpd's.

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.mail_reply:
            return self.mail_reply
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = self.replies.get(address)
        if reply is None:
            envelope.rcpt_tos.append(address)
        return reply or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        with self._lock:
            self.heard += 1
        domains = {address.rpartition("@")[2] for address in envelope.rcpt_tos}
        delay = max((self.delays.get(domain, self.delay) for domain in domains), default=self.delay)
        if delay:
            await asyncio.sleep(delay)
        for address in envelope.rcpt_tos:
            if address in self.data_replies:
                return self.data_replies[address]
        assert envelope.mail_from is not None and isinstance(envelope.content, bytes)
        with self._lock:
            self.messages.append(
                Delivered(envelope.mail_from, tuple(envelope.rcpt_tos), envelope.original_content or b"")
            )
        return "250 OK"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        """aiosmtpd's authenticator: the one user with the one password."""
        assert isinstance(data, LoginPassword)
        good = (data.login, data.password) == ((self.user or "").encode(), self.password.encode())
        self.sign_ins += good
        return AuthResult(success=good, handled=False)


class _Controller(Controller):
    """On a free port, which it learns once it listens."""

    def __init__(self, owner: SmtpServer) -> None:
        self._owner = owner
        options: dict[str, Any] = {"hostname": "mail.test"}
        if owner.user:
            options |= {
                "authenticator": owner.authenticate,
                "auth_required": True,
                "auth_require_tls": owner.security == "starttls",
            }
        if owner.security == "starttls":
            options |= {
                "tls_context": server_context(for_this_machine=owner.trusted),
                "require_starttls": True,
            }
        self._smtp_options = options
        implicit = server_context(for_this_machine=owner.trusted) if owner.security == "tls" else None
        super().__init__(owner, hostname=owner.host, port=owner.port, ssl_context=implicit)

    def factory(self) -> SMTP:
        self._owner.connections += 1
        with warnings.catch_warnings():
            # aiosmtpd warns of a sign-in without STARTTLS; loopback and implicit TLS are meant here.
            warnings.filterwarnings("ignore", message="Requiring AUTH while not requiring TLS")
            return SMTP(self.handler, **self._smtp_options)

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]
