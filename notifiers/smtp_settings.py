"""What an install says about its mail server, checked before anything is sent.

It refuses whatever would let mail or a password cross a network in clear.
"""

import ssl
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from .address import one_mailbox
from .links import is_loopback


class SmtpSettings(BaseModel):
    """How to reach the mail server. Raises `ValueError` naming the field that cannot be used."""

    model_config = ConfigDict(
        frozen=True, hide_input_in_errors=True, validate_by_name=True, arbitrary_types_allowed=True
    )

    host: str
    port: int = 587
    user: str | None = None
    password: SecretStr | None = Field(None, validation_alias="SMTP_PASS")
    sender: str = Field(validation_alias="SMTP_FROM")
    """The bare address that mail comes from; kept with its domain in ASCII."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    timeout: float = Field(10.0, exclude=True)
    """Seconds for one step of the dialogue."""
    tls_context: ssl.SSLContext | None = Field(None, exclude=True, repr=False)
    """For a private certificate authority; None verifies against the system's."""

    @field_validator("sender")
    @classmethod
    def _one_sender(cls, value: str) -> str:
        sender = one_mailbox(value)
        if sender is None:
            raise ValueError("sender must be one plain e-mail address")
        return sender

    @field_validator("host")
    @classmethod
    def _named_host(cls, value: str) -> str:
        if not value:
            raise ValueError("host must not be empty")
        return value

    @field_validator("security", mode="before")
    @classmethod
    def _known_security(cls, value: object) -> object:
        if value not in ("starttls", "tls", "none"):
            raise ValueError("security must be starttls, tls or none")
        return value

    @field_validator("timeout")
    @classmethod
    def _some_time(cls, value: float) -> float:
        if value <= 0:
            raise ValueError("timeout must be more than 0 seconds")
        return value

    @model_validator(mode="after")
    def _nothing_in_clear(self) -> Self:
        if self.security == "none" and not is_loopback(self.host):
            raise ValueError("security may be none for a mail server on this machine only")
        return self
