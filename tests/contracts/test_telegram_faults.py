"""Telegram when it refuses, breaks or goes silent: what may be repeated, and who has to wait."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from notifiers.base import GiveUp, Outcome, Recipient, Retry, Sent, Unknown
from notifiers.pace import MOMENT_SECONDS, Held, Pace
from notifiers.telegram import TelegramNotifier, TelegramSettings
from tests.contracts.test_telegram import CHAT, notifier_of
from tests.support.messages import reminder
from tests.support.telegram_server import Answer, FakeTelegram, refusal, telegram_server

TEN_MINUTES = timedelta(minutes=10)
PAGE = Answer(200, b"<html>Welcome to the hotel</html>", "text/html")


def flood(seconds: object) -> Answer:
    return refusal(429, "Too Many Requests: retry later", retry_after=seconds)


def whole(reason: str, after: timedelta | None = None) -> Retry:
    return Retry(reason, after=after, whole_channel=True, busy=reason in ("telegram_flood", "telegram_pace"))


@pytest.fixture
def fake() -> Iterator[FakeTelegram]:
    with telegram_server() as fake:
        yield fake


@pytest.fixture
def notifier(fake: FakeTelegram) -> Iterator[TelegramNotifier]:
    notifier = notifier_of(fake)
    assert notifier.bot_name()
    yield notifier
    notifier.close()


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (refusal(403, "Forbidden: bot was blocked by the user"), GiveUp("telegram_blocked", suppress=True)),
        (refusal(403, "Forbidden: user is deactivated"), GiveUp("telegram_deactivated", suppress=True)),
        (
            refusal(403, "Forbidden: bot can't initiate conversation"),
            GiveUp("telegram_forbidden", suppress=True),
        ),
        (refusal(400, "Bad Request: chat not found"), GiveUp("telegram_chat_not_found", suppress=True)),
        (refusal(400, "Bad Request: PEER_ID_INVALID"), GiveUp("telegram_chat_not_found", suppress=True)),
        (refusal(400, "Bad Request: can't parse entities: Unsupported"), GiveUp("telegram_cannot_parse")),
        (refusal(400, "Bad Request: message is too long"), GiveUp("telegram_too_long")),
        (refusal(400, "Bad Request: inline keyboard button URL"), GiveUp("telegram_bad_button")),
        (refusal(400, "Bad Request: something of tomorrow"), GiveUp("telegram_400")),
        (refusal(413, "Request Entity Too Large"), GiveUp("telegram_413")),
        (
            refusal(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1001),
            GiveUp("telegram_chat_migrated"),
        ),
        (refusal(401, "Unauthorized"), whole("telegram_unauthorized", TEN_MINUTES)),
        (refusal(404, "Not Found"), whole("telegram_unauthorized", TEN_MINUTES)),
        (refusal(500, "Internal Server Error"), Retry("telegram_500")),
        (refusal(502, "Bad Gateway"), whole("telegram_502")),
        (Answer(500, b"<html>oops", "text/html"), Retry("telegram_500")),
        (Answer(503, b"", "text/html"), whole("telegram_503")),
        (Answer(302, b"", "text/html"), whole("telegram_not_there")),
        (Answer(403, b"<html>blocked by your company", "text/html"), whole("telegram_not_there")),
        (PAGE, Unknown("telegram_garbage")),
        (Answer(200, b'{"ok":true,"result":{"message_id":1,"da', cut=True), Unknown("telegram_hung_up")),
        (Answer(200, b'{"ok":true,"result":{"message_id":1,"da'), Unknown("telegram_garbage")),
        (Answer(200, b'{"ok":true,"result":{"message_id":1}}'), Unknown("telegram_garbage")),
        (Answer(200, b'{"ok":true,"result":null}'), Unknown("telegram_garbage")),
        (Answer(200, b'{"ok":false}'), Unknown("telegram_garbage")),
        (Answer(200, b"[" * 100_000), Unknown("telegram_garbage")),
        (Answer(200, b"\xff\xfe"), Unknown("telegram_garbage")),
        (Answer(cut=True), Unknown("telegram_hung_up")),
    ],
    ids=lambda value: getattr(value, "reason", None),
)
def test_what_each_answer_means(
    fake: FakeTelegram, notifier: TelegramNotifier, answer: Answer, outcome: Outcome
) -> None:
    fake.answers["sendMessage"] = answer
    assert notifier.send(reminder(), CHAT) == outcome
    assert len(fake.asked("sendMessage")) == 1
    fake.answers.clear()
    assert isinstance(notifier.send(reminder(), Recipient("2")), Sent)


@pytest.mark.parametrize(
    ("code", "said", "outcome"),
    [
        (403, "Forbidden: bot was blocked by the user", GiveUp("telegram_blocked", suppress=True)),
        (400, "Bad Request: chat not found", GiveUp("telegram_chat_not_found", suppress=True)),
        (500, "Internal Server Error", Retry("telegram_500")),
        (401, "Unauthorized", whole("telegram_unauthorized", TEN_MINUTES)),
    ],
)
def test_a_refusal_that_comes_with_200_counts_by_its_code(
    fake: FakeTelegram, notifier: TelegramNotifier, code: int, said: str, outcome: Outcome
) -> None:
    fake.answers["sendMessage"] = refusal(code, said, status=200)
    assert notifier.send(reminder(), CHAT) == outcome


@pytest.mark.parametrize("code", [0, 200, 999, -1, "403", None, True])
def test_a_refusal_without_a_code_is_unknown(
    fake: FakeTelegram, notifier: TelegramNotifier, code: object
) -> None:
    body = json.dumps({"ok": False, "error_code": code, "description": "blocked"}).encode()
    fake.answers["sendMessage"] = Answer(200, body)
    assert notifier.send(reminder(), CHAT) == Unknown("telegram_garbage")


@pytest.mark.parametrize(
    ("asked", "waits"),
    [
        (35, 35),
        (1, 1),
        (0.5, 0.5),
        (10_000_000, 3600),
        (1e400, 30),
        ("35", 30),
        (0, 30),
        (-5, 30),
        (True, 30),
    ],
)
def test_told_to_wait_the_whole_bot_waits_so_long_and_an_hour_at_most(
    fake: FakeTelegram, notifier: TelegramNotifier, asked: object, waits: float
) -> None:
    fake.answers["sendMessage"] = flood(asked)
    assert notifier.send(reminder(), CHAT) == whole("telegram_flood", timedelta(seconds=waits))


def test_sends_that_were_claimed_already_wait_too(fake: FakeTelegram, notifier: TelegramNotifier) -> None:
    fake.answers["sendMessage"] = flood(35)
    notifier.send(reminder(), CHAT)
    fake.answers.clear()
    held = notifier.send(reminder(), Recipient("2"))
    assert isinstance(held, Retry) and held.whole_channel and held.reason == "telegram_flood"
    assert held.after is not None and timedelta(seconds=30) < held.after <= timedelta(seconds=35)
    assert not notifier.reply(3, "Hello")
    assert len(fake.asked("sendMessage")) == 1


def test_a_flood_of_a_reply_holds_the_reminders(fake: FakeTelegram, notifier: TelegramNotifier) -> None:
    fake.answers["sendMessage"] = flood(35)
    assert not notifier.reply(3, "Hello")
    assert isinstance(notifier.send(reminder(), CHAT), Retry)
    assert len(fake.asked("sendMessage")) == 1


def test_nobody_there_pauses_the_channel() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{taken.getsockname()[1]}"
        for address in (closed, "http://no-such-host.invalid"):
            notifier = TelegramNotifier(TelegramSettings(bot_token="1:x", api_url=address))
            assert notifier.send(reminder(), CHAT) == whole("telegram_unreachable")
            check = notifier.check()
            assert not check.ok and address in check.text and "TELEGRAM_API_URL" in check.text
            notifier.close()


def test_a_server_that_dies_between_two_sends_pauses_the_channel() -> None:
    with telegram_server() as fake:
        notifier = notifier_of(fake)
        assert isinstance(notifier.send(reminder(), CHAT), Sent)
    outcome = notifier.send(reminder(), CHAT)
    assert outcome in (whole("telegram_unreachable"), Unknown("telegram_hung_up"))
    assert notifier.send(reminder(), CHAT) == whole("telegram_unreachable")
    notifier.close()


def test_no_connection_in_time_pauses_the_channel() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        port = deaf.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        settings = TelegramSettings(
            bot_token="1:x", api_url=f"http://127.0.0.1:{port}", connect_timeout=0.3, read_timeout=0.3
        )
        notifier = TelegramNotifier(settings)
        assert notifier.send(reminder(), CHAT) == whole("telegram_timeout")
        notifier.close()
        for one in waiting:
            one.close()


@pytest.mark.parametrize("patience", ["read", "whole"])
def test_silence_after_the_call_is_unknown_and_never_repeated(fake: FakeTelegram, patience: str) -> None:
    notifier = notifier_of(fake, read_timeout=0.3 if patience == "read" else 60)
    assert notifier.bot_name()
    notifier.send_timeout = timedelta(seconds=1.3 if patience == "whole" else 30)
    fake.answers["sendMessage"] = Answer(silent=True)
    assert notifier.send(reminder(), CHAT) == Unknown("telegram_timeout")
    assert len(fake.asked("sendMessage")) == 1
    notifier.close()


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(silent=True), whole("telegram_timeout")),
        (PAGE, whole("telegram_garbage")),
        (Answer(cut=True), whole("telegram_hung_up")),
        (Answer(body=b'{"ok":true,"result":{"id":"none"}}'), whole("telegram_garbage")),
        (refusal(401, "Unauthorized"), whole("telegram_unauthorized", TEN_MINUTES)),
        (refusal(403, "Forbidden"), whole("telegram_forbidden")),
        (flood(35), whole("telegram_flood", timedelta(seconds=35))),
    ],
    ids=lambda value: getattr(value, "reason", None),
)
def test_what_goes_wrong_before_the_first_message_is_never_unknown(
    fake: FakeTelegram, answer: Answer, outcome: Retry
) -> None:
    notifier = notifier_of(fake, read_timeout=0.3)
    fake.answers["getMe"] = answer
    assert notifier.send(reminder(), CHAT) == outcome
    assert not notifier.check().ok
    assert fake.asked("sendMessage") == []
    notifier.close()


def test_a_bot_that_could_not_be_opened_is_opened_by_a_later_send(fake: FakeTelegram) -> None:
    notifier = notifier_of(fake)
    fake.answers["getMe"] = refusal(500, "Internal Server Error")
    assert notifier.send(reminder(), CHAT) == Retry("telegram_500")
    fake.answers.clear()
    assert isinstance(notifier.send(reminder(), CHAT), Sent)
    notifier.close()


def test_reasons_never_hold_telegrams_words(fake: FakeTelegram, notifier: TelegramNotifier) -> None:
    for code in (400, 403, 413, 500):
        fake.answers["sendMessage"] = refusal(code, "maria@example.com is busy")
        assert "maria" not in repr(notifier.send(reminder(), CHAT))


def test_a_reply_that_fails_is_told_and_raises_nothing(
    fake: FakeTelegram, notifier: TelegramNotifier
) -> None:
    for answer in (refusal(403, "Forbidden: bot was blocked by the user"), PAGE, Answer(cut=True)):
        fake.answers["sendMessage"] = answer
        assert not notifier.reply(3, "Hello")


@pytest.mark.parametrize(
    ("pace", "chats", "seconds"),
    [
        ({"messages_per_second": 8}, "12345612", 7 / 8),
        ({"chat_seconds": 0.4}, "1213", 0.4),
        ({"messages_per_second": 100, "chat_seconds": 0.4}, "1112", 0.8),
    ],
)
def test_the_whole_bot_is_spaced_and_a_chat_waits_longer(
    fake: FakeTelegram, pace: dict[str, float], chats: str, seconds: float
) -> None:
    """Measured from before the first of them: a machine that is slow can only make it longer."""
    notifier = notifier_of(fake, **pace)
    assert notifier.bot_name()
    began = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda chat: notifier.send(reminder(), Recipient(chat)), chats))
    assert [type(outcome) for outcome in outcomes] == [Sent] * len(chats)
    assert max(call.at for call in fake.asked("sendMessage")) - began > seconds - 0.01
    notifier.close()


def test_who_would_wait_longer_than_a_moment_is_put_off(fake: FakeTelegram) -> None:
    notifier = notifier_of(fake, chat_seconds=60)
    assert isinstance(notifier.send(reminder(), CHAT), Sent)
    held = notifier.send(reminder(), CHAT)
    assert isinstance(held, Retry) and (held.reason, held.whole_channel) == ("telegram_pace", False)
    assert held.after is not None and timedelta(seconds=50) < held.after <= timedelta(seconds=60)
    assert isinstance(notifier.send(reminder(), Recipient("2")), Sent)
    notifier.close()


@pytest.mark.parametrize("chat", ["-1001234567890", "@shop_alerts"])
def test_a_group_is_written_to_more_slowly_than_a_person(fake: FakeTelegram, chat: str) -> None:
    """Telegram allows 20 messages a minute in one group, and more of them make the whole bot wait."""
    notifier = notifier_of(fake, chat_seconds=2)
    assert isinstance(notifier.send(reminder(), Recipient(chat)), Sent)
    held = notifier.send(reminder(), Recipient(chat))
    assert isinstance(held, Retry) and (held.reason, held.whole_channel) == ("telegram_pace", False)
    assert held.after is not None and timedelta(seconds=4) < held.after <= timedelta(seconds=6)
    notifier.close()


def test_a_turn_of_the_whole_bot_that_is_too_far_holds_everybody() -> None:
    pace = Pace(per_second=0.1, chat_seconds=None)
    assert pace.begin("1") is None
    held = pace.begin("2")
    assert isinstance(held, Held) and held.everybody and not held.told_to_wait
    assert held.seconds > MOMENT_SECONDS


def test_without_limits_nobody_waits() -> None:
    pace = Pace(per_second=None, chat_seconds=None)
    assert [pace.begin("1", turns=1000) for _ in range(2000)] == [None] * 2000


def test_the_chats_that_are_remembered_stay_few(make_pace: Callable[[], Pace]) -> None:
    pace = make_pace()
    for number in range(12_000):
        assert pace.begin(str(number)) is None
    assert len(pace._chats) <= 5000


@pytest.fixture
def make_pace() -> Callable[[], Pace]:
    return lambda: Pace(per_second=None, chat_seconds=0.000001)


def test_processes_that_share_a_bot_have_its_parts() -> None:
    pace = Pace(per_second=10, chat_seconds=None, sharers=4)
    assert pace.begin("1", patience=0.05) is None
    held = pace.begin("2", patience=0.05)
    assert isinstance(held, Held) and 0.1 < held.seconds <= 0.4
