"""What a channel must do to carry a reminder, and the four ways a send can end.

This package stands alone: it never imports the application, so a channel can be written,
tested and shipped by somebody else. A notifier sends one message to one person; it never
decides when, whom or whether, never sleeps for a rate limit and never repeats by itself.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Literal

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Action:
    """The one thing that the message asks for: a button, or a line with an address."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Message:
    """A rendered message without any markup; each channel escapes it in its own way.

    Every text may hold hostile characters (a customer's name is somebody's input).
    """

    message_id: str
    """Stable for one step: a channel that can tell the peer "the same as before" uses it."""
    language: str
    subject: str
    preview: str
    """The line that mailboxes show beside the subject."""
    greeting: str
    paragraphs: tuple[str, ...]
    details: tuple[tuple[str, str], ...]
    """Label and value, such as ("Product", "Options Lab Pro")."""
    action: Action | None
    closing: tuple[str, ...]
    """Said after the button: how to reach the place without our link, whom to ask."""
    footer: tuple[str, ...]
    """Small print: why this was sent."""
    sender_name: str
    reply_to: str | None = None
    unsubscribe: Action | None = None
    """Page that stops reminders; the same address takes the one-click POST of RFC 8058."""


@dataclass(frozen=True, slots=True)
class Recipient:
    address: str
    """What the channel calls a person: an e-mail address, a chat id, a user id."""
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """The peer took the message. `provider_id` is its name there, where it gives one."""

    provider_id: str | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """The peer certainly does not have the message and may take it later."""

    reason: str
    after: timedelta | None = None
    """The peer's own wish; None leaves the pause to the caller."""
    whole_channel: bool = False
    """True where nobody can be reached this way now (sign-in refused, host away)."""
    busy: bool = False
    """True where the channel works and only its rate has to be kept: no fault, and no try is used up."""


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The peer certainly does not have the message and never will."""

    reason: str
    suppress: bool = False
    """True where this address must not be tried again by any message."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """The peer may have the message. The caller records it and never repeats the send."""

    reason: str


Outcome = Sent | Retry | GiveUp | Unknown


@dataclass(frozen=True, slots=True)
class Capabilities:
    markup: Literal["html", "telegram", "discord", "markdown", "plain"]
    max_length: int | None
    """Characters of the whole text, None where the channel has no limit worth naming."""
    needs_linking: bool
    """True where a customer must link an account before the channel can reach them."""
    audience: Literal["customers", "merchant"] = "customers"
    """`merchant`: it writes to one place that its settings name, whatever the recipient's address."""


@dataclass(frozen=True, slots=True)
class Check:
    """The answer of `check()`: may this channel send, and if not, what to do about it."""

    ok: bool
    text: str


@dataclass(frozen=True, slots=True)
class Rendering:
    """A message as its reader would see it; `html` is None where the channel has none."""

    subject: str
    text: str
    html: str | None = None


class Notifier(ABC):
    """One channel. Instances are made from their settings and used by several threads at once."""

    name: ClassVar[str]
    """Small letters, digits and `_`; the same as the entry point's name."""
    capabilities: ClassVar[Capabilities]
    settings_model: ClassVar[type[BaseModel]]
    """What the channel needs to know; secrets in it are `SecretStr`."""
    variables: ClassVar[str]
    """How the environment variables of `settings_model` begin: `SMS_` makes `SMS_KEY` of its `key`.

    A field whose variable is named otherwise says so with `validation_alias`; one that is no variable at
    all has `exclude=True`.
    """
    send_timeout: timedelta = timedelta(seconds=30)
    """Hard limit of one `send`; the caller's lease is longer than this."""

    def __init__(self, settings: Any) -> None:  # noqa: B027  a channel may need none of them
        """`settings` is an instance of `settings_model`. Opens no connection and starts nothing."""

    @abstractmethod
    def send(self, message: Message, recipient: Recipient) -> Outcome:
        """Hand the message to the peer once. Never raises; never takes longer than `send_timeout`."""

    @classmethod
    @abstractmethod
    def render(cls, message: Message) -> Rendering:
        """The message in this channel's form, for a preview, with or without settings; sends nothing."""

    @abstractmethod
    def check(self) -> Check:
        """Try the credentials without writing to anybody. Never raises, takes at most `send_timeout`.

        The text is one or two sentences for the person who set the channel up; it names the variable to mend.
        """

    def close(self) -> None:  # noqa: B027  most channels keep nothing open
        """Give back connections, when no send is running. Calling it again does nothing."""
