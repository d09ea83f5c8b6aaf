"""Whatever Whop answers, nobody gets a 500, nobody unsigned gets in, and a wrong answer is not believed for ever."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Response
from sqlalchemy import select

from app.db import Database
from app.models import Merchant, SessionRow, User, WhopGrant
from tests.support.clock import FixedClock
from tests.support.whop_server import FakeWhop
from tests.web.conftest import MakeWhopApp
from tests.web.whop_browser import Browser

DEEP = "[" * 100_000
METADATA = "/.well-known/openid-configuration"
KEYS = "/.well-known/jwks.json"


def answer(body: object, status: int = 200) -> Callable[[], Response]:
    text = body if isinstance(body, str) else json.dumps(body)
    return lambda: Response(text, status, content_type="application/json")


@pytest.fixture
def browser(make_whop_app: MakeWhopApp) -> Browser:
    return Browser(make_whop_app())


@pytest.mark.parametrize("odd", ["a\x00b", "a\ud800b"])
def test_names_that_no_database_takes_are_cleaned(
    browser: Browser, fake_whop: FakeWhop, database: Database, odd: str
) -> None:
    fake_whop.people["user_dana"] = {"name": odd, "email": f"{odd}@example.com"}
    fake_whop.titles["biz_A"] = odd
    assert browser.sign_in().status_code == 302
    with database.reading() as read:
        user = read.scalars(select(User)).one()
        assert (user.name, user.email) == ("ab", None)
        assert read.scalars(select(Merchant.title)).all() == ["ab"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/v1/accounts", DEEP, 503),
        ("/api/v1/accounts", {"page_info": {"has_next_page": True, "end_cursor": "x" * 70_000}}, 503),
        ("/api/v1/accounts", {"data": [{"id": "biz_" + "x" * 70_000}]}, 403),
        ("/api/v1/accounts", {"data": [{"id": "biz_a\x00"}, {"id": []}, 7, None]}, 403),
        ("/api/v1/team_members", DEEP, 503),
        ("/oauth/token", {"access_token": "two words"}, 502),
    ],
)
def test_an_answer_that_makes_no_sense_is_a_page_not_a_fault(
    browser: Browser, fake_whop: FakeWhop, path: str, body: object, status: int
) -> None:
    back = browser.back_from(browser.to_whop())
    fake_whop.answers[path] = answer(body)
    assert browser.get(back).status_code == status


def test_who_it_is_is_believed_by_the_signed_token_alone(
    browser: Browser, fake_whop: FakeWhop, database: Database
) -> None:
    back = browser.back_from(browser.to_whop())
    fake_whop.access["unsigned"] = "user_dana"
    fake_whop.answers["/oauth/token"] = answer(
        {"access_token": "unsigned", "token_type": "Bearer", "userinfo": {"sub": "user_dana"}}
    )
    assert browser.get(back).status_code == 502
    with database.reading() as read:
        assert read.scalars(select(SessionRow).where(SessionRow.user_id.is_not(None))).all() == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (METADATA, {}),
        (METADATA, []),
        (METADATA, {"issuer": "https://whop.example"}),
        (KEYS, {}),
        (KEYS, {"keys": []}),
        (KEYS, {"keys": [{"kty": "EC"}]}),
    ],
)
def test_one_wrong_answer_keeps_nobody_out_afterwards(
    make_whop_app: MakeWhopApp, fake_whop: FakeWhop, path: str, body: object
) -> None:
    app = make_whop_app()
    fake_whop.answers[path] = answer(body)
    first = Browser(app)
    failed = first.get("/auth/whop")
    if path == KEYS:
        failed = first.get(first.back_from(failed.headers["Location"]))
    assert failed.status_code == 502
    fake_whop.answers.clear()
    assert Browser(app).sign_in().status_code == 302


@pytest.mark.parametrize(("error", "status"), [("rate_limit_exceeded", 429), ("invalid_client", 401)])
def test_only_a_refused_grant_ends_the_grant(
    browser: Browser,
    fake_whop: FakeWhop,
    machine_clock: FixedClock,
    database: Database,
    error: str,
    status: int,
) -> None:
    browser.sign_in()
    fake_whop.answers["/oauth/token"] = answer({"error": error}, status)
    machine_clock.advance(timedelta(minutes=59, seconds=30))
    assert browser.get("/dashboard").status_code == 200
    with database.reading() as read:
        assert len(read.scalars(select(WhopGrant)).all()) == 1


def test_cookies_of_one_persons_answer_do_not_go_out_with_anothers_question(
    make_whop_app: MakeWhopApp, fake_whop: FakeWhop
) -> None:
    app = make_whop_app()
    of_the_first = Response('{"data":[]}', 200, {"Set-Cookie": "whop=of-the-first; Path=/"})
    fake_whop.answers["/api/v1/accounts"] = lambda: of_the_first
    Browser(app).sign_in()
    Browser(app).sign_in()
    assert len(fake_whop.paths("/api/v1/accounts")) == 2
    assert [call.path for call in fake_whop.calls if "cookie" in call.headers] == []


def test_a_clock_that_was_set_back_makes_no_right_last(
    browser: Browser, fake_whop: FakeWhop, machine_clock: FixedClock
) -> None:
    machine_clock.advance(timedelta(days=2))
    browser.sign_in()
    machine_clock.advance(timedelta(days=-2))
    fake_whop.team.clear()
    assert browser.get("/dashboard").status_code == 302
