"""A database that goes away in any way costs nobody an event: the door says 503, and all goes on by itself."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import create_engine, select, text

from app.db import Database
from app.migrate import upgrade
from app.models import InboxRow
from tests.faults.conftest import Env, process_env
from tests.faults.test_kill import leases_run_out
from tests.support.postgres import OwnServer, own_server
from tests.support.posts import Posts
from tests.support.processes import answers, logged, running, terminated, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.timeout(600)]

ROUNDS = 10 if os.environ.get("AUTOCHARGE_MANY") else 1
PAUSE_S = 0.02 if os.environ.get("AUTOCHARGE_MANY") else 0.1


@pytest.fixture(scope="module")
def server() -> Iterator[OwnServer]:
    with own_server() as started:
        yield started


@pytest.fixture
def away(server: OwnServer) -> Iterator[Database]:
    """A database of the test's own on a server of its own."""
    name = f"shop_{time.monotonic_ns()}"
    admin = create_engine(server.url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    database = Database(server.url.set(database=name).render_as_string(hide_password=False))
    upgrade(database)
    yield database
    server.recover()
    database.close()


@pytest.fixture
def env(away: Database, tmp_path: Path) -> Env:
    return process_env(away, tmp_path)


def stored(database: Database, *states: str) -> set[str]:
    with database.reading() as read:
        wanted = select(InboxRow.message_id)
        return set(read.scalars(wanted.where(InboxRow.state.in_(states)) if states else wanted))


def gone_and_back(posts: Posts, go: Callable[[], None], come: Callable[[], None]) -> None:
    """Away until the door has refused for a while, and back until it takes again."""
    go()
    refused = len(posts.refused)
    wait_until(lambda: len(posts.refused) >= refused + 8, "posts to be refused")
    come()
    taken = len(posts.taken)
    wait_until(lambda: len(posts.taken) >= taken + 8, "posts to be taken again")


def test_nothing_that_was_taken_is_lost_however_the_database_goes(
    server: OwnServer, away: Database, env: Env, tmp_path: Path
) -> None:
    posts = Posts(env["APP_HOST"], pause=PAUSE_S)
    with running("up", env, cwd=tmp_path) as up:
        wait_until(lambda: answers(env["APP_HOST"]), "the web server", child=up)
        with posts.going_on():
            wait_until(lambda: len(posts.taken) >= 4, "the first posts", child=up)
            for _ in range(ROUNDS):
                gone_and_back(posts, lambda: server.stop("fast"), server.start)
                gone_and_back(posts, lambda: server.stop("immediate"), server.start)
                gone_and_back(posts, server.freeze, server.thaw)
        leases_run_out(away)
        with away.transaction() as session:  # what was in hand waits for a pause of half a minute
            session.execute(text("UPDATE inbox SET due_at = now() WHERE state = 'waiting'"))
        wait_until(lambda: stored(away, "done") == stored(away), "every event to be worked on", child=up)
        assert terminated(up) == 0
    assert posts.odd == []
    assert posts.taken <= stored(away, "done")
    assert posts.slowest < 2.0 or not os.environ.get("AUTOCHARGE_MANY"), posts.slowest
    with away.reading() as read:
        cases = read.scalar(text('SELECT count(DISTINCT payment_id) FROM "case"'))
        assert cases == read.scalar(text('SELECT count(*) FROM "case"')) == len(stored(away))
    lines = logged("up", "database_away", cwd=tmp_path)
    assert lines <= 40 * ROUNDS, lines


def test_while_it_is_frozen_pages_say_so_and_health_stays(
    server: OwnServer, away: Database, env: Env, tmp_path: Path
) -> None:
    address = env["APP_HOST"]
    with running("web", env, cwd=tmp_path) as web, httpx.Client(base_url=address, timeout=30) as browser:
        wait_until(lambda: answers(address), "the web server", child=web)
        assert browser.get("/auth/dev?email=a@example.com&whop=biz_a").status_code == 302
        assert browser.get("/dashboard").status_code == 200
        server.freeze()
        page = browser.get("/dashboard", headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["Content-Type"]) == (503, "text/html; charset=utf-8")
        assert "Retry-After" in page.headers and "Traceback" not in page.text
        ready = browser.get("/readyz")
        assert (ready.status_code, ready.json()["checks"]["database"]) == (503, "away")
        assert answers(address)
        server.thaw()
        wait_until(lambda: browser.get("/dashboard").status_code == 200, "the page to come back", child=web)
        assert terminated(web) == 0


def refuses_then_takes(address: str, spoil: Callable[[], None], mend: Callable[[], None]) -> None:
    posts = Posts(address)
    with posts.going_on():
        wait_until(lambda: len(posts.taken) >= 4, "the first posts")
        gone_and_back(posts, spoil, mend)
    assert posts.odd == []


def test_a_read_only_database_is_told_and_recovers(
    server: OwnServer, away: Database, env: Env, tmp_path: Path
) -> None:
    admin = create_engine(server.url, isolation_level="AUTOCOMMIT")

    def read_only(switch: str) -> None:
        with admin.connect() as connection:
            name = away.url.database
            connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = {switch}"))
            connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :it"),
                {"it": name},
            )

    def spoil() -> None:
        read_only("on")
        wait_until(
            lambda: (
                httpx.get(f"{env['APP_HOST']}/readyz", timeout=10).json()["checks"]["database"] == "read_only"
            ),
            "health to say so",
        )
        page = httpx.get(f"{env['APP_HOST']}/auth/dev?email=a@example.com&whop=biz_a", timeout=10)
        assert page.status_code == 503

    with running("web", env, cwd=tmp_path) as web:
        wait_until(lambda: answers(env["APP_HOST"]), "the web server", child=web)
        refuses_then_takes(env["APP_HOST"], spoil, lambda: read_only("off"))
        assert terminated(web) == 0
    admin.dispose()


