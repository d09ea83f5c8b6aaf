"""`openapi.json` is true: it has every route and no other, and real answers have exactly the fields it names."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import validate

from app import create_app
from app.cases.announcing import announce
from app.cases.notes import add_note
from app.cases.timeline import EntryKind
from app.db import Database
from app.models import Case, Merchant, MethodSwitch
from app.ops.demo import Demo
from app.recovery.attribution import Attribution
from app.recovery.decline import DeclineClass
from app.recovery.machine import CaseReason, CaseState
from app.recovery.reasons import Reason, Why
from app.recovery.wording import LANGUAGES
from app.services import EXTENSION
from app.webhooks.routes import MAX_BODY
from tests.conftest import MakeSettings
from tests.support import seeded
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.description import DESCRIPTION, faults, misfits, operations, resolved
from tests.web.conftest import csrf_token, signed_in
from tests.web.tokens import program, token_for

CASE = "/api/cases/{case_id}"
DEED = "/api/cases/{case_id}/{deed}"
NOTE = "/api/cases/{case_id}/note"
HOOKS = "/api/webhooks"
HOOK_DEED = "/api/webhooks/{webhook_id}/{deed}"
NOTIFY = "/api/notify-failed"
DOOR = "/webhooks/whop"
FOR_PROGRAMS = ("/api/", "/webhooks/")
PAGES = ("auth", "api_docs")
"""Blueprints whose routes are pages, whatever their address: the sign-in may come back below /api."""
PROBES = ("health", "metrics")
READS = (
    "/api/me",
    "/api/analytics",
    "/api/analytics/by-channel",
    "/api/cases",
    "/api/team",
    "/api/log",
    "/api/health",
    "/healthz",
)
AWAY = "postgresql://nobody@127.0.0.1:1/none"


@pytest.fixture
def lively(
    app: Flask, signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> FlaskClient:
    """The owner of a merchant whose cases have met everything that can happen to one."""
    for _ in Demo(app.extensions[EXTENSION], biz_id="biz_A", cases=60, seed=7).live():
        pass
    too_late = Reason(Why.TOO_LATE, {"hours": 48}).stored()
    with database.transaction() as session:
        case = seeded.case(session, merchant, at=clock.now())
        seeded.step(session, case, due_at=clock.now(), state="skipped", outcome_why=too_late)
        session.add_all(
            MethodSwitch(
                case_id=case.id, payment_id=case.payment_id, kind=kind, key=kind, state=state, actor="worker",
                why=Reason(why).stored(), due_at=clock.now(), decided_at=clock.now(),
            )
            for kind, state, why in (("switch", "taken", Why.SWITCH_AGREED), ("undo", "planned", Why.UNDO_WISHED))
        )  # fmt: skip
        add_note(session, case, "Promised to pay on Friday.", actor="user:1", now=clock.now())
    return signed_in_client


def routes(app: Flask) -> Iterator[tuple[str, str]]:
    for rule in app.url_map.iter_rules():
        room = rule.endpoint.partition(".")[0]
        if room not in PAGES and (room in PROBES or rule.rule.startswith(FOR_PROGRAMS)):
            for method in set(rule.methods or ()) - {"HEAD", "OPTIONS"}:
                yield re.sub(r"<(?:[^<>]*:)?(\w+)>", r"{\1}", rule.rule), method.lower()


def _ids(client: FlaskClient) -> Iterator[int]:
    """Every case, page by page."""
    after: str | None = ""
    while after is not None:
        page = client.get("/api/cases", query_string={"after": after}).get_json()
        yield from (row["id"] for row in page["cases"])
        after = page["next"]


def test_the_file_is_openapi() -> None:
    validate(DESCRIPTION)


def test_it_has_every_route_and_no_other(app: Flask) -> None:
    assert sorted(routes(app)) == sorted((path, method) for path, method, _ in operations())


def test_it_is_served_to_anyone(client: FlaskClient) -> None:
    answer = client.get("/api/openapi.json")
    assert (answer.status_code, answer.get_json()) == (200, DESCRIPTION)
    assert faults(answer, "/api/openapi.json") == []


def test_its_examples_fit_its_own_schemas() -> None:
    answers = [
        resolved(answer) for _, _, operation in operations() for answer in operation["responses"].values()
    ]
    contents = [content for answer in answers for content in answer["content"].values()]
    examples = [
        (example["value"], content["schema"])
        for content in contents
        for example in content.get("examples", {}).values()
    ]
    examples += [
        (example, schema)
        for schema in DESCRIPTION["components"]["schemas"].values()
        for example in schema.get("examples", ())
    ]
    assert len(examples) > 20
    assert [misfits(value, schema) for value, schema in examples if misfits(value, schema)] == []


def test_every_code_that_it_lists_is_one_of_ours_and_none_is_missing() -> None:
    listed: Mapping[str, Any] = {
        name: schema.get("enum") for name, schema in DESCRIPTION["components"]["schemas"].items()
    }
    assert listed["CaseState"] == list(CaseState)
    assert listed["CaseReason"] == list(CaseReason)
    assert listed["DeclineClass"] == list(DeclineClass)
    assert listed["Attribution"] == [*Attribution, None]
    parts = DESCRIPTION["components"]["schemas"]
    assert parts["Entry"]["properties"]["kind"]["enum"] == list(EntryKind)
    assert parts["Me"]["properties"]["merchant"]["properties"]["locale"]["enum"] == list(LANGUAGES)


def test_a_lively_merchants_answers_have_exactly_the_described_fields(lively: FlaskClient) -> None:
    for path in READS:
        answer = lively.get(path)
        assert (path, answer.status_code, faults(answer, path)) == (path, 200, [])
    kinds: set[str] = set()
    for case_id in _ids(lively):
        told = lively.get(f"/api/cases/{case_id}")
        assert faults(told, CASE) == []
        kinds |= {entry["kind"] for entry in told.get_json()["timeline"] + told.get_json()["planned"]}
    assert kinds == set(EntryKind)


def test_a_field_that_is_not_described_is_noticed(signed_in_client: FlaskClient) -> None:
    told = signed_in_client.get("/api/me").get_json()
    schema = {"$ref": "#/components/schemas/Me"}
    assert misfits(told, schema) == []
    assert len(misfits({**told, "more": 1}, schema)) == 1
    assert len(misfits({"user": told["user"]}, schema)) == 1


def test_what_a_change_answers_is_described(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        case = seeded.case(session, merchant, at=clock.now()).id
    headers = {"X-CSRFToken": csrf_token(signed_in_client)}
    answers = [
        signed_in_client.post(f"/api/cases/{case}/{deed}", headers=headers)
        for deed in ("pause", "resume", "close", "close")
    ]
    answers.append(signed_in_client.post(f"/api/cases/{case}/pause"))
    answers.append(signed_in_client.post("/api/cases/999/pause", headers=headers))
    answers.append(signed_in_client.post(f"/api/cases/{case}/pause", data={"x": "y" * (MAX_BODY + 1)}))
    assert [answer.status_code for answer in answers] == [200, 200, 200, 409, 400, 404, 413]
    assert [faults(answer, DEED, "post") for answer in answers] == [[]] * len(answers)


def test_what_notes_and_messages_by_hand_answer_is_described(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    at = clock.now() - timedelta(hours=2)
    with database.transaction() as session:
        case = seeded.case(session, merchant, at=at)
        seeded.step(session, case, due_at=at + timedelta(hours=24))
    headers = {"X-CSRFToken": csrf_token(signed_in_client)}

    def post(path: str, body: object) -> tuple[int, list[str]]:
        answer = signed_in_client.post(path.format(case_id=case.id), json=body, headers=headers)
        return answer.status_code, faults(answer, path, "post")

    assert post(NOTE, {"text": "Promised."}) == (200, [])
    assert post(NOTE, {"text": " "}) == (400, [])
    assert post(NOTE, [1]) == (400, [])
    assert post(NOTIFY, {"case_id": case.id}) == (200, [])
    assert post(NOTIFY, {"case_id": "1"}) == (400, [])
    assert post(NOTIFY, {"case_id": 10**20}) == (400, [])
    assert post(NOTIFY, {"case_id": 999}) == (404, [])
    with database.transaction() as session:
        session.get_one(Case, case.id).arm = "control"
    assert post(NOTIFY, {"case_id": case.id}) == (409, [])
    assert post(NOTE, {"text": "A note does nothing."}) == (200, [])


def test_what_is_refused_is_described(client: FlaskClient, signed_in_client: FlaskClient) -> None:
    answers = {
        400: signed_in_client.get("/api/cases?state=none"),
        401: client.get("/api/cases"),
    }
    for _ in range(100):
        answers[429] = client.get("/api/cases")
    for status, answer in answers.items():
        assert (answer.status_code, faults(answer, "/api/cases")) == (status, [])


def test_an_answer_without_a_database_is_described(make_settings: MakeSettings, clock: FixedClock) -> None:
    away = create_app(make_settings(DATABASE_URL=AWAY, WHOP_WEBHOOK_SECRET=whop.SECRET), clock).test_client()
    away.set_cookie("sid", "anything")
    body, headers = whop.signed(whop.payment_failed(), now=clock.wall())
    for path, method, answer in (
        ("/api/cases", "get", away.get("/api/cases")),
        ("/readyz", "get", away.get("/readyz")),
        (DOOR, "post", away.post(DOOR, data=body, headers=headers)),
    ):
        assert (answer.status_code, faults(answer, path, method)) == (503, [])


def test_a_fault_of_the_program_is_described(own_app: Flask) -> None:
    def broken() -> str:
        raise RuntimeError("the wheels came off")

    vars(broken)["access"] = vars(own_app.view_functions["api.me"])["access"]
    own_app.view_functions["api.me"] = broken
    answer = signed_in(own_app, "biz_A").get("/api/me")
    assert (answer.status_code, faults(answer, "/api/me")) == (500, [])


def test_what_the_door_answers_is_described(client: FlaskClient, clock: FixedClock) -> None:
    body, headers = whop.signed(whop.payment_failed(), now=clock.wall())
    answers = [
        client.post(DOOR, data=body, headers=headers),
        client.post(DOOR, data=body, headers=headers),
        client.post(DOOR, data=body, headers={**headers, "webhook-signature": ""}),
        client.post(DOOR, data=body + b" ", headers=headers),
        client.post(DOOR, data=b"x" * (MAX_BODY + 1), headers=headers),
        client.post(DOOR, data=body, headers={**headers, "content-type": "text/plain"}),
    ]
    for _ in range(50):
        last = client.post(DOOR, data=b"{}", headers=headers)
    answers.append(last)
    assert [answer.status_code for answer in answers] == [200, 200, 400, 401, 413, 415, 429]
    assert [faults(answer, DOOR, "post") for answer in answers] == [[]] * len(answers)
    assert answers[1].get_json() == {"ok": True, "duplicate": True}


def test_what_webhooks_answer_and_what_they_send_is_described(
    app: Flask, signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    caller = program(app, token_for(signed_in_client, "read", "write-settings"))
    fields = {"name": "n8n", "url": "http://127.0.0.1:9/in", "events": ["case.opened"]}
    made = caller.post(HOOKS, json=fields)
    hook = made.get_json()["id"]
    for _ in Demo(app.extensions[EXTENSION], biz_id="biz_A", cases=2, seed=7).live():
        pass
    assert caller.get(f"{HOOKS}/{hook}/deliveries").get_json()["deliveries"] == []
    with database.transaction() as session:
        case = seeded.case(session, merchant, at=clock.now())
        announce(session, case, new=True, was=CaseState.OPEN, now=clock.now())
    one = f"{HOOKS}/{hook}"
    log = caller.get(f"{one}/deliveries")
    sent = log.get_json()["deliveries"][0]
    again = f"{HOOKS}/deliveries/{sent['id']}/resend"
    answers = [
        (made, HOOKS, "post", 201),
        (caller.get(HOOKS), HOOKS, "get", 200),
        (caller.post(HOOKS, json={}), HOOKS, "post", 400),
        (caller.post(one, json=fields), f"{HOOKS}/{{webhook_id}}", "post", 200),
        (caller.post(f"{one}/rotate"), HOOK_DEED, "post", 200),
        (caller.post(f"{one}/off"), HOOK_DEED, "post", 200),
        (caller.post(f"{one}/test"), HOOK_DEED, "post", 409),
        (log, f"{HOOKS}/{{webhook_id}}/deliveries", "get", 200),
        (caller.post(again), f"{HOOKS}/deliveries/{{delivery_id}}/resend", "post", 409),
    ]
    for answer, path, method, status in answers:
        assert (path, answer.status_code, faults(answer, path, method)) == (path, status, [])
    assert misfits(json.loads(sent["body"]), {"$ref": "#/components/schemas/WebhookBody"}) == []
