"""Webhooks by page and by API: the secret is seen once, a bad address says why, and nobody reaches another's."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.claims import Times
from app.db import Database
from app.endpoints.addresses import GuardedNetwork
from app.endpoints.calling import Caller
from app.endpoints.keys import seal_of
from app.endpoints.sending import EndpointSender
from app.models import Audit, Endpoint, EndpointDelivery, Merchant
from app.services import EXTENSION
from tests.support.canaries import stored
from tests.support.hook_peer import HookPeer
from tests.web.conftest import csrf_token, signed_in
from tests.web.tokens import error, program, statuses, token_for
from tests.web.whop_browser import Browser

PAGE = "/dashboard/settings/webhooks"
API = "/api/webhooks"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]{44}")
EVENTS = ["case.opened", "case.lost"]


@pytest.fixture
def peer() -> Iterator[HookPeer]:
    with HookPeer() as started:
        yield started


@pytest.fixture
def writer(app: Flask, signed_in_client: FlaskClient) -> FlaskClient:
    return program(app, token_for(signed_in_client, "read", "write-settings"))


def post(client: FlaskClient, path: str = PAGE, **form: Any) -> Any:
    return client.post(path, data={**form, "csrf_token": csrf_token(client)})


def add(client: FlaskClient, url: str) -> str:
    answer = post(client, name="n8n", url=url, events=EVENTS)
    assert answer.status_code == 201
    found = SECRET.search(answer.text)
    assert found is not None
    return found[0]


def rows(database: Database) -> list[Endpoint]:
    with database.reading() as read:
        return list(read.scalars(select(Endpoint).order_by(Endpoint.id)))


def deliver(app: Flask) -> None:
    """What the worker's lane does."""
    wired = app.extensions[EXTENSION]
    caller = Caller(GuardedNetwork(private_too=True))
    sender = EndpointSender(wired.database, caller, seal_of(wired.settings.session_secrets), production=False)
    times = Times(now=wired.clock.now(), wall=datetime.now(UTC))
    for claim in sender.claim(times=times, limit=9):
        called = sender.carry_out(claim, times=times)
        assert called is not None
        sender.record(claim, called, times=times)


def test_a_webhook_is_added_tried_and_its_log_shows_the_answer(
    app: Flask, signed_in_client: FlaskClient, peer: HookPeer, database: Database
) -> None:
    secret = add(signed_in_client, peer.url)
    (row,) = rows(database)
    one = f"{PAGE}/{row.id}"
    assert secret not in signed_in_client.get(one).text
    assert post(signed_in_client, f"{one}/test").status_code == 303
    assert "hx-get" in signed_in_client.get(one).text
    peer.status = 500
    deliver(app)
    assert peer.taken[0].verified(secret)["type"] == "webhook.test"
    page = signed_in_client.get(one).text
    assert "HTTP 500" in page and "It did not answer with 2xx." in page and "Next try" in page
    assert peer.events[0] in page and 'hx-trigger="load' not in page


def test_no_secret_lies_open_in_any_table(
    signed_in_client: FlaskClient, peer: HookPeer, database: Database
) -> None:
    secret = add(signed_in_client, peer.url)
    dsn = database.engine.url.set(drivername=database.engine.dialect.name)
    tables = stored(dsn.render_as_string(hide_password=False))
    assert {name for name, text in tables.items() if secret[6:] in text} == set()


def test_a_new_secret_is_shown_once_and_noted(
    signed_in_client: FlaskClient, peer: HookPeer, database: Database
) -> None:
    old = add(signed_in_client, peer.url)
    answer = post(signed_in_client, f"{PAGE}/{rows(database)[0].id}/rotate")
    found = SECRET.search(answer.text)
    assert found is not None and found[0] != old
    with database.reading() as read:
        told = read.scalars(select(Audit.action).where(Audit.action.startswith("endpoint_"))).all()
    assert told == ["endpoint_added", "endpoint_rotated"]


def test_a_form_that_cannot_be_used_says_why(signed_in_client: FlaskClient, database: Database) -> None:
    answers = [
        post(signed_in_client, name="", url="https://hooks.example.com", events=EVENTS),
        post(signed_in_client, name="n8n", url="hooks.example.com", events=EVENTS),
        post(signed_in_client, name="n8n", url="https://hooks.example.com"),
        post(signed_in_client, name="n8n", url="https://hooks.example.com", events=["webhook.test"]),
    ]
    assert statuses(answers) == [400] * 4
    told = ("Write from 1 to 60", "Write a whole address", "Choose at least one", "Choose at least one")
    assert all(words in answer.text for words, answer in zip(told, answers, strict=True))
    assert rows(database) == []


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://hooks.example.com", "begins with https"),
        ("https://169.254.169.254/latest", "private network"),
    ],
)
def test_in_production_only_public_https_is_taken(browser: Browser, url: str, told: str) -> None:
    browser.sign_in()
    answer = browser.post(PAGE, of=PAGE, name="n8n", url=url, events="case.lost")
    assert answer.status_code == 400 and told in answer.text


