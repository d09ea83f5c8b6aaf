"""An error that nobody catches ends its process with 1 and one line, and what belongs together ends together."""

import os
import signal
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psutil
import pytest

from app.db import Database
from tests.faults.conftest import Env, process_env
from tests.support import whop_events as whop
from tests.support.processes import answers, descendants, listens, logged, running, terminated, wait_until

pytestmark = pytest.mark.processes

A_LIBRARYS_THREAD = """
import os, threading, time
def burst():
    time.sleep({after})
    raise LookupError("a library's thread")
def begin():
    threading.Thread(target=burst, name="library", daemon=True).start()
{where}
"""
HERE = "begin()"
IN_EACH_CHILD = "os.register_at_fork(after_in_child=begin)"


@pytest.fixture
def env(sqlite_database: Database, tmp_path: Path) -> Env:
    return process_env(sqlite_database, tmp_path)


def test_a_librarys_thread_that_crashes_ends_the_worker_with_1_and_one_line(env: Env, tmp_path: Path) -> None:
    # The program needs about a second until it has its own handlers.
    prelude = A_LIBRARYS_THREAD.format(after=8, where=HERE)
    with running("worker", env, cwd=tmp_path, prelude=prelude) as worker:
        assert worker.wait(timeout=60) == 1
    assert logged("worker", "worker.crashed", cwd=tmp_path) == 1
    assert logged("worker", "worker.stopped", cwd=tmp_path) == 1


def test_a_web_process_whose_thread_crashes_is_replaced_and_the_web_goes_on(env: Env, tmp_path: Path) -> None:
    prelude = A_LIBRARYS_THREAD.format(after=6, where=IN_EACH_CHILD)
    with running("web", {**env, "WEB_WORKERS": "1"}, cwd=tmp_path, prelude=prelude) as web:
        wait_until(lambda: answers(env["APP_HOST"]), "the web server", child=web)
        wait_until(
            lambda: logged("web", "exited with code 1", cwd=tmp_path) == 1, "its process to end", child=web
        )
        assert logged("web", "web.crashed", cwd=tmp_path) == 1
        wait_until(lambda: answers(env["APP_HOST"]), "the next one", child=web)
        assert terminated(web) in (0, 1)  # the next one may be crashing, too


def test_a_web_process_that_is_killed_is_replaced(env: Env, tmp_path: Path) -> None:
    with running("web", {**env, "WEB_WORKERS": "2"}, cwd=tmp_path) as web:
        wait_until(lambda: answers(env["APP_HOST"]), "the web server", child=web)
        before = descendants(web)
        before[0].send_signal(signal.SIGKILL)
        wait_until(lambda: set(descendants(web)) - set(before) != set(), "another process", child=web)
        event, headers = whop.signed(whop.payment_failed(), now=datetime.now(UTC))
        answer = httpx.post(f"{env['APP_HOST']}/webhooks/whop", content=event, headers=headers, timeout=30)
        assert answer.status_code == 200
        assert terminated(web) == 0


def test_a_web_that_cannot_be_made_ends_up_with_its_sibling(env: Env, tmp_path: Path) -> None:
    odd = {**env, "REDIS_URL": "pigeon://carrier", "WEB_WORKERS": "1"}
    with running("up", odd, cwd=tmp_path) as up:
        assert up.wait(timeout=60) == 1
    assert logged("up", "web.boot_failed", cwd=tmp_path) == 1
    assert logged("up", "worker.stopped", cwd=tmp_path) <= 1


def test_a_worker_that_is_killed_takes_the_web_with_it(env: Env, tmp_path: Path) -> None:
    with running("up", env, cwd=tmp_path) as up:
        wait_until(lambda: answers(env["APP_HOST"]), "the web server", child=up)
        worker = next(one for one in psutil.Process(up.pid).children() if not one.children())
        os.kill(worker.pid, signal.SIGKILL)
        assert up.wait(timeout=30) == 1
    assert not listens(int(env["PORT"]))
    assert logged("up", "up.child_ended", cwd=tmp_path) == 1
