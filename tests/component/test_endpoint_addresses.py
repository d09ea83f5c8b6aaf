"""No address inside our own network is ever called, whatever its name says first."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from app.db import Database
from app.endpoints.addresses import GuardedNetwork, is_public, trouble
from app.endpoints.calling import Caller
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.hook_peer import HookPeer
from tests.support.listening import ListeningWorld

INSIDE = (
    "127.0.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1",
    "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "fe80::1",
    "fc00::1", "fd12::1", "ff02::1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::", "2001:db8::1",
)  # fmt: skip


@pytest.fixture
def peer() -> Iterator[HookPeer]:
    with HookPeer() as started:
        yield started


@pytest.mark.parametrize("address", INSIDE)
def test_what_is_not_public_is_known(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "2606:4700::1111", "2a00:1450:4001::200e"])
def test_what_is_public_is_let_through(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("https://hooks.example.com/in?x=1", None),
        ("https://hooks.example.com:8443/in", None),
        ("https://8.8.8.8/in", None),
        ("http://hooks.example.com/in", "not_https"),
        ("https://127.0.0.1/in", "not_public"),
        ("https://[::1]/in", "not_public"),
        ("https://localhost/in", "not_public"),
        ("https://db/in", "not_public"),
        ("https://app.internal/in", "not_public"),
        ("https://a.localhost./in", "not_public"),
        ("https://2130706433/", "not_public"),
        ("https://0x7f.1/", "not_public"),
        ("https://user:pw@hooks.example.com/", "extras"),
        ("https://hooks.example.com/#x", "extras"),
        ("ftp://hooks.example.com/", "unreadable"),
        ("https://", "unreadable"),
        ("https://[::1", "unreadable"),
        ("https://hooks.example.com:99999/", "unreadable"),
        ("https://hooks.example.com\\@127.0.0.1/", "unreadable"),
        ("https://hooks.example.com/\r\nHost: x", "unreadable"),
        ("https://hooks.exämple.com/", "unreadable"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_with_a_word(url: str, word: str | None) -> None:
    assert trouble(url, production=True) == word


def test_development_may_call_its_own_machine() -> None:
    assert trouble("http://127.0.0.1:5678/in", production=False) is None


@pytest.mark.parametrize("found", [["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::ffff:127.0.0.1"]])
def test_a_name_that_leads_inside_is_not_called(peer: HookPeer, found: list[str]) -> None:
    caller = Caller(GuardedNetwork(private_too=False, resolve=lambda *_: found))
    called = caller.post(f"http://hooks.example.com:{peer.port}/hook", b"{}", {})
    assert (called.reason, peer.taken) == ("not_public", [])


def test_a_name_is_looked_up_at_each_call_and_what_was_found_is_what_is_called(peer: HookPeer) -> None:
    answers = [["127.0.0.1"], ["127.0.0.2"]]
    asked: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return answers.pop(0)

    caller = Caller(GuardedNetwork(private_too=True, resolve=resolve))
    url = f"http://hooks.example.com:{peer.port}/hook"
    assert [caller.post(url, b"{}", {}).reason for _ in range(2)] == [None, "unreachable"]
    assert asked == ["hooks.example.com"] * 2
    assert peer.taken[0].headers["host"] == f"hooks.example.com:{peer.port}"


def test_a_name_that_leads_nowhere_says_so() -> None:
    def nowhere(_host: str, _port: int) -> list[str]:
        raise OSError

    caller = Caller(GuardedNetwork(private_too=False, resolve=nowhere))
    assert caller.post("https://hooks.example.com/", b"{}", {}).reason == "no_such_host"


def test_what_was_written_down_by_a_laxer_install_is_not_called_in_production(
    database: Database, peer: HookPeer
) -> None:
    world = ListeningWorld(database, FixedClock(datetime.now(UTC)), production=True)
    world.hear(whop.membership_activated(at=world.now - timedelta(hours=1)))
    world.listen(peer.url)
    world.hear(whop.payment_failed(at=world.now))
    world.deliver()
    assert peer.taken == [] and world.ends() == [("dead", "not_https")]
