"""One raw update of Telegram to what it means for us. Total: no value makes it raise, and rubbish means nothing.

Only private chats speak to us: in a group others would read the answer.
"""

import re
from dataclasses import dataclass
from typing import Any

from notifiers.text import clean_line

MOST_ID = 2**62
MOST_CODE = 64
"""Telegram's limit of what may stand behind `start=`."""
LABEL = 64
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@\w{1,64})?(?:\s+(.*))?", re.DOTALL)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}")


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody wrote to the bot. `command` is in small letters, empty for plain words."""

    chat_id: int
    command: str
    argument: str
    label: str | None
    """What they call themselves, such as `@maria`."""
    language: str | None
    """Of their Telegram, such as `ru`."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """The chat's owner has stopped the bot: nothing reaches them any more."""

    chat_id: int


def number_of(update: object) -> int | None:
    """The update's own number; None where this is no update."""
    return _whole(_object(update).get("update_id"), least=0)


def read(update: object) -> Said | Blocked | None:
    """What happened; None for all that we have no use for."""
    fields = _object(update)
    if "my_chat_member" in fields:
        return _member(_object(fields["my_chat_member"]))
    message = _object(fields.get("message"))
    chat_id, text = _private_chat(message), message.get("text")
    if chat_id is None or not isinstance(text, str):
        return None
    sender = _object(message.get("from"))
    language = sender.get("language_code")
    found = _LANGUAGE.match(language) if isinstance(language, str) else None
    command = _COMMAND.fullmatch(text[: MOST_CODE * 4].strip())
    return Said(
        chat_id,
        command=command[1].lower() if command else "",
        argument=(command[2] or "").strip() if command else "",
        label=_label(sender),
        language=found[0].lower() if found else None,
    )


def _member(change: dict[str, Any]) -> Blocked | None:
    chat_id = _private_chat(change)
    if chat_id is None or _object(change.get("new_chat_member")).get("status") != "kicked":
        return None
    return Blocked(chat_id)


def _private_chat(fields: dict[str, Any]) -> int | None:
    chat = _object(fields.get("chat"))
    return _whole(chat.get("id"), least=1) if chat.get("type") == "private" else None


def _label(sender: dict[str, Any]) -> str | None:
    username, first = sender.get("username"), sender.get("first_name")
    if isinstance(username, str) and re.fullmatch(r"\w{1,64}", username, re.ASCII):
        return f"@{username}"
    return (clean_line(first, limit=LABEL) or None) if isinstance(first, str) else None


def _whole(value: object, *, least: int) -> int | None:
    fits = isinstance(value, int) and not isinstance(value, bool) and least <= value < MOST_ID
    return value if fits and isinstance(value, int) else None


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
