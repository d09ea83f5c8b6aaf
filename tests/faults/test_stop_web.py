"""Asked to stop, the web answers what is in flight and ends in order; what will not end is cut, and told."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.faults.conftest import Env, LockTable, SlowRequest, many
from tests.support.processes import answers, descendants, listens, logged, running, wait_until

pytestmark = pytest.mark.processes


def started(child: subprocess.Popen[bytes], env: Env) -> None:
    wait_until(lambda: answers(env["APP_HOST"]), "the web server", child=child)


def closed(env: Env) -> bool:
    return not listens(int(env["PORT"]))


@pytest.mark.parametrize(("command", "ctrl_c"), [("web", False), ("web", True), ("up", True)])
def test_a_request_in_flight_is_answered_before_the_end(
    pg_env: Env, lock_table: LockTable, tmp_path: Path, command: str, ctrl_c: bool
) -> None:
    with running(command, pg_env, cwd=tmp_path) as child:
        started(child, pg_env)
        with lock_table("user") as waiting:
            slow = SlowRequest(pg_env["APP_HOST"])
            wait_until(lambda: waiting() >= 1, "the request to wait for the lock")
            # A terminal's Ctrl-C reaches the whole group, a SIGTERM the one process.
            os.killpg(child.pid, signal.SIGINT) if ctrl_c else child.terminate()
            wait_until(lambda: closed(pg_env), "the port to be closed")
            assert slow.status is None
        assert slow.ended() == 302
        assert child.wait(timeout=20) == 0
    assert "Traceback" not in (tmp_path / f"{command}.log").read_text("utf-8")


def test_whoever_asks_every_process_of_the_tree_at_once_asks_once(
    pg_env: Env, lock_table: LockTable, tmp_path: Path
) -> None:
    """They have one command line, so `pkill -f` finds them all."""
    with running("up", pg_env, cwd=tmp_path) as child:
        started(child, pg_env)
        with lock_table("user") as waiting:
            slow = SlowRequest(pg_env["APP_HOST"])
            wait_until(lambda: waiting() >= 1, "the request to wait for the lock")
            for one in descendants(child):
                one.terminate()
            child.terminate()
            wait_until(lambda: closed(pg_env), "the port to be closed")
        assert slow.ended() == 302
        assert child.wait(timeout=20) == 0


@pytest.mark.parametrize("command", [pytest.param("web", marks=many), "up"])
def test_a_request_that_does_not_end_is_cut_and_the_status_says_so(
    pg_env: Env, lock_table: LockTable, tmp_path: Path, command: str
) -> None:
    with running(command, pg_env, cwd=tmp_path) as child, lock_table("user") as waiting:
        started(child, pg_env)
        slow = SlowRequest(pg_env["APP_HOST"])
        wait_until(lambda: waiting() >= 1, "the request to wait for the lock")
        child.terminate()
        assert child.wait(timeout=20) == 1
        assert slow.ended() == 0


@pytest.mark.parametrize("command", [pytest.param("web", marks=many), "up"])
def test_a_second_signal_ends_everything_at_once(
    pg_env: Env, lock_table: LockTable, tmp_path: Path, command: str
) -> None:
    with running(command, pg_env, cwd=tmp_path) as child, lock_table("user") as waiting:
        started(child, pg_env)
        slow = SlowRequest(pg_env["APP_HOST"])
        wait_until(lambda: waiting() >= 1, "the request to wait for the lock")
        below = descendants(child)
        child.terminate()
        wait_until(lambda: closed(pg_env), "the port to be closed")
        child.send_signal(signal.SIGINT)
        assert child.wait(timeout=5) == 1
        assert slow.ended() == 0
        wait_until(
            lambda: not any(one.is_running() and one.status() != "zombie" for one in below), "all to be gone"
        )


def test_a_signal_during_the_start_ends_it_in_order(pg_env: Env, tmp_path: Path) -> None:
    away = {**pg_env, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    with running("up", away, cwd=tmp_path) as child:
        wait_until(
            lambda: logged("up", "database.waiting", cwd=tmp_path) == 1, "the wait to begin", child=child
        )
        child.terminate()
        assert child.wait(timeout=10) == 0
