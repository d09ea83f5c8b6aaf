"""What every channel promises, as tests to inherit, and the messages that they send.

Your channel's test file:

    from notifiers.testing import NotifierContract

    class TestPigeon(NotifierContract):
        @pytest.fixture
        def notifier(self): ...     # ready to send to a peer of your test's own
        @pytest.fixture
        def recipient(self): ...    # somebody that this peer knows
        @pytest.fixture
        def seen(self, notifier): ...  # a function: how many messages the peer has by now

Needs pytest, which nothing else in this package does; no other module of it imports this one.
"""

import inspect
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from pydantic import BaseModel

from .base import (
    Action,
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

HOSTILE_TEXTS = {
    "html": "<b>&\"'</b><script>alert(1)</script>",
    "markdown": "*_[]()~` ](http://x)",
    "everyone": "@everyone <@&1>",
    "bidi": "abc\u202edef\u2066ghi\u200fjkl",
    "zero_width": "a\u200bb\ufeffc\u2060d",
    "long": "x" * 10_000,
    "header": "Maria\r\nBcc: evil@example.net\r\n\r\nhello",
    "encoded_word": "=?utf-8?q?a=0D=0ABcc:_evil=40example.net?=",
    "nul": "a\x00b\x1bc",
    "surrogate": "a\ud800b",
    "placeholder": "{amount} {{7*7}} {% raw %} %s ${x}",
    "dots": ".\r\n.\r\n..",
    "two_addresses": 'a@b.example, "x" <evil@example.net>; (c)',
    "empty": "",
    "emoji": "👩‍💻 Müller Иван 李",
}


def reminder(**changes: Any) -> Message:
    """An ordinary reminder with the given fields changed."""
    message = Message(
        message_id="step-482",
        language="en",
        subject="Your payment for Options Lab Pro did not go through",
        preview="It takes 20 seconds to put right.",
        greeting="Hi Maria,",
        paragraphs=("Your bank declined the charge for your membership.", "It stays open until Friday."),
        details=(("Product", "Options Lab Pro"), ("Amount", "$49.00")),
        action=Action("Update payment details", "https://pay.example.com/r/k3JmX0vQe8w2TzLr5YbNf7"),
        closing=("Or open whop.com yourself.",),
        footer=("Options Lab sent this because a payment failed.",),
        sender_name="Options Lab",
        reply_to="help@example.com",
        unsubscribe=Action("Stop reminders", "https://pay.example.com/unsubscribe/k3JmX0vQe8w2TzLr5YbNf7"),
    )
    return replace(message, **changes)


def hostile_reminder(text: str) -> Message:
    """A reminder in which every field of text holds the given one."""
    return Message(
        message_id=text,
        language=text,
        subject=text,
        preview=text,
        greeting=text,
        paragraphs=(text,),
        details=((text, text),),
        action=Action(text, text),
        closing=(text,),
        footer=(text,),
        sender_name=text,
        reply_to=text,
        unsubscribe=Action(text, text),
    )


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

    def test_it_says_which_settings_it_needs(self, notifier: Notifier) -> None:
        assert inspect.isclass(notifier.settings_model) and issubclass(notifier.settings_model, BaseModel)
        assert notifier.variables.endswith("_")

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
        if notifier.capabilities.audience == "merchant":
            pytest.skip("it writes to the place of its settings, whatever the address")
        for address in ("", "\x00", "a@b.example, c@d.example", "x" * 10_000, "\ud800@b.example"):
            assert isinstance(notifier.send(reminder(), Recipient(address)), GiveUp)
        assert seen() == 0

    def test_rendering_sends_nothing(self, notifier: Notifier, seen: Callable[[], int]) -> None:
        message: Message = reminder()
        rendering = notifier.render(message)
        assert "Options Lab Pro" in rendering.text
        assert rendering == notifier.render(message)
        assert seen() == 0

    @pytest.mark.parametrize(
        "text", ["x" * 10_000, "*_`[<@" * 2_000, "👩‍💻" * 4_000], ids=["x", "marks", "emoji"]
    )
    def test_long_texts_are_cut_to_what_fits(self, notifier: Notifier, text: str) -> None:
        longest = notifier.capabilities.max_length
        if longest is None:
            pytest.skip("it has no limit")
        rendering = notifier.render(reminder(paragraphs=(text,) * 9, details=((text, text),) * 40))
        assert 0 < len(rendering.text) <= longest

    def test_checking_writes_to_nobody(self, notifier: Notifier, seen: Callable[[], int]) -> None:
        check = notifier.check()
        assert isinstance(check, Check) and check.ok
        assert seen() == 0

    def test_several_threads_send_at_once(
        self, notifier: Notifier, recipient: Recipient, seen: Callable[[], int]
    ) -> None:
        with ThreadPoolExecutor(4) as pool:
            messages = [reminder(message_id=f"step-{number}") for number in range(12)]
            outcomes = list(pool.map(lambda message: notifier.send(message, recipient), messages))
        assert [type(outcome) for outcome in outcomes] == [Sent] * 12
        assert seen() == 12

    def test_closing_twice_is_fine(self, notifier: Notifier, recipient: Recipient) -> None:
        notifier.send(reminder(), recipient)
        notifier.close()
        notifier.close()
