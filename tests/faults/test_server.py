"""The real web server: hostile clients, a kill between commit and answer, and an orderly end."""

import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from app.arrival import RECEIVE_SECONDS
from app.db import Database
from app.models import InboxRow
from tests.faults.conftest import process_env
from tests.support import whop_events as whop
from tests.support.processes import answers, running, terminated, wait_until

pytestmark = pytest.mark.processes


@pytest.fixture
def env(database: Database, tmp_path: Path) -> dict[str, str]:
    return process_env(database, tmp_path)


@pytest.fixture
def address(env: dict[str, str], tmp_path: Path) -> Iterator[str]:
    with running("web", env, cwd=tmp_path) as child:
        wait_until(lambda: answers(env["APP_HOST"]), "the web server", child=child)
        yield env["APP_HOST"]
        assert terminated(child) == 0


def rows(database: Database) -> int:
    with database.reading() as read:
        return read.scalar(select(func.count()).select_from(InboxRow)) or 0


def post(address: str, event: whop.Event) -> httpx.Response:
    body, headers = whop.signed(event, now=datetime.now(UTC))
    return httpx.post(f"{address}/webhooks/whop", content=body, headers=headers, timeout=10)


def raw(address: str, request: bytes) -> bytes:
    """What comes back for these bytes, until the server closes or is silent for a while."""
    with _connect(address) as connection:
        connection.sendall(request)
        connection.settimeout(RECEIVE_SECONDS + 5)
        return connection.recv(65_536)


def _connect(address: str) -> socket.socket:
    host, port = address.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=30)


HEAD = b"POST /webhooks/whop HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


def test_bodies_that_are_too_large_or_lie_about_their_length_are_refused(
    address: str, database: Database
) -> None:
    large = b"x" * (257 * 1024)
    assert b" 413 " in raw(address, HEAD + b"Content-Length: %d\r\n\r\n" % len(large) + large[:1000])
    chunked = HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
    assert raw(address, chunked).split(b" ")[1] in (b"400", b"401", b"411")
    wrong = HEAD + b"Content-Length: -5\r\n\r\n{}"
    assert raw(address, wrong).split(b" ")[1] == b"400"
    long_header = HEAD + b"webhook-signature: v1," + b"A" * 65_536 + b"\r\n\r\n"
    assert raw(address, long_header).split(b" ")[1] in (b"400", b"431")
    assert rows(database) == 0
    assert post(address, whop.payment_failed()).status_code == 200


def test_clients_that_drip_are_let_go_and_hold_nobody_up(address: str) -> None:
    started = time.monotonic()
    ended: list[float] = []

    def drip(request: bytes) -> None:
        with _connect(address) as connection:
            try:
                for byte in request:
                    connection.sendall(bytes([byte]))
                    connection.settimeout(0.5)
                    try:
                        connection.recv(1024)
                        break
                    except TimeoutError:
                        continue
            except OSError:
                pass
        ended.append(time.monotonic() - started)

    body = HEAD + b"Content-Length: 1000\r\n\r\n" + b" " * 1000
    header = b"POST /webhooks/whop HTTP/1.1\r\nX-Slow: " + b"a" * 1000
    threads = [threading.Thread(target=drip, args=(request,)) for request in (body, header)]
    for thread in threads:
        thread.start()
    for number in range(5):
        assert post(address, {**whop.payment_failed(), "id": f"msg_{number}"}).status_code == 200
    for thread in threads:
        thread.join()
    assert max(ended) < RECEIVE_SECONDS + 10


def test_more_clients_that_never_finish_than_threads_hold_nobody_up(address: str) -> None:
    """Each in another way: silent, in the middle of the head, in the middle of the body."""
    begun = (b"", HEAD[:20], HEAD + b"Content-Length: 1000\r\n\r\n{")
    with ExitStack() as held:
        lines = [held.enter_context(_connect(address)) for _ in range(24)]
        for number, line in enumerate(lines):
            line.sendall(begun[number % len(begun)])
        assert post(address, whop.payment_failed()).status_code == 200
        for line in lines:
            line.setblocking(False)
            with pytest.raises(BlockingIOError):  # it is still there: nobody had to wait for its end
                line.recv(1)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_an_event_whose_answer_was_lost_is_stored_once_when_it_comes_again(
    env: dict[str, str], database: Database, tmp_path: Path
) -> None:
    event = whop.payment_failed()
    faulty = {**env, "AUTOCHARGE_FAULT": "door_after_commit", "WEB_WORKERS": "1"}
    with running("web", faulty, cwd=tmp_path) as child:
        wait_until(lambda: answers(env["APP_HOST"]), "the web server", child=child)
        with pytest.raises(httpx.HTTPError):
            post(env["APP_HOST"], event)
        assert rows(database) == 1
    with running("web", env, cwd=tmp_path) as child:
        wait_until(lambda: answers(env["APP_HOST"]), "the web server", child=child)
        assert post(env["APP_HOST"], event).json() == {"ok": True, "duplicate": True}
    assert rows(database) == 1


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_up_runs_web_and_worker_and_ends_both(
    env: dict[str, str], database: Database, tmp_path: Path
) -> None:
    with running("up", env, cwd=tmp_path) as child:
        wait_until(lambda: answers(env["APP_HOST"]), "the web server", child=child)
        assert post(env["APP_HOST"], whop.payment_failed(at=datetime.now(UTC))).status_code == 200

        def done() -> bool:
            with database.reading() as read:
                return read.scalars(select(InboxRow.state)).all() == ["done"]

        wait_until(done, "the worker to take the event", child=child)
        child.send_signal(signal.SIGINT)
        assert child.wait(timeout=15) == 0
    assert not answers(env["APP_HOST"])


def test_killed_it_leaves_no_child_behind(env: dict[str, str], tmp_path: Path) -> None:
    with running("up", env, cwd=tmp_path) as child:
        wait_until(lambda: answers(env["APP_HOST"]), "the web server", child=child)
        child.kill()
        child.wait()
        wait_until(lambda: not answers(env["APP_HOST"]), "the port to be free")


def test_a_taken_port_ends_it_with_a_sentence(env: dict[str, str], tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(env["PORT"])))
        taken.listen()
        with running("up", env, cwd=tmp_path) as child:
            assert child.wait(timeout=30) == 1
    log = (tmp_path / "up.log").read_text()
    assert "Address already in use" in log or f"port {env['PORT']}" in log
