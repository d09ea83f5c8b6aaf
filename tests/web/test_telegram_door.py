"""Telegram's door: only who knows the secret gets in, each update has its effect once, and the answer is the reply."""

import json
from typing import Any, Protocol

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.event import listens_for
from werkzeug.test import TestResponse

from app import create_app
from app.cases import links
from app.db import Database
from app.models import Customer, LinkedAccount, Merchant
from app.models.base import insert_once
from app.services import EXTENSION
from app.telegram.words import ENGLISH
from app.webhooks.routes import MAX_BODY
from tests.conftest import MakeSettings
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.description import faults
from tests.support.telegram_server import TOKEN
from tests.support.telegram_updates import CHAT, GROUP, said

DOOR = "/webhooks/telegram"
KEY = "a-secret-of-the-tests_0123456789"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
ON = {"ENABLE_TELEGRAM": "true", "TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_WEBHOOK_SECRET": KEY}


class Post(Protocol):
    def __call__(self, update: object, *, secret: str | None = KEY, **more: Any) -> TestResponse: ...


class MakeClient(Protocol):
    def __call__(self, **env: str) -> FlaskClient: ...


@pytest.fixture
def make_client(database: Database, clock: FixedClock, make_settings: MakeSettings) -> MakeClient:
    def make(**env: str) -> FlaskClient:
        dsn = database.engine.url.render_as_string(hide_password=False)
        env = {"DATABASE_URL": dsn, "WHOP_WEBHOOK_SECRET": whop.SECRET, **env}
        return create_app(make_settings(**env), clock).test_client()

    return make


@pytest.fixture
def client(make_client: MakeClient) -> FlaskClient:
    return make_client(**ON)


@pytest.fixture
def post(client: FlaskClient) -> Post:
    return poster(client)


def poster(client: FlaskClient) -> Post:
    def send(update: object, *, secret: str | None = KEY, **more: Any) -> TestResponse:
        headers = {} if secret is None else {HEADER: secret}
        body = {"data": json.dumps(update), "content_type": "application/json", **more}
        return client.post(DOOR, headers=headers, **body)

    return send


@pytest.fixture
def code(database: Database, clock: FixedClock) -> str:
    now = clock.now()
    with database.transaction() as session:
        values = Merchant.fresh("biz_A", title="Fox Trading", now=now)
        merchant_id = insert_once(session, Merchant, ("biz_id",), values)
        customer = Customer(merchant_id=merchant_id, identity="user_1", seen_at=now, created_at=now)
        session.add(customer)
        session.flush()
        return links.fresh_code(session, customer, "telegram", wall=clock.wall())


def linked(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(LinkedAccount.address)))


def test_a_start_is_answered_in_the_same_breath(post: Post, code: str, database: Database) -> None:
    answers = [post(said(1, f"/start {code}")) for _ in range(2)]
    for answer in answers:
        assert (answer.status_code, faults(answer, DOOR, "post")) == (200, [])
        assert answer.get_json() == {
            "method": "sendMessage",
            "chat_id": CHAT,
            "text": ENGLISH.linked.format(merchant="Fox Trading"),
            "link_preview_options": {"is_disabled": True},
        }
    assert linked(database) == [str(CHAT)]


@pytest.mark.parametrize("secret", [None, "", KEY[:-1], KEY + "x", KEY.upper(), "\u00e9" * 20])
def test_without_the_secret_nothing_happens(
    post: Post, code: str, database: Database, client: FlaskClient, secret: str | None
) -> None:
    taken: list[object] = []
    engine = client.application.extensions[EXTENSION].database.engine
    listens_for(engine.pool, "checkout")(lambda *_: taken.append(1))
    answer = post(said(1, f"/start {code}"), secret=secret)
    assert (answer.status_code, faults(answer, DOOR, "post")) == (401, [])
    assert (linked(database), taken) == ([], [])


@pytest.mark.parametrize(
    "env", [{}, {**ON, "ENABLE_TELEGRAM": "false"}, {**ON, "TELEGRAM_WEBHOOK_SECRET": ""}]
)
def test_where_telegram_is_off_or_has_no_secret_there_is_no_door(
    make_client: MakeClient, env: dict[str, str]
) -> None:
    for secret in (KEY, "", None):
        answer = poster(make_client(**env))(said(1, "/status"), secret=secret)
        assert (answer.status_code, faults(answer, DOOR, "post")) == (404, [])


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"x"', b"[" * 90_000, b'{"update_id": 1e999}', b"\xff", b'{"update_id": 1}'],
)
def test_rubbish_is_answered_and_has_no_effect(post: Post, body: bytes) -> None:
    answer = post(None, data=body)
    assert (answer.status_code, answer.get_json(), faults(answer, DOOR, "post")) == (200, {"ok": True}, [])


def test_a_group_gets_no_answer(post: Post, code: str, database: Database) -> None:
    answer = post(said(1, f"/start {code}", chat=GROUP, kind="group"))
    assert (answer.status_code, answer.get_json()) == (200, {"ok": True})
    assert linked(database) == []


def test_too_much_and_other_kinds_are_refused(post: Post) -> None:
    answers = [post(None, data=b"x" * (MAX_BODY + 1)), post(None, content_type="text/plain")]
    assert [answer.status_code for answer in answers] == [413, 415]
    assert [faults(answer, DOOR, "post") for answer in answers] == [[], []]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_only_post_is_taken(client: FlaskClient, method: str) -> None:
    assert client.open(DOOR, method=method).status_code == 405


def test_who_guesses_is_limited_and_telegram_is_not(post: Post) -> None:
    answers = [post(said(1, "/status"), secret="guess") for _ in range(51)]
    assert [answer.status_code for answer in answers] == [401] * 50 + [429]
    assert faults(answers[-1], DOOR, "post") == []
    assert post(said(1, "/status")).status_code == 200


def test_no_cookie_is_read_or_set(client: FlaskClient, post: Post) -> None:
    client.set_cookie("sid", "whatever")
    answer = post(said(1, "/status"))
    assert answer.status_code == 200 and "Set-Cookie" not in answer.headers


def test_with_the_database_away_telegram_is_asked_to_send_again(
    make_settings: MakeSettings, clock: FixedClock
) -> None:
    settings = make_settings(DATABASE_URL="postgresql://nobody@127.0.0.1:1/none", **ON)
    app: Flask = create_app(settings, clock)
    answer = poster(app.test_client())(said(1, "/status"))
    assert (answer.status_code, faults(answer, DOOR, "post")) == (503, [])
    assert int(answer.headers["Retry-After"]) > 0
