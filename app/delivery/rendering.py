"""A message as its customer saw it, in the form of the channel that carried it."""

from functools import cache

from notifiers import available
from notifiers.base import Message, Notifier, Rendering
from notifiers.smtp import SmtpNotifier


def rendered(message: Message, channel: str) -> Rendering:
    """As a letter where the channel is not installed any more."""
    return _class_of(channel).render(message)


@cache
def _class_of(channel: str) -> type[Notifier]:
    return available().get(channel, SmtpNotifier)
