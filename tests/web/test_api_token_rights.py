"""What Whop says of a person counts for their programs too, while they are away and after they left."""

from datetime import timedelta

import pytest
from flask import Flask, Response
from sqlalchemy import select

from app.db import Database
from app.models import ApiToken
from tests.support.clock import FixedClock
from tests.support.whop_server import FakeWhop
from tests.web.tokens import PAGE, TOKEN, bearer
from tests.web.whop_browser import BASE, Browser, broken, nobody_signed_in

JSON = "application/json"


@pytest.fixture
def token(browser: Browser) -> str:
    browser.sign_in()
    found = TOKEN.search(browser.post(PAGE, of=PAGE, name="n8n", life="365", scope="read").text)
    assert found is not None
    return found[0]


def call(app: Flask, token: str) -> tuple[int, str]:
    answer = app.test_client().get("/api/me", base_url=BASE, headers=bearer(token))
    told = answer.get_json()
    return answer.status_code, told["error"]["type"] if answer.status_code != 200 else ""


def test_it_works_on_after_its_owner_signed_out_and_whop_is_asked_all_the_same(
    whop_app: Flask, browser: Browser, token: str, fake_whop: FakeWhop, machine_clock: FixedClock,
    database: Database,
) -> None:  # fmt: skip
    browser.post("/auth/logout", of="/logout")
    assert nobody_signed_in(database)
    machine_clock.advance(timedelta(minutes=16))
    before = len(fake_whop.paths("/api/v1/team_members"))
    assert call(whop_app, token) == (200, "")
    assert len(fake_whop.paths("/api/v1/team_members")) == before + 1


def test_it_ends_with_the_right_and_does_not_come_back_with_it(
    whop_app: Flask, browser: Browser, token: str, fake_whop: FakeWhop, machine_clock: FixedClock,
    database: Database,
) -> None:  # fmt: skip
    team = dict(fake_whop.team)
    fake_whop.team.clear()
    machine_clock.advance(timedelta(minutes=16))
    assert call(whop_app, token) == (403, "no_right")
    with database.reading() as read:
        assert read.scalars(select(ApiToken.ended_why)).all() == ["right_lost"]
    fake_whop.team.update(team)
    browser.sign_in()
    assert call(whop_app, token) == (401, "invalid_token")


def test_while_whop_is_away_the_last_answer_counts_for_an_hour(
    whop_app: Flask, token: str, fake_whop: FakeWhop, machine_clock: FixedClock
) -> None:
    fake_whop.answers["/api/v1/team_members"] = lambda: broken(500)
    machine_clock.advance(timedelta(minutes=59))
    assert call(whop_app, token) == (200, "")
    machine_clock.advance(timedelta(minutes=2))
    assert call(whop_app, token) == (503, "whop_unavailable")
    fake_whop.answers.clear()
    machine_clock.advance(timedelta(minutes=1))
    assert call(whop_app, token) == (200, "")


def test_where_nobody_can_ask_whop_any_more_it_rests_until_its_owner_signs_in(
    whop_app: Flask, browser: Browser, token: str, fake_whop: FakeWhop, machine_clock: FixedClock
) -> None:
    fake_whop.answers["/oauth/token"] = lambda: Response('{"error": "invalid_grant"}', 400, mimetype=JSON)
    machine_clock.advance(timedelta(hours=2))
    assert call(whop_app, token) == (403, "no_right")
    fake_whop.answers.clear()
    browser.sign_in()
    assert call(whop_app, token) == (200, "")
