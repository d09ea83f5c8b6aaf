"""One event with its masked body, the filters of the log, and trying again what came to nothing: pages and API."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.cases.rules import Rules
from app.claims import Times
from app.db import Database
from app.inbox.process import claim_events, process_event
from app.models import Audit, InboxRow, Merchant
from app.services import EXTENSION
from tests.support import seeded
from tests.support.clock import FixedClock
from tests.support.description import faults
from tests.web.conftest import csrf_token, signed_in

MESSAGE = re.compile(r">(msg_\d+)<")
PAYLOADS = Path(__file__).parents[1] / "support" / "payloads"
PRIVATE = ("Dana", "danareyes", "Oak Street", "Austin", "78701", "@", "4242")


def listed(client: FlaskClient, query: str) -> list[str]:
    answer = client.get(f"/dashboard/events{query}")
    assert answer.status_code == 200
    found = client.get(f"/api/events{query}").get_json()["events"]
    names = MESSAGE.findall(answer.get_data(as_text=True))
    assert names == [row["message_id"] for row in found]
    return names


def test_the_log_is_narrowed_by_state_kind_and_day(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    now = clock.now()
    with database.transaction() as session:
        done = seeded.event(session, owner=merchant, at=now)
        aside = seeded.event(session, owner=merchant, at=now, state="quarantined", reason="no_payment_id")
        old = seeded.event(session, owner=merchant, at=now - timedelta(days=9), event_type="refund.created")
        nobodys = seeded.event(session, owner=None, at=now, state="quarantined", reason="not_json")
        other = seeded.merchant(session, "biz_B", now=now)
        seeded.event(session, owner=other, at=now, state="quarantined", reason="no_payment_id")
    day = (now - timedelta(days=9)).date().isoformat()
    for query, expected in {
        "": [nobodys, aside, done, old],
        "?state=quarantined": [nobodys, aside],
        "?type=refund.created": [old],
        "?type=payment.failed&state=done": [done],
        f"?to={day}": [old],
        f"?from={day}&to={day}": [old],
        "?type=payout.created": [],
    }.items():
        assert (query, listed(signed_in_client, query)) == (query, [row.message_id for row in expected])
    assert signed_in_client.get("/dashboard/events?type=odd").status_code == 400


@pytest.mark.parametrize("name", sorted(path.name for path in PAYLOADS.glob("*.json")))
def test_a_body_is_shown_without_what_is_a_persons(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock, name: str
) -> None:
    with database.transaction() as session:
        row = seeded.event(session, owner=merchant, at=clock.now())
        row.body = (PAYLOADS / name).read_bytes()
    told = signed_in_client.get(f"/api/events/{row.id}")
    assert faults(told, "/api/events/{event_id}") == []
    page = signed_in_client.get(f"/dashboard/events/{row.id}").get_data(as_text=True)
    shown = page[page.index("<pre") : page.index("</pre>")]
    assert json.loads(row.body)["data"]["id"] in shown
    for private in PRIVATE:
        assert private not in shown
        assert private not in json.dumps(told.get_json()["body"])


@pytest.mark.parametrize(
    "body",
    [
        b'{"customer": {"line1": "12 Oak Street", "email": "dana@example.com"',
        b'{"a": 1, "a": 2, "city": "Austin", "user": {"name": "Dana"}}',
        b"\xff\xfe dana@example.com",
        b'["dana@example.com"]',
    ],
)
def test_what_cannot_be_read_is_masked_as_far_as_it_is_text(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock, body: bytes
) -> None:
    with database.transaction() as session:
        row = seeded.event(session, owner=merchant, at=clock.now(), state="quarantined", reason="not_json")
        row.body = body
    told = signed_in_client.get(f"/api/events/{row.id}")
    assert faults(told, "/api/events/{event_id}") == []
    assert told.get_json()["body"] is None
    for private in PRIVATE:
        assert private not in told.get_json()["body_text"]


def test_what_names_nobody_is_shown_only_where_there_is_nobody_else(
    app: Flask, signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        row = seeded.event(session, owner=None, at=clock.now(), state="quarantined", reason="no_type")
        row.body = b'{"marked": "only here"}'
    address = f"/dashboard/events/{row.id}"
    assert "only here" in signed_in_client.get(address).get_data(as_text=True)
    stranger = signed_in(app, "biz_B")
    for client in (signed_in_client, stranger):
        text = client.get(address).get_data(as_text=True)
        assert "only here" not in text
        assert "may be another one’s" in text
        token = csrf_token(client)
        assert client.post(f"{address}/again", data={"csrf_token": token}).status_code == 404


def test_nobody_sees_or_moves_another_merchants_event(
    signed_in_client: FlaskClient, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        other = seeded.merchant(session, "biz_B", now=clock.now())
        row = seeded.event(session, owner=other, at=clock.now(), state="quarantined", reason="no_payment_id")
    headers = {"X-CSRFToken": csrf_token(signed_in_client)}
    assert signed_in_client.get(f"/dashboard/events/{row.id}").status_code == 404
    for answer in (
        signed_in_client.get(f"/api/events/{row.id}"),
        signed_in_client.post(f"/api/events/{row.id}/again", headers=headers),
    ):
        assert answer.status_code == 404
    cause = {"state": "quarantined", "reason": "no_payment_id"}
    taken = signed_in_client.post("/api/events/again", json=cause, headers=headers)
    assert (taken.get_json(), faults(taken, "/api/events/again", "post")) == ({"taken": 0}, [])
    with database.reading() as session:
        assert session.get_one(InboxRow, row.id).state == "quarantined"


def test_an_event_is_tried_again_once_and_has_its_effect(
    app: Flask, signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    body = json.loads((PAYLOADS / "payment_failed.pinned.json").read_bytes())
    body["account_id"] = "biz_A"
    with database.transaction() as session:
        row = seeded.event(session, owner=merchant, at=clock.now(), state="dead", reason="KeyError", tries=5)
        row.body = json.dumps(body).encode()
    form = {"csrf_token": csrf_token(signed_in_client)}
    address = f"/dashboard/events/{row.id}"
    assert "Try again" in signed_in_client.get(address).get_data(as_text=True)
    for _ in range(2):
        assert signed_in_client.post(f"{address}/again", data=form).status_code == 303
    assert "Nothing was changed." in signed_in_client.get(address).get_data(as_text=True)
    refused = signed_in_client.post(
        f"/api/events/{row.id}/again", headers={"X-CSRFToken": form["csrf_token"]}
    )
    assert (refused.status_code, faults(refused, "/api/events/{event_id}/again", "post")) == (409, [])
    times = Times(now=clock.now(), wall=clock.wall())
    (claim,) = claim_events(database, times=times, limit=5)
    process_event(database, claim, times=times, rules=Rules.of(app.extensions[EXTENSION].settings))
    with database.reading() as session:
        heard = session.get_one(InboxRow, row.id)
        assert (heard.state, heard.reason) == ("done", None)
        assert heard.case_id is not None
        acts = session.scalars(select(Audit).where(Audit.action == "events_heard_again")).all()
        assert [act.detail["reason"] for act in acts] == ["KeyError"]
        assert acts[0].actor.startswith("user:")


def test_all_that_was_set_aside_for_one_reason_is_tried_again(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        for reason in ("no_payment_id", "no_payment_id", "no_refund_id"):
            seeded.event(session, owner=merchant, at=clock.now(), state="quarantined", reason=reason)
    page = signed_in_client.get("/dashboard/events").get_data(as_text=True)
    assert "It does not say which payment it is about." in page
    cause = {"state": "quarantined", "reason": "no_payment_id", "csrf_token": csrf_token(signed_in_client)}
    signed_in_client.post("/dashboard/events/again", data=cause)
    assert "2 events wait for the worker again." in signed_in_client.get("/dashboard/events").get_data(
        as_text=True
    )
    assert len(listed(signed_in_client, "?state=waiting")) == 2
    signed_in_client.post("/dashboard/events/again", data=cause)
    assert "No such event is left" in signed_in_client.get("/dashboard/events").get_data(as_text=True)
    odd = signed_in_client.post("/dashboard/events/again", data={**cause, "state": "done"})
    assert odd.status_code == 400
    one = signed_in_client.get("/api/events?state=quarantined").get_json()["events"]
    told = signed_in_client.post(
        f"/api/events/{one[0]['id']}/again", headers={"X-CSRFToken": cause["csrf_token"]}
    )
    assert faults(told, "/api/events/{event_id}/again", "post") == []
    assert told.get_json()["state"] == "waiting"
