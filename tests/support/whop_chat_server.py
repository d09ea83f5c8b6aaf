"""Whop's support chat on loopback: channels, messages, a key's permissions, and answers kept by idempotency key."""

from typing import Any

from tests.support.json_peer import Call, Reply
from tests.support.whop_peer import API, KEY, WhopPeer, refused

__all__ = ["ACCOUNT", "API", "GRANTS", "KEY", "MARIA", "OPEN", "POST", "WhopChatServer", "refused"]

OPEN = f"{API}/support_channels"
POST = f"{API}/messages"
ACCOUNT = "biz_optionslab"
MARIA = f"{ACCOUNT}/user_maria"
GRANTS = ("support_chat:create", "support_chat:message:create")


class WhopChatServer(WhopPeer):
    """`messages` holds what a customer sees; `grants` what the key may do."""

    def __init__(self) -> None:
        super().__init__()
        self.grants = set(GRANTS)
        self.messages: list[dict[str, Any]] = []
        self._channels: dict[tuple[str, str], str] = {}

    def first(self, call: Call) -> Reply:
        match call.method, call.path:
            case "GET", "/api/v1/accounts/me":
                return Reply(200, {"id": ACCOUNT, "title": "Options Lab"})
            case "GET", "/api/v1/permissions":
                return self.permissions(call)
            case "POST", "/api/v1/support_channels":
                if GRANTS[0] not in self.grants:
                    return refused(403)
                person = (call.body["account_id"], call.body["user_id"])
                number = f"feed_{next(self._numbers)}"
                return Reply(200, {"id": self._channels.setdefault(person, number)})
            case "POST", "/api/v1/messages":
                return self._take(call.body)
        return refused(404)

    def _take(self, body: dict[str, Any]) -> Reply:
        if GRANTS[1] not in self.grants:
            return refused(403)
        if body["channel_id"] not in self._channels.values():
            return refused(404)
        if not body["content"] or len(body["content"]) > 5000:
            return refused(422)
        self.messages.append(body)
        return Reply(200, {"id": f"post_{next(self._numbers)}"})
