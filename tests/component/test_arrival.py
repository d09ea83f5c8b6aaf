"""When a request is handed to a thread: not before it is whole, and at once where waiting is of no use."""

import select
import socket
from collections.abc import Iterator

import pytest

from app.arrival import Arrival
from app.webhooks.routes import MAX_BODY

HEAD = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n"


@pytest.fixture
def line() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The client's end and the server's."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname()) as client,
    ):
        server, _ = listener.accept()
        with server:
            yield client, server


def readable(server: socket.socket, seconds: float = 5.0) -> bool:
    return bool(select.select([server], [], [], seconds)[0])


def test_a_whole_request_is_handed_over_and_stays_to_be_read(
    line: tuple[socket.socket, socket.socket],
) -> None:
    client, server = line
    request = HEAD % 3 + b"abc"
    client.sendall(request)
    assert readable(server)
    assert Arrival(server).is_whole()
    assert server.recv(1_000) == request


def test_a_request_in_pieces_wakes_nobody_before_its_body_is_whole(
    line: tuple[socket.socket, socket.socket],
) -> None:
    client, server = line
    arrival = Arrival(server)
    assert not arrival.is_whole(), "nothing is there"
    assert arrival.ends_at is None, "it has not begun"
    client.sendall((HEAD % 20_000)[:20])
    assert readable(server) and not arrival.is_whole()
    began = arrival.ends_at
    assert began is not None
    client.sendall((HEAD % 20_000)[20:] + b"x" * 10_000)
    assert readable(server) and not arrival.is_whole()
    assert arrival.ends_at == began, "dripping gives no more time"
    client.sendall(b"x" * 9_999)
    assert not readable(server, 0.2)
    client.sendall(b"x")
    assert readable(server) and arrival.is_whole()
    assert not arrival.is_awaited and arrival.ends_at is None
    server.recv(1_000_000)
    client.sendall(HEAD % 0)
    assert readable(server), "the next may be short"
    assert arrival.is_whole()


@pytest.mark.parametrize(
    "begun",
    [
        HEAD % (MAX_BODY + 1) + b"x",
        HEAD[:-4] % 5 + b"\r\nExpect: 100-continue\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n",
        b"GET / HTTP/1.1\r\n" + b"a" * 40_000,
    ],
    ids=["too large", "waits itself", "of unknown length", "an endless head"],
)
def test_where_waiting_is_of_no_use_it_is_handed_over_at_once(
    line: tuple[socket.socket, socket.socket], begun: bytes
) -> None:
    client, server = line
    client.sendall(begun)
    while len(server.recv(100_000, socket.MSG_PEEK)) < len(begun):
        assert readable(server)
    assert Arrival(server).is_whole()


@pytest.mark.parametrize("begun", [b"", HEAD[:20], HEAD % 5 + b"abc"])
def test_a_client_that_hangs_up_in_the_middle_is_handed_over(
    line: tuple[socket.socket, socket.socket], begun: bytes
) -> None:
    client, server = line
    arrival = Arrival(server)
    client.sendall(begun)
    if begun:
        assert readable(server)
    assert not arrival.is_whole()
    client.shutdown(socket.SHUT_WR)
    assert readable(server)
    assert arrival.is_whole()
