"""Inside Whop's frame: Whop's token says who it is at each request; the right is asked all the same."""

import base64
import json
import time
from datetime import timedelta

import pytest
from flask import Flask, Response
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from sqlalchemy import select

from app.db import Database
from app.models import Audit, Merchant, MerchantUser, SessionRow, User
from tests.support.clock import FixedClock
from tests.support.whop_server import API_KEY, FakeWhop
from tests.web.conftest import MakeWhopApp
from tests.web.whop_browser import BASE, Browser

APP = "app_embedded"
HOME = "/dashboard/biz_A"
OVERVIEW = "/dashboard/biz_A/dashboard"


@pytest.fixture
def app(make_whop_app: MakeWhopApp) -> Flask:
    return make_whop_app(WHOP_APP_ID=APP, WHOP_API_KEY=API_KEY)


@pytest.fixture
def frame(app: Flask, fake_whop: FakeWhop) -> Browser:
    return embedded(app, fake_whop, "user_dana")


def embedded(app: Flask, whop: FakeWhop, user: str, **claims: object) -> Browser:
    return Browser(app, headers={"x-whop-user-token": whop.embedded_token(user, app=APP, **claims)})


def test_an_owner_opens_the_overview_without_signing_in(frame: Browser, database: Database) -> None:
    first = frame.get(HOME)
    assert (first.status_code, first.headers["Location"]) == (302, OVERVIEW)
    page = frame.get(OVERVIEW)
    assert page.status_code == 200
    assert 'href="/dashboard/biz_A/dashboard/cases"' in page.text
    with database.reading() as read:
        assert read.scalars(select(User.whop_user_id)).all() == ["user_dana"]
        assert read.scalars(select(MerchantUser.role)).all() == ["owner"]


def test_no_cookie_is_needed_and_none_is_set(frame: Browser) -> None:
    answer = frame.get(OVERVIEW)
    assert "Set-Cookie" not in answer.headers
    assert frame.sid() is None


def test_forms_work_and_are_protected(frame: Browser, database: Database) -> None:
    where = f"{OVERVIEW}/settings"
    form = {"sender_name": "Fox", "reply_to": "", "zone": "UTC", "locale": "en"}
    assert frame.post(where, **form).status_code == 400
    assert frame.post(where, of=where, **form).status_code == 303
    assert "Saved." in frame.get(where).text
    with database.reading() as read:
        assert read.scalars(select(Merchant.sender_name)).all() == ["Fox"]


def test_a_form_token_of_another_person_is_refused(app: Flask, frame: Browser, fake_whop: FakeWhop) -> None:
    fake_whop.team["user_eve", "biz_A"] = "admin"
    eve = embedded(app, fake_whop, "user_eve")
    stolen = eve.get(f"{OVERVIEW}/settings").text.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {"sender_name": "E", "reply_to": "", "zone": "UTC", "locale": "en", "csrf_token": stolen}
    assert frame.post(f"{OVERVIEW}/settings", **form).status_code == 400


@pytest.mark.parametrize("role", [None, "moderator", "support"])
def test_identity_is_not_a_right(
    app: Flask, fake_whop: FakeWhop, database: Database, role: str | None
) -> None:
    if role:
        fake_whop.team["user_eve", "biz_A"] = role
    eve = embedded(app, fake_whop, "user_eve")
    answer = eve.get(OVERVIEW)
    assert answer.status_code == 403 and "You may not see this account" in answer.text
    assert eve.get("/dashboard/biz_A/api/me").json["error"]["type"] == "no_right"
    with database.reading() as read:
        assert read.scalars(select(MerchantUser)).all() == []


def test_another_account_of_the_address_is_asked_for_by_itself(
    frame: Browser, fake_whop: FakeWhop, database: Database
) -> None:
    assert frame.get(OVERVIEW).status_code == 200
    assert frame.get("/dashboard/biz_B/dashboard").status_code == 403
    fake_whop.team["user_dana", "biz_B"] = "admin"
    assert frame.get("/dashboard/biz_B/dashboard").status_code == 200


