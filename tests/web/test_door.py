"""The door for events: what is signed is stored once and answered 200; nothing else gets in or costs much."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.event import listens_for

from app import create_app
from app.db import Database
from app.models import InboxRow
from app.webhooks.routes import MAX_BODY
from tests.support import whop_events as whop
from tests.support.clock import FixedClock

DOOR = "/webhooks/whop"


@pytest.fixture
def event() -> whop.Event:
    return whop.payment_failed()


@pytest.fixture
def post(client: FlaskClient, clock: FixedClock) -> Callable[..., Any]:
    """Post an event as Whop would; `headers` and `body` replace what was signed."""

    def send(
        event: whop.Event, *, headers: dict[str, str | None] | None = None, body: bytes | None = None
    ) -> Any:
        signed_body, signed_headers = whop.signed(event, now=clock.wall())
        merged = {**signed_headers, **(headers or {})}
        return client.post(
            DOOR,
            data=signed_body if body is None else body,
            headers={name: value for name, value in merged.items() if value is not None},
        )

    return send


def rows(database: Database) -> int:
    with database.reading() as read:
        return read.scalar(select(func.count()).select_from(InboxRow)) or 0


def test_no_hook_looks_at_each_event_for_limits_that_no_view_has(app: Flask) -> None:
    hooks = [hook for some in (app.before_request_funcs, app.after_request_funcs) for hook in some[None]]
    assert hooks
    assert not [hook for hook in hooks if "limiter" in getattr(hook, "__module__", repr(hook))]


def test_a_signed_event_is_on_disk_when_it_is_answered(
    post: Callable[..., Any], event: whop.Event, database: Database
) -> None:
    answer = post(event)
    assert (answer.status_code, answer.json) == (200, {"ok": True})
    with database.reading() as read:
        row = read.scalars(select(InboxRow)).one()
    assert (row.message_id, row.body, row.state) == (event["id"], whop.encoded(event), "waiting")


def test_the_same_message_again_is_answered_200_and_stored_once(
    post: Callable[..., Any], event: whop.Event, database: Database
) -> None:
    answers = [post(event).json for _ in range(3)]
    assert answers == [{"ok": True}, {"ok": True, "duplicate": True}, {"ok": True, "duplicate": True}]
    assert rows(database) == 1


def test_a_thousand_copies_over_32_connections_are_one_row(
    app: Flask, event: whop.Event, clock: FixedClock, database: Database
) -> None:
    body, headers = whop.signed(event, now=clock.wall())

    def copy(_number: int) -> int:
        return app.test_client().post(DOOR, data=body, headers=headers).status_code

    with ThreadPoolExecutor(32) as pool:
        assert set(pool.map(copy, range(1000))) == {200}
    assert rows(database) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.replace(b"payment.failed", b"payment.failer"),
        lambda body: body + b" ",
        lambda body: body.replace(b":", b": ", 1),
        lambda body: b"",
    ],
    ids=["byte", "space", "again", "empty"],
)
def test_a_changed_body_is_refused(
    post: Callable[..., Any], event: whop.Event, change: Callable[[bytes], bytes], database: Database
) -> None:
    assert post(event, body=change(whop.encoded(event))).status_code == 401
    assert rows(database) == 0


def test_a_refused_post_takes_no_database_connection(
    post: Callable[..., Any], event: whop.Event, app: Flask
) -> None:
    taken: list[object] = []
    engine = app.extensions["autocharge"].database.engine
    listens_for(engine.pool, "checkout")(lambda *_: taken.append(1))
    assert post(event, headers={"webhook-signature": "v1,AAAA"}).status_code == 401
    assert taken == []
    assert post(event).status_code == 200
    assert taken == [1]


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "v1",
        "v1,,AAAA",
        "v1,%%%",
        "v1,AAA",
        "v1,Zm9v\u00e9",
        " ".join(["v1,AAAA"] * 10_000),
        "v1," + "A" * 65_536,
        "v2,AAAA",
        "v1a,AAAA",
    ],
    ids=["none", "empty", "no comma", "two", "base64", "padding", "ascii", "many", "long", "v2", "v1a"],
)
def test_a_bad_signature_is_refused_and_never_an_error(
    post: Callable[..., Any], event: whop.Event, signature: str | None
) -> None:
    answer = post(event, headers={"webhook-signature": signature})
    assert answer.status_code in (400, 401)
    assert answer.json["error"]["type"] == "signature"
    assert answer.json["error"]["request_id"] == answer.headers["X-Request-ID"]


@pytest.mark.parametrize(
    "timestamp", [None, "nan", "inf", "1e9", "1_795_165_210", " 1795165210", "+1", ".5", "9" * 400]
)
def test_a_time_that_is_none_is_refused(
    post: Callable[..., Any], event: whop.Event, timestamp: str | None
) -> None:
    assert post(event, headers={"webhook-timestamp": timestamp}).status_code in (400, 401)


@pytest.mark.parametrize(("seconds", "status"), [(-301, 401), (-299, 200), (299, 200), (301, 401)])
def test_the_time_may_be_five_minutes_off(
    client: FlaskClient, event: whop.Event, clock: FixedClock, seconds: int, status: int
) -> None:
    body, headers = whop.signed(event, now=clock.wall() + timedelta(seconds=seconds))
    assert client.post(DOOR, data=body, headers=headers).status_code == status


def test_a_body_over_the_limit_is_refused(post: Callable[..., Any], event: whop.Event) -> None:
    assert post(event, body=b"x" * (MAX_BODY + 1)).status_code == 413


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_only_post_is_taken(client: FlaskClient, method: str) -> None:
    answer = client.open(DOOR, method=method)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"


def test_a_form_is_not_taken(post: Callable[..., Any], event: whop.Event) -> None:
    answer = post(event, headers={"content-type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 415


def test_a_cookie_is_neither_read_nor_set(app: Flask, event: whop.Event, clock: FixedClock) -> None:
    client = app.test_client()
    client.set_cookie("sid", "whatever")
    body, headers = whop.signed(event, now=clock.wall())
    answer = client.post(DOOR, data=body, headers=headers)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_unverified_posts_of_one_address_are_limited_but_a_signed_event_never_is(
    post: Callable[..., Any], event: whop.Event
) -> None:
    statuses = [post(event, headers={"webhook-signature": "v1,AAAA"}).status_code for _ in range(51)]
    assert statuses == [401] * 50 + [429]
    limited = post(event, headers={"webhook-signature": "v1,AAAA"})
    assert 0 < int(limited.headers["Retry-After"]) <= 61
    assert post(event).status_code == 200


def test_both_secrets_are_taken_while_one_is_rotated(
    make_settings: Callable[..., Any], database: Database, event: whop.Event, clock: FixedClock
) -> None:
    old, new = "ws_" + "a" * 32, "ws_" + "b" * 32
    settings = make_settings(
        DATABASE_URL=database.engine.url.render_as_string(hide_password=False),
        WHOP_WEBHOOK_SECRET=f"{old},{new}",
    )
    client = create_app(settings, clock).test_client()
    for number, secret in enumerate((old, new)):
        body, headers = whop.signed({**event, "id": f"msg_{number}"}, secret=secret, now=clock.wall())
        assert client.post(DOOR, data=body, headers=headers).status_code == 200
    body, headers = whop.signed(event, secret="ws_" + "c" * 32, now=clock.wall())
    assert client.post(DOOR, data=body, headers=headers).status_code == 401


def test_the_published_vector_is_taken(
    make_settings: Callable[..., Any], database: Database, clock: FixedClock
) -> None:
    """From the platform's facts: the key is the UTF-8 bytes of the whole secret, prefix included."""
    settings = make_settings(
        DATABASE_URL=database.engine.url.render_as_string(hide_password=False),
        WHOP_WEBHOOK_SECRET="ws_0f3c9a7be14d5826c0b9e1d2a3f4857690abcdef1234567890fedcba98765432",
    )
    answer = (
        create_app(settings, clock)
        .test_client()
        .post(
            DOOR,
            data=b'{"id":"msg_2pQ7xkVd0ZrTn8LwYc4HbM","type":"payment.failed","data":{"id":"pay_9Jr3bXw7QeVnTk"}}',
            headers={
                "webhook-id": "msg_2pQ7xkVd0ZrTn8LwYc4HbM",
                "webhook-timestamp": "1795165210",
                "webhook-signature": "v1,AFX4NnLLYX/gzQu7BWYSpPF0BauPNjipvb3IwfuHNsw=",
                "content-type": "application/json",
            },
        )
    )
    assert answer.status_code == 200


def test_with_the_database_away_whop_is_asked_to_send_again(
    make_settings: Callable[..., Any], event: whop.Event, clock: FixedClock
) -> None:
    settings = make_settings(
        DATABASE_URL="postgresql://nobody@127.0.0.1:1/none", WHOP_WEBHOOK_SECRET=whop.SECRET
    )
    body, headers = whop.signed(event, now=clock.wall())
    answer = create_app(settings, clock).test_client().post(DOOR, data=body, headers=headers)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
