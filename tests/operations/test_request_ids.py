"""One name follows an event from Whop's post to what the worker made of it, and no other row's lines have it."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from structlog.testing import capture_logs

from app import log as logs
from app.claims import Claim
from app.db import Database
from app.inbox.process import claim_events, process_event
from app.lane import Lane, Work
from tests.component.broken import without_table
from tests.operations.conftest import TOKEN
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.install import lines, post, states
from tests.support.processes import answers, running, terminated, wait_until
from tests.support.world import World

NAME = "whop-post-5712"
MERGED = [structlog.contextvars.merge_contextvars]


@pytest.mark.processes
def test_the_name_of_the_post_is_in_the_lines_of_web_and_worker(
    env: dict[str, str], database: Database, tmp_path: Path
) -> None:
    address = env["APP_HOST"]
    with running("web", env, cwd=tmp_path) as web, running("worker", env, cwd=tmp_path) as worker:
        wait_until(lambda: answers(address), "the web server", child=web)
        failed = whop.payment_failed(at=datetime.now(UTC))
        first = post(address, failed, **{"X-Request-ID": NAME})
        wait_until(lambda: states(database) == ["done"], "the worker", child=worker)
        second = post(address, {**failed, "id": "msg_other"})
        wait_until(lambda: states(database) == ["done", "ignored"], "the worker", child=worker)
        assert (terminated(worker), terminated(web)) == (0, 0)
    assert first.headers["X-Request-ID"] == NAME
    made_up = second.headers["X-Request-ID"]
    posts = [line for line in lines(tmp_path / "web.log", "request.done") if "/webhooks/" in line["path"]]
    assert [line["request_id"] for line in posts] == [NAME, made_up]
    opened, ignored = lines(tmp_path / "worker.log", "inbox.processed")
    assert (opened["request_id"], ignored["request_id"]) == (NAME, made_up)
    assert {"case_opened", "plan_made"} <= set(opened["acts"])
    assert (opened["steps_planned"], opened["case_id"]) == (3, 1)
    assert TOKEN not in (tmp_path / "web.log").read_text()


def test_the_name_is_kept_with_the_first_post_of_an_event(database: Database, clock: FixedClock) -> None:
    world = World(database, clock)
    world.store(whop.payment_failed(), request_id=NAME)
    world.store(whop.payment_failed(), request_id="another-post-1")
    assert [row.request_id for row in world.events()] == [NAME]


def test_a_rows_name_is_in_its_lines_also_where_it_fails_and_not_in_the_next_rows(
    database: Database, clock: FixedClock
) -> None:
    world = World(database, clock)
    world.store(whop.payment_failed(), request_id=NAME)
    world.store({**whop.payment_failed(), "id": "msg_simulated"})
    claims = claim_events(database, times=world.times, limit=2)
    with capture_logs(processors=MERGED) as told, without_table(database, "case"):
        for claim in claims:
            process_event(database, claim, times=world.times, rules=world.rules)
    failed = [line for line in told if line["event"] == "inbox.row_failed"]
    assert [line["row_id"] for line in failed] == [1, 2]
    assert failed[0]["request_id"] == NAME
    assert failed[1]["request_id"] not in (NAME, None, "")
    assert logs.bound_request_id() is None


def test_work_without_a_request_has_a_name_of_its_own_for_each_row() -> None:
    stopping = threading.Event()
    waiting = [Claim(number, 1) for number in range(1, 5)]
    names: dict[int, str | None] = {}
    left: list[dict[str, object]] = []

    def work(claim: Claim) -> None:
        left.append({**structlog.contextvars.get_contextvars(), "request_id": None})
        names[claim.row_id] = logs.bound_request_id()
        logs.bind(left_behind=claim.row_id)
        if len(names) == 4:
            stopping.set()
        if claim.row_id == 2:
            raise ValueError("the worker ends by this")

    crashes: list[BaseException] = []
    rows = Work(
        claim=lambda limit: [waiting.pop(0) for _ in waiting[:limit]],
        carry_out=work,
        give_back=lambda _: None,
    )
    lane = Lane(
        "test",
        rows,
        threads=1,
        at_once=4,
        stopping=stopping,
        on_crash=crashes.append,
        on_away=lambda *_: None,
    )
    lane.start()
    assert stopping.wait(30)
    lane.close()
    assert len(set(names.values())) == 4 and None not in names.values()
    assert left == [{"request_id": None}] * 4
    assert [type(error) for error in crashes] == [ValueError]


def test_the_bound_name_goes_along_with_calls_to_others() -> None:
    assert logs.bound_request_id() is None
    with logs.bound(request_id=NAME):
        assert logs.bound_request_id() == NAME
    assert logs.bound_request_id() is None
