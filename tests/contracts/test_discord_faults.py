"""Every way in which Discord can refuse or fall silent, and what becomes of the message."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from notifiers.base import GiveUp, Outcome, Recipient, Retry, Sent, Unknown
from notifiers.discord import DiscordNotifier
from tests.support.discord_server import ME, OPEN, DiscordServer, refused, told_to_wait
from tests.support.json_peer import Call, Reply
from tests.support.messages import reminder
from tests.support.processes import free_port

from .test_discord import READER, notifier_of

HOUR = timedelta(hours=1)
INNER = "http://169.254.169.254/latest/meta-data"


@pytest.fixture
def server() -> Iterator[DiscordServer]:
    with DiscordServer() as server:
        yield server


@pytest.fixture
def make(server: DiscordServer) -> Iterator[Callable[..., DiscordNotifier]]:
    made: list[DiscordNotifier] = []

    def make(**changes: Any) -> DiscordNotifier:
        made.append(notifier_of(server, **changes))
        return made[-1]

    yield make
    for notifier in made:
        notifier.close()


def messages_path(server: DiscordServer, notifier: DiscordNotifier) -> str:
    """Where this reader's messages go; one was sent to find out."""
    assert isinstance(notifier.send(reminder(message_id="first"), READER), Sent)
    return server.posts[-1].path


REFUSALS: list[tuple[Reply, Outcome]] = [
    (refused(403, 50007), GiveUp("discord_50007", suppress=True)),
    (refused(403, 50278), GiveUp("discord_50278", suppress=True)),
    (refused(404, 10013), GiveUp("discord_10013", suppress=True)),
    (refused(403, 50001), GiveUp("discord_50001")),
    (refused(403), GiveUp("discord_403")),
    (refused(403, 20026), Retry("discord_20026", timedelta(minutes=10), whole_channel=True)),
    (refused(400, 50035), GiveUp("discord_50035")),
    (refused(400), GiveUp("discord_400")),
    (refused(404), GiveUp("discord_404")),
    (refused(401), Retry("discord_auth_refused", whole_channel=True)),
    (told_to_wait(35), Retry("discord_429", timedelta(seconds=35), busy=True)),
    (told_to_wait(0.75), Retry("discord_429", timedelta(seconds=0.75), busy=True)),
    (told_to_wait(35000), Retry("discord_429", HOUR, busy=True)),
    (told_to_wait("soon"), Retry("discord_429", busy=True)),
    (told_to_wait(-1), Retry("discord_429", busy=True)),
    (told_to_wait(2, everywhere=True), Retry("discord_429", timedelta(seconds=2), whole_channel=True, busy=True)),
    (
        Reply(429, b"<html>banned</html>", {"Retry-After": "99999"}, content_type="text/html"),
        Retry("discord_429", HOUR, whole_channel=True, busy=True),
    ),
    (
        Reply(429, b"<html>banned</html>", content_type="text/html"),
        Retry("discord_429", timedelta(minutes=10), whole_channel=True, busy=True),
    ),
    (refused(500), Retry("discord_500")),
    (Reply(502, b"<html>", content_type="text/html"), Retry("discord_502")),
    (Reply(503, {}, {"Retry-After": "5"}), Retry("discord_503", timedelta(seconds=5))),
    (refused(504), Retry("discord_504")),
    (Reply(302, b"", {"Location": INNER}), Retry("discord_302", whole_channel=True)),
    (Reply(200, b'{"id": "12', content_type="application/json"), Unknown("discord_torn")),
    (Reply(200, b"<html>Sign in to the network</html>", content_type="text/html"), Unknown("discord_torn")),
    (Reply(200, {"ok": False}), Unknown("discord_torn")),
    (Reply(200, {"id": "1"}, fault="torn"), Unknown("discord_torn")),
    (Reply(fault="cut"), Unknown("discord_torn")),
]  # fmt: skip


@pytest.mark.parametrize(("reply", "outcome"), REFUSALS)
def test_an_answer_to_the_message(
    server: DiscordServer, make: Callable[..., DiscordNotifier], reply: Reply, outcome: Outcome
) -> None:
    notifier = make()
    path = messages_path(server, notifier)
    calls = len(server.calls)
    server.replies[f"POST {path}"] = reply
    assert notifier.send(reminder(), READER) == outcome
    assert len(server.calls) == calls + 1, "it neither repeats nor follows"


