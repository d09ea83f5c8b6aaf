"""Alerts by webhook: to one channel of Discord's, nowhere else, and each once."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from notifiers.base import GiveUp, Notifier, Outcome, Recipient, Retry, Sent, Unknown
from notifiers.discord_webhook import DiscordWebhookNotifier, DiscordWebhookSettings
from tests.support.discord_server import HOOK, DiscordServer, refused, told_to_wait
from tests.support.json_peer import Reply
from tests.support.messages import HOSTILE_TEXTS, hostile_reminder, reminder

from .notifier_contract import NotifierContract

PLACE = Recipient("")
GONE = Retry("discord_webhook_gone", whole_channel=True)


def notifier_of(server: DiscordServer, **changes: Any) -> DiscordWebhookNotifier:
    fitting: dict[str, Any] = {"url": server.webhook_url, "messages_per_second": None}
    return DiscordWebhookNotifier(DiscordWebhookSettings(**(fitting | changes)))


@pytest.fixture
def server() -> Iterator[DiscordServer]:
    with DiscordServer() as server:
        yield server


@pytest.fixture
def notifier(server: DiscordServer) -> Iterator[DiscordWebhookNotifier]:
    notifier = notifier_of(server)
    yield notifier
    notifier.close()


class TestDiscordWebhook(NotifierContract):
    @pytest.fixture
    def server(self) -> Iterator[DiscordServer]:
        with DiscordServer() as server:
            yield server

    @pytest.fixture
    def notifier(self, server: DiscordServer) -> Iterator[DiscordWebhookNotifier]:
        notifier = notifier_of(server)
        yield notifier
        notifier.close()

    @pytest.fixture
    def recipient(self) -> Recipient:
        return PLACE

    @pytest.fixture
    def seen(self, server: DiscordServer, notifier: Notifier) -> Callable[[], int]:
        return lambda: len(server.messages)


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (refused(404, 10015), GONE),
        (refused(401), GONE),
        (refused(400, 50035), GiveUp("discord_50035")),
        (refused(403), GiveUp("discord_403")),
        (told_to_wait(35.5), Retry("discord_429", timedelta(seconds=35.5), whole_channel=True, busy=True)),
        (told_to_wait(35000), Retry("discord_429", timedelta(hours=1), whole_channel=True, busy=True)),
        (
            told_to_wait(2, everywhere=True),
            Retry("discord_429", timedelta(seconds=2), whole_channel=True, busy=True),
        ),
        (refused(500), Retry("discord_500")),
        (Reply(302, b"", {"Location": "http://127.0.0.1/inner"}), Retry("discord_302", whole_channel=True)),
        (Reply(200, b"<html>"), Unknown("discord_torn")),
        (Reply(200, {"id": "1"}, fault="torn"), Unknown("discord_torn")),
        (Reply(fault="cut"), Unknown("discord_torn")),
        (Reply(200, {"id": "1", "flood": "x" * 400_000}), Unknown("discord_torn")),
    ],
)
def test_an_answer_to_an_alert(
    server: DiscordServer, notifier: DiscordWebhookNotifier, reply: Reply, outcome: Outcome
) -> None:
    server.replies[f"POST {HOOK}"] = reply
    assert notifier.send(reminder(), PLACE) == outcome
    assert len(server.calls) == 1


def test_silence_may_mean_that_it_arrived(server: DiscordServer) -> None:
    notifier = notifier_of(server, timeout=0.3)
    server.replies[f"POST {HOOK}"] = Reply(fault="silent")
    assert notifier.send(reminder(), PLACE) == Unknown("discord_torn")
    notifier.close()


def test_no_connection_pauses_the_channel(server: DiscordServer) -> None:
    with DiscordServer() as gone:
        address = gone.webhook_url
    notifier = notifier_of(server, url=address)
    assert notifier.send(reminder(), PLACE) == Retry("discord_unreachable", whole_channel=True)
    assert not notifier.check().ok
    notifier.close()


def test_a_webhook_that_is_gone_is_told_at_set_up(
    server: DiscordServer, notifier: DiscordWebhookNotifier
) -> None:
    server.replies[f"GET {HOOK}"] = refused(404, 10015)
    assert "DISCORD_WEBHOOK_URL" in notifier.check().text
    assert server.messages == []


def test_refusals_stop_it_long_before_discord_bans_it(server: DiscordServer) -> None:
    notifier = notifier_of(server, most_refusals=3)
    server.replies[f"POST {HOOK}"] = refused(403)
    outcomes = [notifier.send(reminder(), PLACE) for _ in range(5)]
    assert outcomes[3:] == [Retry("discord_guard", timedelta(minutes=10), whole_channel=True)] * 2
    assert len(server.calls) == 3
    notifier.close()


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS.keys())
def test_hostile_texts_ping_nobody(
    server: DiscordServer, notifier: DiscordWebhookNotifier, text: str
) -> None:
    notifier.send(hostile_reminder(text), PLACE)
    assert [post.body["allowed_mentions"]["parse"] for post in server.posts] == [[]]


def test_each_alert_is_shown(server: DiscordServer, notifier: DiscordWebhookNotifier) -> None:
    assert isinstance(notifier.send(reminder(), PLACE), Sent)
    assert server.messages[0]["content"] == "Your payment for Options Lab Pro did not go through"
    assert server.calls[0].query == {"wait": "true", "with_components": "true"}


TOKEN = "a" * 68


@pytest.mark.parametrize(
    "address",
    [
        f"https://discord.com/api/webhooks/123456789012345678/{TOKEN}",
        f"https://discordapp.com/api/webhooks/123456789012345678/{TOKEN}",
        f"https://ptb.discord.com/api/v10/webhooks/123456789012345678/{TOKEN}",
        f"http://127.0.0.1:8080/api/webhooks/123456789012345678/{TOKEN}",
    ],
)
def test_a_webhook_of_discord_is_taken(address: str) -> None:
    assert DiscordWebhookSettings(url=address).url.get_secret_value() == address  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "javascript:alert(1)",
        f"http://discord.com/api/webhooks/123456789012345678/{TOKEN}",
        f"https://discord.com@evil.example/api/webhooks/123456789012345678/{TOKEN}",
        f"https://discord.com.evil.example/api/webhooks/123456789012345678/{TOKEN}",
        f"https://evil.example/discord.com/api/webhooks/123456789012345678/{TOKEN}",
        f"https://discord.com/api/webhooks/123456789012345678/{TOKEN}/../../x",
        f"https://discord.com/api/webhooks/123456789012345678/{TOKEN}?x=1",
        f"https://discord.com/api/webhooks/123456789012345678/{TOKEN}\n",
        f"https://discord.com:8443/api/webhooks/123456789012345678/{TOKEN}",
        f"//discord.com/api/webhooks/123456789012345678/{TOKEN}",
        f"http://10.0.0.1:80/api/webhooks/123456789012345678/{TOKEN}",
        "https://discord.com/api/webhooks/123456789012345678/",
        "https://discord.com/channels/1/2",
    ],
)
def test_any_other_address_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(ValueError, match="copy the webhook's address") as caught:
        DiscordWebhookSettings(url=address)  # type: ignore[arg-type]
    assert TOKEN not in str(caught.value)
