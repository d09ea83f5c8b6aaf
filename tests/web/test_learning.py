"""The page Learning: off until the merchant switches it on, with what was learned and how sure that is."""

from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.db import Database
from app.models import Learned, Merchant
from app.recovery.learning import Decision
from tests.support import seeded
from tests.support.clock import FixedClock
from tests.support.lessons import lesson
from tests.web.conftest import csrf_token

PAGE = "/dashboard/learning"
TODAY = date(2026, 11, 20)


def mine(database: Database) -> Merchant:
    with database.reading() as session:
        return session.scalars(select(Merchant).where(Merchant.biz_id == "biz_A")).one()


def switch(client: FlaskClient, on: str) -> str:
    data = {"on": on, "csrf_token": csrf_token(client)}
    answer = client.post(PAGE, data=data, follow_redirects=True)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_it_is_off_and_says_when_it_would_pay(signed_in_client: FlaskClient) -> None:
    page = signed_in_client.get(PAGE).get_data(as_text=True)
    assert "Learning is off" in page and "below 200 resolved ones it changes nothing" in page
    assert page.count("Off: 0 of 200 resolved cases") == 3
    assert "Nothing has been learned yet" in page


def test_the_switch_turns_it_on_and_off(signed_in_client: FlaskClient, database: Database) -> None:
    assert "Switch learning off" in switch(signed_in_client, "1")
    assert mine(database).learning_on
    assert "Nothing was different." in switch(signed_in_client, "1")
    assert "Switch learning on" in switch(signed_in_client, "")
    assert not mine(database).learning_on


def test_it_cannot_be_switched_by_a_forged_request(signed_in_client: FlaskClient, database: Database) -> None:
    assert signed_in_client.post(PAGE, data={"on": "1"}).status_code == 400
    assert not mine(database).learning_on


def test_a_stranger_sees_nothing(app: Flask) -> None:
    assert app.test_client().get(PAGE).status_code == 302


@pytest.mark.parametrize(
    ("resolved", "state"), [(33, "Off: 132 of 200 resolved cases"), (70, "On: 280 resolved cases")]
)
def test_each_decision_shows_its_arms_with_interval_and_probability(
    signed_in_client: FlaskClient, database: Database, resolved: int, state: str
) -> None:
    switch(signed_in_client, "1")
    with database.transaction() as session:
        lesson(session, mine(database), Decision.SEND_HOUR, day=TODAY, resolved=resolved, as_planned=1.0)
    page = signed_in_client.get(PAGE).get_data(as_text=True)
    assert state in page
    assert "At 18:00" in page and "As of Nov 20, 2026" in page
    assert ("25%" in page) is (resolved == 70)  # four arms that are alike


def test_an_arm_that_was_dropped_says_why(signed_in_client: FlaskClient, database: Database) -> None:
    switch(signed_in_client, "1")
    with database.transaction() as session:
        lesson(session, mine(database), Decision.FIRST_DELAY, day=TODAY, resolved=200, as_planned=1.0)
        session.scalars(select(Learned).where(Learned.arm == "12")).one().unsubscribed = 60
    page = signed_in_client.get(PAGE).get_data(as_text=True)
    assert "Dropped: Unsubscribed clearly more often" in page


def test_a_case_says_what_is_tried_on_it(
    signed_in_client: FlaskClient, database: Database, clock: FixedClock
) -> None:
    at = datetime(2026, 11, 20, 12, tzinfo=UTC)
    clock.set(at)
    tried = [{"decision": "send_hour", "arm": "18", "probability": 0.31}]
    with database.transaction() as session:
        row = seeded.case(session, session.get_one(Merchant, mine(database).id), at=at)
        step = seeded.step(session, row, due_at=at)
        step.why = {**step.why, "tried": [*tried, {"decision": "of_a_later_release", "arm": "x"}]}
    page = signed_in_client.get(f"/dashboard/cases/{row.id}").get_data(as_text=True)
    assert "Sent at 18:00 by the customer&#39;s clock: being tried (probability 0.31)." in page
