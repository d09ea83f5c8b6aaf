"""Direct messages against a Discord of our own: what arrives, and what the reader may rely on."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from notifiers.base import Action, GiveUp, Notifier, Recipient, Sent
from notifiers.discord import DiscordNotifier, DiscordSettings
from notifiers.discord_webhook import DiscordWebhookNotifier, DiscordWebhookSettings
from tests.support.discord_server import ALICE, ME, TOKEN, DiscordServer
from tests.support.messages import HOSTILE_TEXTS, hostile_reminder, reminder

from .notifier_contract import NotifierContract

READER = Recipient(ALICE, "Alice")


def notifier_of(server: DiscordServer, **changes: Any) -> DiscordNotifier:
    fitting: dict[str, Any] = {"bot_token": TOKEN, "api_url": server.api_url, "requests_per_second": None}
    return DiscordNotifier(DiscordSettings(**(fitting | changes)))


@pytest.fixture
def server() -> Iterator[DiscordServer]:
    with DiscordServer() as server:
        yield server


@pytest.fixture
def notifier(server: DiscordServer) -> Iterator[DiscordNotifier]:
    notifier = notifier_of(server)
    yield notifier
    notifier.close()


class TestDiscord(NotifierContract):
    @pytest.fixture
    def server(self) -> Iterator[DiscordServer]:
        with DiscordServer() as server:
            yield server

    @pytest.fixture
    def notifier(self, server: DiscordServer) -> Iterator[DiscordNotifier]:
        notifier = notifier_of(server)
        yield notifier
        notifier.close()

    @pytest.fixture
    def recipient(self) -> Recipient:
        return READER

    @pytest.fixture
    def seen(self, server: DiscordServer, notifier: Notifier) -> Callable[[], int]:
        return lambda: len(server.messages)


def test_a_reader_gets_a_line_an_embed_and_buttons(server: DiscordServer, notifier: DiscordNotifier) -> None:
    outcome = notifier.send(reminder(), READER)
    (message,) = server.messages
    assert isinstance(outcome, Sent) and outcome.provider_id
    assert message["content"] == "Your payment for Options Lab Pro did not go through"
    (embed,) = message["embeds"]
    assert embed["author"] == {"name": "Options Lab"}
    assert "**Product:** Options Lab Pro\n**Amount:** $49.00" in embed["description"]
    assert embed["footer"] == {"text": "Options Lab sent this because a payment failed."}
    buttons = message["components"][0]["components"]
    assert [(button["style"], button["url"]) for button in buttons] == [
        (5, "https://pay.example.com/r/k3JmX0vQe8w2TzLr5YbNf7"),
        (5, "https://pay.example.com/unsubscribe/k3JmX0vQe8w2TzLr5YbNf7"),
    ]


def test_it_signs_in_once_and_opens_each_conversation_once(
    server: DiscordServer, notifier: DiscordNotifier
) -> None:
    with ThreadPoolExecutor(4) as pool:
        first = pool.map(lambda n: notifier.send(reminder(message_id=f"a{n}"), READER), range(4))
        assert all(isinstance(outcome, Sent) for outcome in first)
    opened = server.opened
    for number in range(3):
        assert isinstance(notifier.send(reminder(message_id=f"b{number}"), READER), Sent)
    assert (server.count("GET", ME), server.opened, len(server.messages)) == (1, opened, 7)


def test_a_repeat_is_not_posted_twice(server: DiscordServer, notifier: DiscordNotifier) -> None:
    first, again = notifier.send(reminder(), READER), notifier.send(reminder(), READER)
    assert first == again
    assert (len(server.posts), len(server.messages)) == (2, 1)
    assert isinstance(notifier.send(reminder(message_id="another"), READER), Sent)
    assert len(server.messages) == 2
    assert all(len(post.body["nonce"]) <= 25 for post in server.posts)


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS.keys())
def test_hostile_texts_ping_nobody(server: DiscordServer, notifier: DiscordNotifier, text: str) -> None:
    notifier.send(hostile_reminder(text), READER)
    assert [post.body["allowed_mentions"] for post in server.posts] == [{"parse": [], "replied_user": False}]


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "//evil.example",
        "data:text/html,x",
        "https://a.example/\nx",
        "https://a.example/" + "x" * 600,
    ],
)
def test_a_button_leads_to_the_web_only(
    server: DiscordServer, notifier: DiscordNotifier, address: str
) -> None:
    message = reminder(action=Action("Pay", address), unsubscribe=None)
    assert isinstance(notifier.send(message, READER), Sent)
    assert "components" not in server.messages[0]


@pytest.mark.parametrize(
    "address",
    ["12", "7" * 21, "700000000000000001\n", "７00000000000000001", "@alice", "700000000000000001/../x"],
)
def test_what_is_no_user_id_is_refused_without_a_call(
    server: DiscordServer, notifier: DiscordNotifier, address: str
) -> None:
    assert notifier.send(reminder(), Recipient(address)) == GiveUp("bad_address")
    assert server.calls == []


def test_checking_names_the_bot(notifier: DiscordNotifier) -> None:
    assert "Recovery bot" in notifier.check().text


def test_a_send_after_closing_signs_in_again(server: DiscordServer, notifier: DiscordNotifier) -> None:
    assert isinstance(notifier.send(reminder(), READER), Sent)
    notifier.close()
    assert isinstance(notifier.send(reminder(message_id="later"), READER), Sent)
    assert (server.count("GET", ME), len(server.messages)) == (2, 2)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"api_url": "http://discord.example/api/v10"}, "https://"),
        ({"api_url": "https://u:p@discord.com/api"}, "give an address"),
        ({"requests_per_second": 51}, "less than or equal to 50"),
        ({"most_refusals": 9000}, "less than or equal to 5000"),
    ],
)
def test_settings_that_would_hand_the_token_out_or_risk_a_ban_are_refused(
    server: DiscordServer, wrong: dict[str, Any], told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        notifier_of(server, **wrong)


def test_the_token_is_not_in_the_settings_text() -> None:
    assert TOKEN not in repr(DiscordSettings(bot_token=TOKEN))  # type: ignore[arg-type]


def test_the_event_loop_ends_with_the_last_channel_that_used_it(server: DiscordServer) -> None:
    def loops() -> int:
        return sum(thread.name.startswith("asyncio-portal") for thread in threading.enumerate())

    before = loops()
    direct = notifier_of(server)
    alerts = DiscordWebhookNotifier(
        DiscordWebhookSettings(url=server.webhook_url)  # type: ignore[arg-type]
    )
    assert loops() == before, "making a channel starts nothing"
    assert isinstance(direct.send(reminder(), READER), Sent)
    assert isinstance(alerts.send(reminder(), READER), Sent)
    assert loops() == before + 1
    direct.close()
    assert loops() == before + 1
    alerts.close()
    assert loops() == before
