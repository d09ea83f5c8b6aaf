"""A session that was ended stays ended, and signing out works whatever Whop says."""

from datetime import timedelta

from flask import Flask, Response, request, session
from sqlalchemy import delete, select

from app.db import Database
from app.models import Audit, SessionRow, WhopGrant
from tests.support.clock import FixedClock
from tests.support.whop_server import FakeWhop
from tests.web.conftest import MakeWhopApp, signed_in
from tests.web.whop_browser import Browser

SETTINGS = "/dashboard/settings"


def test_a_request_in_hand_does_not_bring_back_a_session_that_was_ended(
    own_app: Flask, database: Database
) -> None:
    ended: list[str] = []

    @own_app.before_request
    def ended_from_elsewhere_meanwhile() -> None:
        if request.path == SETTINGS and not ended:
            ended.append(request.path)
            session["notice"] = "the session is to be saved"
            with database.transaction() as write:
                write.execute(delete(SessionRow))

    client = signed_in(own_app, "biz_A")
    client.get(SETTINGS)
    assert ended == [SETTINGS]
    with database.reading() as read:
        assert read.scalars(select(SessionRow)).all() == []
    assert client.get("/dashboard").status_code == 302


def test_signing_out_works_where_nobody_can_tell_the_right(
    make_whop_app: MakeWhopApp, fake_whop: FakeWhop, machine_clock: FixedClock, database: Database
) -> None:
    browser = Browser(make_whop_app())
    browser.sign_in()
    fake_whop.answers["/api/v1/team_members"] = lambda: Response("", 500)
    machine_clock.advance(timedelta(minutes=61))
    assert browser.post("/auth/logout", of="/logout").status_code == 302
    assert browser.sid() is None
    with database.reading() as read:
        assert read.scalars(select(SessionRow)).all() == []
        assert "signed_out" in read.scalars(select(Audit.action)).all()


def test_signing_out_ends_the_grant_of_whoever_lost_the_right(
    make_whop_app: MakeWhopApp, fake_whop: FakeWhop, machine_clock: FixedClock, database: Database
) -> None:
    browser = Browser(make_whop_app())
    browser.sign_in()
    fake_whop.team.clear()
    machine_clock.advance(timedelta(minutes=16))
    assert browser.get("/dashboard").status_code == 302
    browser.post("/auth/logout", of="/logout")
    assert len(fake_whop.revoked) == 1
    with database.reading() as read:
        assert read.scalars(select(WhopGrant)).all() == []
