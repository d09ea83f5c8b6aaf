"""Ready, asked of real processes: it turns red for each thing that does not work, and green again."""

import signal
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import update

from app.clock import SystemClock
from app.db import Database
from app.models import Chore, InboxRow
from tests.support import whop_events as whop
from tests.support.install import post
from tests.support.processes import answers, running, terminated, wait_until

pytestmark = pytest.mark.processes


def ready(address: str) -> tuple[int, dict[str, str]]:
    answer = httpx.get(f"{address}/readyz", timeout=10)
    checks: dict[str, str] = answer.json()["checks"]
    return answer.status_code, checks


ALL_WELL = (200, {"database": "ok", "worker": "ok", "inbox": "ok"})


def as_if_passed(database: Database, span: timedelta) -> None:
    """What was done and what was due lies this much longer ago."""
    past = SystemClock().wall() - span
    with database.transaction() as write:
        write.execute(update(Chore).where(Chore.done_at.is_not(None)).values(done_at=past))
        write.execute(update(InboxRow).values(due_at=past))


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_killed_worker_and_the_events_that_wait_for_it_are_told_and_a_new_one_mends_it(
    env: dict[str, str], database: Database, tmp_path: Path
) -> None:
    address = env["APP_HOST"]
    with running("web", env, cwd=tmp_path) as web:
        wait_until(lambda: answers(address), "the web server", child=web)
        assert ready(address) == (503, {"database": "ok", "worker": "silent", "inbox": "ok"})
        with running("worker", env, cwd=tmp_path) as worker:
            wait_until(lambda: ready(address) == ALL_WELL, "the worker's first chore", child=worker)
            worker.send_signal(signal.SIGKILL)
            worker.wait()
        assert post(address, whop.payment_failed()).status_code == 200
        assert ready(address) == ALL_WELL, "nothing is late yet"
        as_if_passed(database, timedelta(seconds=59))
        assert ready(address) == ALL_WELL, (
            "59 s without a chore, and events 59 s late, are within the promise"
        )
        as_if_passed(database, timedelta(seconds=61))
        assert ready(address) == (503, {"database": "ok", "worker": "silent", "inbox": "ok"})
        as_if_passed(database, timedelta(seconds=121))
        assert ready(address) == (503, {"database": "ok", "worker": "silent", "inbox": "behind"})
        with database.transaction() as write:  # the dead worker's chore is freed as if its lease were over
            write.execute(
                update(Chore).where(Chore.state == "claimed").values(lease_until=SystemClock().wall())
            )
        with running("worker", env, cwd=tmp_path) as worker:
            wait_until(lambda: ready(address) == ALL_WELL, "a new worker to catch up", child=worker)
            assert terminated(worker) == 0
        assert terminated(web) == 0
