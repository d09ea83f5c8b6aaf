"""The channel that keeps its messages."""

from collections.abc import Callable

import pytest

from notifiers.base import GiveUp, Message, Notifier, Outcome, Recipient, Retry, Sent, Unknown
from notifiers.mail import render
from notifiers.memory import MemoryNotifier
from tests.support.messages import MEMBER, reminder

from .notifier_contract import NotifierContract


class TestMemory(NotifierContract):
    @pytest.fixture
    def notifier(self) -> MemoryNotifier:
        return MemoryNotifier()

    @pytest.fixture
    def recipient(self) -> Recipient:
        return MEMBER

    @pytest.fixture
    def seen(self, notifier: Notifier) -> Callable[[], int]:
        assert isinstance(notifier, MemoryNotifier)
        return lambda: len(notifier.sent)


def test_it_keeps_message_and_recipient() -> None:
    notifier = MemoryNotifier()
    notifier.send(reminder(), MEMBER)
    assert notifier.sent == notifier.attempts == [(reminder(), MEMBER)]


def test_it_renders_as_email_does() -> None:
    assert MemoryNotifier().render(reminder()) == render(reminder())


def test_outcomes_come_in_the_order_of_the_script_and_the_last_repeats() -> None:
    script: list[Outcome] = [Retry("smtp_451"), Unknown("smtp_hung_up"), Sent("1")]
    notifier = MemoryNotifier(outcome=script)
    assert [notifier.send(reminder(), MEMBER) for _ in range(4)] == [*script, Sent("1")]
    assert (len(notifier.attempts), len(notifier.sent)) == (4, 3)


def test_outcomes_can_depend_on_the_recipient() -> None:
    def script(message: Message, recipient: Recipient) -> Outcome:
        return GiveUp("smtp_550", suppress=True) if recipient.address.startswith("gone") else Sent()

    notifier = MemoryNotifier(outcome=script)
    assert notifier.send(reminder(), Recipient("gone@example.com")) == GiveUp("smtp_550", suppress=True)
    assert notifier.send(reminder(), MEMBER) == Sent()
    assert notifier.sent == [(reminder(), MEMBER)]


def test_it_stands_in_for_a_channel_whose_recipients_are_no_mail_addresses() -> None:
    notifier = MemoryNotifier("telegram")
    assert notifier.name == "telegram"
    assert notifier.send(reminder(), Recipient("123456")) == Sent()
