"""Peers that hang hold up nobody else: the web goes on, and no transaction waits with them."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import create_engine, text

from app.clock import SystemClock
from app.db import Database
from app.models import Step
from tests.faults.conftest import Env, many
from tests.faults.figures import Figures
from tests.faults.test_kill import ENDED, copies, count, failures
from tests.faults.test_stop_worker import mailing
from tests.support.clock import FixedClock
from tests.support.fault_proxy import Fault, FaultProxy
from tests.support.posts import Posts
from tests.support.processes import answers, running, terminated, wait_until
from tests.support.smtp_peer import PeerLine, SmtpPeer
from tests.support.smtp_server import SmtpServer
from tests.support.world import World

pytestmark = [many, pytest.mark.processes, pytest.mark.timeout(600)]

HANGING_S = 60.0
LONGEST_TRANSACTION_S = 5.0


@pytest.fixture
def database(away: Database) -> Database:
    """On a server that is reached by TCP, so that something can stand between."""
    return away


@pytest.fixture
def world(database: Database) -> World:
    """Three hours ago; so the first reminder of an expired card has been due for two."""
    return World(database, FixedClock(SystemClock().now() - timedelta(hours=3)))


def silent(line: PeerLine) -> None:
    """Takes the connection and says nothing."""
    line.stopped.wait(HANGING_S)


class Watched:
    """How long the oldest open transaction of this database has been open, looked at all the time."""

    def __init__(self, database: Database) -> None:
        self.longest = 0.0
        self._url = database.url
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    @contextmanager
    def going_on(self) -> Iterator["Watched"]:
        self._thread.start()
        try:
            yield self
        finally:
            self._over.set()
            self._thread.join()

    def _look(self) -> None:
        asked = text(
            "SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        engine = create_engine(self._url, isolation_level="AUTOCOMMIT")
        with engine.connect() as observer:
            while not self._over.wait(0.05):
                self.longest = max(self.longest, float(observer.scalar(asked)))
        engine.dispose()


def read_pages(browser: httpx.Client, seconds: float) -> list[float]:
    """The overview again and again; how long each took."""
    took: list[float] = []
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        began = time.monotonic()
        assert browser.get("/dashboard").status_code == 200
        took.append(time.monotonic() - began)
    return took


def test_while_every_mail_server_hangs_the_web_goes_on_and_no_transaction_waits(
    world: World, database: Database, away_env: Env, tmp_path: Path, figures: Figures
) -> None:
    world.hear(*failures(world, 20))
    address = away_env["APP_HOST"]
    posts = Posts(address, pause=0.1)
    with (
        SmtpPeer(silent) as peer,
        running("up", {**mailing(away_env, peer), "WORKER_THREADS": "8"}, cwd=tmp_path) as up,
        httpx.Client(base_url=address, timeout=30) as browser,
    ):
        wait_until(lambda: answers(address), "the web server", child=up)
        assert browser.get("/auth/dev?email=a@example.com&whop=biz_a").status_code == 302
        wait_until(lambda: count(database, Step, "sending") >= 8, "every thread to hang", child=up)
        with Watched(database).going_on() as watched, posts.going_on():
            pages = read_pages(browser, HANGING_S)
        hanging = peer.connections
    assert hanging >= 8
    assert posts.odd == [] and posts.refused == []
    assert len(posts.taken) > 0 and len(pages) > 0
    assert watched.longest < LONGEST_TRANSACTION_S
    figures.add(connections_that_hung=hanging, webhooks_answered_200=len(posts.taken), pages=len(pages))
    figures.longest(transaction=watched.longest, webhook=posts.slowest, page=max(pages))


def test_over_slow_lines_each_message_goes_out_once(
    world: World, database: Database, away_env: Env, tmp_path: Path, figures: Figures
) -> None:
    world.hear(*failures(world, 40))
    url = database.url
    slow = Fault(delay=0.02, bytes_a_second=50_000)
    with (
        SmtpServer() as mail,
        FaultProxy((mail.host, mail.port), slow) as to_mail,
        FaultProxy((url.host, url.port), slow) as to_database,
    ):
        far = url.set(host=to_database.host, port=to_database.port).render_as_string(hide_password=False)
        env = {**mailing(away_env, mail), "SMTP_PORT": str(to_mail.port), "DATABASE_URL": far}
        with running("worker", env, cwd=tmp_path) as worker:
            wait_until(lambda: count(database, Step, *ENDED) == 40, "every step", child=worker, patience=300)
            assert terminated(worker) == 0
        assert set(copies(mail).values()) == {1}
        assert len(copies(mail)) == count(database, Step, "sent") == 40
    figures.add(sends_over_slow_lines=40, doubles=0)
