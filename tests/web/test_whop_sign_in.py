"""Signing in with Whop: only whom Whop vouches for, only to accounts that they may see, and never in a loop."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask, Response
from joserfc.jwk import ECKey
from sqlalchemy import select

from app import metrics
from app.db import Database
from app.models import Audit, Merchant, MerchantUser, SessionRow, User, WhopGrant
from tests.support.clock import FixedClock
from tests.support.whop_server import CLIENT_SECRET, FakeWhop
from tests.web.whop_browser import BASE, Browser, broken, nobody_signed_in


def test_an_owner_signs_in_and_sees_the_account(browser: Browser, database: Database) -> None:
    answer = browser.sign_in()
    assert (answer.status_code, answer.headers["Location"]) == (302, "/dashboard")
    page = browser.get("/dashboard")
    assert page.status_code == 200 and "Fox Trading" in page.text and "Dana Fox" in page.text
    with database.reading() as read:
        user = read.scalars(select(User)).one()
        link = read.scalars(select(MerchantUser)).one()
        assert (user.whop_user_id, user.email) == ("user_dana", "dana@example.com")
        assert (link.role, link.checked_at is not None) == ("owner", True)
        assert read.scalars(select(Audit.action)).all() == ["signed_in"]


def test_the_way_to_whop_carries_pkce_state_nonce_and_the_exact_address(browser: Browser) -> None:
    address = browser.to_whop()
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert asked["redirect_uri"] == f"{BASE}/auth/whop/callback"
    assert (asked["code_challenge_method"], asked["response_type"]) == ("S256", "code")
    assert len(asked["state"]) >= 20 and len(asked["nonce"]) >= 20 and len(asked["code_challenge"]) == 43
    assert asked["scope"] == "openid profile email company:basic:read"
    assert CLIENT_SECRET not in address


def test_the_second_callback_address_leads_to_the_same(browser: Browser) -> None:
    back = browser.back_from(browser.to_whop())
    answer = browser.get(back.replace("/auth/whop/callback", "/api/whop/callback"))
    assert answer.headers["Location"] == "/dashboard"


def test_one_is_led_back_to_the_page_that_one_wanted(browser: Browser) -> None:
    first = browser.get("/dashboard/cases?state=lost")
    assert first.headers["Location"].startswith("/auth/whop?next=")
    assert browser.sign_in(first.headers["Location"]).headers["Location"] == "/dashboard/cases?state=lost"


@pytest.mark.parametrize("wanted", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_next_leads_nowhere_else(browser: Browser, wanted: str) -> None:
    assert browser.sign_in(f"/auth/whop?next={wanted}").headers["Location"] == "/dashboard"


def test_the_id_of_the_session_is_a_new_one_afterwards(browser: Browser, whop_app: Flask) -> None:
    address = browser.to_whop()
    before = browser.sid()
    browser.get(browser.back_from(address))
    assert before and browser.sid() and browser.sid() != before
    thief = Browser(whop_app)
    thief.client.set_cookie("sid", before, domain="recover.example.com")
    assert thief.get("/dashboard").status_code == 302


def test_tokens_are_nowhere_to_be_read(browser: Browser, fake_whop: FakeWhop, database: Database) -> None:
    browser.sign_in()
    with database.reading() as read:
        grant = read.scalars(select(WhopGrant)).one()
        kept = grant.sealed + b"".join(read.scalars(select(SessionRow.data)))
    for token in (*fake_whop.access, *fake_whop.refresh):
        assert token.encode() not in kept
    assert "state" not in kept.decode("latin-1")


def test_whop_may_change_its_keys(browser: Browser, fake_whop: FakeWhop, whop_app: Flask) -> None:
    assert browser.sign_in().status_code == 302
    fake_whop.key = ECKey.generate_key("P-256", {"kid": "second"})
    assert Browser(whop_app).sign_in().headers["Location"] == "/dashboard"


def test_whoever_may_see_no_account_gets_a_page_that_says_what_is_missing(
    browser: Browser, fake_whop: FakeWhop, database: Database
) -> None:
    fake_whop.team = {("user_dana", "biz_A"): "moderator"}
    answer = browser.sign_in()
    assert answer.status_code == 403 and "No account to show" in answer.text
    assert nobody_signed_in(database)
    with database.reading() as read:
        assert read.scalars(select(MerchantUser)).all() == [] and read.scalars(select(WhopGrant)).all() == []
    assert len(fake_whop.revoked) == 1


@pytest.mark.parametrize("role", ["support", "manager", "custom", "partner", "moderator"])
def test_a_granted_permission_stands_in_for_a_role(browser: Browser, fake_whop: FakeWhop, role: str) -> None:
    fake_whop.team = {("user_dana", "biz_A"): role}
    fake_whop.granted = {("user_dana", "biz_A", "payment:manage")}
    assert browser.sign_in().headers["Location"] == "/dashboard"


def test_with_several_accounts_one_chooses(browser: Browser, fake_whop: FakeWhop, database: Database) -> None:
    fake_whop.team = {
        ("user_dana", "biz_A"): "owner",
        ("user_dana", "biz_B"): "admin",
        ("user_dana", "biz_C"): "support",
    }
    assert browser.sign_in().headers["Location"] == "/auth/accounts"
    page = browser.get("/auth/accounts").text
    assert "Fox Trading" in page and "Fox Cooking" in page and "biz_C" not in page
    assert "Fox Cooking" in browser.get("/dashboard/biz_B/dashboard").text
    assert "Fox Trading" in browser.get("/dashboard/biz_A/dashboard").text
    assert browser.get("/dashboard/biz_C/dashboard").status_code == 404
    assert browser.get("/dashboard/biz_never/dashboard").status_code == 404


def test_two_tabs_with_two_accounts_do_not_mix(
    browser: Browser, fake_whop: FakeWhop, database: Database
) -> None:
    fake_whop.team = {("user_dana", "biz_A"): "owner", ("user_dana", "biz_B"): "owner"}
    browser.sign_in()
    page = browser.get("/dashboard/biz_B/dashboard/settings").text
    assert 'action="/dashboard/biz_B/dashboard/settings"' in page
    browser.get("/dashboard/biz_A/dashboard")
    where = "/dashboard/biz_B/dashboard/settings"
    saved = browser.post(where, of=where, sender_name="B", reply_to="", zone="UTC", locale="en")
    assert (saved.status_code, saved.headers["Location"]) == (303, "/dashboard/biz_B/dashboard/settings")
    with database.reading() as read:
        names = dict(read.execute(select(Merchant.biz_id, Merchant.sender_name)).all())
    assert names == {"biz_A": None, "biz_B": "B"}


def test_calls_to_whop_carry_the_name_of_the_request(browser: Browser, fake_whop: FakeWhop) -> None:
    back = browser.back_from(browser.to_whop())
    before = len(fake_whop.calls)
    browser.get(back, **{"X-Request-ID": "a-request-of-ours"})
    names = {call.headers.get("x-request-id") for call in fake_whop.calls[before:]}
    assert names == {"a-request-of-ours"}


def test_the_secret_goes_to_the_token_endpoint_alone(browser: Browser, fake_whop: FakeWhop) -> None:
    browser.sign_in()
    with_secret = {call.path for call in fake_whop.calls if CLIENT_SECRET in str(call)}
    assert with_secret == {"/oauth/token"}


def test_calls_to_whop_are_counted_by_question_and_answer(
    browser: Browser, fake_whop: FakeWhop, machine_clock: FixedClock
) -> None:
    before = counted()
    browser.sign_in()
    fake_whop.answers["/api/v1/team_members"] = lambda: Response("", 429, {"Retry-After": "7"})
    machine_clock.advance(timedelta(minutes=16))
    browser.get("/dashboard")
    new = {
        name: value - before.get(name, 0) for name, value in counted().items() if value != before.get(name, 0)
    }
    assert new['autocharge_whop_calls_total{operation="oauth_token",status="200"}'] == 1
    assert new['autocharge_whop_calls_total{operation="accounts",status="200"}'] == 1
    assert new['autocharge_whop_calls_total{operation="team_members",status="429"}'] == 1
    assert new['autocharge_whop_limited_seconds_total{operation="team_members"}'] == 7


def counted() -> dict[str, float]:
    """The counters of this process, by name and labels."""
    text, _content_type = metrics.text([])
    lines = (line.rpartition(" ") for line in text.decode().splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _space, value in lines if name.startswith("autocharge_whop")}


def test_a_look_at_the_way_back_does_not_use_it_up(browser: Browser) -> None:
    back = browser.back_from(browser.to_whop())
    assert browser.client.head(back, base_url=BASE).status_code == 405
    assert browser.get(back).status_code == 302


@pytest.mark.parametrize(("page_size", "pages"), [(1, 25), (50, 1)])
def test_a_person_with_very_many_accounts_costs_a_bounded_number_of_questions(
    browser: Browser, fake_whop: FakeWhop, page_size: int, pages: int
) -> None:
    fake_whop.page_size = page_size
    fake_whop.team = {("user_dana", f"biz_{number:03}"): "owner" for number in range(60)}
    assert browser.sign_in().status_code == 302
    assert len(fake_whop.paths("/api/v1/accounts")) == pages
    assert len(fake_whop.paths("/api/v1/team_members")) == 25
    assert browser.get("/dashboard/biz_059/dashboard").status_code == 200


def test_what_was_allowed_is_given_back_where_the_sign_in_fails_afterwards(
    browser: Browser, fake_whop: FakeWhop
) -> None:
    back = browser.back_from(browser.to_whop())
    fake_whop.answers["/api/v1/accounts"] = lambda: broken(500)
    assert browser.get(back).status_code == 503
    assert len(fake_whop.revoked) == 1
