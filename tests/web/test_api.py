"""The JSON API: the shapes of the contract, the same figures as the pages, and the same borders."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.db import Database
from app.models import Case, Merchant
from app.recovery.measure import DEFINITION
from tests.support import seeded
from tests.support.clock import FixedClock
from tests.web.conftest import csrf_token, signed_in

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
USD_49 = {"amount": "49.00", "currency": "usd"}
NOBODY = {"people": 0, "paid": 0, "in_progress": 0, "rate": None}
READS = ("/api/me", "/api/analytics", "/api/analytics/by-channel", "/api/cases", "/api/cases/1")


@pytest.fixture
def case(merchant: Merchant, database: Database, clock: FixedClock) -> Case:
    with database.transaction() as session:
        return seeded.case(session, merchant, at=clock.now() - DAY, payment_id="pay_1")


def do(client: FlaskClient, case_id: int, deed: str) -> TestResponse:
    return client.post(f"/api/cases/{case_id}/{deed}", headers={"X-CSRFToken": csrf_token(client)})


@pytest.mark.parametrize("address", READS)
def test_a_visitor_is_told_to_sign_in(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 401
    assert answer.get_json()["error"]["type"] == "not_signed_in"


def test_me_names_the_person_and_their_merchant(signed_in_client: FlaskClient) -> None:
    answer = signed_in_client.get("/api/me").get_json()
    assert answer["user"]["email"] == "owner@example.com"
    assert (answer["merchant"]["biz_id"], answer["merchant"]["zone"]) == ("biz_A", "UTC")


def test_analytics_has_the_shape_of_the_contract(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    at = clock.now() - 2 * DAY
    with database.transaction() as session:
        seeded.case(
            session, merchant, at=at, state="recovered", reason="paid", recovered_after=3 * HOUR,
            attribution="visit",
        )  # fmt: skip
        seeded.case(session, merchant, at=at, decline_class="D")
        seeded.case(session, merchant, at=at, state="lost", reason="window_ended", currency="jpy")
    answer = signed_in_client.get("/api/analytics?from=2026-11-10&to=2026-11-20").get_json()
    parts = {"cases", "recovery_rate", "recovered", "lost", "at_risk"}
    assert (answer["from"], answer["to"], answer["definition"]) == ("2026-11-10", "2026-11-20", DEFINITION)
    assert answer["cases"] == {
        "opened": 3, "recovered": 1, "lost": 1, "in_progress": 1, "control": 0, "touched_then_recovered": 1,
    }  # fmt: skip
    assert answer["recovery_rate"] == 0.3333
    assert answer["recovered"] == answer["touched_then_recovered"] == answer["at_risk"] == [USD_49]
    assert answer["lost"] == [{"amount": "4900", "currency": "jpy"}]
    assert answer["incremental"] == {
        "status": "not_enough_data", "points": None, "low": None, "high": None, "treated": 0, "control": 0,
        "since": None, "groups": {"treated": NOBODY, "control": NOBODY}, "probability": None,
        "needed": None, "needed_for_points": 10.0, "proven": False, "payments": None, "money": [],
    }  # fmt: skip
    assert answer["baseline"] is None
    assert set(answer["definitions"]) == {"recovered", "touched_then_recovered", "incremental"}
    assert answer["median_hours_to_recover"] == 3.0
    assert [(part["class"], part["cases"]["opened"]) for part in answer["by_decline_class"]] == [
        ("A", 2),
        ("D", 1),
    ]
    assert [part["week"] for part in answer["by_week"]] == ["2026-W46", "2026-W47"]
    assert all(parts <= set(part) for part in answer["by_decline_class"] + answer["by_week"])


def test_analytics_of_nothing_is_whole_too(signed_in_client: FlaskClient) -> None:
    answer = signed_in_client.get("/api/analytics").get_json()
    assert (answer["from"], answer["to"]) == ("2026-10-22", "2026-11-20")
    assert answer["cases"]["opened"] == 0
    assert answer["recovery_rate"] is None and answer["median_hours_to_recover"] is None
    assert answer["recovered"] == answer["by_decline_class"] == []


def test_channels_say_what_they_carried(
    signed_in_client: FlaskClient, case: Case, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        seeded.delivery(session, seeded.step(session, case, due_at=clock.now()), at=clock.now())
    assert signed_in_client.get("/api/analytics/by-channel").get_json()["channels"] == [
        {"channel": "email", "messages": {"sent": 1}, "cases": 1, "recovered_after": 0, "recovered": []}
    ]


def test_the_list_pages_through_every_case_once(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        ids = {seeded.case(session, merchant, at=clock.now()).id for _ in range(53)}
    seen: list[int] = []
    after: str | None = ""
    while after is not None:
        answer = signed_in_client.get("/api/cases", query_string={"after": after}).get_json()
        seen += [row["id"] for row in answer["cases"]]
        after = answer["next"]
    assert len(seen) == 53 and set(seen) == ids


def test_the_list_takes_the_filters_of_the_page(signed_in_client: FlaskClient, case: Case) -> None:
    (row,) = signed_in_client.get("/api/cases?state=in_progress&q=ada").get_json()["cases"]
    assert (row["id"], row["payment_id"], row["amount"]) == (case.id, "pay_1", USD_49)
    assert row["opened_at"] == "2026-11-19T09:00:10Z"
    assert signed_in_client.get("/api/cases?state=lost").get_json() == {
        "cases": [],
        "next": None,
        "previous": None,
    }


def test_a_case_is_told_with_its_timeline_and_plan(
    signed_in_client: FlaskClient, case: Case, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        seeded.delivery(session, seeded.step(session, case, due_at=clock.now()), at=clock.now())
    answer = signed_in_client.get(f"/api/cases/{case.id}").get_json()
    assert (answer["state"], answer["reason"], answer["decline_class"]) == ("open", "collecting", "A")
    assert [(entry["kind"], entry["code"]) for entry in answer["timeline"]] == [
        ("act", "case_opened"),
        ("delivery", "sent"),
    ]
    assert answer["timeline"][1]["message"]["subject"] == seeded.MESSAGE["subject"]
    assert [entry["kind"] for entry in answer["planned"]] == ["window_ends"]


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("/api/analytics?from=x", "from"),
        ("/api/analytics?from=2020-01-01", "from"),
        ("/api/cases?state=x", "state"),
        ("/api/cases?after=x", "after"),
        ("/api/analytics/by-channel?days=0", "days"),
    ],
)
def test_what_is_wrong_is_named(signed_in_client: FlaskClient, address: str, field: str) -> None:
    answer = signed_in_client.get(address)
    assert answer.status_code == 400
    error = answer.get_json()["error"]
    assert error["type"] == "invalid_input"
    assert field in error["details"]


def test_a_case_is_paused_resumed_and_closed(signed_in_client: FlaskClient, case: Case) -> None:
    for deed, state in (("pause", "paused"), ("resume", "open"), ("close", "lost")):
        answer = do(signed_in_client, case.id, deed)
        assert (answer.status_code, answer.get_json()["state"]) == (200, state)


def test_what_cannot_be_done_is_a_conflict(signed_in_client: FlaskClient, case: Case) -> None:
    answer = do(signed_in_client, case.id, "resume")
    assert answer.status_code == 409
    error = answer.get_json()["error"]
    assert error["type"] == "conflict" and "cannot be resumed" in error["message"]
    assert do(signed_in_client, case.id, "close").status_code == 200
    for deed in ("pause", "resume", "close"):
        assert do(signed_in_client, case.id, deed).status_code == 409


def test_without_its_token_nothing_changes(signed_in_client: FlaskClient, case: Case) -> None:
    for deed in ("pause", "resume", "close"):
        assert signed_in_client.post(f"/api/cases/{case.id}/{deed}").status_code == 400
    assert signed_in_client.get(f"/api/cases/{case.id}").get_json()["state"] == "open"


def test_another_merchants_case_does_not_exist(app: Flask, case: Case, signed_in_client: FlaskClient) -> None:
    stranger = signed_in(app, "biz_B")
    assert stranger.get("/api/cases").get_json()["cases"] == []
    for number in (case.id, case.id + 1000, 10**30):
        assert stranger.get(f"/api/cases/{number}").status_code == 404
        assert do(stranger, number, "close").status_code == 404
    assert signed_in_client.get(f"/api/cases/{case.id}").get_json()["state"] == "open"


def test_the_api_is_limited_for_each_person(app: Flask, signed_in_client: FlaskClient) -> None:
    answers = [signed_in_client.get("/api/me") for _ in range(101)]
    assert [answer.status_code for answer in answers] == [200] * 100 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert signed_in(app, "biz_B").get("/dashboard").status_code == 200
