"""Alive and ready are two things: alive asks nobody, ready asks the database, the worker and the inbox."""

from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import update

from app import create_app
from app.db import Database
from app.models import Chore, InboxRow
from tests.conftest import MakeSettings
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.world import World


def worked(database: Database, clock: FixedClock) -> None:
    """A worker has just run a chore."""
    with database.transaction() as session:
        session.add(
            Chore(name="free_leases", state="waiting", due_at=clock.wall(), done_at=clock.wall(), attempts=1)
        )


def test_health_touches_nothing(make_settings: MakeSettings) -> None:
    away = create_app(make_settings(DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")).test_client()
    for path in ("/healthz", "/api/health"):
        answer = away.get(path)
        assert (answer.status_code, answer.json["status"]) == (200, "ok")
        assert answer.json["timestamp"].endswith("+00:00")


def test_an_install_whose_worker_works_is_ready(
    client: FlaskClient, database: Database, clock: FixedClock
) -> None:
    worked(database, clock)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {"status": "ok", "checks": {"database": "ok", "worker": "ok", "inbox": "ok"}}


def test_a_worker_that_is_silent_is_told(client: FlaskClient, database: Database, clock: FixedClock) -> None:
    assert client.get("/readyz").json["checks"]["worker"] == "silent"
    worked(database, clock)
    clock.advance(timedelta(minutes=2))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["status"]) == (503, "not_ready")
    assert answer.json["checks"] == {"database": "ok", "worker": "silent", "inbox": "ok"}


def test_an_inbox_that_is_behind_is_told_and_a_row_that_waits_for_its_next_try_is_not(
    client: FlaskClient, database: Database, clock: FixedClock
) -> None:
    World(database, clock).store(whop.payment_failed())
    clock.advance(timedelta(minutes=3))
    worked(database, clock)
    assert client.get("/readyz").json["checks"]["inbox"] == "behind"
    with database.transaction() as session:
        session.execute(update(InboxRow).values(due_at=clock.now() + timedelta(minutes=5)))
    assert client.get("/readyz").status_code == 200


def test_a_database_that_is_away_is_told(make_settings: MakeSettings) -> None:
    away = create_app(make_settings(DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")).test_client()
    answer = away.get("/readyz")
    assert (answer.status_code, answer.json["checks"]["database"]) == (503, "away")
