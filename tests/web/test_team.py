"""Who belongs to the account and what they did: seen by its own people alone, newest first, page by page."""

from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.cases.audit import Act, note, note_case
from app.cases.journal import PAGE_SIZE
from app.dashboard.journal_words import DEEDS
from app.db import Database
from app.models import Merchant, User
from tests.support import seeded
from tests.support.clock import FixedClock
from tests.web.conftest import signed_in
from tests.web.tokens import program, token_for

TEAM, LOG = "/dashboard/settings/team", "/dashboard/settings/log"


def colleague(app: Flask, database: Database) -> FlaskClient:
    client = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0"
    client.get("/auth/dev?email=second@example.com&whop=biz_A")
    with database.transaction() as write:
        write.scalars(select(User).where(User.email == "second@example.com")).one().name = "<b>Sam</b>"
    return client


def test_the_team_is_shown_with_roles_and_where_they_are_signed_in(
    app: Flask, signed_in_client: FlaskClient, database: Database
) -> None:
    colleague(app, database)
    signed_in(app, "biz_B")
    page = signed_in_client.get(TEAM).text
    assert "&lt;b&gt;Sam&lt;/b&gt;" in page and "second@example.com" in page and "Firefox · Windows" in page
    found = signed_in_client.get("/api/team").get_json()["members"]
    assert [(one["user"]["email"], len(one["sessions"])) for one in found if one["user"]["name"]] == [
        ("second@example.com", 1)
    ]
    assert len(found) == 2


def test_the_log_names_who_did_what_and_by_which_program(
    app: Flask, signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        case = seeded.case(session, merchant, at=clock.now() - timedelta(days=1))
        note_case(session, case, Act.CASE_CHANGED, actor="worker", at=clock.now())
    program(app, token_for(signed_in_client, "write-cases")).post(f"/api/cases/{case.id}/pause")
    page = signed_in_client.get(LOG).text
    assert "paused a case" in page and "by the token n8n" in page and "made an API token" in page
    assert "case changed" not in page
    first = signed_in_client.get("/api/log").get_json()["lines"][0]
    assert (first["action"], first["case_id"], first["token"]) == ("case_held", case.id, "n8n")
    assert "paused a case" not in signed_in(app, "biz_B").get(LOG).text


def test_the_log_goes_on_page_by_page(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        for number in range(PAGE_SIZE + 5):
            detail = {"fields": [f"field_{number}"]}
            note(
                session,
                Act.PROFILE_CHANGED,
                merchant_id=merchant.id,
                actor="user:1",
                at=clock.now(),
                detail=detail,
            )
    first = signed_in_client.get("/api/log").get_json()
    second = signed_in_client.get(f"/api/log?before={first['next']}").get_json()
    ids = [line["id"] for line in first["lines"] + second["lines"]]
    assert ids == sorted(set(ids), reverse=True) and second["next"] is None
    assert f"before={first['next']}" in signed_in_client.get(LOG).text
    assert signed_in_client.get("/api/log?before=x").status_code == 400


def test_every_deed_of_people_has_words(app: Flask) -> None:
    told = [
        act for act in Act if act.value.startswith(("endpoint_", "api_", "case_held", "signed_", "sessions_"))
    ]
    assert set(told) <= set(DEEDS)
