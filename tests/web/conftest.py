"""The web application on both databases, with a visitor, a signed-in merchant and their rows."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Protocol

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.db import Database
from app.models import Merchant
from app.services import EXTENSION, Services
from tests.conftest import MakeSettings
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.whop_server import CLIENT_ID, CLIENT_SECRET, FakeWhop, whop_server
from tests.web.whop_browser import BASE, Browser

PRODUCTION = {
    "APP_ENV": "production",
    "APP_HOST": BASE,
    "SESSION_SECRET": "s" * 40,
    "ENABLE_EMAIL": "false",
    "WHOP_WEBHOOK_SECRET": whop.SECRET,
    "WHOP_CLIENT_ID": CLIENT_ID,
    "WHOP_CLIENT_SECRET": CLIENT_SECRET,
}
CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


_MADE: dict[tuple[object, ...], Flask] = {}
"""By their database and settings. Making an application and its templates takes longer than most tests of it."""


@pytest.fixture(scope="session")
def clock_of_all() -> FixedClock:
    return FixedClock()


@pytest.fixture
def clock(clock_of_all: FixedClock) -> FixedClock:
    """The application's, set back to the beginning."""
    clock_of_all.set(FixedClock().now())
    return clock_of_all


class MakeApp(Protocol):
    def __call__(self, **env: str) -> Flask: ...


@pytest.fixture
def make_app(
    database: Database,
    clock: FixedClock,
    make_settings: MakeSettings,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[MakeApp]:
    """An application of the test's database; one serves all tests that ask for the same settings.

    What a test puts in its place among the extensions is taken out again.
    """
    lent: list[tuple[Flask, dict[str, object]]] = []

    def make(**env: str) -> Flask:
        key = (database.sqlite, *sorted(env.items()))
        if key not in _MADE:
            dsn = database.engine.url.render_as_string(hide_password=False)
            instance = str(tmp_path_factory.mktemp("instance"))
            _MADE[key] = create_app(make_settings(DATABASE_URL=dsn, INSTANCE_DIR=instance, **env), clock)
        made = _MADE[key]
        lent.append((made, dict(made.extensions)))
        (limiter,) = made.extensions["limiter"]
        limiter.reset()
        return made

    yield make
    for made, extensions in lent:
        made.extensions.clear()
        made.extensions.update(extensions)
        services_of(made).database.close()


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app(WHOP_WEBHOOK_SECRET=whop.SECRET)


@pytest.fixture
def own_app(database: Database, clock: FixedClock, make_settings: MakeSettings) -> Iterator[Flask]:
    """As `app`, for a test that changes it or asks what it does first."""
    dsn = database.engine.url.render_as_string(hide_password=False)
    made = create_app(make_settings(DATABASE_URL=dsn, WHOP_WEBHOOK_SECRET=whop.SECRET), clock)
    yield made
    services_of(made).database.close()


def services_of(app: Flask) -> Services:
    wired = app.extensions[EXTENSION]
    assert isinstance(wired, Services)
    return wired


@pytest.fixture
def fake_whop() -> Iterator[FakeWhop]:
    with whop_server() as fake:
        yield fake


@pytest.fixture
def machine_clock() -> FixedClock:
    """Begins at the machine's time, by which the library checks tokens."""
    return FixedClock(datetime.now(UTC))


class MakeWhopApp(Protocol):
    def __call__(self, **env: str) -> Flask: ...


@pytest.fixture
def make_whop_app(
    database: Database, machine_clock: FixedClock, make_settings: MakeSettings, fake_whop: FakeWhop
) -> Iterator[MakeWhopApp]:
    """A production install that signs in with the fake Whop."""
    made: list[Flask] = []

    def make(**env: str) -> Flask:
        dsn = database.engine.url.render_as_string(hide_password=False)
        settings = make_settings(**PRODUCTION, DATABASE_URL=dsn, WHOP_API_URL=fake_whop.address, **env)
        made.append(create_app(settings, machine_clock))
        return made[-1]

    yield make
    for app in made:
        wired = app.extensions[EXTENSION]
        wired.database.close()
        wired.accounts.close()


@pytest.fixture
def whop_app(make_whop_app: MakeWhopApp) -> Flask:
    return make_whop_app()


@pytest.fixture
def browser(whop_app: Flask) -> Browser:
    """A visitor of that install who has not signed in."""
    return Browser(whop_app)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor who has not signed in."""
    return app.test_client()


@pytest.fixture
def signed_in_client(app: Flask) -> FlaskClient:
    """The owner of merchant biz_A."""
    return signed_in(app, "biz_A")


@pytest.fixture
def merchant(signed_in_client: FlaskClient, database: Database) -> Merchant:
    with database.reading() as read:
        return read.query(Merchant).filter_by(biz_id="biz_A").one()


def signed_in(app: Flask, biz_id: str) -> FlaskClient:
    client = app.test_client()
    answer = client.get("/auth/dev", query_string={"email": "owner@example.com", "whop": biz_id})
    assert answer.status_code == 302
    return client


def csrf_token(client: FlaskClient, path: str = "/logout") -> str:
    """A token of this client's session, from a page with a form."""
    found = CSRF.search(client.get(path).get_data(as_text=True))
    assert found is not None
    return found[1]
