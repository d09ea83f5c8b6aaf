"""Signing in and out: a new id each time, an end by itself, and no way round the production lock."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import create_app
from app.db import Database
from app.models import Audit, Merchant, MerchantUser, SessionRow, User
from app.security.sessions import ABSOLUTE, IDLE, prune
from app.security.urls import own_page
from tests.conftest import MakeSettings
from tests.support.clock import FixedClock
from tests.web.conftest import csrf_token

HOSTILE = [
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "javascript:alert(1)",
    " //evil.example",
    "http:evil.example",
    "///evil.example",
    "evil.example",
    "/" + "x" * 3000,
]
PRODUCTION = {
    "APP_ENV": "production",
    "APP_HOST": "https://recover.example.com",
    "SESSION_SECRET": "s" * 40,
    "WHOP_WEBHOOK_SECRET": "ws_" + "0" * 40,
    "ENABLE_EMAIL": "false",
}


def sid(client: FlaskClient) -> str:
    cookie = client.get_cookie("sid")
    assert cookie is not None
    return cookie.value


def sessions(database: Database) -> int:
    with database.reading() as read:
        return read.scalar(select(func.count()).select_from(SessionRow)) or 0


def test_the_mock_login_signs_in_an_owner_and_leads_to_the_overview(
    client: FlaskClient, database: Database
) -> None:
    answer = client.get("/auth/dev?email=owner@example.com&whop=biz_A")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/dashboard")
    with database.reading() as read:
        user, merchant = read.scalars(select(User)).one(), read.scalars(select(Merchant)).one()
        link = read.scalars(select(MerchantUser)).one()
        audit = read.scalars(select(Audit)).one()
    assert (user.email, merchant.biz_id) == ("owner@example.com", "biz_A")
    assert (link.user_id, link.merchant_id, link.role) == (user.id, merchant.id, "owner")
    assert (audit.action, audit.actor) == ("signed_in", f"user:{user.id}")
    assert client.get("/dashboard").status_code == 200


def test_without_parameters_it_signs_in_at_the_mock_merchant(client: FlaskClient, database: Database) -> None:
    client.get("/auth/dev")
    with database.reading() as read:
        assert read.scalars(select(Merchant.biz_id)).all() == ["biz_dev"]


@pytest.mark.parametrize(
    "query", ["email=a@b.example,c@d.example", "email=nobody", "whop=biz%20A", "whop=<b>"]
)
def test_what_is_no_address_or_id_is_refused_with_its_field_named(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/auth/dev?{query}")
    assert answer.status_code == 400
    assert query.partition("=")[0] in answer.get_data(as_text=True)
    assert client.get_cookie("sid") is None


def test_the_cookie_is_for_the_server_alone(client: FlaskClient) -> None:
    cookie = client.get("/auth/dev").headers["Set-Cookie"]
    assert cookie.startswith("sid=")
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie


def test_only_a_hash_of_the_cookie_is_kept(client: FlaskClient, database: Database) -> None:
    client.get("/auth/dev")
    with database.reading() as read:
        row = read.scalars(select(SessionRow)).one()
    assert sid(client) not in (row.sid_hash, row.data.decode())


def test_each_sign_in_has_a_new_id_and_ends_the_old_one(
    app: Flask, client: FlaskClient, database: Database
) -> None:
    client.get("/auth/dev")
    old = sid(client)
    client.get("/auth/dev")
    assert sid(client) != old
    assert sessions(database) == 1
    thief = app.test_client()
    thief.set_cookie("sid", old)
    assert thief.get("/dashboard").status_code == 302


def test_an_id_that_somebody_made_up_is_not_adopted(client: FlaskClient) -> None:
    client.set_cookie("sid", "chosen-by-the-attacker")
    client.get("/auth/dev")
    assert sid(client) != "chosen-by-the-attacker"


def test_a_visitor_is_led_to_sign_in_and_back(client: FlaskClient) -> None:
    answer = client.get("/dashboard/cases?state=lost", follow_redirects=True)
    assert answer.status_code == 200
    assert answer.request.full_path == "/dashboard/cases?state=lost"


def test_a_program_without_a_session_is_told_so(client: FlaskClient) -> None:
    answer = client.get("/api/me")
    assert (answer.status_code, answer.json["error"]["type"]) == (401, "not_signed_in")


@pytest.mark.parametrize("wanted", HOSTILE)
def test_next_leads_nowhere_but_to_our_own_pages(client: FlaskClient, wanted: str) -> None:
    answer = client.get("/auth/dev", query_string={"next": wanted})
    assert answer.headers["Location"] == "/dashboard"
    assert own_page("/dashboard/cases?q=a%20b") == "/dashboard/cases?q=a%20b"


def test_signing_out_ends_the_session_everywhere(
    signed_in_client: FlaskClient, app: Flask, database: Database
) -> None:
    old = sid(signed_in_client)
    answer = signed_in_client.post("/auth/logout", data={"csrf_token": csrf_token(signed_in_client)})
    assert answer.status_code == 302
    assert signed_in_client.get_cookie("sid") is None
    assert sessions(database) == 0
    thief = app.test_client()
    thief.set_cookie("sid", old)
    assert thief.get("/dashboard").status_code == 302
    with database.reading() as read:
        assert read.scalars(select(Audit.action).order_by(Audit.id)).all() == ["signed_in", "signed_out"]


def test_signing_out_wants_a_token_of_this_session(signed_in_client: FlaskClient) -> None:
    for data in ({}, {"csrf_token": "forged"}):
        assert signed_in_client.post("/auth/logout", data=data).status_code == 400
    assert signed_in_client.get("/dashboard").status_code == 200


def test_an_unused_session_ends(signed_in_client: FlaskClient, clock: FixedClock) -> None:
    clock.advance(IDLE - timedelta(minutes=1))
    assert signed_in_client.get("/dashboard").status_code == 200
    clock.advance(IDLE + timedelta(minutes=1))
    assert signed_in_client.get("/dashboard").status_code == 302


def test_a_used_session_ends_after_seven_days_all_the_same(
    signed_in_client: FlaskClient, clock: FixedClock
) -> None:
    for _ in range(int(ABSOLUTE / timedelta(hours=6)) - 1):
        clock.advance(timedelta(hours=6))
        assert signed_in_client.get("/dashboard").status_code == 200
    clock.advance(timedelta(hours=6))
    assert signed_in_client.get("/dashboard").status_code == 302


def test_rows_of_ended_sessions_are_pruned(
    signed_in_client: FlaskClient, clock: FixedClock, database: Database
) -> None:
    with database.transaction() as write:
        assert prune(write, clock.wall()) == 0
    clock.advance(IDLE + timedelta(seconds=1))
    with database.transaction() as write:
        assert prune(write, clock.wall()) == 1
    assert sessions(database) == 0


def test_a_right_that_was_taken_away_ends_at_once(signed_in_client: FlaskClient, database: Database) -> None:
    with database.transaction() as write:
        write.delete(write.scalars(select(MerchantUser)).one())
    assert signed_in_client.get("/dashboard").status_code == 302


def test_a_session_that_cannot_be_read_is_none(signed_in_client: FlaskClient, database: Database) -> None:
    """In particular, pickled bytes in the table run no code."""
    with database.transaction() as write:
        write.scalars(select(SessionRow)).one().data = b"cos\nsystem\n(S'true'\ntR."
    assert signed_in_client.get("/dashboard").status_code == 302


def test_in_production_the_mock_login_does_not_exist_unless_asked_for(make_settings: MakeSettings) -> None:
    closed = create_app(make_settings(**PRODUCTION)).test_client()
    base = "https://recover.example.com"
    assert closed.get("/auth/dev", base_url=base).status_code == 404
    assert closed.get("/auth/whop", base_url=base).status_code == 501
    opened = create_app(make_settings(**PRODUCTION, MOCK_LOGIN="true")).test_client()
    assert opened.get("/auth/whop", base_url=base).status_code == 302


def test_with_the_sessions_away_signing_out_still_clears_the_cookie(
    make_settings: MakeSettings, clock: FixedClock
) -> None:
    away = create_app(make_settings(DATABASE_URL="postgresql://nobody@127.0.0.1:1/none"), clock).test_client()
    away.set_cookie("sid", "anything")
    assert away.get("/dashboard").status_code == 503
    answer = away.post("/auth/logout")
    assert answer.status_code == 302
    assert away.get_cookie("sid") is None


def test_asking_to_sign_out_makes_no_session_for_a_stranger(client: FlaskClient, database: Database) -> None:
    answer = client.get("/logout")
    assert (answer.status_code, answer.location) == (302, "/auth/bye")
    assert client.get("/auth/bye").status_code == 200
    assert sessions(database) == 0
