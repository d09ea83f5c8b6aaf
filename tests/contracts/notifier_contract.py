"""What every channel promises. A channel's tests inherit `NotifierContract` and give the fixtures.

Not collected by itself: the class has no `Test` in front of its name.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from notifiers.base import (
    Capabilities,
    Check,
    GiveUp,
    Message,
    Notifier,
    Outcome,
    Recipient,
    Rendering,
    Retry,
    Sent,
    Unknown,
)
from tests.support.messages import HOSTILE_TEXTS, hostile_reminder, reminder


class NotifierContract:
    """Subclasses define the fixtures `notifier` (ready to send), `recipient` and `seen`."""

    @pytest.fixture
    def notifier(self) -> Notifier:
        raise NotImplementedError

    @pytest.fixture
    def recipient(self) -> Recipient:
        raise NotImplementedError

    @pytest.fixture
    def seen(self) -> Callable[[], int]:
        """How many messages the peer has by now."""
        raise NotImplementedError

    def test_it_has_a_name_and_capabilities(self, notifier: Notifier) -> None:
        assert notifier.name
        assert isinstance(notifier.capabilities, Capabilities)

    def test_one_send_is_one_message(
        self, notifier: Notifier, recipient: Recipient, seen: Callable[[], int]
    ) -> None:
        assert isinstance(notifier.send(reminder(), recipient), Sent)
        assert seen() == 1

    @pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS.keys())
    def test_hostile_texts_make_one_outcome_and_at_most_one_message(
        self, notifier: Notifier, recipient: Recipient, seen: Callable[[], int], text: str
    ) -> None:
        outcome: Outcome = notifier.send(hostile_reminder(text), Recipient(recipient.address, text))
        assert isinstance(outcome, Sent | Retry | GiveUp | Unknown)
        assert seen() == (1 if isinstance(outcome, Sent) else 0)

    @pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS.keys())
    def test_hostile_texts_render(self, notifier: Notifier, text: str) -> None:
        assert isinstance(notifier.render(hostile_reminder(text)), Rendering)

    def test_a_hostile_address_reaches_nobody(self, notifier: Notifier, seen: Callable[[], int]) -> None:
        for address in ("", "\x00", "a@b.example, c@d.example", "x" * 10_000, "\ud800@b.example"):
            assert isinstance(notifier.send(reminder(), Recipient(address)), GiveUp)
        assert seen() == 0

    def test_rendering_sends_nothing(self, notifier: Notifier, seen: Callable[[], int]) -> None:
        message: Message = reminder()
        rendering = notifier.render(message)
        assert "Options Lab Pro" in rendering.text
        assert rendering == notifier.render(message)
        assert seen() == 0

    def test_checking_writes_to_nobody(self, notifier: Notifier, seen: Callable[[], int]) -> None:
        check = notifier.check()
        assert isinstance(check, Check) and check.ok
        assert seen() == 0

    def test_several_threads_send_at_once(
        self, notifier: Notifier, recipient: Recipient, seen: Callable[[], int]
    ) -> None:
        with ThreadPoolExecutor(4) as pool:
            outcomes = list(pool.map(lambda _: notifier.send(reminder(), recipient), range(12)))
        assert [type(outcome) for outcome in outcomes] == [Sent] * 12
        assert seen() == 12

    def test_closing_twice_is_fine(self, notifier: Notifier, recipient: Recipient) -> None:
        notifier.send(reminder(), recipient)
        notifier.close()
        notifier.close()
