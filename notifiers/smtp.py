"""E-mail through the install's own mail server.

It owns the connections: kept open between sends, one for each thread that sends at a time.
What is said on them is in `smtp_dialogue`, how they are opened and bounded in `smtp_line`.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import ClassVar

from .address import one_mailbox
from .base import Capabilities, Check, GiveUp, Message, Notifier, Outcome, Recipient, Rendering, Retry, Sent
from .mail import Envelope, compose, message_id, render
from .smtp_dialogue import hand_over, name_mailboxes
from .smtp_line import LineLost, SmtpLine
from .smtp_settings import SmtpSettings

__all__ = ["SmtpNotifier", "SmtpSettings"]

_ADVICE = {
    "smtp_unreachable": "No mail server answers at {place}; check SMTP_HOST and SMTP_PORT.",
    "smtp_timeout": "The mail server at {place} does not answer in time; check SMTP_PORT and firewalls.",
    "smtp_hung_up": "The mail server at {place} hangs up at once; check SMTP_PORT and SMTP_SECURITY.",
    "smtp_garbage": "What answers at {place} is not a mail server; check SMTP_HOST and SMTP_PORT.",
    "smtp_no_starttls": "The mail server at {place} offers no STARTTLS; set SMTP_SECURITY=tls if it speaks "
    "TLS from the start, or use another server.",
    "smtp_no_tls": "The mail server at {place} does not speak TLS there; check SMTP_PORT and SMTP_SECURITY.",
    "smtp_bad_certificate": "The certificate of {place} is not valid for that name; "
    "check SMTP_HOST, or renew it.",
    "smtp_auth_refused": "The mail server at {place} refuses the sign-in; check SMTP_USER and SMTP_PASS.",
    "smtp_auth_unsupported": "The mail server at {place} offers no sign-in that fits; check SMTP_SECURITY, "
    "and use a password of ASCII characters.",
}


def _utc_now() -> datetime:
    return datetime.now(UTC)


class SmtpNotifier(Notifier):
    """Sends each message as one mail to one mailbox."""

    name: ClassVar[str] = "email"
    capabilities: ClassVar[Capabilities] = Capabilities(markup="html", max_length=None, needs_linking=False)
    settings_model: ClassVar[type[SmtpSettings]] = SmtpSettings
    variables: ClassVar[str] = "SMTP_"

    def __init__(self, settings: SmtpSettings, *, now: Callable[[], datetime] = _utc_now) -> None:
        """`now` gives the mail's Date and nothing else."""
        self._settings = settings
        self._now = now
        self._idle: list[SmtpLine] = []
        self._lock = threading.Lock()
        self._composing = threading.Lock()
        """One mail after the other: threads that share the interpreter would all be ready last."""

    def send(self, message: Message, recipient: Recipient) -> Outcome:
        """See `Notifier.send`. Reasons are our own words, never the server's text."""
        ends_at = time.monotonic() + self.send_timeout.total_seconds()
        address = one_mailbox(recipient.address)
        if address is None:
            return GiveUp("bad_address")
        mail = self._composed(message, recipient, address)
        if mail is None:
            return GiveUp("bad_message")
        outcome = self._deliver(address, mail, ends_at=ends_at, may_reuse=True)
        if isinstance(outcome, Sent):
            return Sent(message_id(message, self._settings.sender))
        return outcome

    @classmethod
    def render(cls, message: Message) -> Rendering:
        """See `Notifier.render`."""
        return render(message)

    def check(self) -> Check:
        """Connects, secures, signs in and leaves; the text of a failure says what to mend."""
        settings = self._settings
        place = f"{settings.host}:{settings.port}"
        try:
            line = SmtpLine(settings, ends_at=time.monotonic() + self.send_timeout.total_seconds())
        except LineLost as lost:
            refused = f"The mail server at {{place}} is not ready for us ({lost.reason}); try again later."
            return Check(ok=False, text=_ADVICE.get(lost.reason, refused).format(place=place))
        line.say_goodbye()
        return Check(ok=True, text=f"The mail server at {place} is ready to send.")

    def close(self) -> None:
        """Says goodbye on every idle connection; a later send opens a new one."""
        with self._lock:
            idle, self._idle = self._idle, []
        for line in idle:
            line.ends_at = time.monotonic() + 1
            line.say_goodbye()

    def _composed(self, message: Message, recipient: Recipient, address: str) -> bytes | None:
        """The mail's bytes; None where it cannot be one.

        Broad on purpose: the e-mail library raises many kinds of error for texts of others,
        and `send` never raises.
        """
        envelope = Envelope(sender=self._settings.sender, recipient=address, sent_at=self._now())
        try:
            with self._composing:
                return compose(message, recipient, envelope).as_bytes()
        except Exception:
            return None

    def _deliver(self, address: str, mail: bytes, *, ends_at: float, may_reuse: bool) -> Outcome:
        """One dialogue; a second one where an idle connection turned out dead before the text."""
        reused = self._idle_line(ends_at) if may_reuse else None
        try:
            line = reused or SmtpLine(self._settings, ends_at=ends_at)
        except LineLost as lost:
            return Retry(lost.reason, whole_channel=True)
        try:
            outcome = name_mailboxes(line, sender=self._settings.sender, recipient=address)
        except LineLost as lost:
            line.close()
            if reused is not None:
                return self._deliver(address, mail, ends_at=ends_at, may_reuse=False)
            return Retry(lost.reason, whole_channel=lost.server_at_fault)
        if outcome is None:
            outcome = hand_over(line, mail)
        if isinstance(outcome, Sent):
            with self._lock:
                self._idle.append(line)
        else:
            line.say_goodbye()
        return outcome

    def _idle_line(self, ends_at: float) -> SmtpLine | None:
        """An open connection whose peer is still there, or None."""
        while True:
            with self._lock:
                if not self._idle:
                    return None
                line = self._idle.pop()
            line.ends_at = ends_at
            if not line.spoke_first():
                return line
            line.close()
