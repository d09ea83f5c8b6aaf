"""A Discord on loopback: a bot's sign-in, conversations, messages and one webhook, as strict as Discord is.

Its answers carry exactly `application/json`, and 429 a `Via`: by these discord.py tells the API from the wall
before it.
"""

import itertools
from typing import Any

from tests.support.json_peer import Call, JsonPeer, Reply

TOKEN = "a-bot-token-of-the-tests"
API = "/api/v10"
HOOK = "/api/webhooks/123456789012345678/a-webhook-token-of-the-tests"
ME = f"{API}/users/@me"
OPEN = f"{API}/users/@me/channels"
ALICE = "700000000000000001"


def told_to_wait(seconds: Any, *, everywhere: bool = False, shared: bool = False) -> Reply:
    """429, in the API's own words."""
    headers = {"Via": "1.1 google", "X-RateLimit-Scope": "shared" if shared else "user"}
    headers |= {"X-RateLimit-Global": "true"} if everywhere else {}
    body = {"message": "You are being rate limited.", "retry_after": seconds, "global": everywhere}
    return Reply(429, body, headers)


def refused(status: int, code: int = 0) -> Reply:
    return Reply(status, {"message": "No, said Discord to Maria Silva.", "code": code})


class DiscordServer(JsonPeer):
    """`messages` holds each that a reader has, `posts` how often they were sent."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[dict[str, Any]] = []
        self.rate_headers: dict[str, str] = {}
        self._nonces: dict[str, dict[str, Any]] = {}
        self._numbers = itertools.count(900000000000000000)
        self._channels: dict[str, str] = {}

    @property
    def api_url(self) -> str:
        return f"{self.url}{API}"

    @property
    def webhook_url(self) -> str:
        return f"{self.url}{HOOK}"

    @property
    def opened(self) -> int:
        """How often a conversation was asked for."""
        return self.count("POST", OPEN)

    @property
    def posts(self) -> list[Call]:
        return [
            call
            for call in self.calls
            if call.path.endswith("/messages") or (call.path == HOOK and call.body)
        ]

    def answer(self, call: Call) -> Reply:
        if call.path == HOOK:
            return self._hook(call)
        if call.headers.get("authorization") != f"Bot {TOKEN}":
            return refused(401)
        if call.path == ME:
            return Reply(200, {"id": "1", "username": "Recovery bot"})
        if call.path == OPEN and call.method == "POST":
            channel = self._channels.setdefault(call.body["recipient_id"], str(next(self._numbers)))
            return Reply(200, {"id": channel, "type": 1}, self.rate_headers)
        channel = call.path.removeprefix(f"{API}/channels/").removesuffix("/messages")
        if call.method == "POST" and channel in self._channels.values():
            return self._take(call.body, {**call.body, "channel": channel})
        return refused(404, 10003)

    def _hook(self, call: Call) -> Reply:
        if call.method == "GET":
            return Reply(200, {"id": "1", "type": 1})
        return self._take(call.body, call.body) if call.query.get("wait") == "true" else Reply(204, b"")

    def _take(self, body: dict[str, Any], message: dict[str, Any]) -> Reply:
        if _too_long(body) or not (body.get("content") or body.get("embeds")):
            return refused(400, 50035)
        nonce = body.get("nonce")
        known = self._nonces.get(str(nonce)) if body.get("enforce_nonce") else None
        if known is None:
            known = {"id": str(next(self._numbers))}
            self.messages.append(message)
            if nonce:
                self._nonces[str(nonce)] = known
        return Reply(200, known, self.rate_headers)


def _too_long(body: dict[str, Any]) -> bool:
    """Discord's own limits: of content, nonce, embeds and buttons."""
    embeds, nonce = body.get("embeds", []), body.get("nonce", "")
    rows = body.get("components", [])
    buttons = [button for row in rows for button in row["components"]]
    whole = sum(
        len(embed.get("description", "")) + len(embed.get("author", {}).get("name", ""))
        + len(embed.get("footer", {}).get("text", ""))
        for embed in embeds
    )  # fmt: skip
    return (
        len(body.get("content", "")) > 2000
        or len(nonce) > 25
        or whole > 6000
        or any(len(embed.get("description", "")) > 4096 for embed in embeds)
        or any(len(embed.get("author", {}).get("name", "")) > 256 for embed in embeds)
        or any(len(button["label"]) > 80 or len(button["url"]) > 512 for button in buttons)
        or any(not button["url"].startswith(("http://", "https://")) for button in buttons)
    )
