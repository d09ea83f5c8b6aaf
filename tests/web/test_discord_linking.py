"""Linking Discord: only the person whose page it was begun on, once, and whatever Discord answers ends in a page."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask, Response
from sqlalchemy import select
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from app import create_app
from app.db import Database
from app.delivery.suppression import suppress, suppressed
from app.models import LinkCode, Merchant
from app.services import EXTENSION
from tests.conftest import MakeSettings
from tests.support.clock import FixedClock
from tests.support.discord_oauth_server import (
    REVOKE,
    TOKEN,
    USER,
    FakeDiscord,
    discord_oauth_server,
)
from tests.web.conftest import MakeApp
from tests.web.linking import LINKING, Shop, shop

CALLBACK = "/connect/discord/callback"
DEEP = "[" * 100_000


@pytest.fixture
def discord() -> Iterator[FakeDiscord]:
    with discord_oauth_server() as fake:
        yield fake


@pytest.fixture
def app(
    database: Database, make_settings: MakeSettings, clock: FixedClock, discord: FakeDiscord
) -> Iterator[Flask]:
    dsn = database.engine.url.render_as_string(hide_password=False)
    made = create_app(make_settings(DATABASE_URL=dsn, DISCORD_API_URL=discord.api_url, **LINKING), clock)
    yield made
    made.extensions[EXTENSION].database.close()


@pytest.fixture
def maria(app: Flask, database: Database, clock: FixedClock) -> Shop:
    return shop(app, database, clock)


def answers(body: object, status: int = 200, **headers: str) -> Callable[[], Response]:
    text = body if isinstance(body, str) else json.dumps(body)
    return lambda: Response(text, status, headers, content_type="application/json")


def came_back(one: Shop, path: str) -> TestResponse:
    return one.client.get(path)


def test_the_account_is_linked_and_the_token_given_back(maria: Shop, discord: FakeDiscord) -> None:
    answer = came_back(maria, discord.agree(maria.press("discord")))
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{maria.path}?done=linked")
    assert "Set-Cookie" not in answer.headers
    assert maria.accounts() == [("discord", "80351110224678912", "@maria")]
    assert discord.calls == [TOKEN, USER, REVOKE]
    assert discord.tokens == set() and len(discord.revoked) == 1
    assert maria.acts() == [("account_linked", {"channel": "discord", "customer": maria.customer_id})]
    page = maria.page("?done=linked")
    assert "The account is linked" in page and "@maria" in page


def test_who_links_an_account_again_is_written_to_there_again(
    maria: Shop, discord: FakeDiscord, clock: FixedClock
) -> None:
    with maria.database.transaction() as write:
        merchant = write.scalars(select(Merchant)).one()
        for user_id, reason in (("80351110224678912", "discord_50007"), ("7", "discord_50007")):
            suppress(write, merchant, channel="discord", address=user_id, reason=reason, now=clock.now())
    came_back(maria, discord.agree(maria.press("discord")))
    with maria.database.reading() as read:
        merchant = read.scalars(select(Merchant)).one()
        assert suppressed(read, merchant, channel="discord", address="80351110224678912") is None
        assert suppressed(read, merchant, channel="discord", address="7") == "discord_50007"


def test_the_way_there_asks_for_the_name_alone_and_the_policy_lets_it_pass(
    maria: Shop, discord: FakeDiscord
) -> None:
    address = maria.press("discord")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(f"{discord.address}/oauth2/authorize?")
    assert (asked["scope"], asked["code_challenge_method"]) == ("identify", "S256")
    assert asked["redirect_uri"] == f"http://localhost:3000{CALLBACK}"
    assert len(asked["state"]) == 32 and len(asked["code_challenge"]) == 43
    policy = maria.client.get(maria.path).headers["Content-Security-Policy"]
    assert discord.address in policy.partition("form-action")[2].partition(";")[0]


def test_a_callback_works_once_and_for_an_hour(maria: Shop, discord: FakeDiscord, clock: FixedClock) -> None:
    back = discord.agree(maria.press("discord"))
    assert came_back(maria, back).status_code == 303
    again = came_back(maria, back)
    assert again.status_code == 400 and "Discord is not linked" in again.get_data(as_text=True)
    late = discord.agree(maria.press("discord"))
    clock.advance(timedelta(hours=1, seconds=1))
    assert came_back(maria, late).status_code == 400
    assert discord.calls.count(TOKEN) == 1


@pytest.mark.parametrize(
    "query",
    ["", "?code=x", "?code=x&state=", "?code=x&state=made-up", "?state=%00&code=x", "?code=x&state=%ED%A0%80",
     "?error=access_denied", "?code=x&state=https://evil.example", "?state=//evil&code=x&next=//evil"],
)  # fmt: skip
def test_a_state_that_is_nobodys_code_links_nothing_and_asks_discord_nothing(
    maria: Shop, discord: FakeDiscord, query: str
) -> None:
    answer = came_back(maria, f"{CALLBACK}{query}")
    assert answer.status_code == 400
    assert "Location" not in answer.headers and "Set-Cookie" not in answer.headers
    assert "hreflang" not in answer.text, "another language would ask for the answer a second time"
    assert (maria.accounts(), discord.calls) == ([], [])


def test_a_code_for_another_channel_is_no_state(maria: Shop, discord: FakeDiscord) -> None:
    code = maria.press("telegram").partition("?start=")[2]
    assert came_back(maria, discord.back(code="x", state=code)).status_code == 400
    assert discord.calls == []


def test_somebody_elses_answer_from_discord_is_of_no_use(
    maria: Shop, app: Flask, database: Database, clock: FixedClock, discord: FakeDiscord
) -> None:
    """The code was given for another challenge: PKCE keeps it from being slipped into this one's way back."""
    bob = shop(app, database, clock)
    theirs = parse_qs(urlsplit(discord.agree(bob.press("discord"))).query)["code"][0]
    mine = parse_qs(urlsplit(maria.press("discord")).query)["state"][0]
    answer = came_back(maria, discord.back(code=theirs, state=mine))
    assert answer.status_code == 400
    assert (maria.accounts(), bob.accounts()) == ([], [])