def test_a_person_who_names_many_accounts_costs_whop_little(frame: Browser, fake_whop: FakeWhop) -> None:
    frame.get(OVERVIEW)
    before = len(fake_whop.calls)
    answers = [frame.get(f"/dashboard/biz_{number}/dashboard").status_code for number in range(40)]
    assert set(answers) == {403, 429} and answers[-1] == 429
    assert len(fake_whop.calls) - before < 20
    assert frame.get(OVERVIEW).status_code == 200


def test_a_right_that_was_taken_away_ends(
    frame: Browser, fake_whop: FakeWhop, machine_clock: FixedClock, app: Flask
) -> None:
    assert frame.get(OVERVIEW).status_code == 200
    fake_whop.team.clear()
    later = embedded(app, fake_whop, "user_dana", exp=int(time.time()) + 7200)
    machine_clock.advance(timedelta(minutes=16))
    assert later.get(OVERVIEW).status_code == 403


HOSTILE = {
    "another app's": {"aud": "app_other"},
    "nobody's": {"aud": None},
    "over": {"exp": int(time.time()) - 600},
    "endless": {"exp": None},
    "of another issuer": {"iss": "https://evil.example"},
    "without issuer": {"iss": None},
    "without person": {"sub": None},
    "of no person": {"sub": "biz_A"},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_token_whose_claims_do_not_fit_counts_for_nothing(
    app: Flask, fake_whop: FakeWhop, name: str, database: Database
) -> None:
    browser = embedded(app, fake_whop, "user_dana", **HOSTILE[name])
    answer = browser.get(OVERVIEW)
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith(f"/auth/whop?next={OVERVIEW}")
    with database.reading() as read:
        assert read.scalars(select(User)).all() == []


def forged(whop: FakeWhop) -> dict[str, str]:
    body = {"iss": "urn:whopcom:exp-proxy", "aud": APP, "sub": "user_dana", "exp": int(time.time()) + 60}
    stranger = ECKey.generate_key("P-256", {"kid": "first"})
    public = json.dumps(whop.key.as_dict(private=False)).encode()
    payload = base64.urlsafe_b64encode(json.dumps(body).encode()).decode().rstrip("=")
    head = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    return {
        "a stranger's key": jwt.encode({"alg": "ES256", "kid": "first"}, body, stranger),
        "an unknown key": jwt.encode({"alg": "ES256", "kid": "other"}, body, stranger),
        "the public key as a secret": jwt.encode({"alg": "HS256"}, body, OctKey.import_key(public)),
        "no signature": f"{head}.{payload}.",
        "rubbish": "rubbish",
        "dots": "a.b.c",
        "very long": "a" * 10_000,
        "empty": "",
    }


@pytest.mark.parametrize("how", list(forged(FakeWhop())))
def test_a_forged_token_counts_for_nothing(
    app: Flask, fake_whop: FakeWhop, how: str, database: Database
) -> None:
    browser = Browser(app, headers={"x-whop-user-token": forged(fake_whop)[how]})
    assert browser.get(OVERVIEW).status_code == 302
    with database.reading() as read:
        assert read.scalars(select(User)).all() == []


def test_forged_tokens_do_not_make_us_ask_whop_each_time(
    app: Flask, frame: Browser, fake_whop: FakeWhop
) -> None:
    frame.get(OVERVIEW)
    stranger = Browser(app, headers={"x-whop-user-token": forged(fake_whop)["an unknown key"]})
    for _ in range(10):
        stranger.get(OVERVIEW)
    assert len(fake_whop.paths("/.well-known/jwks.json")) == 1


def test_the_cookie_session_works_beside_it(app: Flask, fake_whop: FakeWhop, frame: Browser) -> None:
    outside = Browser(app)
    outside.sign_in()
    assert frame.get(OVERVIEW).status_code == 200
    assert outside.get("/dashboard").status_code == 200
    assert outside.get(OVERVIEW).status_code == 200


def test_the_token_wins_over_a_cookie_of_somebody_else(app: Flask, fake_whop: FakeWhop) -> None:
    fake_whop.team["user_eve", "biz_B"] = "owner"
    browser = embedded(app, fake_whop, "user_eve")
    browser.client.set_cookie("sid", "whatever", domain="recover.example.com")
    assert "Fox Cooking" not in browser.get("/dashboard/biz_A/dashboard").text
    assert browser.get("/dashboard/biz_B/dashboard").status_code == 200


def test_the_session_inside_whop_can_be_ended_from_outside(
    app: Flask, fake_whop: FakeWhop, frame: Browser, database: Database
) -> None:
    frame.get(OVERVIEW)
    outside = Browser(app)
    outside.sign_in()
    assert "Inside Whop" in outside.get("/dashboard/settings/team").text
    assert outside.post("/auth/sessions/end-others", of="/dashboard/settings").status_code == 303
    with database.reading() as read:
        assert len(read.scalars(select(SessionRow)).all()) == 1
        assert "sessions_ended" in read.scalars(select(Audit.action)).all()


def test_only_whop_may_frame_the_pages_and_only_where_it_is_set_up(
    app: Flask, frame: Browser, make_whop_app: MakeWhopApp
) -> None:
    inside = frame.get(OVERVIEW).headers
    assert "frame-ancestors https://whop.com https://*.whop.com" in inside["Content-Security-Policy"]
    assert "X-Frame-Options" not in inside
    outside = make_whop_app().test_client().get("/auth/bye", base_url=BASE).headers
    assert "frame-ancestors 'none'" in outside["Content-Security-Policy"]
    assert outside["X-Frame-Options"] == "DENY"


def test_without_an_app_id_the_header_counts_for_nothing(
    make_whop_app: MakeWhopApp, fake_whop: FakeWhop, database: Database
) -> None:
    browser = embedded(make_whop_app(), fake_whop, "user_dana")
    assert browser.get(OVERVIEW).status_code == 302
    with database.reading() as read:
        assert read.scalars(select(User)).all() == []


def test_while_whop_is_away_nobody_new_gets_in(app: Flask, fake_whop: FakeWhop, frame: Browser) -> None:
    fake_whop.answers["/api/v1/team_members"] = lambda: Response("", 500)
    assert frame.get(OVERVIEW).status_code == 503


def test_an_install_whose_own_key_is_refused_takes_no_right_away(
    frame: Browser, fake_whop: FakeWhop, machine_clock: FixedClock, app: Flask, database: Database
) -> None:
    assert frame.get(OVERVIEW).status_code == 200
    fake_whop.api_key = "another"
    machine_clock.advance(timedelta(minutes=16))
    later = embedded(app, fake_whop, "user_dana", exp=int(time.time()) + 7200)
    assert later.get(OVERVIEW).status_code == 200
    machine_clock.advance(timedelta(minutes=50))
    assert later.get(OVERVIEW).status_code == 503
    with database.reading() as read:
        assert len(read.scalars(select(MerchantUser)).all()) == 1


def test_inside_whop_nobody_signs_in_by_the_mock_sign_in(
    make_whop_app: MakeWhopApp, fake_whop: FakeWhop
) -> None:
    open_to_all = make_whop_app(WHOP_APP_ID=APP, WHOP_API_KEY=API_KEY, MOCK_LOGIN="true")
    assert embedded(open_to_all, fake_whop, "user_dana").get("/auth/dev").status_code == 404


def test_forms_work_where_whops_proxy_shows_the_pages_under_another_host(frame: Browser) -> None:
    where = f"{OVERVIEW}/settings"
    token = frame.get(where).text.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {"sender_name": "F", "reply_to": "", "zone": "UTC", "locale": "en", "csrf_token": token}
    proxied = {"Origin": "https://x.apps.whop.com", "Referer": "https://x.apps.whop.com/dashboard/biz_A"}
    answer = frame.client.post(where, base_url=BASE, data=form, headers=frame.headers | proxied)
    assert answer.status_code == 303