BEFORE: list[tuple[Reply, Outcome]] = [
    (refused(403, 50007), GiveUp("discord_50007", suppress=True)),
    (refused(400, 50033), GiveUp("discord_50033", suppress=True)),
    (refused(401), Retry("discord_auth_refused", whole_channel=True)),
    (refused(403, 40003), Retry("discord_40003", timedelta(minutes=10), whole_channel=True)),
    (told_to_wait(35), Retry("discord_429", timedelta(seconds=35), whole_channel=True, busy=True)),
    (refused(500), Retry("discord_500")),
    (Reply(302, b"", {"Location": INNER}), Retry("discord_302", whole_channel=True)),
    (Reply(200, b"{", content_type="application/json"), Retry("discord_torn")),
    (Reply(200, {"id": "../../webhooks"}), Retry("discord_torn")),
    (Reply(fault="cut"), Retry("discord_torn")),
]


@pytest.mark.parametrize(("reply", "outcome"), BEFORE)
def test_an_answer_to_opening_the_conversation(
    server: DiscordServer, make: Callable[..., DiscordNotifier], reply: Reply, outcome: Outcome
) -> None:
    server.replies[f"POST {OPEN}"] = reply
    assert make().send(reminder(), READER) == outcome
    assert (server.opened, server.posts) == (1, [])


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (refused(401), Retry("discord_auth_refused", whole_channel=True)),
        (refused(502), Retry("discord_502")),
        (Reply(fault="cut"), Retry("discord_torn")),
        (
            told_to_wait(3, everywhere=True),
            Retry("discord_429", timedelta(seconds=3), whole_channel=True, busy=True),
        ),
    ],
)
def test_an_answer_to_signing_in(
    server: DiscordServer, make: Callable[..., DiscordNotifier], reply: Reply, outcome: Outcome
) -> None:
    server.replies[f"GET {ME}"] = reply
    notifier = make()
    assert notifier.send(reminder(), READER) == outcome
    assert not notifier.check().ok
    assert server.posts == []


def test_silence_after_the_message_may_mean_that_it_arrived(
    server: DiscordServer, make: Callable[..., DiscordNotifier]
) -> None:
    notifier = make(timeout=0.3)
    path = messages_path(server, notifier)
    server.replies[f"POST {path}"] = [Reply(fault="silent")]
    assert notifier.send(reminder(), READER) == Unknown("discord_torn")
    server.replies[f"POST {OPEN}"] = Reply(fault="silent")
    assert notifier.send(reminder(), Recipient("700000000000000002")) == Retry("discord_torn")


def test_a_refused_token_is_named_to_whoever_sets_it_up(
    server: DiscordServer, make: Callable[..., DiscordNotifier]
) -> None:
    check = make(bot_token="another-token").check()
    assert (check.ok, "DISCORD_BOT_TOKEN" in check.text, "another-token" in check.text) == (
        False,
        True,
        False,
    )


def test_no_connection_pauses_the_channel(make: Callable[..., DiscordNotifier]) -> None:
    notifier = make(api_url=f"http://127.0.0.1:{free_port()}/api/v10")
    assert notifier.send(reminder(), READER) == Retry("discord_unreachable", whole_channel=True)
    assert "does not answer" in notifier.check().text


def test_a_conversation_that_is_gone_is_opened_anew(
    server: DiscordServer, make: Callable[..., DiscordNotifier]
) -> None:
    notifier = make()
    path = messages_path(server, notifier)
    server.replies[f"POST {path}"] = [refused(404, 10003)]
    assert notifier.send(reminder(), READER) == Retry("discord_conversation_gone")
    assert isinstance(notifier.send(reminder(), READER), Sent)
    assert server.opened == 2
    server.replies[f"POST {path}"] = refused(404, 10003)
    assert notifier.send(reminder(), READER) == Retry("discord_conversation_gone")
    assert notifier.send(reminder(), READER) == GiveUp("discord_10003"), "one that was just opened"


def test_a_global_limit_holds_every_call_back(
    server: DiscordServer, make: Callable[..., DiscordNotifier]
) -> None:
    notifier = make()
    path = messages_path(server, notifier)
    server.replies[f"POST {path}"] = [told_to_wait(900, everywhere=True)]
    notifier.send(reminder(), READER)
    calls = len(server.calls)
    held = notifier.send(reminder(), Recipient("700000000000000002"))
    assert isinstance(held, Retry) and held.whole_channel and held.after is not None
    assert timedelta(minutes=14) < held.after <= timedelta(minutes=15)
    assert len(server.calls) == calls


