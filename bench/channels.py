"""How many messages a second each channel sends, beside bare clients that make the same round trips.

    python -m bench.channels                    every channel of this install
    python -m bench.channels --only discord

Eight threads send, as in one worker; the peers are processes on this machine that answer after 50 ms. With the
limits off it counts messages; with them on, how many the peer took in its busiest second. The address of each
recipient is known to the channel by then, as it is in a worker after its first reminder to them.
"""

import argparse
import json
import smtplib
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from app.worker import SWITCH_SECONDS
from bench.results import Figure, Results
from notifiers import available
from notifiers.base import Notifier, Outcome, Recipient, Retry, Sent
from notifiers.testing import reminder
from tests.support.discord_server import API as DISCORD_API
from tests.support.discord_server import TOKEN
from tests.support.whop_chat_server import KEY

THREADS = 8
DELAY_S = 0.05
LIMITED_S = 3
FLOOR = "bare clients with the same round trips, /s"
Send = Callable[[int], object]


@dataclass(frozen=True)
class Channel:
    name: str
    settings: Callable[[int], dict[str, Any]]
    """Of a peer at this port, with the channel's own limits as they are."""
    unlimited: dict[str, Any]
    """Settings that switch the limits off."""
    limit: int | None
    """Messages a second that the settings allow; None: the channel has no limit of its own."""
    people: tuple[str, ...]


def _at(port: int, path: str = "") -> str:
    return f"http://127.0.0.1:{port}{path}"


CHANNELS = (
    Channel(
        "telegram",
        lambda port: {"bot_token": "123456:bench", "api_url": _at(port)},
        {"messages_per_second": None, "chat_seconds": None},
        30,
        tuple(str(1000 + number) for number in range(400)),
    ),
    Channel(
        "discord",
        lambda port: {"bot_token": TOKEN, "api_url": _at(port, DISCORD_API)},
        {"requests_per_second": None},
        50,
        tuple(str(700000000000000000 + number) for number in range(THREADS)),
    ),
    Channel(
        "whop_chat",
        lambda port: {"api_key": KEY, "api_url": _at(port)},
        {"requests_per_second": None},
        9,
        tuple(f"biz_bench/user_{number}" for number in range(THREADS)),
    ),
    Channel(
        "email",
        lambda port: {"host": "127.0.0.1", "port": port, "sender": "bench@example.com", "security": "none"},
        {},
        None,
        tuple(f"customer{number}@example.com" for number in range(THREADS)),
    ),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", default="", help="one channel's name")
    parser.add_argument("--messages", type=int, default=800)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    sys.setswitchinterval(SWITCH_SECONDS)
    known = available()
    results = Results("channels", "-")
    for channel in CHANNELS:
        if channel.name in known and options.only in ("", channel.name):
            rounds = [_round(channel, known[channel.name], options.messages) for _ in range(options.rounds)]
            results.tell(
                [Figure(name=f"{channel.name}: messages of 8 threads", unit="/s", floor=FLOOR)], rounds
            )
            if channel.limit is not None:
                busiest = _busiest(channel, known[channel.name])
                print(f"{channel.name:10} busiest second {busiest}, allowed {channel.limit}", flush=True)
                if busiest > channel.limit:
                    sys.exit(f"{channel.name} exceeds its limit")


def _round(channel: Channel, kind: type[Notifier], count: int) -> dict[str, float]:
    with peer("email" if channel.name == "email" else "empty") as (port, _):
        floor = _rate(_bare_mail(port) if channel.name == "email" else _bare_http(port), count)
    with peer(channel.name) as (port, _):
        notifier = kind(kind.settings_model(**channel.settings(port), **channel.unlimited))
        send = _sender(notifier, channel)
        _rate(send, len(channel.people))
        sent = _rate(send, count)
        notifier.close()
    return {FLOOR: floor, f"{channel.name}: messages of 8 threads": sent}


def _busiest(channel: Channel, kind: type[Notifier]) -> int:
    """What the peer took in its busiest second while the threads tried as hard as they may."""
    with peer(channel.name, delay=0.0) as (port, told):
        notifier = kind(kind.settings_model(**channel.settings(port)))
        ends_at = time.monotonic() + LIMITED_S

        def send(number: int) -> None:
            person = Recipient(channel.people[number % len(channel.people)])
            while time.monotonic() < ends_at:
                outcome = notifier.send(reminder(message_id=f"limited-{number}"), person)
                if not isinstance(outcome, Retry):
                    return
                time.sleep(min(outcome.after.total_seconds() if outcome.after else 0.1, 0.2))

        _rate(send, (channel.limit or 0) * (LIMITED_S + 2))
        notifier.close()
    return int(told["busiest"])


def _sender(notifier: Notifier, channel: Channel) -> Send:
    def send(number: int) -> None:
        person = Recipient(channel.people[number % len(channel.people)])
        outcome: Outcome = notifier.send(reminder(message_id=f"bench-{next(_numbers)}"), person)
        if not isinstance(outcome, Sent):
            raise RuntimeError(f"{channel.name}: {outcome}")

    return send


class _Numbers:
    """Numbers for message ids, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def __next__(self) -> int:
        with self._lock:
            self._last += 1
            return self._last


_numbers = _Numbers()


def _bare_http(port: int) -> Send:
    clients = [httpx.Client(base_url=_at(port), timeout=10) for _ in range(THREADS)]
    body = {"content": "x" * 600}

    def send(number: int) -> None:
        clients[number % THREADS].post("/empty", json=body).raise_for_status()

    return send


def _bare_mail(port: int) -> Send:
    lines = [smtplib.SMTP("127.0.0.1", port, timeout=10) for _ in range(THREADS)]
    mail = f"From: bench@example.com\r\nSubject: bench\r\n\r\n{'x' * 600}\r\n"

    def send(number: int) -> None:
        lines[number % THREADS].sendmail("bench@example.com", f"customer{number}@example.com", mail)

    return send


def _rate(send: Send, count: int) -> float:
    """Calls a second of eight threads; thread n makes the calls n, n + 8, n + 16 and so on."""
    failed: list[Exception] = []

    def work(which: int) -> None:
        try:
            for number in range(which, count, THREADS):
                send(number)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(which,)) for which in range(THREADS)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - started
    if failed:
        sys.exit(f"errors in the run, its figures do not count: {failed[0]}")
    return count / took


@contextmanager
def peer(name: str, *, delay: float = DELAY_S) -> Iterator[tuple[int, dict[str, int]]]:
    """The peer's port, and what it tells at its end."""
    told: dict[str, int] = {}
    child = subprocess.Popen(
        [sys.executable, "-m", "bench.mail_and_chat", name, str(delay)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    try:
        yield int(child.stdout.readline()), told
    finally:
        rest, _ = child.communicate(timeout=30)
        told |= json.loads(rest or "{}")


if __name__ == "__main__":
    main()