def test_what_is_off_is_neither_tried_nor_sent_again(
    app: Flask, signed_in_client: FlaskClient, peer: HookPeer, database: Database
) -> None:
    add(signed_in_client, peer.url)
    one = f"{PAGE}/{rows(database)[0].id}"
    post(signed_in_client, f"{one}/test")
    post(signed_in_client, f"{one}/off")
    deliver_nothing = post(signed_in_client, f"{one}/test")
    assert deliver_nothing.status_code == 303
    assert "This webhook is off. Switch it on first." in signed_in_client.get(one).text
    post(signed_in_client, f"{one}/on")
    post(signed_in_client, f"{one}/remove")
    assert signed_in_client.get(one).status_code == 404


def test_another_account_reaches_nothing_of_it(
    app: Flask, signed_in_client: FlaskClient, peer: HookPeer, database: Database
) -> None:
    add(signed_in_client, peer.url)
    number = rows(database)[0].id
    post(signed_in_client, f"{PAGE}/{number}/test")
    with database.reading() as read:
        sent = read.scalars(select(EndpointDelivery.id)).one()
    other = signed_in(app, "biz_B")
    token = program(app, token_for(other, "read", "write-settings"))
    fields = {"name": "x", "url": peer.url, "events": EVENTS}
    answers = [
        other.get(f"{PAGE}/{number}"),
        post(other, f"{PAGE}/{number}", **fields),
        post(other, f"{PAGE}/{number}/remove"),
        post(other, f"{PAGE}/deliveries/{sent}/resend", endpoint=str(number)),
        token.post(f"{API}/{number}", json=fields),
        token.get(f"{API}/{number}/deliveries"),
        token.post(f"{API}/{number}/rotate"),
        token.post(f"{API}/deliveries/{sent}/resend"),
    ]
    assert statuses(answers) == [404] * 8
    assert token.get(API).get_json() == {"webhooks": []}


def test_a_program_sets_itself_up(
    app: Flask, writer: FlaskClient, peer: HookPeer, merchant: Merchant
) -> None:
    made = writer.post(API, json={"name": "n8n", "url": peer.url, "events": EVENTS})
    assert made.status_code == 201 and SECRET.fullmatch(made.get_json()["secret"])
    number = made.get_json()["id"]
    assert writer.post(f"{API}/{number}/test").status_code == 200
    deliver(app)
    told = writer.get(f"{API}/{number}/deliveries").get_json()
    assert [(one["event"], one["state"], one["status"]) for one in told["deliveries"]] == [
        ("webhook.test", "sent", 204)
    ]
    assert writer.post(f"{API}/deliveries/{told['deliveries'][0]['id']}/resend").status_code == 200
    assert error(writer.post(f"{API}/deliveries/{told['deliveries'][0]['id']}/resend")) == (409, "conflict")
    changed = writer.post(f"{API}/{number}", json={"name": "zap", "url": peer.url, "events": ["case.lost"]})
    assert changed.get_json()["events"] == ["case.lost"] and "secret" not in changed.get_json()


def test_a_reader_changes_nothing(app: Flask, signed_in_client: FlaskClient, peer: HookPeer) -> None:
    reader = program(app, token_for(signed_in_client, "read", "write-cases"))
    answer = reader.post(API, json={"name": "n8n", "url": peer.url, "events": EVENTS})
    assert error(answer) == (403, "missing_scope")


def test_there_is_an_end_to_how_many(writer: FlaskClient, peer: HookPeer) -> None:
    answers = [writer.post(API, json={"name": "n8n", "url": peer.url, "events": EVENTS}) for _ in range(11)]
    assert statuses(answers) == [201] * 10 + [409]


def test_tests_by_hand_have_a_rate(writer: FlaskClient, peer: HookPeer) -> None:
    number = writer.post(API, json={"name": "n8n", "url": peer.url, "events": EVENTS}).get_json()["id"]
    answers = [writer.post(f"{API}/{number}/test") for _ in range(31)]
    assert statuses(answers[-2:]) == [200, 429]
