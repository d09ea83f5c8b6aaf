"""Numbers of another merchant in every address that takes one, from the URL map: nothing is there, nothing changes."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from structlog.testing import capture_logs
from werkzeug.routing import AnyConverter, IntegerConverter, Rule

from app import create_app
from app.db import Database
from app.models import (
    Case,
    Customer,
    Delivery,
    Endpoint,
    EndpointDelivery,
    InboxRow,
    Merchant,
    Policy,
    SavedView,
    User,
)
from app.models.base import Base
from app.ops.demo import Demo
from app.security.access import Who, declared
from app.services import EXTENSION
from tests.conftest import MakeSettings
from tests.support.clock import FixedClock
from tests.web.conftest import csrf_token, signed_in
from tests.web.tokens import token_for

FIELDS = {"name": "x", "url": "https://hooks.example.com/x", "events": ["case.recovered"], "text": "x",
          "endpoint": "1"}  # fmt: skip
OF_THE_ASKER = {"session", "audit"}
NUMBERED = (Case, Customer, Delivery, Endpoint, EndpointDelivery, InboxRow, Policy, SavedView)


@pytest.fixture
def app(sqlite_database: Database, clock: FixedClock, make_settings: MakeSettings) -> Iterator[Flask]:
    dsn = sqlite_database.engine.url.render_as_string(hide_password=False)
    app = create_app(make_settings(DATABASE_URL=dsn), clock)
    yield app
    app.extensions[EXTENSION].database.close()


@pytest.fixture
def theirs(app: Flask, sqlite_database: Database, clock: FixedClock) -> None:
    """Merchant B has the first row of everything that has a number."""
    owner = signed_in(app, "biz_B")
    token_for(owner)
    for _ in Demo(app.extensions[EXTENSION], biz_id="biz_B", cases=12, seed=7).live():
        pass
    now = clock.now()
    with sqlite_database.transaction() as session:
        merchant = session.scalars(select(Merchant.id)).one()
        of_theirs = {"merchant_id": merchant, "name": "theirs"}
        session.add_all([
            SavedView(**of_theirs, query={}, actor="user:1", saved_at=now),
            Policy(**of_theirs, number=1, key=1, matches={}, campaign={}, position=0, active=True, saved_at=now,
                   actor="user:1"),
            Endpoint(**of_theirs, url="https://hooks.example.com/b", events="case.recovered", on=True, secret=b"s",
                     created_at=now),
        ])  # fmt: skip
        session.flush()
        job = {"state": "dead", "due_at": now, "attempts": 1}
        session.add(
            EndpointDelivery(**job, endpoint_id=1, merchant_id=merchant, message_id="m", event="x", body="{}", at=now)
        )  # fmt: skip


@pytest.fixture
def asker(app: Flask, theirs: None) -> FlaskClient:
    """Another person, the owner of merchant A, who has nothing."""
    client = app.test_client()
    assert client.get("/auth/dev?email=a@example.com&whop=biz_A").status_code == 302
    return client


def numbered(app: Flask) -> Iterator[tuple[str, str]]:
    """Each address with all numbers 1, and how to ask for it."""
    bound = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        rights = declared(rule.endpoint)
        if rights and rights.who is Who.SIGNED_IN and any(_is(rule, one) for one in rule.arguments):
            values = {name: _value(rule, name) for name in rule.arguments}
            for method in set(rule.methods or ()) & {"GET", "POST"}:
                yield method, bound.build(rule.endpoint, values, method=method)


def _is(rule: Rule, name: str, kind: type = IntegerConverter) -> bool:
    return isinstance(rule._converters[name], kind)


def _value(rule: Rule, name: str) -> Any:
    converter = rule._converters[name]
    return sorted(converter.items)[0] if isinstance(converter, AnyConverter) else 1


def rows_of(database: Database) -> dict[str, list[Any]]:
    with database.reading() as session:
        tables = [table for table in Base.metadata.sorted_tables if table.name not in OF_THE_ASKER]
        return {table.name: [tuple(row) for row in session.execute(select(table))] for table in tables}


def test_every_number_of_another_merchant_leads_nowhere(
    app: Flask, asker: FlaskClient, sqlite_database: Database
) -> None:
    token = csrf_token(asker)
    before = rows_of(sqlite_database)
    with sqlite_database.reading() as session:
        user_id = session.scalars(select(User.id).where(User.email == "a@example.com")).one()
        assert all(session.scalar(select(func.count()).select_from(table)) for table in NUMBERED)
    actor = f"user:{user_id}"
    told, lines = {}, []
    with app.app_context():
        addresses = sorted(numbered(app))
    for method, path in addresses:
        headers = {"X-CSRFToken": token} if method == "POST" else {}
        fields = {} if "/messages/" in path else FIELDS  # which refuse what they do not know before they look
        body: dict[str, Any] = {"json": fields} if path.startswith("/api/") else {"data": fields}
        with capture_logs() as seen:
            answer = asker.open(path, method=method, headers=headers, **(body if method == "POST" else {}))
        told[f"{method} {path}"] = answer.status_code
        lines += [
            (line["method"], line["path"])
            for line in seen
            if line.get("actor") == actor and line["status"] == 404
        ]
    assert {where: status for where, status in told.items() if status != 404} == {}
    assert len(told) > 40
    assert lines == addresses, "who asked for what is in the log"
    assert rows_of(sqlite_database) == before
