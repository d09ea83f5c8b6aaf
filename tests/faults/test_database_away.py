"""A database that goes away in any way costs nobody an event: the door says 503, and all goes on by itself."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from sqlalchemy import create_engine, select, text

from app.db import Database
from app.models import InboxRow
from tests.faults.conftest import Env
from tests.faults.figures import Figures
from tests.faults.test_kill import leases_run_out
from tests.support.postgres import OwnServer
from tests.support.posts import Posts
from tests.support.processes import answers, logged, running, terminated, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.timeout(1200)]

MANY = "AUTOCHARGE_MANY" in os.environ
ROUNDS = 10 if MANY else 1
PAUSE_S = 0.07 if MANY else 0.1
"""Four connections: some fifty posts a second."""
LEASE_AND_PAUSES_S = 240.0


def stored(database: Database, *states: str) -> set[str]:
    with database.reading() as read:
        wanted = select(InboxRow.message_id)
        return set(read.scalars(wanted.where(InboxRow.state.in_(states)) if states else wanted))


def gone_and_back(posts: Posts, go: Callable[[], None], come: Callable[[], None]) -> float:
    """Away until the door has refused for a while, and back until it takes again; after how many seconds it did."""
    go()
    refused = len(posts.refused)
    wait_until(lambda: len(posts.refused) >= refused + 8, "posts to be refused")
    come()
    taken, back = len(posts.taken), time.monotonic()
    wait_until(lambda: len(posts.taken) > taken, "a post to be taken")
    seconds = time.monotonic() - back
    wait_until(lambda: len(posts.taken) >= taken + 8, "posts to be taken again")
    return seconds


def test_nothing_that_was_taken_is_lost_however_the_database_goes(
    server: OwnServer, away: Database, away_env: Env, tmp_path: Path, figures: Figures
) -> None:
    back: list[float] = []
    posts = Posts(away_env["APP_HOST"], pause=PAUSE_S)
    with running("up", away_env, cwd=tmp_path) as up:
        wait_until(lambda: answers(away_env["APP_HOST"]), "the web server", child=up)
        with posts.going_on():
            wait_until(lambda: len(posts.taken) >= 4, "the first posts", child=up)
            for _ in range(ROUNDS):
                back.append(gone_and_back(posts, lambda: server.stop("fast"), server.start))
                back.append(gone_and_back(posts, lambda: server.stop("immediate"), server.start))
                back.append(gone_and_back(posts, server.freeze, server.thaw))
        if not MANY:
            leases_run_out(away)
            with away.transaction() as session:  # what was in hand waits for a pause of half a minute
                session.execute(text("UPDATE inbox SET due_at = now() WHERE state = 'waiting'"))
        ended = time.monotonic()
        wait_until(
            lambda: stored(away, "done") == stored(away), "every event to be worked on",
            child=up, patience=LEASE_AND_PAUSES_S,
        )  # fmt: skip
        drained = time.monotonic() - ended
        assert terminated(up) == 0
    assert posts.odd == []
    assert posts.taken <= stored(away, "done")
    assert posts.slowest < 2.0 or not MANY, posts.slowest
    assert max(back) <= 10 or not MANY, back
    with away.reading() as read:
        cases = read.scalar(text('SELECT count(DISTINCT payment_id) FROM "case"'))
        assert cases == read.scalar(text('SELECT count(*) FROM "case"')) == len(stored(away))
    figures.add(
        times_away=len(back), answered_200=len(posts.taken), answered_503=len(posts.refused),
        of_these_lost=len(posts.taken - stored(away, "done")),
    )  # fmt: skip
    figures.longest(reconnected_after=max(back), answer=posts.slowest, all_done_after=drained)
    lines = logged("up", "database_away", cwd=tmp_path)
    assert lines <= 40 * ROUNDS, lines


def test_while_it_is_frozen_pages_say_so_and_health_stays(
    server: OwnServer, away: Database, away_env: Env, tmp_path: Path
) -> None:
    address = away_env["APP_HOST"]
    with running("web", away_env, cwd=tmp_path) as web, httpx.Client(base_url=address, timeout=30) as browser:
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
    server: OwnServer, away: Database, away_env: Env, tmp_path: Path
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
                httpx.get(f"{away_env['APP_HOST']}/readyz", timeout=10).json()["checks"]["database"]
                == "read_only"
            ),
            "health to say so",
        )
        page = httpx.get(f"{away_env['APP_HOST']}/auth/dev?email=a@example.com&whop=biz_a", timeout=10)
        assert page.status_code == 503

    with running("web", away_env, cwd=tmp_path) as web:
        wait_until(lambda: answers(away_env["APP_HOST"]), "the web server", child=web)
        refuses_then_takes(away_env["APP_HOST"], spoil, lambda: read_only("off"))
        assert terminated(web) == 0
    admin.dispose()


def test_a_role_out_of_connections_is_told_and_recovers_and_the_pool_keeps_its_size(
    server: OwnServer, away: Database, away_env: Env, tmp_path: Path
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

    with running("web", {**away_env, **ours, **pool}, cwd=tmp_path) as web:
        wait_until(lambda: answers(away_env["APP_HOST"]), "the web server", child=web)
        posts = Posts(away_env["APP_HOST"])
        with posts.going_on():
            wait_until(lambda: len(posts.taken) >= 20, "posts", child=web)
            assert 1 <= held() <= 2
            gone_and_back(posts, lambda: limit(0), lambda: limit(-1))
        assert posts.odd == []
        assert terminated(web) == 0
    admin.dispose()


def test_a_start_waits_for_a_database_that_comes_a_little_later(
    server: OwnServer, away: Database, away_env: Env, tmp_path: Path
) -> None:
    server.stop("fast")
    with running("worker", away_env, cwd=tmp_path) as worker:
        wait_until(lambda: logged("worker", "database.waiting", cwd=tmp_path) == 1, "the wait", child=worker)
        server.start()
        wait_until(lambda: logged("worker", "worker.started", cwd=tmp_path) == 1, "the start", child=worker)
        assert terminated(worker) == 0
