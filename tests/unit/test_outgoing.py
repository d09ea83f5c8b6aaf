"""Calls to others: named, without cookies or redirects, and over in time, whatever the peer does."""

import threading
from collections.abc import Iterator

import httpx
import pytest

from app import log as logs
from app import outgoing
from tests.support.whop_server import FakeWhop, whop_server

DOCUMENT = "/.well-known/openid-configuration"


@pytest.fixture
def peer() -> Iterator[FakeWhop]:
    with whop_server() as fake:
        yield fake


@pytest.fixture
def client(peer: FakeWhop) -> Iterator[httpx.Client]:
    with outgoing.client(peer.address) as made:
        yield made


def test_a_call_carries_the_name_of_its_request(client: httpx.Client, peer: FakeWhop) -> None:
    with logs.bound(request_id="a-request-of-ours"):
        outgoing.in_time(lambda: client.get(DOCUMENT))
    client.get(DOCUMENT)
    assert [call.headers.get("x-request-id") for call in peer.calls] == ["a-request-of-ours", None]
    assert peer.calls[0].headers["user-agent"].startswith("AutoChargeSaver/")


def test_what_the_call_returns_or_raises_comes_back() -> None:
    assert outgoing.in_time(lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        outgoing.in_time(lambda: 1 / 0)


def test_a_peer_that_never_ends_is_left_behind() -> None:
    end = threading.Event()
    try:
        with pytest.raises(TimeoutError):
            outgoing.in_time(end.wait, seconds=0.01)
    finally:
        end.set()


def test_too_many_that_hang_hold_no_further_thread() -> None:
    end, began = threading.Event(), threading.Semaphore(0)

    def hang() -> None:
        began.release()
        end.wait()

    try:
        for _ in range(outgoing.MOST_LEFT_BEHIND):
            with pytest.raises(TimeoutError):
                outgoing.in_time(hang, seconds=0.01)
            began.acquire()
        with pytest.raises(TimeoutError, match="too many"):
            outgoing.in_time(hang, seconds=60)
    finally:
        end.set()
