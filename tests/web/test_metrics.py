"""What a scrape shows, to whom, and what it never holds: no path, no name that a client made up."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select, text, update

from app import create_app
from app.db import Database
from app.models import BrokenRule, Chore, InboxRow, Step
from app.ops import vitals
from tests.conftest import MakeSettings
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.scrape import Scraped
from tests.support.world import World
from tests.unit.test_settings import PRODUCTION

TOKEN = "scrape-token-of-this-install"
REQUESTS = "autocharge_http_requests_total"
MINUTE = timedelta(minutes=1)


def scrape(client: FlaskClient) -> Scraped:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return Scraped(answer.get_data(as_text=True))


def production(make_settings: MakeSettings, **more: str) -> FlaskClient:
    return create_app(make_settings(**PRODUCTION, **more)).test_client()


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine, "before_cursor_execute", note)


def test_it_is_prometheus_text_with_our_names(client: FlaskClient) -> None:
    client.get("/healthz")
    answer = client.get("/metrics")
    assert answer.content_type.startswith("text/plain; version=")
    found = Scraped(answer.get_data(as_text=True))
    names = {family.name for family in found.families}
    assert {"autocharge_http_requests", "autocharge_inbox_lag_seconds", "autocharge_cases"} <= names
    assert [name for name in names if not name.startswith("autocharge_")] == []
    counters = {s.name for family in found.families if family.type == "counter" for s in family.samples}
    assert counters and all(name.endswith("_total") for name in counters)


def test_requests_are_counted_by_view_method_and_class_of_status(client: FlaskClient) -> None:
    before = scrape(client)
    for _ in range(3):
        client.get("/healthz")
    client.post("/webhooks/whop", data=b"x", content_type="text/plain")
    after = scrape(client)

    def more(name: str, **labels: str) -> float:
        return after.sum(name, **labels) - before.sum(name, **labels)

    asked = {"endpoint": "health.healthz", "method": "GET", "status": "2xx"}
    assert more(REQUESTS, **asked) == 3
    assert more("autocharge_http_request_duration_seconds_count", **asked) == 3
    assert more("autocharge_http_request_duration_seconds_bucket", **asked, le="+Inf") == 3
    assert more(REQUESTS, endpoint="webhooks.whop", method="POST", status="4xx") == 1


def test_what_a_client_makes_up_is_no_label(client: FlaskClient) -> None:
    client.get("/r/made-up-token-quagga")
    client.get("/made-up-path-quagga")
    client.open("/healthz", method="MADEUPQUAGGA")
    found = scrape(client)
    assert "quagga" not in found.text.lower()
    assert found.sum(REQUESTS, endpoint="customer.fix") >= 1
    assert found.sum(REQUESTS, endpoint="none", method="GET", status="4xx") >= 1
    assert found.sum(REQUESTS, method="other") >= 1


def test_in_production_only_the_token_opens_it(make_settings: MakeSettings) -> None:
    client = production(make_settings, METRICS_TOKEN=TOKEN)
    wrong = ("", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, "Bearer", "Bearer \xff", f"Bearer {TOKEN[:-1]}")
    for given in wrong:
        refused = client.get("/metrics", headers={"Authorization": given} if given else {})
        assert (refused.status_code, refused.json["error"]["type"]) == (401, "wrong_token")
        assert refused.headers["WWW-Authenticate"] == "Bearer"
        assert "autocharge_" not in refused.get_data(as_text=True)
    for scheme in ("Bearer", "bearer"):
        assert client.get("/metrics", headers={"Authorization": f"{scheme} {TOKEN}"}).status_code == 200


def test_in_production_without_a_token_it_does_not_exist(make_settings: MakeSettings) -> None:
    client = production(make_settings)
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer None"}):
        answer = client.get("/metrics", headers=headers)
        assert (answer.status_code, answer.json["error"]["type"]) == (404, "not_found")


def test_it_reads_no_session_and_sets_no_cookie(own_app: Flask) -> None:
    client = own_app.test_client()
    client.set_cookie("sid", "somebody")
    with statements(own_app.extensions["autocharge"].database) as seen:
        answer = client.get("/metrics")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert seen and not any("session" in statement.lower() for statement in seen)


def test_without_the_database_it_still_tells_of_the_process(make_settings: MakeSettings) -> None:
    away = create_app(make_settings(DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")).test_client()
    away.get("/healthz")
    found = scrape(away)
    assert found.one("autocharge_database_up") == 0
    assert found.sum(REQUESTS, endpoint="health.healthz") >= 1
    assert not found.has("autocharge_inbox_lag_seconds") and not found.has("autocharge_cases")


def test_the_inbox_is_shown_by_its_lag_and_what_is_amiss(
    client: FlaskClient, database: Database, clock: FixedClock
) -> None:
    world = World(database, clock)
    world.hear(whop.payment_failed(at=world.now))
    world.store({**whop.payment_failed(), "id": "msg_late"})
    world.store({**whop.payment_failed(), "id": "msg_later"})
    with database.transaction() as write:
        write.execute(
            update(InboxRow)
            .where(InboxRow.message_id == "msg_later")
            .values(due_at=clock.now() + 60 * MINUTE)
        )
        for state in ("quarantined", "dead", "dead"):
            write.add(
                InboxRow(
                    message_id=f"msg_{state}_{len(write.new)}", origin="webhook", body=b"", state=state,
                    received_at=clock.now(), due_at=clock.now(), attempts=1, tries=0,
                )
            )  # fmt: skip
    clock.advance(3 * MINUTE)
    found = scrape(client)
    assert found.one("autocharge_database_up") == 1
    assert found.one("autocharge_inbox_lag_seconds") == 180
    assert found.one("autocharge_inbox_rows", state="waiting") == 2
    assert found.one("autocharge_inbox_rows", state="quarantined") == 1
    assert found.one("autocharge_inbox_rows", state="dead") == 2
    assert found.one("autocharge_cases", state="open") == 1
    assert found.one("autocharge_cases", state="recovered") == 0


def test_a_broken_rule_is_shown_with_its_rows_until_it_holds(
    client: FlaskClient, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as write:
        write.add(BrokenRule(name="leases_end", found=3, examples=["step 1"], since=clock.now()))
        write.add(BrokenRule(name="cases_end", found=0, examples=[], since=clock.now(), ended_at=clock.now()))
    found = scrape(client)
    assert found.one("autocharge_invariants_broken", rule="leases_end") == 3
    assert found.one("autocharge_invariants_broken", rule="cases_end") == 0


def test_a_step_that_is_overdue_is_shown_and_one_that_is_planned_is_not(
    client: FlaskClient, database: Database, clock: FixedClock
) -> None:
    world = World(database, clock)
    world.hear(whop.payment_failed(at=world.now))
    assert scrape(client).one("autocharge_step_lag_seconds") == 0
    with database.reading() as read:
        first = read.scalars(select(Step.due_at).order_by(Step.due_at)).first()
    assert first is not None
    clock.set(first + MINUTE)
    assert scrape(client).one("autocharge_step_lag_seconds") == 60


def test_the_worker_is_shown_by_the_age_of_its_last_chore(
    client: FlaskClient, database: Database, clock: FixedClock
) -> None:
    assert scrape(client).one("autocharge_worker_heartbeat_age_seconds") == float("inf")
    with database.transaction() as write:
        write.add(
            Chore(name="free_leases", state="waiting", due_at=clock.wall(), done_at=clock.wall(), attempts=1)
        )
        write.add(Chore(name="other", state="waiting", due_at=clock.wall(), failed="ValueError", attempts=1))
    clock.advance(MINUTE)
    found = scrape(client)
    assert found.one("autocharge_worker_heartbeat_age_seconds") == 60
    assert found.one("autocharge_chores_failing") == 1


def test_many_scrapers_cost_no_more_than_one(app: Flask, clock: FixedClock) -> None:
    client = app.test_client()
    with statements(app.extensions["autocharge"].database) as seen:
        scrape(client)
        first = len([one for one in seen if one.startswith("SELECT")])
        for _ in range(5):
            scrape(client)
        assert len([one for one in seen if one.startswith("SELECT")]) == first
        clock.advance(timedelta(seconds=5))
        seen.clear()
        scrape(client)
        assert seen and not any("case" in one for one in seen), "cases are counted once a minute"
        clock.advance(MINUTE)
        scrape(client)
        assert any("case" in one for one in seen)


@pytest.mark.parametrize("look", [vitals.events_by_state, vitals.oldest_event, vitals.oldest_step])
def test_no_look_reads_all_rows(database: Database, look: object) -> None:
    assert callable(look)
    with statements(database) as seen, database.reading() as read:
        if not database.sqlite:
            read.execute(text("SET LOCAL enable_seqscan = off"))  # a small table is read whole otherwise
        seen.clear()
        look(read)
        literal = [one.replace("%(state_1)s", "'waiting'").replace("?", "'waiting'", 1) for one in seen]
        literal = [one.replace("'waiting'", "'planned'") if "FROM step" in one else one for one in literal]
        for statement in [one for one in literal if one.startswith("SELECT")]:
            explain = "EXPLAIN QUERY PLAN " if database.sqlite else "EXPLAIN "
            plan = " ".join(str(row) for row in read.execute(text(explain + statement)))
            assert "ix_inbox_" in plan or "ix_step_due" in plan, plan