def test_who_says_no_is_told_so_and_led_back(maria: Shop, discord: FakeDiscord, database: Database) -> None:
    answer = came_back(maria, discord.refuse(maria.press("discord")))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 403 and "You said no at Discord" in page
    assert f'href="http://localhost:3000{maria.path}"' in page
    assert "The user said no." not in page, "the provider's words stay out"
    assert (maria.accounts(), discord.calls) == ([], [])
    with database.reading() as read:
        assert None not in read.scalars(select(LinkCode.used_at)).all()


@pytest.mark.parametrize(
    ("path", "answer", "status"),
    [
        (TOKEN, answers("<h1>oops</h1>", 500), 503),
        (TOKEN, answers({"error": "invalid_grant", "error_description": "x" * 9000}, 400), 400),
        (TOKEN, answers({"error": "invalid_client"}, 401), 503),
        (TOKEN, answers({"error": ["odd"]}, 400), 503),
        (TOKEN, answers({"message": "You are being rate limited.", "retry_after": 3.5}, 429), 503),
        (TOKEN, answers("<html>", 200), 503),
        (TOKEN, answers([]), 503),
        (TOKEN, answers({}), 503),
        (TOKEN, answers({"access_token": "two words", "token_type": "Bearer"}), 503),
        (TOKEN, answers({"access_token": 7}), 503),
        (TOKEN, answers(DEEP), 503),
        (TOKEN, answers("", 302, Location="http://127.0.0.1:1/"), 503),
        (USER, answers("oops", 500), 503),
        (USER, answers("", 302, Location="http://127.0.0.1:1/"), 503),
        (USER, answers({"message": "401: Unauthorized", "code": 0}, 401), 503),
        (USER, answers([]), 503),
        (USER, answers({}), 503),
        (USER, answers({"id": 7}), 503),
        (USER, answers({"id": "not-a-number"}), 503),
        (USER, answers({"id": "1" * 400}), 503),
        (USER, answers({"id": "7", "username": "x"}, 202), 503),
        (USER, answers('{"id": "7"', 200), 503),
        (USER, answers(DEEP), 503),
    ],
)
def test_whatever_discord_answers_ends_in_a_page_and_links_nothing(
    maria: Shop, discord: FakeDiscord, path: str, answer: Callable[[], Response], status: int
) -> None:
    back = discord.agree(maria.press("discord"))
    discord.answers[path] = answer
    shown = came_back(maria, back)
    assert shown.status_code == status
    assert "Discord is not linked" in shown.get_data(as_text=True)
    assert (shown.headers.get("Retry-After") is not None) is (status == 503)
    assert maria.accounts() == []
    assert discord.tokens == set(), "a token that was given is given back"