def test_a_used_up_rate_limit_is_waited_for_by_the_caller(
    server: DiscordServer, make: Callable[..., DiscordNotifier]
) -> None:
    notifier = make()
    server.rate_headers = {
        "X-RateLimit-Limit": "1", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": "600.5",
        "X-RateLimit-Bucket": "abcd",
    }  # fmt: skip
    assert isinstance(notifier.send(reminder(message_id="first"), READER), Sent)
    calls = len(server.calls)
    again = notifier.send(reminder(), READER)
    assert isinstance(again, Retry) and not again.whole_channel and again.after is not None
    other = notifier.send(reminder(), Recipient("700000000000000002"))
    assert isinstance(other, Retry) and other.whole_channel, "opening conversations is one limit for all"
    assert timedelta(minutes=9) < again.after <= timedelta(seconds=600.5)
    assert len(server.calls) == calls


@pytest.mark.parametrize("nonsense", ["nan", "inf", "-5", "99999999", "soon", ""])
def test_rate_headers_that_make_no_sense_hold_nobody_up(
    server: DiscordServer, make: Callable[..., DiscordNotifier], nonsense: str
) -> None:
    notifier = make()
    server.rate_headers = {
        "X-RateLimit-Limit": "1", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": nonsense,
        "X-RateLimit-Bucket": "abcd",
    }  # fmt: skip
    outcomes = [notifier.send(reminder(message_id=f"m{number}"), READER) for number in range(3)]
    assert [type(outcome) for outcome in outcomes] == [Sent] * 3


@pytest.mark.parametrize("reply", [refused(403, 50007), refused(401), told_to_wait(0)])
def test_refusals_stop_the_channel_long_before_discord_bans_it(
    server: DiscordServer, make: Callable[..., DiscordNotifier], reply: Reply
) -> None:
    notifier = make(most_refusals=5)
    path = messages_path(server, notifier)
    server.replies[f"POST {path}"] = [reply] * 20
    outcomes = [notifier.send(reminder(message_id=f"m{number}"), READER) for number in range(8)]
    told = [outcome for outcome in outcomes if outcome.reason == "discord_guard"]  # type: ignore[union-attr]
    assert told == [Retry("discord_guard", timedelta(minutes=10), whole_channel=True)] * len(told)
    assert len(told) >= 3
    asked = [call for call in server.calls if call.path == path]
    assert len(asked) <= 1 + 5


def test_a_limit_shared_with_others_is_not_counted(
    server: DiscordServer, make: Callable[..., DiscordNotifier]
) -> None:
    notifier = make(most_refusals=2)
    path = messages_path(server, notifier)
    server.replies[f"POST {path}"] = [told_to_wait(0, shared=True)] * 4
    outcomes = [notifier.send(reminder(message_id=f"m{number}"), READER) for number in range(5)]
    assert [type(outcome) for outcome in outcomes] == [Retry] * 4 + [Sent]


def test_no_more_calls_in_a_second_than_allowed(
    server: DiscordServer, make: Callable[..., DiscordNotifier]
) -> None:
    notifier = make(requests_per_second=3)
    outcomes = [notifier.send(reminder(message_id=f"m{number}"), READER) for number in range(2)]
    assert isinstance(outcomes[0], Sent)
    held = outcomes[1]
    assert isinstance(held, Retry) and held.reason == "discord_pace" and held.whole_channel
    assert held.after is not None and timedelta() < held.after < timedelta(seconds=1.1)
    assert len(server.calls) == 3


def test_what_discord_says_reaches_no_outcome(
    server: DiscordServer, make: Callable[..., DiscordNotifier]
) -> None:
    notifier = make()
    path = messages_path(server, notifier)
    for reply, _ in REFUSALS:
        server.replies[f"POST {path}"] = [reply]
        assert "Maria" not in repr(notifier.send(reminder(), READER))


def test_calls_carry_the_bots_token_and_no_cookie(
    server: DiscordServer, make: Callable[..., DiscordNotifier]
) -> None:
    notifier = make()
    server.replies[f"GET {ME}"] = [
        Reply(200, {"id": "1", "username": "x"}, {"Set-Cookie": "who=alice; Path=/"})
    ]
    notifier.send(reminder(), READER)
    calls: list[Call] = server.calls
    assert len(calls) == 3
    assert all(call.headers["authorization"].startswith("Bot ") for call in calls)
    assert not any("cookie" in call.headers for call in calls)
