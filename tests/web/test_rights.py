"""A right counts as long as Whop stands by it; what one allowed us to ask ends when they leave."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import delete, select

from app.db import Database
from app.models import Audit, SessionRow, WhopGrant
from app.security.grants import prune_grants
from tests.support.clock import FixedClock
from tests.support.whop_server import FakeWhop
from tests.web.whop_browser import Browser, broken, nobody_signed_in


def test_a_right_that_whop_took_away_ends_at_the_next_question(
    browser: Browser, fake_whop: FakeWhop, machine_clock: FixedClock
) -> None:
    browser.sign_in()
    fake_whop.team.clear()
    assert browser.get("/dashboard").status_code == 200
    machine_clock.advance(timedelta(minutes=16))
    answer = browser.get("/dashboard")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/auth/whop?next=/dashboard")
    assert browser.get("/api/me").status_code == 401


def test_a_right_is_not_asked_at_each_request(
    browser: Browser, fake_whop: FakeWhop, machine_clock: FixedClock
) -> None:
    browser.sign_in()
    before = len(fake_whop.calls)
    for _ in range(5):
        browser.get("/dashboard")
    assert len(fake_whop.calls) == before
    machine_clock.advance(timedelta(minutes=16))
    for _ in range(5):
        browser.get("/dashboard")
    assert fake_whop.paths()[before:] == ["/api/v1/team_members"]


def test_while_whop_is_away_the_last_answer_counts_for_an_hour(
    browser: Browser, fake_whop: FakeWhop, machine_clock: FixedClock
) -> None:
    browser.sign_in()
    fake_whop.answers["/api/v1/team_members"] = lambda: broken(500)
    machine_clock.advance(timedelta(minutes=59))
    assert browser.get("/dashboard").status_code == 200
    asked = len(fake_whop.paths("/api/v1/team_members"))
    assert browser.get("/dashboard").status_code == 200
    assert len(fake_whop.paths("/api/v1/team_members")) == asked
    machine_clock.advance(timedelta(minutes=2))
    answer = browser.get("/dashboard")
    assert answer.status_code == 503 and "Whop does not say right now" in answer.text
    fake_whop.answers.clear()
    machine_clock.advance(timedelta(minutes=1))
    assert browser.get("/dashboard").status_code == 200


def test_tokens_are_renewed_and_the_new_refresh_token_is_kept(
    browser: Browser, fake_whop: FakeWhop, machine_clock: FixedClock
) -> None:
    browser.sign_in()
    for _ in range(3):
        machine_clock.advance(timedelta(minutes=70))
        assert browser.get("/dashboard").status_code == 200
    renewals = [call for call in fake_whop.calls if call.form.get("grant_type") == "refresh_token"]
    assert len(renewals) == 3 and len({call.form["refresh_token"] for call in renewals}) == 3


def test_a_grant_that_was_taken_back_at_whop_ends_the_session(
    browser: Browser, fake_whop: FakeWhop, machine_clock: FixedClock, database: Database
) -> None:
    browser.sign_in()
    fake_whop.refresh.clear()
    machine_clock.advance(timedelta(minutes=70))
    assert browser.get("/dashboard").status_code == 302
    with database.reading() as read:
        assert read.scalars(select(WhopGrant)).all() == []
    assert browser.sign_in().headers["Location"] == "/dashboard"


def test_signing_out_ends_the_grant_with_the_last_session(
    browser: Browser, whop_app: Flask, fake_whop: FakeWhop, database: Database
) -> None:
    other = Browser(whop_app)
    browser.sign_in()
    other.sign_in()
    for one, revoked in ((browser, 0), (other, 1)):
        assert one.post("/auth/logout", of="/logout").status_code == 302
        assert len(fake_whop.revoked) == revoked
        assert one.get("/dashboard").status_code == 302
    with database.reading() as read:
        assert read.scalars(select(WhopGrant)).all() == []
        assert read.scalars(select(Audit.action)).all().count("signed_out") == 2


def test_signing_out_works_where_whop_is_away(
    browser: Browser, fake_whop: FakeWhop, database: Database
) -> None:
    browser.sign_in()
    fake_whop.answers["/oauth/revoke"] = lambda: broken(500)
    assert browser.post("/auth/logout", of="/logout").status_code == 302
    assert nobody_signed_in(database)


def test_a_grant_without_a_session_is_forgotten_when_it_is_over(
    browser: Browser, database: Database, machine_clock: FixedClock
) -> None:
    browser.sign_in()
    machine_clock.advance(timedelta(hours=3))
    with database.transaction() as write:
        assert prune_grants(write, machine_clock.wall()) == 0, "its session may still renew it"
        write.execute(delete(SessionRow))
        assert prune_grants(write, machine_clock.wall()) == 1


def test_a_grant_of_a_sign_in_that_is_just_ending_is_kept(
    browser: Browser, database: Database, machine_clock: FixedClock
) -> None:
    browser.sign_in()
    with database.transaction() as write:
        write.execute(delete(SessionRow))
        assert prune_grants(write, machine_clock.wall()) == 0
