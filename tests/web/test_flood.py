"""Letting reminders go that wait after very many failures at once: on the overview, and by the API."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.db import Database
from app.models import Audit, Merchant
from tests.support.clock import FixedClock
from tests.web.conftest import csrf_token

HOUR = timedelta(hours=1)


@pytest.fixture
def flooded(signed_in_client: FlaskClient, database: Database, clock: FixedClock) -> FlaskClient:
    with database.transaction() as session:
        session.execute(update(Merchant).values(flood_since=clock.now(), flood_until=clock.now() + HOUR))
    return signed_in_client


def since(database: Database) -> list[object]:
    with database.reading() as session:
        return list(session.scalars(select(Merchant.flood_since).where(Merchant.flood_since.is_not(None))))


def test_the_overview_says_that_they_wait_and_lets_them_go(flooded: FlaskClient, database: Database) -> None:
    token = csrf_token(flooded)
    assert 'name="an_hour"' in flooded.get("/dashboard").text
    answer = flooded.post("/dashboard/flood", data={"an_hour": "500", "csrf_token": token})
    assert (answer.status_code, since(database)) == (303, [])
    assert 'name="an_hour"' not in flooded.get("/dashboard").text
    with database.reading() as session:
        lines = select(Audit.actor, Audit.detail).where(Audit.action == "flood_let_go")
        ((actor, detail),) = session.execute(lines).all()
    assert actor.startswith("user:") and detail == {"messages": 0, "an_hour": 500}


@pytest.mark.parametrize("wrong", [0, 1.5, "many", 100_001, True, "-1", []])
def test_a_pace_that_is_none_is_refused_and_they_go_on_waiting(
    flooded: FlaskClient, database: Database, wrong: object
) -> None:
    headers = {"X-CSRFToken": csrf_token(flooded)}
    answer = flooded.post("/api/flood", json={"an_hour": wrong}, headers=headers)
    assert (answer.status_code, list(answer.get_json()["error"]["details"])) == (400, ["an_hour"])
    assert len(since(database)) == 1


def test_the_api_tells_and_lets_go_once(flooded: FlaskClient, database: Database) -> None:
    headers = {"X-CSRFToken": csrf_token(flooded)}
    told = flooded.get("/api/flood").get_json()
    assert told["waiting"] == 0 and told["held_since"].startswith("20")
    assert flooded.post("/api/flood", json={}).status_code == 400
    assert flooded.post("/api/flood", json={}, headers=headers).get_json() == {"ok": True, "cases": 0}
    assert flooded.get("/api/flood").get_json() == {"held_since": None, "waiting": 0}
    assert flooded.post("/api/flood", json={}, headers=headers).status_code == 409
