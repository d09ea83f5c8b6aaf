"""One scrape shows the sums of all processes, whoever answers it, and what they had in use ends with them."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from app.db import Database
from tests.operations.conftest import TOKEN
from tests.support import whop_events as whop
from tests.support.install import post, states
from tests.support.processes import answers, environment, free_port, run, running, terminated, wait_until
from tests.support.scrape import Scraped, scraped

pytestmark = pytest.mark.processes

REQUESTS = "autocharge_http_requests_total"
IN_USE = "autocharge_db_pool_in_use"
HEALTH = {"endpoint": "health.api_health", "method": "GET", "status": "2xx"}


def pids(found: Scraped, process: str) -> set[int]:
    return {int(sample.labels["pid"]) for sample in found.samples(IN_USE, process=process)}


def ask(address: str, times: int) -> None:
    """Each over a connection of its own, so that both web processes get some."""
    for _ in range(times):
        assert httpx.get(f"{address}/api/health", timeout=10).status_code == 200


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_one_scrape_shows_the_sums_of_web_and_worker_and_survives_the_death_of_one(
    env: dict[str, str], database: Database, tmp_path: Path
) -> None:
    address = env["APP_HOST"]

    def look() -> Scraped:
        return scraped(address, TOKEN)

    with running("up", env, cwd=tmp_path) as tree:
        wait_until(lambda: answers(address), "the web server", child=tree)
        wait_until(
            lambda: len(pids(look(), "web")) == 2 and len(pids(look(), "worker")) == 1,
            "two web processes and a worker",
            child=tree,
        )
        ask(address, 40)
        assert post(address, whop.payment_failed(at=datetime.now(UTC))).status_code == 200
        wait_until(lambda: states(database) == ["done"], "the worker", child=tree)
        wait_until(lambda: look().sum("autocharge_events_processed_total") == 1, "its count", child=tree)
        for found in [look() for _ in range(8)]:
            assert found.one(REQUESTS, **HEALTH) == 40
            assert found.one("autocharge_events_processed_total", outcome="done") == 1
            assert found.one("autocharge_events_processed_total", outcome="dead") == 0
        gone = pids(look(), "web").pop()
        os.kill(gone, signal.SIGKILL)
        wait_until(lambda: answered_without(address, gone), "the dead process to be forgotten", child=tree)
        assert look().one(REQUESTS, **HEALTH) == 40
        ask(address, 10)
        assert look().one(REQUESTS, **HEALTH) == 50
        assert terminated(tree) == 0


def answered_without(address: str, pid: int) -> bool:
    try:
        return pid not in pids(scraped(address, TOKEN), "web")
    except httpx.HTTPError:  # it died with our request in hand
        return False


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_web_and_worker_started_apart_on_one_machine_share_their_counts(
    env: dict[str, str], database: Database, tmp_path: Path
) -> None:
    address = env["APP_HOST"]
    with running("web", env, cwd=tmp_path) as web:
        wait_until(lambda: answers(address), "the web server", child=web)
        ask(address, 5)
        for start in (1, 2):
            with running("worker", env, cwd=tmp_path) as worker:
                wait_until(lambda: bool(pids(scraped(address, TOKEN), "worker")), "a worker", child=worker)
                event = {**whop.payment_failed(at=datetime.now(UTC)), "id": f"msg_{start}"}
                assert post(address, event).status_code == 200
                expected = ["done"] * start
                wait_until(lambda wanted=expected: states(database) == wanted, "its work", child=worker)
                assert terminated(worker) == 0
            found = scraped(address, TOKEN)
            assert found.sum("autocharge_events_processed_total") == start, (
                "a start under others empties nothing"
            )
            assert pids(found, "worker") == set()
        assert found.one(REQUESTS, **HEALTH) == 5
        assert terminated(web) == 0


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("named", [True, False])
def test_what_others_have_left_is_not_counted(env: dict[str, str], tmp_path: Path, named: bool) -> None:
    more = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics")} if named else {}
    with running("web", {**env, **more}, cwd=tmp_path) as web:
        wait_until(lambda: answers(env["APP_HOST"]), "the web server", child=web)
        ask(env["APP_HOST"], 5)
        assert scraped(env["APP_HOST"], TOKEN).one(REQUESTS, **HEALTH) == 5
        os.killpg(web.pid, signal.SIGKILL)
        web.wait()
    wait_until(lambda: not answers(env["APP_HOST"]), "the port to be free")
    with running("web", {**env, **more}, cwd=tmp_path) as web:
        wait_until(lambda: answers(env["APP_HOST"]), "the web server", child=web)
        assert scraped(env["APP_HOST"], TOKEN).sum(REQUESTS, **HEALTH) == 0
        wait_until(lambda: len(pids(scraped(env["APP_HOST"], TOKEN), "web")) == 2, "both of its processes")
        assert terminated(web) == 0


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_worker_alone_answers_on_its_own_port_under_the_same_rule(
    env: dict[str, str], database: Database, tmp_path: Path
) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with running("worker", {**env, "METRICS_PORT": str(port)}, cwd=tmp_path) as worker:
        wait_until(lambda: reachable(address), "the port", child=worker)
        found = scraped(address, TOKEN)
        assert found.one("autocharge_database_up") == 1
        assert found.one("autocharge_events_processed_total", outcome="done") == 0
        assert found.sum(REQUESTS) == 0
        assert len(pids(found, "worker")) == 1 and pids(found, "web") == set()
        for headers in ({}, {"Authorization": "Bearer wrong"}):
            refused = httpx.get(f"{address}/metrics", headers=headers)
            assert (refused.status_code, refused.json()["error"]["type"]) == (401, "wrong_token")
        assert httpx.get(f"{address}/healthz").status_code == 404
        assert (
            httpx.post(f"{address}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 404
        )
        assert terminated(worker) == 0
    without = {name: value for name, value in env.items() if name != "METRICS_TOKEN"}
    with running("worker", {**without, "METRICS_PORT": str(port)}, cwd=tmp_path) as worker:
        wait_until(lambda: reachable(address), "the port", child=worker)
        assert httpx.get(f"{address}/metrics").status_code == 404
        taken = run("worker", env={**env, "METRICS_PORT": str(port)}, cwd=tmp_path)
        assert taken.returncode == 2
        assert "METRICS_PORT: it cannot be listened on" in taken.stderr
        assert terminated(worker) == 0


def reachable(address: str) -> bool:
    try:
        return httpx.get(f"{address}/metrics", timeout=2).status_code > 0
    except httpx.HTTPError:
        return False


def test_nothing_loads_the_library_before_the_directory_is_chosen() -> None:
    program = "import sys, app.cli; sys.exit('prometheus_client' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], env=environment({}), timeout=60).returncode == 0
