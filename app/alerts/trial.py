"""A test message, sent while its reader waits: one call, a limit to its time, and the outcome in plain words.

Also the check of a channel. Neither holds a transaction, and nothing is written to any table.
"""

from dataclasses import dataclass
from enum import StrEnum
from secrets import token_hex

from app.alerts.destinations import notifier_of
from app.alerts.letters import test_letter
from app.delivery.outcomes import honest
from app.delivery.trial import once
from app.errors import NotFound
from app.models import Merchant
from app.settings import Settings
from notifiers.base import Check, GiveUp, Message, Notifier, Outcome, Recipient, Retry, Sent
from notifiers.memory import MemoryNotifier


class Trial(StrEnum):
    SENT = "sent"
    KEPT = "kept"
    """Development without a mail server: it went nowhere."""
    UNCLEAR = "unclear"
    NO_ANSWER = "no_answer"
    NOT_SENT = "not_sent"


@dataclass(frozen=True, slots=True)
class TrialResult:
    trial: Trial
    reason: str | None = None
    advice: str | None = None
    """The notifier's own words on what to mend."""


def send_test(name: str, address: str, merchant: Merchant, settings: Settings) -> TrialResult:
    """Raises `NotFound` where the channel is not set up. Takes at most `outgoing.WHOLE_CALL_S` seconds."""
    notifier = _notifier(name, settings)
    message = test_letter(merchant, base=settings.app_host, name=token_hex(8))
    try:
        outcome, advice = once(notifier, lambda: _send(notifier, message, Recipient(address)))
    except TimeoutError:
        return TrialResult(Trial.NO_ANSWER)
    match outcome:
        case Sent():
            return TrialResult(Trial.KEPT if isinstance(notifier, MemoryNotifier) else Trial.SENT)
        case Retry(reason=reason) | GiveUp(reason=reason):
            return TrialResult(Trial.NOT_SENT, reason, advice)
    return TrialResult(Trial.UNCLEAR, outcome.reason)


def check_channel(name: str, settings: Settings) -> Check | None:
    """None: no answer in time. Raises `NotFound` where the channel is not set up."""
    notifier = _notifier(name, settings)
    try:
        return once(notifier, notifier.check)
    except TimeoutError:
        return None


def _notifier(name: str, settings: Settings) -> Notifier:
    """One of this call's own: the worker has the ones that stay open."""
    notifier = notifier_of(name, settings)
    if notifier is None:
        raise NotFound
    return notifier


def _send(notifier: Notifier, message: Message, recipient: Recipient) -> tuple[Outcome, str | None]:
    outcome = honest(notifier.send(message, recipient))
    whole = isinstance(outcome, Retry) and outcome.whole_channel
    return outcome, notifier.check().text if whole else None
