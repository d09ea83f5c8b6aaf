"""Updates as Telegram posts them: people who write to the bot, and people who block it."""

from typing import Any

CHAT = 314159265
GROUP = -1001234567890


def said(
    number: int,
    text: object,
    *,
    chat: int = CHAT,
    kind: str = "private",
    username: str | None = "maria",
    language: str | None = "en",
) -> dict[str, Any]:
    sender: dict[str, Any] = {"id": chat, "is_bot": False, "first_name": "Maria"}
    if username:
        sender["username"] = username
    if language:
        sender["language_code"] = language
    about = {"id": chat, "type": kind, "first_name": "Maria"}
    message = {"message_id": number, "date": 1795165210, "chat": about, "from": sender, "text": text}
    return {"update_id": number, "message": message}


def became(number: int, status: str, *, chat: int = CHAT, kind: str = "private") -> dict[str, Any]:
    """The bot's own standing in a chat has changed: `kicked` is how being blocked is told."""
    change = {
        "chat": {"id": chat, "type": kind},
        "from": {"id": chat, "is_bot": False, "first_name": "Maria"},
        "date": 1795165210,
        "old_chat_member": {"status": "member"},
        "new_chat_member": {"status": status},
    }
    return {"update_id": number, "my_chat_member": change}
