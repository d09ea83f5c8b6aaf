"""A channel's peer in a process of its own: `python -m bench.mail_and_chat NAME DELAY` tells its port, and ends with stdin.

At the end it tells how many messages it took, and how many in its busiest second.
"""

import argparse
import itertools
import json
import sys
import time
from collections.abc import Iterable
from contextlib import AbstractContextManager

from tests.support.discord_server import DiscordServer
from tests.support.json_peer import Call, JsonPeer, Reply
from tests.support.smtp_server import SmtpServer
from tests.support.whop_chat_server import WhopChatServer


class TelegramPeer(JsonPeer):
    """As much of the Bot API as a send needs."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers = itertools.count(1)

    def answer(self, call: Call) -> Reply:
        if call.path.endswith("/getMe"):
            return _ok({"id": 1, "is_bot": True, "first_name": "bench", "username": "bench_bot"})
        chat = {"id": 1, "type": "private"}
        return _ok({"message_id": next(self._numbers), "date": int(time.time()), "chat": chat})


class EmptyPeer(JsonPeer):
    """Answers every call: the floor's peer."""

    def answer(self, call: Call) -> Reply:
        return Reply(200, {"id": "1"})


JSON_PEERS: dict[str, type[JsonPeer]] = {
    "telegram": TelegramPeer,
    "discord": DiscordServer,
    "whop_chat": WhopChatServer,
    "empty": EmptyPeer,
}
HANGS_S = 30.0
MESSAGES = ("/sendMessage", "/messages", "/empty")


def _ok(result: object) -> Reply:
    return Reply(200, {"ok": True, "result": result})


def busiest_second(times: Iterable[float]) -> int:
    """The most of these times that lie in any one second."""
    ordered = sorted(times)
    first = most = 0
    for last, at in enumerate(ordered):
        while ordered[first] <= at - 1:
            first += 1
        most = max(most, last - first + 1)
    return most


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=[*JSON_PEERS, "email"])
    parser.add_argument("delay", type=float, help="seconds before each answer; of mail, before it is taken")
    parser.add_argument("--hangs-for", default="", help="domain whose mail is taken after half a minute")
    options = parser.parse_args()
    hangs = {options.hangs_for: HANGS_S} if options.hangs_for else {}
    peer: AbstractContextManager[object]
    peer = (
        SmtpServer(delay=options.delay, delays=hangs)
        if options.name == "email"
        else JSON_PEERS[options.name]()
    )
    with peer:
        if isinstance(peer, JsonPeer):
            peer.delay = options.delay
            print(peer.url.rpartition(":")[2], flush=True)
        else:
            assert isinstance(peer, SmtpServer)
            print(peer.port, flush=True)
        sys.stdin.read()
        if isinstance(peer, JsonPeer):
            times = [call.at for call in peer.calls if call.path.endswith(MESSAGES)]
            print(json.dumps({"taken": len(times), "busiest": busiest_second(times)}))
        elif isinstance(peer, SmtpServer):
            print(json.dumps({"taken": len(peer.messages), "busiest": 0}))


if __name__ == "__main__":
    main()
