"""What an update means, and that no value at all makes the reader raise."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.telegram.incoming import LABEL, Blocked, Said, number_of, read
from tests.support.messages import HOSTILE_TEXTS
from tests.support.telegram_updates import CHAT, GROUP, became, said

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
NAMES = st.sampled_from(
    ["update_id", "message", "my_chat_member", "chat", "from", "id", "type", "text", "new_chat_member",
     "status", "username", "first_name", "language_code"]
)  # fmt: skip
RUBBISH = st.recursive(
    SCALARS | st.sampled_from(["private", "kicked", "/start x"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=30,
)


@pytest.mark.parametrize(
    ("text", "command", "argument"),
    [
        ("/start", "start", ""),
        ("/start abc-DEF_1", "start", "abc-DEF_1"),
        ("/START@Reminders_bot  abc ", "start", "abc"),
        ("/stop", "stop", ""),
        (" /status\n", "status", ""),
        ("/start\nabc", "start", "abc"),
        ("hello", "", ""),
        ("please /stop", "", ""),
        ("/", "", ""),
        ("", "", ""),
        ("/старт", "", ""),
    ],
)
def test_commands_are_read(text: str, command: str, argument: str) -> None:
    assert read(said(1, text)) == Said(CHAT, command, argument, "@maria", "en")


def test_who_has_no_username_is_called_by_their_first_name() -> None:
    update = said(1, "/stop", username=None, language="pt-BR")
    assert read(update) == Said(CHAT, "stop", "", "Maria", "pt")


@pytest.mark.parametrize("name", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS.keys())
def test_a_hostile_name_becomes_a_short_clean_line(name: str) -> None:
    update = said(1, "/stop", username=name, language=name)
    update["message"]["from"]["first_name"] = name
    happened = read(update)
    assert isinstance(happened, Said)
    label = happened.label or ""
    assert len(label) <= LABEL + 1 and not set("\r\n\x00\u202e\ud800") & set(label)
    assert happened.language is None or happened.language.isalpha()


@pytest.mark.parametrize("kind", ["group", "supergroup", "channel", None, 7])
def test_only_private_chats_are_heard(kind: Any) -> None:
    assert read(said(1, "/start x", chat=GROUP, kind=kind)) is None
    assert read(said(1, "/start x", kind=kind)) is None
    assert read(became(1, "kicked", kind=kind)) is None


def test_being_blocked_is_heard_and_nothing_else_of_a_standing() -> None:
    assert read(became(1, "kicked")) == Blocked(CHAT)
    assert [read(became(1, status)) for status in ("member", "left", "administrator", "")] == [None] * 4


@pytest.mark.parametrize("chat", [0, -5, 2**62, True, "314", None, 3.5])
def test_what_is_no_persons_chat_is_ignored(chat: Any) -> None:
    assert read(said(1, "/stop", chat=chat)) is None


@pytest.mark.parametrize("number", [-1, 2**62, True, "1", None, 1.0])
def test_what_has_no_number_is_no_update(number: Any) -> None:
    assert number_of(said(number, "/stop")) is None
    assert number_of(said(0, "/stop")) == 0


@given(RUBBISH)
def test_nothing_makes_it_raise(rubbish: Any) -> None:
    number, happened = number_of(rubbish), read(rubbish)
    assert number is None or 0 <= number < 2**62
    assert happened is None or isinstance(happened, Said | Blocked)


@given(st.dictionaries(NAMES, RUBBISH), st.sampled_from(["message", "my_chat_member"]))
def test_nothing_inside_a_private_message_makes_it_raise(inside: dict[str, Any], kind: str) -> None:
    update = {"update_id": 1, kind: {**inside, "chat": {"id": CHAT, "type": "private"}}}
    happened = read(update)
    assert happened is None or happened.chat_id == CHAT
