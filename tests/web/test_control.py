"""What a merchant can do to a case by its page and by the API: offered, told, refused with a sentence, nobody else's."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.db import Database
from app.models import Audit, Case, Merchant, Note
from tests.support import seeded
from tests.support.clock import FixedClock
from tests.web.conftest import MakeApp, csrf_token, signed_in

HOUR = timedelta(hours=1)
CONTROL = "This case is in the control group."
DEEDS = ("pause", "resume", "close", "retry", "send", "paid-elsewhere", "exclude", "readmit")


@pytest.fixture
def case(merchant: Merchant, database: Database, clock: FixedClock) -> Case:
    """Open for two hours, with its first message planned for tomorrow."""
    with database.transaction() as session:
        made = seeded.case(session, merchant, at=clock.now() - 2 * HOUR)
        seeded.step(session, made, due_at=clock.now() + 22 * HOUR)
        return made


def page(client: FlaskClient, case: Case) -> str:
    return client.get(f"/dashboard/cases/{case.id}").get_data(as_text=True)


def do(client: FlaskClient, case: Case, deed: str, **fields: str) -> TestResponse:
    data = {"csrf_token": csrf_token(client), **fields}
    return client.post(f"/dashboard/cases/{case.id}/{deed}", data=data)


def call(client: FlaskClient, path: str, body: Any = None) -> TestResponse:
    return client.post(path, json=body, headers={"X-CSRFToken": csrf_token(client)})


def set_case(database: Database, case: Case, **values: Any) -> None:
    with database.transaction() as session:
        for name, value in values.items():
            setattr(session.get_one(Case, case.id), name, value)


@pytest.mark.parametrize(
    ("deed", "told", "shown"),
    [
        ("send", "The next message is due now", "Now, because you asked for it."),
        ("paid-elsewhere", "The case is closed as paid elsewhere.", "You marked it as paid elsewhere."),
        ("exclude", "This customer is left alone from now on", "Treat them like everybody again"),
    ],
)
def test_a_deed_is_done_told_and_shown(
    signed_in_client: FlaskClient, case: Case, database: Database, deed: str, told: str, shown: str
) -> None:
    assert do(signed_in_client, case, deed).status_code == 303
    text = page(signed_in_client, case)
    assert told in text and shown in text
    with database.reading() as read:
        actors = set(read.scalars(select(Audit.actor).where(Audit.actor.startswith("user:"))))
    assert len(actors) == 1


def test_an_exclusion_is_taken_back_on_the_page_of_the_closed_case(
    signed_in_client: FlaskClient, case: Case
) -> None:
    do(signed_in_client, case, "exclude")
    do(signed_in_client, case, "readmit")
    text = page(signed_in_client, case)
    assert "From the next failed payment on" in text and "Leave this customer alone?" in text
    do(signed_in_client, case, "readmit")
    assert "This customer has not been left out by you." in page(signed_in_client, case)


@pytest.mark.parametrize("deed", DEEDS)
def test_a_case_of_the_control_group_offers_nothing_and_refuses_everything(
    signed_in_client: FlaskClient, case: Case, database: Database, deed: str
) -> None:
    set_case(database, case, arm="control")
    text = page(signed_in_client, case)
    assert CONTROL in text and f'/{deed}"' not in text and 'name="text"' in text
    do(signed_in_client, case, deed)
    text = page(signed_in_client, case)
    assert text.count(CONTROL) == 2
    if deed == "send":
        answer = call(signed_in_client, "/api/notify-failed", {"case_id": case.id})
    else:
        answer = call(signed_in_client, f"/api/cases/{case.id}/{deed}")
    assert (answer.status_code, answer.get_json()["error"]["type"]) == (409, "conflict")
    assert answer.get_json()["error"]["message"].startswith(CONTROL)


def test_a_note_stands_in_the_story_as_it_was_written_and_runs_nothing(
    signed_in_client: FlaskClient, case: Case, database: Database
) -> None:
    assert (
        do(signed_in_client, case, "note", text="<script>alert(1)</script> 100%\r\nsecond").status_code == 303
    )
    text = page(signed_in_client, case)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; 100%\nsecond" in text
    assert "<script>alert" not in text
    with database.reading() as read:
        assert read.scalars(select(Note.text)).all() == ["<script>alert(1)</script> 100%\nsecond"]
        details = read.scalars(select(Audit.detail).where(Audit.action == "note_added")).all()
    assert [set(detail) for detail in details] == [{"note"}]
    answer = call(signed_in_client, f"/api/cases/{case.id}/note", {"text": "By a program."})
    last = answer.get_json()["timeline"][-1]
    assert (answer.status_code, last["kind"], last["notes"]) == (200, "note", ["By a program."])


@pytest.mark.parametrize("text", ["", "  \r\n ", "x" * 2001, "\u200b"])
def test_a_note_that_cannot_be_is_refused_at_its_field_and_not_lost(
    signed_in_client: FlaskClient, case: Case, database: Database, text: str
) -> None:
    answer = do(signed_in_client, case, "note", text=text)
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert 'id="note-wrong" role="alert">Write from 1 to 2000 characters.' in shown
    assert text.strip() in shown
    assert call(signed_in_client, f"/api/cases/{case.id}/note", {"text": text}).status_code == 400
    with database.reading() as read:
        assert read.scalars(select(Note)).all() == []


def test_the_longest_note_counts_a_line_end_once(signed_in_client: FlaskClient, case: Case) -> None:
    assert do(signed_in_client, case, "note", text="x" * 1000 + "\r\n" + "y" * 999).status_code == 303


@pytest.mark.parametrize("body", [None, 3, [], {}, {"text": 3}, {"text": None}])
def test_a_body_that_is_no_note_is_refused(signed_in_client: FlaskClient, case: Case, body: object) -> None:
    assert call(signed_in_client, f"/api/cases/{case.id}/note", body).status_code == 400


@pytest.mark.parametrize(
    "body", [None, [], {}, {"case_id": None}, {"case_id": True}, {"case_id": 0}, {"case_id": 1.5}]
)
def test_a_body_that_names_no_case_is_refused(signed_in_client: FlaskClient, body: object) -> None:
    assert call(signed_in_client, "/api/notify-failed", body).status_code == 400


def test_sending_now_says_why_not(signed_in_client: FlaskClient, case: Case, database: Database) -> None:
    answer = call(signed_in_client, "/api/notify-failed", {"case_id": case.id})
    assert (answer.status_code, answer.get_json()["planned"][0]["why"]) == (200, {"code": "sent_by_hand"})
    set_case(database, case, state="paused", held=True)
    answer = call(signed_in_client, "/api/notify-failed", {"case_id": case.id})
    assert answer.status_code == 409
    assert answer.get_json()["error"]["message"].startswith("No message can go out now")


def test_a_retry_that_cannot_be_spent_says_why_on_the_page_and_to_programs(
    signed_in_client: FlaskClient, case: Case
) -> None:
    text = page(signed_in_client, case)
    assert "Retries of ours: 1 of 1 left" in text and "Charge again now" not in text
    why = "Without a key for Whop&#39;s API we cannot charge"
    assert why in text
    do(signed_in_client, case, "retry")
    assert page(signed_in_client, case).count(why) == 2
    answer = call(signed_in_client, f"/api/cases/{case.id}/retry")
    assert answer.status_code == 409
    assert answer.get_json()["error"]["message"].startswith("Without a key for Whop's API")


def test_the_one_retry_is_spent_by_hand_and_shown_as_asked_for(
    make_app: MakeApp, case: Case, database: Database, clock: FixedClock
) -> None:
    client = signed_in(make_app(WHOP_API_KEY="a-key-of-the-tests"), "biz_A")
    set_case(database, case, opened_at=clock.now() - 30 * HOUR)
    assert "Charge again now" in page(client, case)
    answer = call(client, f"/api/cases/{case.id}/retry")
    assert answer.status_code == 200
    assert ("retry", "planned") in [(entry["kind"], entry["code"]) for entry in answer.get_json()["planned"]]


def test_nothing_of_it_reaches_another_merchants_case(app: Flask, case: Case, database: Database) -> None:
    other = signed_in(app, "biz_B")
    for deed in DEEDS:
        assert do(other, case, deed).status_code == 404
        if deed != "send":
            assert call(other, f"/api/cases/{case.id}/{deed}").status_code == 404
    assert do(other, case, "note", text="hello").status_code == 404
    assert do(other, case, "note", text="").status_code == 404
    assert call(other, f"/api/cases/{case.id}/note", {"text": "hello"}).status_code == 404
    assert call(other, "/api/notify-failed", {"case_id": case.id}).status_code == 404
    with database.reading() as read:
        assert read.scalars(select(Note)).all() == []
        assert read.get_one(Case, case.id).state == "open"


def test_nothing_of_it_is_done_without_a_token(signed_in_client: FlaskClient, case: Case) -> None:
    for deed in DEEDS:
        assert signed_in_client.post(f"/dashboard/cases/{case.id}/{deed}").status_code == 400
    assert signed_in_client.post(f"/api/cases/{case.id}/note", json={"text": "x"}).status_code == 400
    assert signed_in_client.post("/api/notify-failed", json={"case_id": case.id}).status_code == 400
