"""Inside Whop's frame one person's trouble is nobody else's, and no answer of Whop is a 500."""

import time
from datetime import timedelta

import pytest
from flask import Flask, Response, request

from tests.support.clock import FixedClock
from tests.support.whop_server import API_KEY, FakeWhop
from tests.web.conftest import MakeWhopApp
from tests.web.whop_browser import Browser

APP = "app_embedded"
OVERVIEW = "/dashboard/biz_A/dashboard"


@pytest.fixture
def app(make_whop_app: MakeWhopApp) -> Flask:
    return make_whop_app(WHOP_APP_ID=APP, WHOP_API_KEY=API_KEY)


def embedded(app: Flask, whop: FakeWhop, user: str, **claims: object) -> Browser:
    return Browser(app, headers={"x-whop-user-token": whop.embedded_token(user, app=APP, **claims)})


@pytest.mark.parametrize("body", ["[" * 100_000, "[]", '{"keys":null}', '{"keys":[{"kty":[]}]}'])
def test_keys_that_make_no_sense_let_nobody_in(app: Flask, fake_whop: FakeWhop, body: str) -> None:
    fake_whop.answers["/.well-known/jwks.json"] = lambda: Response(body, content_type="application/json")
    assert embedded(app, fake_whop, "user_dana").get(OVERVIEW).status_code == 302


@pytest.mark.parametrize("claims", [{"sub": "user_\x00"}, {"sub": ["user_dana"]}, {"exp": "x"}, {"nbf": {}}])
def test_claims_that_make_no_sense_let_nobody_in(
    app: Flask, fake_whop: FakeWhop, claims: dict[str, object]
) -> None:
    assert embedded(app, fake_whop, "user_dana", **claims).get(OVERVIEW).status_code == 302


def test_a_question_that_whop_does_not_understand_stops_no_other(app: Flask, fake_whop: FakeWhop) -> None:
    def refuse_one() -> Response | None:
        return Response("{}", 400) if request.args["account_id"] == "biz_odd" else None

    fake_whop.answers["/api/v1/team_members"] = refuse_one  # type: ignore[assignment]
    assert embedded(app, fake_whop, "user_eve").get("/dashboard/biz_odd/dashboard").status_code == 503
    assert embedded(app, fake_whop, "user_dana").get(OVERVIEW).status_code == 200


def test_questions_that_were_not_asked_are_not_counted(app: Flask, fake_whop: FakeWhop) -> None:
    fake_whop.answers["/api/v1/team_members"] = lambda: Response("", 500)
    frame = embedded(app, fake_whop, "user_dana")
    assert {frame.get(OVERVIEW).status_code for _ in range(25)} == {503}
    assert len(fake_whop.paths("/api/v1/team_members")) == 1


def test_a_grant_that_whop_takes_no_more_is_not_in_the_way(
    app: Flask, fake_whop: FakeWhop, machine_clock: FixedClock
) -> None:
    Browser(app).sign_in()
    fake_whop.access.clear()
    machine_clock.advance(timedelta(minutes=16))
    frame = embedded(app, fake_whop, "user_dana", exp=int(time.time()) + 7200)
    assert [frame.get(OVERVIEW).status_code for _ in range(2)] == [200, 200]
