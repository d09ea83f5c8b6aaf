"""Where a person is signed in: they see each browser, and can end every one but the one they sit at."""

import re

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.db import Database
from app.models import Audit, SessionRow
from app.security.browsers import browser_name
from tests.web.conftest import csrf_token, signed_in

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.0 Mobile/15E148 Safari/604.1"
)
EDGE = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 "
    "Safari/537.36 Edg/130.0.0.0"
)
OTHERS = re.compile(r'action="(/auth/sessions/\d+/end)"')


def from_browser(app: Flask, agent: str) -> FlaskClient:
    client = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = agent
    client.get("/auth/dev?email=owner@example.com&whop=biz_A")
    return client


def rows(database: Database) -> list[SessionRow]:
    with database.reading() as read:
        return list(read.scalars(select(SessionRow).order_by(SessionRow.id)))


def test_a_browser_is_named_so_that_one_knows_it_again() -> None:
    assert browser_name(FIREFOX) == "Firefox · Windows"
    assert browser_name(SAFARI) == "Safari · iPhone"
    assert browser_name(EDGE) == "Edge · Mac"
    assert browser_name("") == "" == browser_name("something/1.0")


def test_the_settings_show_each_browser_and_which_is_this_one(app: Flask, database: Database) -> None:
    from_browser(app, SAFARI)
    here = from_browser(app, FIREFOX)
    page = here.get("/dashboard/settings/team").get_data(as_text=True)
    section = page[page.index("Where you are signed in") :]
    assert section.index("Firefox · Windows") < section.index("this one") < section.index("Safari · iPhone")
    assert len(OTHERS.findall(section)) == 1


def test_one_other_browser_is_ended_and_only_that(app: Flask, database: Database) -> None:
    phone, desk, here = (from_browser(app, agent) for agent in (SAFARI, EDGE, FIREFOX))
    page = here.get("/dashboard/settings/team").get_data(as_text=True)
    safari = page[: page.index("Safari · iPhone") + 1500]
    address = OTHERS.findall(safari[safari.index("Safari · iPhone") :])[0]
    answer = here.post(address, data={"csrf_token": csrf_token(here)})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/dashboard/settings/team")
    assert phone.get("/dashboard").status_code == 302
    assert desk.get("/dashboard").status_code == 200 == here.get("/dashboard").status_code


def test_all_other_browsers_are_ended_at_once_and_it_is_noted(app: Flask, database: Database) -> None:
    others = [from_browser(app, SAFARI), from_browser(app, EDGE)]
    here = from_browser(app, FIREFOX)
    here.post("/auth/sessions/end-others", data={"csrf_token": csrf_token(here)})
    assert [one.get("/dashboard").status_code for one in others] == [302, 302]
    assert "2 browsers are signed out." in here.get("/dashboard/settings/team").get_data(as_text=True)
    assert len(rows(database)) == 1
    with database.reading() as read:
        ended = read.scalars(select(Audit).where(Audit.action == "sessions_ended")).all()
    assert [line.detail for line in ended] == [{"sessions": 2}]


def test_nobody_ends_a_session_of_somebody_else_or_their_own_by_its_number(
    app: Flask, database: Database
) -> None:
    here = from_browser(app, FIREFOX)
    stranger = app.test_client()
    stranger.get("/auth/dev?email=eve@example.com&whop=biz_B")
    own, foreign = rows(database)
    token = csrf_token(here)
    for row in (own, foreign):
        answer = here.post(f"/auth/sessions/{row.id}/end", data={"csrf_token": token})
        assert answer.status_code == 404
    assert len(rows(database)) == 2


def test_ending_wants_a_token_of_this_session(app: Flask, database: Database) -> None:
    from_browser(app, SAFARI)
    here = from_browser(app, FIREFOX)
    for path in ("/auth/sessions/end-others", f"/auth/sessions/{rows(database)[0].id}/end"):
        assert here.post(path, data={"csrf_token": "forged"}).status_code == 400
    assert len(rows(database)) == 2


def test_what_this_install_knows_of_a_visitor_is_shown_in_development(
    app: Flask, client: FlaskClient
) -> None:
    assert client.get("/debug/session").json["signed_in"] is False
    person = signed_in(app, "biz_A")
    known = person.get("/debug/session")
    assert known.json["user"]["email"] == "owner@example.com"
    assert known.json["merchant"]["role"] == "owner"
    cookie = person.get_cookie("sid")
    assert cookie is not None and cookie.value not in known.get_data(as_text=True)
