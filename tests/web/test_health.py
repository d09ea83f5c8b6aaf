"""Alive and ready are two things: alive asks nobody, ready asks the database, the worker and the inbox."""

from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.event import listens_for

from app import create_app
from app.db import Database
from app.models import Chore, InboxRow
from app.services import EXTENSION
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


def test_a_full_disk_is_told_until_a_write_succeeds_again(
    sqlite_database: Database, make_settings: MakeSettings, clock: FixedClock
) -> None:
    dsn = sqlite_database.engine.url.render_as_string(hide_password=False)
    app = create_app(make_settings(DATABASE_URL=dsn, WHOP_WEBHOOK_SECRET=whop.SECRET), clock)
    client, database = app.test_client(), app.extensions[EXTENSION].database
    room = {"pages": 1}  # SQLite takes what it has already for the least

    @listens_for(database.engine, "checkout")
    def bound(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.execute(f"PRAGMA max_page_count = {room['pages']}")

    def post(number: int) -> int:
        event = whop.payment_failed(name="x" * 9_000, message_id=f"msg_{number}")
        body, headers = whop.signed(event, now=clock.wall())
        return client.post("/webhooks/whop", data=body, headers=headers).status_code

    def health() -> str:
        return str(client.get("/readyz").get_json()["checks"]["database"])

    assert [post(number) for number in range(9)][-1] == 503
    assert health() == "refusing"
    room["pages"] = 1_000_000
    assert (post(8), health()) == (200, "ok")
    database.close()