def test_a_role_out_of_connections_is_told_and_recovers_and_the_pool_keeps_its_size(
    server: OwnServer, away: Database, env: Env, tmp_path: Path
) -> None:
    admin = create_engine(server.url, isolation_level="AUTOCOMMIT")
    name = away.url.database
    with admin.connect() as connection:
        connection.execute(text(f"CREATE ROLE {name}_role LOGIN CONNECTION LIMIT -1"))
        connection.execute(text(f"GRANT ALL ON DATABASE {name} TO {name}_role"))
    with away.transaction() as session:
        session.execute(text(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {name}_role"))
        session.execute(text(f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {name}_role"))
    ours = {"DATABASE_URL": away.url.set(username=f"{name}_role").render_as_string(hide_password=False)}
    pool = {"DB_POOL_SIZE": "1", "DB_MAX_OVERFLOW": "1", "WEB_WORKERS": "1", "WEB_THREADS": "8"}

    def held() -> int:
        with admin.connect() as connection:
            asked = text("SELECT count(*) FROM pg_stat_activity WHERE usename = :it")
            return connection.scalar(asked, {"it": f"{name}_role"}) or 0

    def limit(most: int) -> None:
        with admin.connect() as connection:
            connection.execute(text(f"ALTER ROLE {name}_role CONNECTION LIMIT {most}"))
            asked = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = :it")
            connection.execute(asked, {"it": f"{name}_role"})

    with running("web", {**env, **ours, **pool}, cwd=tmp_path) as web:
        wait_until(lambda: answers(env["APP_HOST"]), "the web server", child=web)
        posts = Posts(env["APP_HOST"])
        with posts.going_on():
            wait_until(lambda: len(posts.taken) >= 20, "posts", child=web)
            assert 1 <= held() <= 2
            gone_and_back(posts, lambda: limit(0), lambda: limit(-1))
        assert posts.odd == []
        assert terminated(web) == 0
    admin.dispose()


def test_a_start_waits_for_a_database_that_comes_a_little_later(
    server: OwnServer, away: Database, env: Env, tmp_path: Path
) -> None:
    server.stop("fast")
    with running("worker", env, cwd=tmp_path) as worker:
        wait_until(lambda: logged("worker", "database.waiting", cwd=tmp_path) == 1, "the wait", child=worker)
        server.start()
        wait_until(lambda: logged("worker", "worker.started", cwd=tmp_path) == 1, "the start", child=worker)
        assert terminated(worker) == 0
