"""The limits of the contract, counted from outside: a person's, an address's, and across processes."""

import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.outside.conftest import OUTSIDE_ENV
from tests.support import whop_events as whop
from tests.support.processes import answers, free_port, running, wait_until
from tests.support.production import Install, installed
from tests.support.redis_server import RedisServer, redis_server
from tests.support.visitor import Visitor

pytestmark = pytest.mark.processes

Another = Callable[..., Visitor]
DOOR = "/webhooks/whop"
QUARTER_S = 15 * 60


def waits(answer: httpx.Response, *, most: int) -> bool:
    return answer.status_code == 429 and 1 <= int(answer.headers["Retry-After"]) <= most


def post_event(visitor: Visitor, *, secret: str = whop.SECRET) -> httpx.Response:
    event = whop.payment_failed() | {"id": f"msg_{uuid4().hex}"}
    body, headers = whop.signed(event, secret=secret, now=datetime.now(UTC))
    return visitor.post(DOOR, content=body, headers=headers)


def test_a_person_asks_the_api_a_hundred_times_from_wherever(another: Another) -> None:
    home, office = another().sign_in(email="busy@example.com"), another().sign_in(email="busy@example.com")
    statuses = [(home, office)[turn % 2].get("/api/me").status_code for turn in range(100)]
    assert statuses == [200] * 100
    assert waits(home.get("/api/me"), most=QUARTER_S)
    assert waits(office.get("/api/cases"), most=QUARTER_S)
    neighbour = another(ip=home.ip).sign_in()
    assert neighbour.get("/api/me").status_code == 200
    assert home.get("/dashboard").status_code == 200


def test_an_address_signs_in_twenty_times_whatever_it_claims_to_come_from(another: Another) -> None:
    address = another()
    spoofed = [{"X-Forwarded-For": f"198.51.100.{turn}, {address.ip}"} for turn in range(21)]
    told = [address.get("/auth/dev", headers=one) for one in spoofed]
    assert [answer.status_code for answer in told[:20]] == [302] * 20
    assert waits(told[20], most=QUARTER_S)
    assert waits(address.get("/auth/whop"), most=QUARTER_S)
    assert another().get("/auth/dev").status_code == 302


def test_only_posts_that_fail_are_limited_at_the_door(another: Another) -> None:
    address = another()
    refused = [post_event(address, secret="not-the-secret-of-this-install") for _ in range(51)]
    assert [answer.status_code for answer in refused[:50]] == [401] * 50
    assert waits(refused[50], most=60)
    assert [post_event(address).status_code for _ in range(5)] == [200] * 5
    assert post_event(another(), secret="not-the-secret-of-this-install").status_code == 401


@pytest.fixture
def counts(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_server(tmp_path) as server:
        yield server


@pytest.fixture
def two_installs(counts: RedisServer, tmp_path: Path) -> Iterator[tuple[Install, str]]:
    """Two web servers of one install, on one database and one Redis."""
    with installed(tmp_path / "instance", REDIS_URL=counts.url, **OUTSIDE_ENV) as first:
        port = free_port()
        env, folder = {**first.env, "PORT": str(port)}, tmp_path / "second"
        folder.mkdir()
        with running("web", env, cwd=folder) as child:
            second = f"http://127.0.0.1:{port}"
            wait_until(lambda: answers(second), "the second web server", child=child)
            yield first, second


def test_two_processes_share_a_redis_and_each_counts_alone_when_it_hangs_and_dies(
    two_installs: tuple[Install, str], counts: RedisServer
) -> None:
    first, second = two_installs
    with Visitor(first.address, ip="198.51.100.1") as here, Visitor(second, ip="198.51.100.1") as there:
        statuses = [(here, there)[turn % 2].get("/auth/dev").status_code for turn in range(20)]
        assert statuses == [302] * 20
        assert waits(here.get("/auth/dev"), most=QUARTER_S) and waits(there.get("/auth/dev"), most=QUARTER_S)
    with Visitor(first.address, ip="198.51.100.2") as somebody:
        counts.process.send_signal(signal.SIGSTOP)
        statuses = [somebody.get("/auth/dev").status_code for _ in range(10)]
        counts.process.kill()
        counts.process.wait(timeout=10)
        statuses += [somebody.get("/auth/dev").status_code for _ in range(10)]
        assert statuses == [302] * 20
        assert waits(somebody.get("/auth/dev"), most=QUARTER_S)
    assert first.log.count("limits.store_away") == 1
