"""Telegram against a Bot API that is as strict as the real one: what a customer sees, and what is refused."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from notifiers import available
from notifiers.base import Action, GiveUp, Message, Notifier, Recipient, Retry, Sent
from notifiers.telegram import TelegramNotifier, TelegramSettings
from notifiers.telegram_text import letter_of
from notifiers.text import units
from tests.support.messages import HOSTILE_TEXTS, hostile_reminder, reminder
from tests.support.telegram_html import read
from tests.support.telegram_server import TOKEN, Answer, FakeTelegram, telegram_server

from .notifier_contract import NotifierContract

CHAT = Recipient("314159265", "Maria Silva")


def notifier_of(fake: FakeTelegram, **changes: Any) -> TelegramNotifier:
    """With no pace of its own, unless one is asked for."""
    given = {"messages_per_second": None, "chat_seconds": None, "bot_token": fake.token, **changes}
    return TelegramNotifier(TelegramSettings(api_url=fake.address, **given))


@pytest.fixture
def fake() -> Iterator[FakeTelegram]:
    with telegram_server() as fake:
        yield fake


@pytest.fixture
def notifier(fake: FakeTelegram) -> Iterator[TelegramNotifier]:
    notifier = notifier_of(fake)
    yield notifier
    notifier.close()


class TestTelegram(NotifierContract):
    @pytest.fixture
    def fake(self) -> Iterator[FakeTelegram]:
        with telegram_server() as fake:
            yield fake

    @pytest.fixture
    def notifier(self, fake: FakeTelegram) -> Iterator[TelegramNotifier]:
        notifier = notifier_of(fake)
        yield notifier
        notifier.close()

    @pytest.fixture
    def recipient(self) -> Recipient:
        return CHAT

    @pytest.fixture
    def seen(self, fake: FakeTelegram, notifier: Notifier) -> Callable[[], int]:
        return lambda: len(fake.messages)


def test_it_is_built_in() -> None:
    assert available()["telegram"] is TelegramNotifier


def test_a_customer_sees_who_writes_about_what_and_one_button(
    fake: FakeTelegram, notifier: TelegramNotifier
) -> None:
    assert notifier.send(reminder(), CHAT) == Sent("1")
    (message,) = fake.messages
    assert message.chat == CHAT.address
    assert message.seen.text == (
        "Your payment for Options Lab Pro did not go through"
        "\n\nHi Maria,"
        "\n\nYour bank declined the charge for your membership."
        "\n\nIt stays open until Friday."
        "\n\nProduct: Options Lab Pro\nAmount: $49.00"
        "\n\nOr open whop.com yourself."
        "\n\nOptions Lab sent this because a payment failed.\nStop reminders"
    )
    assert message.seen.bold == (reminder().subject, "Options Lab Pro", "$49.00")
    assert message.seen.links == (("Stop reminders", reminder().unsubscribe.url),)  # type: ignore[union-attr]
    assert message.button == ("Update payment details", reminder().action.url)  # type: ignore[union-attr]
    assert message.fields["link_preview_options"] == {"is_disabled": True}
    assert message.fields.get("protect_content", "False").lower() == "false"
    assert "disable_notification" not in message.fields


def test_a_merchant_whom_the_subject_does_not_name_is_named_above_it(
    fake: FakeTelegram, notifier: TelegramNotifier
) -> None:
    notifier.send(reminder(sender_name="Fox Trading"), CHAT)
    assert fake.texts()[0].startswith("Fox Trading\nYour payment for Options Lab Pro")


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS.keys())
def test_hostile_texts_are_shown_as_text_and_nothing_comes_alive(
    fake: FakeTelegram, notifier: TelegramNotifier, text: str
) -> None:
    message = replace(hostile_reminder(text), action=reminder().action, unsubscribe=reminder().unsubscribe)
    assert isinstance(notifier.send(message, CHAT), Sent)
    (taken,) = fake.messages
    assert taken.seen.live == ()
    assert [address for _, address in taken.seen.links] == [message.unsubscribe.url]  # type: ignore[union-attr]
    assert taken.button == ("Update payment details", message.action.url)  # type: ignore[union-attr]
    assert taken.fields["parse_mode"] == "HTML" and "entities" not in taken.fields
    for visible in ("<b>&\"'</b><script>alert(1)</script>", "*_[]()~` ](http://x)", "{amount} {{7*7}}"):
        assert (visible in text) == (visible in taken.seen.text)
    assert not set("\u202e\u2066\u200f\u200b\ufeff\x00\x1b\r") & set(taken.seen.text)


def test_a_name_pings_nobody_and_offers_no_command(fake: FakeTelegram, notifier: TelegramNotifier) -> None:
    notifier.send(reminder(greeting="Hi @durov, /stop @everyone"), CHAT)
    (taken,) = fake.messages
    assert taken.seen.live == ()
    assert "Hi @\u2060durov, /\u2060stop @\u2060everyone" in taken.seen.text
    assert read("Hi @durov, /stop", html=False).live == ("@durov", "/stop")


@pytest.mark.parametrize(
    "paragraphs",
    [
        ("x" * 3900, "y" * 3900),
        tuple(f"Paragraph {number} " + "и" * 300 for number in range(40)),
        ("🎉" * 3000,),
        ("&" * 4000, "<b>" * 1300),
        ("a" + "👩‍💻" * 1300,),
    ],
    ids=["two", "many", "pairs", "entities", "joined"],
)
def test_a_long_message_is_cut_on_a_paragraph_and_keeps_what_makes_it_safe(
    fake: FakeTelegram, notifier: TelegramNotifier, paragraphs: tuple[str, ...]
) -> None:
    message = reminder(paragraphs=paragraphs)
    assert isinstance(notifier.send(message, CHAT), Sent)
    (taken,) = fake.messages
    shown = taken.seen.text
    assert 3500 < units(shown) <= 4096
    assert taken.button is not None
    for kept in (*message.closing, *message.footer, "Amount: $49.00", "Stop reminders", "…"):
        assert kept in shown
    whole = [paragraph for paragraph in paragraphs if f"\n\n{paragraph}\n\n" in shown]
    blocks = shown.split("\n\n")[2:-3]
    assert blocks == ([*whole, "…"] if whole else blocks[:1])


def test_whatever_is_long_the_message_fits_and_the_paragraphs_have_room(
    fake: FakeTelegram, notifier: TelegramNotifier
) -> None:
    long = "ы&<" * 3000
    local = Action(long, "http://localhost:3000/r/" + "k" * 350)
    message = replace(hostile_reminder(long), details=((long, long),) * 20, closing=(long,) * 9)
    message = replace(message, footer=(long,) * 9, action=local, unsubscribe=local)
    assert isinstance(notifier.send(message, CHAT), Sent)
    (taken,) = fake.messages
    assert units(taken.seen.text) <= 4096
    assert len(taken.seen.text.split("\n\n")[2]) > 500
    assert taken.seen.text.count(local.url) == 2


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:3000/r/abc",
        "http://127.0.0.1:3000/r/abc",
        "http://[::1]:3000/r/abc",
        "https://intranet/r/abc",
        "http://192.168.1.5/r/abc",
        "https://shop.localhost/r/abc",
    ],
)
def test_an_address_that_telegram_refuses_in_a_button_is_written_out(
    fake: FakeTelegram, notifier: TelegramNotifier, url: str
) -> None:
    message = reminder(action=Action("Update", url), unsubscribe=Action("Stop", url))
    assert isinstance(notifier.send(message, CHAT), Sent)
    (taken,) = fake.messages
    assert taken.button is None and taken.seen.links == ()
    assert f"\n\nUpdate:\n{url}\n\nOr open" in taken.seen.text
    assert taken.seen.text.endswith(f"Stop:\n{url}")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "tg://user?id=1",
        "//evil.example",
        "https://whop.com@evil.example/",
        "https://",
        "https://a.example/\n",
        "ftp://a.example",
        "https://[oops/",
        "https://a.example/" + "x" * 900,
    ],
)
def test_an_address_that_nobody_should_open_is_left_out(
    fake: FakeTelegram, notifier: TelegramNotifier, url: str
) -> None:
    message = reminder(action=Action("Update", url), unsubscribe=Action("Stop", url))
    assert isinstance(notifier.send(message, CHAT), Sent)
    (taken,) = fake.messages
    assert (taken.button, taken.seen.links) == (None, ())
    assert url.strip() not in taken.seen.text


def test_a_button_without_a_label_names_its_host(fake: FakeTelegram, notifier: TelegramNotifier) -> None:
    notifier.send(reminder(action=Action("\u200b", "https://pay.example.com/r/x?a=1&b=2")), CHAT)
    assert fake.messages[0].button == ("pay.example.com", "https://pay.example.com/r/x?a=1&b=2")


@pytest.mark.parametrize(
    "address", ["0", "12 34", "1\n", "+1", "٣", "1" * 20, "@ab", "@bad name", "maria@example.com", "tg://1"]
)
def test_what_is_no_chat_is_refused_without_a_call(
    fake: FakeTelegram, notifier: TelegramNotifier, address: str
) -> None:
    assert notifier.send(reminder(), Recipient(address)) == GiveUp("bad_address")
    assert fake.calls == []


def test_groups_and_channels_can_be_written_to(fake: FakeTelegram, notifier: TelegramNotifier) -> None:
    for address in ("-1001234567890", "@options_lab"):
        assert isinstance(notifier.send(reminder(), Recipient(address)), Sent)
    assert [message.chat for message in fake.messages] == ["-1001234567890", "@options_lab"]


def test_a_message_without_a_text_is_given_up(fake: FakeTelegram, notifier: TelegramNotifier) -> None:
    empty = replace(hostile_reminder(""), action=None, unsubscribe=None)
    assert notifier.send(empty, CHAT) == GiveUp("bad_message")
    assert fake.messages == []


def test_a_preview_shows_what_is_sent_and_the_button() -> None:
    rendering = TelegramNotifier.render(reminder())
    letter = letter_of(reminder())
    assert rendering.text == f"{letter.text}\n\n[ Update payment details ]\n{reminder().action.url}"  # type: ignore[union-attr]
    assert rendering.html is not None and rendering.html.startswith(letter.html)
    assert read(rendering.html, html=True).links[-1] == ("Update payment details", reminder().action.url)  # type: ignore[union-attr]
    long = TelegramNotifier.render(reminder(paragraphs=("x" * 10_000,) * 9))
    assert 3900 < len(long.text) <= 4096
    bare: Message = reminder(action=None)
    assert TelegramNotifier.render(bare).text == letter_of(bare).text


def test_the_bot_says_its_name_and_asks_once(fake: FakeTelegram, notifier: TelegramNotifier) -> None:
    assert [notifier.bot_name() for _ in range(3)] == [fake.username] * 3
    assert len(fake.asked("getMe")) == 1
    notifier.send(reminder(), CHAT)
    assert len(fake.asked("getMe")) == 1


def test_a_reply_is_plain_text_without_a_preview(fake: FakeTelegram, notifier: TelegramNotifier) -> None:
    assert notifier.reply(77, "Reminders of <Fox & Co> come here: https://x.example/1")
    (taken,) = fake.messages
    assert (taken.chat, taken.seen.text) == ("77", "Reminders of <Fox & Co> come here: https://x.example/1")
    assert "parse_mode" not in taken.fields
    assert taken.fields["link_preview_options"] == {"is_disabled": True}


def test_the_check_says_who_the_bot_is(fake: FakeTelegram, notifier: TelegramNotifier) -> None:
    check = notifier.check()
    assert check.ok and f"@{fake.username}" in check.text


def test_a_wrong_token_pauses_the_channel_and_says_what_to_mend(fake: FakeTelegram) -> None:
    notifier = notifier_of(fake, bot_token="1:wrong")
    outcome = notifier.send(reminder(), CHAT)
    assert isinstance(outcome, Retry) and outcome.whole_channel
    assert outcome.reason == "telegram_unauthorized" and outcome.after is not None
    check = notifier.check()
    assert not check.ok and "@BotFather" in check.text
    assert notifier.bot_name() is None
    notifier.close()
    assert fake.messages == []


def test_after_closing_a_send_is_put_off(fake: FakeTelegram, notifier: TelegramNotifier) -> None:
    notifier.close()
    assert notifier.send(reminder(), CHAT) == Retry("telegram_closed", whole_channel=True)
    assert fake.calls == []


def test_the_token_is_in_no_line_and_no_text(
    fake: FakeTelegram, notifier: TelegramNotifier, caplog: pytest.LogCaptureFixture
) -> None:
    """Below WARNING the libraries write addresses; `app.log` keeps them quiet and masks by value."""
    caplog.set_level(logging.WARNING)
    for answer in (Answer(body=b"<html>"), Answer(502, b"{"), Answer(cut=True), Answer(302, b"")):
        fake.answers["sendMessage"] = answer
        assert TOKEN not in repr(notifier.send(reminder(), CHAT))
    assert caplog.records == []
    assert TOKEN not in repr(notifier._settings) and TOKEN not in repr(vars(notifier))
    assert TOKEN not in str(TelegramSettings(bot_token=SecretStr(TOKEN)))
