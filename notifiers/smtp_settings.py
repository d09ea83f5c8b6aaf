"""What an install says about its mail server, checked before anything is sent.

It refuses whatever would let mail or a password cross a network in clear.
"""

import ssl
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Literal

from .address import one_mailbox


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """How to reach the mail server. Raises `ValueError` naming the field that cannot be used."""

    host: str
    port: int
    user: str | None
    password: str | None = field(repr=False)
    sender: str
    """The bare address that mail comes from; kept with its domain in ASCII."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    timeout: float = 10.0
    """Seconds for one step of the dialogue."""
    tls_context: ssl.SSLContext | None = field(default=None, repr=False)
    """For a private certificate authority; None verifies against the system's."""

    def __post_init__(self) -> None:
        sender = one_mailbox(self.sender)
        if sender is None:
            raise ValueError("sender must be one plain e-mail address")
        object.__setattr__(self, "sender", sender)
        if not self.host:
            raise ValueError("host must not be empty")
        if self.security not in {"starttls", "tls", "none"}:
            raise ValueError("security must be starttls, tls or none")
        if self.security == "none" and not _is_loopback(self.host):
            raise ValueError("security may be none for a mail server on this machine only")
        if self.timeout <= 0:
            raise ValueError("timeout must be more than 0 seconds")


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