@pytest.mark.parametrize("path", [TOKEN, USER])
def test_no_redirect_of_discord_is_followed(maria: Shop, discord: FakeDiscord, path: str) -> None:
    back = discord.agree(maria.press("discord"))
    good = {"access_token": "a-token", "token_type": "Bearer", "id": "7", "username": "eve"}
    discord.answers[path] = answers("", 302, Location=f"{discord.address}/elsewhere")
    discord.answers["/elsewhere"] = answers(good)
    assert came_back(maria, back).status_code == 503
    assert "/elsewhere" not in discord.calls and maria.accounts() == []


def test_discord_that_hangs_is_waited_for_a_while_and_no_connection_meanwhile(
    maria: Shop, app: Flask, discord: FakeDiscord
) -> None:
    pool, over, taken = app.extensions[EXTENSION].database.engine.pool, threading.Event(), []

    def hang() -> Response:
        taken.append(pool.checkedout())
        over.wait(30)
        return Response("late")

    back = discord.agree(maria.press("discord"))
    discord.answers[TOKEN] = hang
    assert came_back(maria, back).status_code == 503
    over.set()
    assert (taken, maria.accounts()) == ([0], [])


def test_a_token_that_cannot_be_given_back_does_not_stand_in_the_way(
    maria: Shop, discord: FakeDiscord
) -> None:
    back = discord.agree(maria.press("discord"))
    discord.answers[REVOKE] = answers("oops", 500)
    assert came_back(maria, back).status_code == 303
    assert len(maria.accounts()) == 1


@pytest.mark.parametrize(
    ("username", "label"),
    [
        ("<b>@everyone</b>", "@<b>@everyone</b>"),
        ("a\x00b\r\nc", "@ab c"),
        ("x" * 500, "@" + "x" * 64),
        ("\ud800", None),
        (None, None),
        ({"$ne": 1}, None),
    ],
)
def test_a_hostile_name_at_discord_is_a_label_and_no_more(
    maria: Shop, discord: FakeDiscord, username: object, label: str | None
) -> None:
    discord.person = {"id": "7", "username": username}
    assert came_back(maria, discord.agree(maria.press("discord"))).status_code == 303
    assert maria.accounts() == [("discord", "7", label)]
    assert "<b>@everyone" not in maria.page()


def test_linking_another_account_takes_the_place_of_the_first(maria: Shop, discord: FakeDiscord) -> None:
    ways = [maria.press("discord") for _ in range(2)]
    for number, way in enumerate(ways):
        discord.person = {"id": str(number), "username": f"name{number}"}
        came_back(maria, discord.agree(way))
    assert maria.accounts() == [("discord", "1", "@name1")]


def test_no_code_and_no_token_stands_in_a_line_or_an_audit(maria: Shop, discord: FakeDiscord) -> None:
    with capture_logs() as lines:
        way = maria.press("discord")
        back = discord.agree(way)
        came_back(maria, back)
        discord.answers[REVOKE] = answers("oops", 500)
        came_back(maria, discord.agree(maria.press("discord")))
        discord.answers[USER] = answers({"id": "odd"})
        came_back(maria, discord.agree(maria.press("discord")))
        came_back(maria, back)
    said = str(lines) + str(maria.acts())
    state = parse_qs(urlsplit(way).query)["state"][0]
    assert {"customer.discord_not_linked", "customer.discord_not_revoked"} <= {
        line["event"] for line in lines
    }
    assert [secret for secret in (*discord.issued, state) if secret in said] == []
    assert "80351110224678912" not in said


def test_a_look_at_the_way_back_does_not_use_it_up(maria: Shop, discord: FakeDiscord) -> None:
    back = discord.agree(maria.press("discord"))
    assert maria.client.head(back).status_code == 404
    assert came_back(maria, back).status_code == 303


@pytest.mark.parametrize("missing", ["ENABLE_DISCORD", "DISCORD_CLIENT_ID", "DISCORD_CLIENT_SECRET"])
def test_where_it_is_not_set_up_nothing_is_offered(
    make_app: MakeApp, database: Database, clock: FixedClock, missing: str
) -> None:
    env = {name: value for name, value in LINKING.items() if name != missing}
    one = shop(make_app(**env), database, clock)
    assert "Get reminders in Discord" not in one.page()
    assert one.client.post(one.path, data={"act": "discord"}).status_code == 400
    assert one.client.get(f"{CALLBACK}?code=x&state=y").status_code == 404
