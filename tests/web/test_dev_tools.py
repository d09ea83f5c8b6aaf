"""The development tools go the whole way: a simulated event is signed, stored and worked on like Whop's own."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import create_app
from app.clock import MovableClock
from app.db import Database
from app.models import Case, InboxRow
from app.ops.dev_events import Happening
from app.recovery.decline import CODES_BY_CLASS, DeclineClass
from tests.conftest import MakeSettings
from tests.support.clock import FixedClock
from tests.support.world import World
from tests.web.conftest import csrf_token, services_of

FORM = {
    "code": "expired_card",
    "amount": "49.00",
    "currency": "usd",
    "product": "Options Lab Pro",
    "name": "Dana Reyes",
    "email": "dana.reyes@example.com",
    "shape": "pinned",
}
ONE_OF_EACH = {kind: codes[0] for kind, codes in CODES_BY_CLASS.items() if codes}


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    return World(database, clock)


def simulate(client: FlaskClient, **changes: str) -> int:
    return client.post(
        "/dev/simulate", data={**FORM, **changes, "csrf_token": csrf_token(client)}
    ).status_code


@pytest.mark.parametrize("shape", ["pinned", "legacy"])
@pytest.mark.parametrize(("kind", "code"), ONE_OF_EACH.items())
def test_every_decline_class_can_be_simulated(
    signed_in_client: FlaskClient, world: World, kind: DeclineClass, code: str, shape: str
) -> None:
    assert simulate(signed_in_client, code=code, shape=shape) == 302
    world.process()
    opened = [case.decline_class for case in world.cases()]
    assert opened == ([] if kind is DeclineClass.NOT_A_FAILURE else [kind.value])
    assert [event.state for event in world.events()] == ["ignored" if not opened else "done"]


@pytest.mark.parametrize(
    ("happening", "state"),
    [
        (Happening.IS_PAID, "recovered"),
        (Happening.FAILS, "open"),
        (Happening.NEEDS_CONFIRMATION, "open"),
        (Happening.IS_PENDING, "pending"),
        (Happening.IS_VOIDED, "void"),
        (Happening.IS_REFUNDED, "reversed"),
        (Happening.IS_DISPUTED, "lost"),
        (Happening.CUSTOMER_CANCELS, "lost"),
        (Happening.MEMBERSHIP_ENDS, "lost"),
    ],
)
def test_whatever_happens_next_has_its_effect(
    signed_in_client: FlaskClient, world: World, clock: FixedClock, happening: Happening, state: str
) -> None:
    simulate(signed_in_client)
    world.process()
    clock.advance(timedelta(hours=2))
    data = {"happening": happening.value, "csrf_token": csrf_token(signed_in_client)}
    assert signed_in_client.post(f"/dev/happen/{world.case().id}", data=data).status_code == 302
    world.process()
    assert world.case().state == state


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", "no_such_code"),
        ("amount", "much"),
        ("amount", "-5"),
        ("currency", "xxz"),
        ("email", "a@b.example, c@d.example"),
        ("name", ""),
        ("product", "x" * 81),
        ("shape", "round"),
    ],
)
def test_what_cannot_be_simulated_is_refused_with_its_field_named(
    signed_in_client: FlaskClient, database: Database, field: str, value: str
) -> None:
    data = {**FORM, field: value, "csrf_token": csrf_token(signed_in_client)}
    answer = signed_in_client.post("/dev/simulate", data=data)
    assert answer.status_code == 400
    assert f"<code>{field}</code>" in answer.get_data(as_text=True)
    with database.reading() as read:
        assert read.scalars(select(InboxRow)).all() == []


def test_another_merchants_case_is_not_there(
    signed_in_client: FlaskClient, app: Flask, world: World, database: Database
) -> None:
    simulate(signed_in_client)
    world.process()
    other = app.test_client()
    other.get("/auth/dev?whop=biz_B")
    data = {"happening": "is_paid", "csrf_token": csrf_token(other)}
    assert other.post(f"/dev/happen/{world.case().id}", data=data).status_code == 404
    world.process()
    assert world.case().state == "open"


def test_the_pages_open_for_who_has_not_signed_in(client: FlaskClient) -> None:
    for path in ("/dev", "/dev/outbox"):
        assert client.get(path).status_code == 200


def test_the_outbox_shows_each_message_as_its_customer_sees_it(
    signed_in_client: FlaskClient, world: World, clock: FixedClock
) -> None:
    assert "Nothing was sent yet" in signed_in_client.get("/dev/outbox").get_data(as_text=True)
    simulate(signed_in_client, name="<b>Dana</b>")
    world.process()
    world.pass_time(timedelta(hours=2))
    (delivery,) = world.deliveries()
    assert delivery.content["subject"] in signed_in_client.get("/dev/outbox").get_data(as_text=True)
    page = signed_in_client.get(f"/dev/outbox/{delivery.id}").get_data(as_text=True)
    assert delivery.content["action"]["url"] in page
    mail = signed_in_client.get(f"/dev/outbox/{delivery.id}/html")
    assert "&lt;b&gt;Dana" in mail.get_data(as_text=True)
    assert "sandbox" in mail.headers["Content-Security-Policy"]
    assert mail.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert signed_in_client.get("/dev/outbox/999").status_code == 404


@pytest.fixture
def moving(make_settings: MakeSettings, sqlite_database: Database) -> Iterator[Flask]:
    """With the clock of a development install."""
    dsn = sqlite_database.engine.url.render_as_string(hide_password=False)
    made = create_app(make_settings(DATABASE_URL=dsn))
    yield made
    services_of(made).database.close()


def test_the_clock_moves_and_goes_back(moving: Flask) -> None:
    client, wired = moving.test_client(), services_of(moving)
    client.get("/auth/dev")
    assert isinstance(wired.clock, MovableClock)
    token = csrf_token(client)
    for by, hours in (("1h", 1), ("1d", 25), ("reset", 0)):
        assert client.post("/dev/clock", data={"by": by, "csrf_token": token}).status_code == 302
        assert wired.clock.offset() == timedelta(hours=hours)
    assert client.post("/dev/clock", data={"by": "1y", "csrf_token": token}).status_code == 400


def test_it_goes_to_the_next_message_and_no_further(moving: Flask, sqlite_database: Database) -> None:
    client, wired = moving.test_client(), services_of(moving)
    client.get("/auth/dev")
    assert simulate(client) == 302
    World(sqlite_database, wired.clock).process()  # type: ignore[arg-type]
    with sqlite_database.reading() as read:
        opened_at = read.scalars(select(Case.opened_at)).one()
    assert "Dana Reyes" in client.get("/dev/clock").get_data(as_text=True)
    client.post("/dev/clock", data={"by": "next", "csrf_token": csrf_token(client)})
    passed = wired.clock.now() - opened_at
    assert timedelta(hours=1) <= passed < timedelta(hours=1, minutes=1)


def test_a_simulated_event_is_complete(signed_in_client: FlaskClient, database: Database) -> None:
    simulate(signed_in_client)
    with database.reading() as read:
        event = json.loads(read.scalars(select(InboxRow.body)).one())
    assert event["type"] == "payment.failed"
    assert (event["account_id"], event["data"]["account_id"]) == ("biz_A", "biz_A")
    assert event["data"]["decline_code"] == "expired_card"
