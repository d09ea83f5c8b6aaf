"""Whop's support chat: what a customer reads there, and what each answer means."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from notifiers.base import GiveUp, Notifier, Outcome, Recipient, Retry, Sent, Unknown
from notifiers.whop_chat import WhopChatNotifier, WhopChatSettings
from tests.support.json_peer import Reply
from tests.support.messages import HOSTILE_TEXTS, hostile_reminder, reminder
from tests.support.whop_chat_server import GRANTS, KEY, MARIA, OPEN, POST, WhopChatServer, refused

from .notifier_contract import NotifierContract

CUSTOMER = Recipient(MARIA, "Maria Silva")


def notifier_of(server: WhopChatServer, **changes: Any) -> WhopChatNotifier:
    fitting: dict[str, Any] = {"api_key": KEY, "api_url": server.url, "requests_per_second": None}
    return WhopChatNotifier(WhopChatSettings(**(fitting | changes)))


@pytest.fixture
def server() -> Iterator[WhopChatServer]:
    with WhopChatServer() as server:
        yield server


@pytest.fixture
def notifier(server: WhopChatServer) -> Iterator[WhopChatNotifier]:
    notifier = notifier_of(server)
    yield notifier
    notifier.close()


class TestWhopChat(NotifierContract):
    @pytest.fixture
    def server(self) -> Iterator[WhopChatServer]:
        with WhopChatServer() as server:
            yield server

    @pytest.fixture
    def notifier(self, server: WhopChatServer) -> Iterator[WhopChatNotifier]:
        notifier = notifier_of(server)
        yield notifier
        notifier.close()

    @pytest.fixture
    def recipient(self) -> Recipient:
        return CUSTOMER

    @pytest.fixture
    def seen(self, server: WhopChatServer, notifier: Notifier) -> Callable[[], int]:
        return lambda: len(server.messages)


def test_a_customer_reads_a_short_message_with_an_open_link(
    server: WhopChatServer, notifier: WhopChatNotifier
) -> None:
    assert isinstance(notifier.send(reminder(), CUSTOMER), Sent)
    (message,) = server.messages
    assert message["content"] == (
        "**Your payment for Options Lab Pro did not go through**\n\n"
        "Hi Maria,\n\n"
        "Your bank declined the charge for your membership.\n\n"
        "It stays open until Friday.\n\n"
        "- Product: Options Lab Pro\n- Amount: $49.00\n\n"
        "Update payment details:\nhttps://pay.example.com/r/k3JmX0vQe8w2TzLr5YbNf7\n\n"
        "Or open whop.com yourself.\n\n"
        "Options Lab sent this because a payment failed.\n\n"
        "Stop reminders:\nhttps://pay.example.com/unsubscribe/k3JmX0vQe8w2TzLr5YbNf7"
    )


def test_the_channel_with_a_customer_is_asked_for_once(
    server: WhopChatServer, notifier: WhopChatNotifier
) -> None:
    for number in range(3):
        assert isinstance(notifier.send(reminder(message_id=f"m{number}"), CUSTOMER), Sent)
    assert (server.count("POST", OPEN), len(server.messages)) == (1, 3)
    assert isinstance(notifier.send(reminder(), Recipient("biz_optionslab/user_other")), Sent)
    assert server.count("POST", OPEN) == 2


def test_a_repeat_is_not_posted_twice_and_a_changed_text_is_no_repeat(
    server: WhopChatServer, notifier: WhopChatNotifier
) -> None:
    first, again = notifier.send(reminder(), CUSTOMER), notifier.send(reminder(), CUSTOMER)
    assert isinstance(first, Sent) and first == again
    assert (server.count("POST", POST), len(server.messages)) == (2, 1)
    assert isinstance(notifier.send(reminder(paragraphs=("Now until Monday.",)), CUSTOMER), Sent)


def test_a_refusal_that_whop_keeps_does_not_outlive_its_cause(
    server: WhopChatServer, notifier: WhopChatNotifier
) -> None:
    server.grants.discard(GRANTS[1])
    for _ in range(2):
        assert notifier.send(reminder(), CUSTOMER) == Retry("whop_no_permission", whole_channel=True)
    server.grants.add(GRANTS[1])
    assert isinstance(notifier.send(reminder(), CUSTOMER), Sent)
    assert len(server.messages) == 1


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (refused(401), Retry("whop_auth_refused", whole_channel=True)),
        (refused(403), Retry("whop_no_permission", whole_channel=True)),
        (refused(400), GiveUp("whop_400")),
        (refused(404), GiveUp("whop_404")),
        (refused(422), GiveUp("whop_422")),
        (refused(409), Unknown("whop_409")),
        (refused(500), Retry("whop_500")),
        (refused(503), Retry("whop_503")),
        (refused(502), Unknown("whop_502")),
        (refused(504), Unknown("whop_504")),
        (
            Reply(429, {}, {"Retry-After": "7"}),
            Retry("whop_429", timedelta(seconds=7), whole_channel=True, busy=True),
        ),
        (
            Reply(429, {}, {"Retry-After-Ms": "1500"}),
            Retry("whop_429", timedelta(seconds=1.5), whole_channel=True, busy=True),
        ),
        (
            Reply(429, {}, {"Retry-After": "1e99"}),
            Retry("whop_429", timedelta(hours=1), whole_channel=True, busy=True),
        ),
        (Reply(429, b"slow down"), Retry("whop_429", timedelta(minutes=1), whole_channel=True, busy=True)),
        (Reply(302, b"", {"Location": "http://127.0.0.1/x"}), Retry("whop_302", whole_channel=True)),
        (Reply(200, b"<html>"), Unknown("whop_torn")),
        (Reply(200, b'{"id": "post'), Unknown("whop_torn")),
        (Reply(200, {"id": "post_1"}, fault="torn"), Unknown("whop_torn")),
        (Reply(fault="cut"), Unknown("whop_torn")),
    ],
)
def test_an_answer_to_the_message(
    server: WhopChatServer, notifier: WhopChatNotifier, reply: Reply, outcome: Outcome
) -> None:
    server.replies[f"POST {POST}"] = reply
    assert notifier.send(reminder(), CUSTOMER) == outcome
    assert len(server.calls) == 2


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (refused(403), Retry("whop_no_permission", whole_channel=True)),
        (refused(404), GiveUp("whop_404")),
        (refused(409), Retry("whop_409")),
        (refused(502), Retry("whop_502")),
        (Reply(200, {"id": "../x"}), Retry("whop_torn")),
        (Reply(200, b"{"), Retry("whop_torn")),
        (Reply(fault="cut"), Retry("whop_torn")),
    ],
)
def test_an_answer_to_opening_the_channel_never_leaves_a_message_in_doubt(
    server: WhopChatServer, notifier: WhopChatNotifier, reply: Reply, outcome: Outcome
) -> None:
    server.replies[f"POST {OPEN}"] = reply
    assert notifier.send(reminder(), CUSTOMER) == outcome
    assert server.count("POST", POST) == 0


def test_silence_after_the_message_may_mean_that_it_arrived(server: WhopChatServer) -> None:
    notifier = notifier_of(server, timeout=0.3)
    server.replies[f"POST {POST}"] = Reply(fault="silent")
    assert notifier.send(reminder(), CUSTOMER) == Unknown("whop_torn")
    notifier.close()


def test_no_connection_pauses_the_channel(server: WhopChatServer) -> None:
    with WhopChatServer() as gone:
        address = gone.url
    notifier = notifier_of(server, api_url=address)
    assert notifier.send(reminder(), CUSTOMER) == Retry("whop_unreachable", whole_channel=True)
    assert "WHOP_API_URL" in notifier.check().text
    notifier.close()


def test_a_limit_holds_the_next_call_back(server: WhopChatServer, notifier: WhopChatNotifier) -> None:
    server.replies[f"POST {POST}"] = [Reply(429, {}, {"Retry-After": "600"})]
    notifier.send(reminder(), CUSTOMER)
    calls = len(server.calls)
    held = notifier.send(reminder(), CUSTOMER)
    assert isinstance(held, Retry) and held.reason == "whop_pace" and held.whole_channel
    assert held.after is not None and timedelta(minutes=9) < held.after <= timedelta(minutes=10)
    assert len(server.calls) == calls


def test_no_more_calls_in_a_second_than_allowed(server: WhopChatServer) -> None:
    notifier = notifier_of(server, requests_per_second=3)
    outcomes = [notifier.send(reminder(message_id=f"m{number}"), CUSTOMER) for number in range(4)]
    assert [type(outcome) for outcome in outcomes] == [Sent, Sent, Retry, Retry]
    assert len(server.calls) == 3
    notifier.close()


def test_a_channel_that_is_gone_is_asked_for_anew(server: WhopChatServer, notifier: WhopChatNotifier) -> None:
    assert isinstance(notifier.send(reminder(), CUSTOMER), Sent)
    server.replies[f"POST {POST}"] = [refused(404)]
    assert notifier.send(reminder(message_id="other"), CUSTOMER) == GiveUp("whop_404")
    assert isinstance(notifier.send(reminder(message_id="third"), CUSTOMER), Sent)
    assert server.count("POST", OPEN) == 2


@pytest.mark.parametrize(
    "address",
    [
        "user_maria",
        "biz_a/",
        "biz_a/user_b/../c",
        "biz_a/user_b\n",
        "mem_1/user_b",
        "biz_a/user_b,user_c",
        "maria@example.com",
    ],
)
def test_what_is_no_customer_of_an_account_is_refused_without_a_call(
    server: WhopChatServer, notifier: WhopChatNotifier, address: str
) -> None:
    assert notifier.send(reminder(), Recipient(address)) == GiveUp("bad_address")
    assert server.calls == []


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS.keys())
def test_hostile_texts_name_nobody(server: WhopChatServer, notifier: WhopChatNotifier, text: str) -> None:
    notifier.send(hostile_reminder(text), CUSTOMER)
    for message in server.messages:
        assert "@everyone" not in message["content"]
        assert "\\<script" in message["content"] or "<script" not in message["content"]


@pytest.mark.parametrize("missing", GRANTS)
def test_a_missing_permission_is_named_at_set_up(
    server: WhopChatServer, notifier: WhopChatNotifier, missing: str
) -> None:
    server.grants.discard(missing)
    check = notifier.check()
    assert (check.ok, missing in check.text) == (False, True)
    assert all(call.method == "GET" for call in server.calls)


def test_a_refused_key_is_named_at_set_up(server: WhopChatServer) -> None:
    notifier = notifier_of(server, api_key="another-key")
    check = notifier.check()
    assert (check.ok, "WHOP_API_KEY" in check.text, "another-key" in check.text) == (False, True, False)
    notifier.close()


@pytest.mark.parametrize(("status", "ok"), [(403, True), (404, True), (500, False), (429, False)])
def test_a_key_that_may_not_ask_is_no_fault(
    server: WhopChatServer, notifier: WhopChatNotifier, status: int, ok: bool
) -> None:
    server.replies["GET /api/v1/accounts/me"] = refused(status)
    assert notifier.check().ok is ok


def test_the_key_goes_to_no_peer_in_clear_and_into_no_text() -> None:
    with pytest.raises(ValueError, match="https://"):
        WhopChatSettings(api_key=KEY, api_url="http://whop.example")  # type: ignore[arg-type]
    assert KEY not in repr(WhopChatSettings(api_key=KEY))  # type: ignore[arg-type]
