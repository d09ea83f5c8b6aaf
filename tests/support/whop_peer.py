"""What every call of Whop's API meets first: the key, the pinned version, the limits, and answers kept by idempotency key."""

import itertools
import json
from typing import Any

from tests.support.json_peer import Call, JsonPeer, Reply

KEY = "an-api-key-of-the-tests"
API = "/api/v1"
VERSION = "2026-10-15-1"
LATER = {"Retry-After": "7", "Date": "Thu, 26 Nov 2026 07:00:00 GMT"}


def refused(status: int, code: str = "refused") -> Reply:
    return Reply(status, {"error": {"type": code, "message": "Not to Maria Silva."}})


class WhopPeer(JsonPeer):
    """Answers are kept by idempotency key as Whop does for a day: successes and refusals, but no fault of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.key = KEY
        """The one that it accepts."""
        self.grants: set[str] = set()
        """What the key may do."""
        self.running: set[str] = set()
        """Idempotency keys of calls that are still being carried out."""
        self.busy: set[str] = set()
        """`METHOD /path` of what is over its limit."""
        self._numbers = itertools.count(1)
        self._kept: dict[str, tuple[str, Reply]] = {}

    def first(self, call: Call) -> Reply:
        """What the service does at the first call with a key. Called with the lock held."""
        raise NotImplementedError

    def answer(self, call: Call) -> Reply:
        if call.headers.get("authorization") != f"Bearer {self.key}":
            return refused(401)
        if call.headers.get("api-version-date") not in (VERSION, None):
            return refused(400, "unknown_version")
        if f"{call.method} {call.path}" in self.busy:
            return Reply(429, refused(429).body, LATER)
        key = call.headers.get("idempotency-key")
        if call.method == "POST" and key:
            return self._once(call, key)
        return self.first(call)

    def allowed(self, *actions: str) -> bool:
        return self.grants.issuperset(actions)

    def forget_keys(self) -> None:
        """A day has passed."""
        self._kept.clear()

    def permissions(self, call: Call) -> Reply:
        asked = call.query["actions"].split(",")
        return Reply(200, {"data": [{"action": one, "granted": one in self.grants} for one in asked]})

    def _once(self, call: Call, key: str) -> Reply:
        asked = json.dumps([call.path, call.headers.get("api-version-date"), call.body], sort_keys=True)
        if key in self.running:
            return refused(409, "idempotency_key_in_use")
        if key in self._kept:
            before, reply = self._kept[key]
            if before != asked:
                return refused(400, "idempotency_key_reused")
            return Reply(reply.status, reply.body, {"Idempotent-Replayed": "true"})
        reply = self.first(call)
        if reply.status < 500:
            self._kept[key] = (asked, reply)
        return reply


def rows(found: list[dict[str, Any]], call: Call, *, page_size: int) -> Reply:
    """One page of a list, with cursors that only this server can read."""
    start = int(call.query["after"].removeprefix("cursor")) if "after" in call.query else 0
    end = start + min(int(call.query.get("first", page_size)), page_size)
    page = found[start:end]
    info = {
        "start_cursor": f"cursor{start}" if page else None,
        "end_cursor": f"cursor{end}" if page else None,
    }
    edges = {"has_next_page": end < len(found), "has_previous_page": start > 0}
    return Reply(200, {"data": page, "page_info": info | edges})
