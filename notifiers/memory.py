"""A channel that keeps its messages: the sender behind the development outbox and in tests.

It renders and refuses exactly as e-mail does, and ends each send as it is told to.
"""

import threading
from collections.abc import Callable, Sequence
from typing import ClassVar

from pydantic import BaseModel

from .address import one_mailbox
from .base import Capabilities, Check, GiveUp, Message, Notifier, Outcome, Recipient, Rendering, Sent, Unknown
from .mail import render
from .smtp import SmtpNotifier

Script = Outcome | Sequence[Outcome] | Callable[[Message, Recipient], Outcome]

_TAKEN = Sent()


class MemoryNotifier(Notifier):
    """Keeps what it is given. `attempts` holds every send, `sent` those that the peer has or may have."""

    name = SmtpNotifier.name
    capabilities: ClassVar[Capabilities] = SmtpNotifier.capabilities
    settings_model: ClassVar[type[BaseModel]] = BaseModel
    variables: ClassVar[str] = "MEMORY_"

    def __init__(self, name: str = "email", *, outcome: Script = _TAKEN) -> None:
        """`outcome` is one for all sends, one for each (the last repeats), or made from each send."""
        # Several stand side by side, one for each channel; the registry knows only classes.
        self.name = name  # type: ignore[misc]
        self.sent: list[tuple[Message, Recipient]] = []
        self.attempts: list[tuple[Message, Recipient]] = []
        self._script = outcome
        self._lock = threading.Lock()

    def send(self, message: Message, recipient: Recipient) -> Outcome:
        """See `Notifier.send`. A bad e-mail address is refused and not kept."""
        if self.name == SmtpNotifier.name and one_mailbox(recipient.address) is None:
            return GiveUp("bad_address")
        with self._lock:
            self.attempts.append((message, recipient))
            outcome = self._next_outcome(message, recipient)
            if isinstance(outcome, Sent | Unknown):
                self.sent.append((message, recipient))
        return outcome

    @classmethod
    def render(cls, message: Message) -> Rendering:
        """See `Notifier.render`."""
        return render(message)

    def check(self) -> Check:
        """Always ready."""
        return Check(ok=True, text="Messages are kept here and sent to nobody.")

    def _next_outcome(self, message: Message, recipient: Recipient) -> Outcome:
        if callable(self._script):
            return self._script(message, recipient)
        if isinstance(self._script, Sequence):
            return self._script[min(len(self.attempts), len(self._script)) - 1]
        return self._script
