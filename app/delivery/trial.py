"""Messages and checks while somebody waits for the answer: one call of a channel, bounded, with no row written.

The caller holds no transaction open.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from app import outgoing
from app.delivery.channels import email_channel
from app.settings import Settings
from notifiers.base import Message, Notifier, Outcome, Recipient, Unknown
from notifiers.memory import MemoryNotifier

T = TypeVar("T")


def once(notifier: Notifier, call: Callable[[], T]) -> T:
    """What the call gives, and the channel is closed. `TimeoutError` after `outgoing.WHOLE_CALL_S` seconds."""

    def whole() -> T:
        try:
            return call()
        finally:
            notifier.close()

    return outgoing.in_time(whole)


def send_trial(settings: Settings, message: Message, *, mark: str, to: Recipient) -> Outcome | None:
    """Send it with `mark` before its subject; None where this install has no mail server to send with."""
    mail = email_channel(settings)
    if mail is None or isinstance(mail, MemoryNotifier):
        return None
    marked = replace(message, subject=f"{mark} {message.subject}")
    try:
        return once(mail, lambda: mail.send(marked, to))
    except TimeoutError:
        return Unknown("smtp_timeout")
