"""What a sign-in with Whop comes to when it is forged, replayed, denied or broken: a page, and nobody signed in."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask, Response
from joserfc.jwk import ECKey
from sqlalchemy import select

from app.db import Database
from app.models import User
from tests.support.whop_server import CLIENT_ID, FakeWhop
from tests.web.whop_browser import Browser, broken, nobody_signed_in


@pytest.mark.parametrize("state", ["", "&state=", "&state=made-up"])
def test_a_state_that_is_missing_or_wrong_signs_nobody_in(
    browser: Browser, database: Database, fake_whop: FakeWhop, state: str
) -> None:
    browser.to_whop()
    answer = browser.get(f"/auth/whop/callback?code=anything{state}")
    assert answer.status_code == 400 and "was not begun here" in answer.text
    assert nobody_signed_in(database)
    assert fake_whop.paths("/oauth/token") == []


def test_a_state_of_another_browser_signs_nobody_in(
    browser: Browser, whop_app: Flask, database: Database
) -> None:
    back = browser.back_from(browser.to_whop())
    victim = Browser(whop_app)
    victim.to_whop()
    assert victim.get(back).status_code == 400
    assert nobody_signed_in(database)


def test_a_callback_works_once(browser: Browser, fake_whop: FakeWhop, database: Database) -> None:
    back = browser.back_from(browser.to_whop())
    assert browser.get(back).status_code == 302
    assert browser.get(back).status_code == 400
    assert len(fake_whop.paths("/oauth/token")) == 1


def test_a_code_that_was_used_elsewhere_is_refused_with_a_clear_page(
    browser: Browser, fake_whop: FakeWhop, database: Database
) -> None:
    back = browser.back_from(browser.to_whop())
    fake_whop.codes.clear()
    answer = browser.get(back)
    assert answer.status_code == 400 and "This sign-in is over" in answer.text
    assert "refused by the provider" not in answer.text
    assert nobody_signed_in(database)


def test_who_says_no_gets_a_page_and_the_state_is_used_up(
    browser: Browser, fake_whop: FakeWhop, database: Database
) -> None:
    fake_whop.denies = True
    back = browser.back_from(browser.to_whop())
    answer = browser.get(back)
    assert answer.status_code == 403 and "consent" in answer.text
    state = parse_qs(urlsplit(back).query)["state"][0]
    assert browser.get(f"/auth/whop/callback?code=x&state={state}").status_code == 400
    assert fake_whop.paths("/oauth/token") == []
    assert nobody_signed_in(database)


@pytest.mark.parametrize(
    ("path", "answer", "status"),
    [
        ("/oauth/token", lambda: broken(500), 503),
        ("/oauth/token", lambda: broken(200), 502),
        ("/oauth/token", lambda: Response("[]", 200, content_type="application/json"), 502),
        ("/oauth/token", lambda: Response("{}", 200, content_type="application/json"), 502),
        ("/oauth/token", lambda: Response("", 302, {"Location": "http://127.0.0.1:1/"}), 503),
        ("/.well-known/jwks.json", lambda: broken(500), 503),
        (
            "/.well-known/jwks.json",
            lambda: Response('{"keys":[]}', 200, content_type="application/json"),
            502,
        ),
        ("/api/v1/accounts", lambda: broken(500), 503),
        ("/api/v1/accounts", lambda: broken(429), 503),
        ("/api/v1/accounts", lambda: broken(401), 503),
        ("/api/v1/team_members", lambda: broken(503), 503),
    ],
)
def test_a_provider_that_fails_gets_a_clear_page_and_no_session(
    browser: Browser,
    fake_whop: FakeWhop,
    database: Database,
    path: str,
    answer: Callable[[], Response],
    status: int,
) -> None:
    back = browser.back_from(browser.to_whop())
    fake_whop.answers[path] = answer
    failed = browser.get(back)
    assert failed.status_code == status
    assert "Sign in with Whop" in failed.text and "oops" not in failed.text
    assert nobody_signed_in(database)


def test_whop_away_at_the_beginning_is_a_page_not_a_loop(browser: Browser, fake_whop: FakeWhop) -> None:
    fake_whop.answers["/.well-known/openid-configuration"] = lambda: broken(502)
    answer = browser.get("/auth/whop")
    assert answer.status_code == 503 and answer.headers["Retry-After"]
    fake_whop.answers.clear()
    assert browser.sign_in().status_code == 302


def test_user_info_is_only_nice_to_have(browser: Browser, fake_whop: FakeWhop, database: Database) -> None:
    fake_whop.answers["/oauth/userinfo"] = lambda: broken(500)
    assert browser.sign_in().headers["Location"] == "/dashboard"
    assert browser.get("/dashboard").status_code == 200


def test_user_info_of_somebody_else_is_not_believed(
    browser: Browser, fake_whop: FakeWhop, database: Database
) -> None:
    other = Response('{"sub":"user_eve","email":"eve@example.com"}', 200, content_type="application/json")
    fake_whop.answers["/oauth/userinfo"] = lambda: other
    browser.sign_in()
    with database.reading() as read:
        user = read.scalars(select(User)).one()
    assert (user.whop_user_id, user.email) == ("user_dana", None)


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "app_other"},
        {"aud": None},
        {"aud": ["app_other"], "azp": CLIENT_ID},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"exp": 1},
        {"exp": None},
        {"sub": None},
        {"sub": 7},
        {"sub": "user_" + "x" * 100},
    ],
)
def test_an_id_token_whose_claims_do_not_fit_signs_nobody_in(
    browser: Browser, fake_whop: FakeWhop, database: Database, claims: dict[str, object]
) -> None:
    fake_whop.claims = claims
    answer = browser.sign_in()
    assert answer.status_code == 502 and "could not be trusted" in answer.text
    assert nobody_signed_in(database)


def test_an_id_token_that_another_key_signed_signs_nobody_in(
    browser: Browser, fake_whop: FakeWhop, database: Database
) -> None:
    fake_whop.signer = ECKey.generate_key("P-256", {"kid": "first"})
    assert browser.sign_in().status_code == 502
    assert nobody_signed_in(database)
