"""The set-up page: each thing is tested for real, says its next step, and names no value of the environment."""

import html
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import create_app
from app.dashboard import permission_words
from app.db import Database
from app.models import Audit, Backfill, ChannelFault, Chore, Merchant, Proof
from app.services import EXTENSION
from app.whop.permissions import NEEDED, OPTIONAL
from tests.conftest import MakeSettings
from tests.support import seeded
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.json_peer import Reply
from tests.support.smtp_server import SmtpServer
from tests.support.whop_api import API, KEY, WhopApi, a_webhook
from tests.web.conftest import csrf_token, signed_in
from tests.web.test_dashboard_events import MOST_QUERIES, counted
from tests.web.whop_browser import Browser

HOST = "https://pay.example.com"
LINE = re.compile(
    r'id="line-(\w+)">(.*?)</li>\s*(?=<li class="list-group-item setup-line|</ol>\s*</section>)', re.DOTALL
)


@pytest.fixture
def api() -> Iterator[WhopApi]:
    with WhopApi() as peer:
        peer.account = "biz_A"
        yield peer


@pytest.fixture
def mail() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture
def whole_app(
    database: Database, clock: FixedClock, make_settings: MakeSettings, api: WhopApi, mail: SmtpServer
) -> Iterator[Flask]:
    """An install with a key and a mail server."""
    made = create_app(
        make_settings(
            DATABASE_URL=database.engine.url.render_as_string(hide_password=False),
            APP_HOST=HOST, WHOP_WEBHOOK_SECRET=whop.SECRET, WHOP_API_KEY=KEY, WHOP_API_URL=api.url,
            SMTP_HOST="127.0.0.1", SMTP_PORT=str(mail.port), SMTP_SECURITY="none", SMTP_FROM="shop@example.com",
        ),
        clock,
    )  # fmt: skip
    yield made
    made.extensions[EXTENSION].close()


@pytest.fixture
def owner(whole_app: Flask) -> FlaskClient:
    return signed_in(whole_app, "biz_A")


def lines(client: FlaskClient) -> dict[str, str]:
    """The text of each line."""
    page = client.get("/dashboard/setup").get_data(as_text=True)
    return {
        name: " ".join(html.unescape(re.sub("<[^>]+>", " ", text)).split())
        for name, text in LINE.findall(page)
    }


def press(client: FlaskClient, name: str) -> str:
    """Test it; the line afterwards."""
    answer = client.post(f"/dashboard/setup/test/{name}", data={"csrf_token": csrf_token(client)})
    assert (answer.status_code, answer.location) == (303, f"/dashboard/setup#line-{name}")
    return lines(client)[name]


def test_who_signs_in_with_whop_and_has_nothing_yet_is_led_there_once(
    browser: Browser, database: Database, machine_clock: FixedClock
) -> None:
    assert browser.sign_in(look=False).headers["Location"] == "/dashboard"
    assert browser.get("/dashboard").headers["Location"] == "/dashboard/setup"
    assert browser.get("/dashboard").status_code == 200
    with database.transaction() as session:
        merchant = session.scalars(select(Merchant)).first()
        assert merchant is not None
        seeded.case(session, merchant, at=machine_clock.now())
    browser.sign_in(look=False)
    assert browser.get("/dashboard").status_code == 200


def test_a_bare_install_says_what_to_do_and_no_value(app: Flask, signed_in_client: FlaskClient) -> None:
    found = lines(signed_in_client)
    assert list(found) == [
        "worker", "webhook", "key", "email", "telegram", "discord", "whop_chat", "profile", "control", "first",
    ]  # fmt: skip
    assert "Does not work" in found["worker"] and "To do" in found["webhook"]
    assert "/webhooks/whop" in signed_in_client.get("/dashboard/setup").get_data(as_text=True)
    assert "WHOP_WEBHOOK_SECRET" in found["webhook"] and "WHOP_API_KEY" in found["key"]
    for name in (*NEEDED, *OPTIONAL):
        assert name in found["key"]
    page = signed_in_client.get("/dashboard/setup").get_data(as_text=True)
    assert whop.SECRET not in page
    assert "needs a key" in page


def test_the_key_is_looked_at_permission_by_permission(owner: FlaskClient, api: WhopApi) -> None:
    api.grants = set(NEEDED) - {"payment:manage"}
    line = press(owner, "key")
    assert "Does not work" in line and "payment:manage : no charge can be tried again" in line
    api.grants = set(NEEDED)
    line = press(owner, "key")
    assert "Works" in line and f"all {len(NEEDED)} things" in line and "Last tested" in line
    api.replies[f"GET {API}/permissions"] = Reply(500)
    assert "Whop did not answer" in press(owner, "key")


def test_a_test_event_is_asked_for_and_seen_when_it_arrives(
    owner: FlaskClient, api: WhopApi, clock: FixedClock, database: Database
) -> None:
    assert "no webhook with the address" in press(owner, "webhook")
    api.add(a_webhook(enabled=False))
    assert "switched the webhook off" in press(owner, "webhook")
    api.add(a_webhook())
    assert "To do" in press(owner, "webhook")
    assert api.tested == [("hook_1", "payment.succeeded")]
    body, headers = whop.signed(whop.payment_succeeded(), now=clock.wall())
    assert owner.post("/webhooks/whop", data=body, headers=headers).status_code == 200
    line = lines(owner)["webhook"]
    assert "Works" in line and "Last event:" in line
    with database.reading() as session:
        acts = session.scalars(select(Audit.action).where(Audit.action == "test_event_asked")).all()
        assert acts == ["test_event_asked"]


def test_the_test_message_really_goes_out(owner: FlaskClient, mail: SmtpServer, database: Database) -> None:
    assert "Nobody has tested it yet" in lines(owner)["email"]
    assert "Works" in press(owner, "email")
    assert len(mail.messages) == 1
    mail.replies["owner@example.com"] = "550 5.1.1 no such user"
    assert "Does not work" in press(owner, "email")
    with database.reading() as session:
        proof = session.scalars(select(Proof).where(Proof.name == "email")).one()
        assert not proof.ok and "owner@example.com" not in (proof.text or "")


def test_all_that_is_needed_works_and_the_overview_stops_asking(
    owner: FlaskClient, api: WhopApi, database: Database, clock: FixedClock
) -> None:
    api.grants = set(NEEDED)
    api.add(a_webhook())
    body, headers = whop.signed(whop.payment_succeeded(), now=clock.wall())
    owner.post("/webhooks/whop", data=body, headers=headers)
    with database.transaction() as session:
        session.add(Chore(name="x", state="waiting", due_at=clock.wall(), attempts=0, done_at=clock.wall()))
    form = {
        "sender_name": "Ada's Club",
        "reply_to": "",
        "zone": "UTC",
        "locale": "en",
        "csrf_token": csrf_token(owner),
    }
    owner.post("/dashboard/settings", data=form)
    for name in ("key", "email", "profile"):
        assert "Works" in press(owner, name)
    assert "All that is needed works." in owner.get("/dashboard/setup").get_data(as_text=True)


def test_months_before_are_asked_for_and_their_progress_is_shown(
    owner: FlaskClient, database: Database, clock: FixedClock
) -> None:
    token = csrf_token(owner)
    assert owner.post("/dashboard/setup/months", data={"csrf_token": token, "months": "7"}).status_code == 400
    assert owner.post("/dashboard/setup/months", data={"csrf_token": token, "months": "6"}).status_code == 303
    page = owner.get("/dashboard/setup").get_data(as_text=True)
    assert 'hx-trigger="every 3s"' in page and 'value="0"' in page
    with database.transaction() as session:
        row = session.scalars(select(Backfill)).one()
        assert (row.months, row.state) == (6, "running")
        row.month_at = row.begins_at + (row.ends_at - row.begins_at) / 2
        row.listed, row.kept, row.trouble = 40, 3, "away"
    page = owner.get("/dashboard/setup").get_data(as_text=True)
    assert 'value="50"' in page and "40 renewals seen, 3 of them" in page and "Whop did not answer" in page
    with database.transaction() as session:
        row = session.scalars(select(Backfill)).one()
        row.state, row.due_at, row.trouble, row.done_at = "done", None, None, clock.wall()
    page = owner.get("/dashboard/setup").get_data(as_text=True)
    assert "every 3s" not in page and "Read them again" in page


def test_without_a_key_no_month_is_asked_for(signed_in_client: FlaskClient, database: Database) -> None:
    form = {"csrf_token": csrf_token(signed_in_client), "months": "6"}
    assert signed_in_client.post("/dashboard/setup/months", data=form).status_code == 303
    with database.reading() as session:
        assert session.scalars(select(Backfill)).all() == []


def test_tests_are_few_and_foreign_names_are_none(owner: FlaskClient) -> None:
    token = csrf_token(owner)
    assert owner.post("/dashboard/setup/test/none", data={"csrf_token": token}).status_code == 404
    answers = [
        owner.post("/dashboard/setup/test/key", data={"csrf_token": token}).status_code for _ in range(11)
    ]
    assert answers == [303] * 10 + [429]


def test_a_fault_of_a_channel_stands_on_its_line(
    owner: FlaskClient, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        session.add(ChannelFault(channel="email", reason="smtp_auth", since=clock.now() - timedelta(hours=1)))
    assert "Does not work" in lines(owner)["email"]


def test_the_page_asks_the_database_little(whole_app: Flask, owner: FlaskClient) -> None:
    owner.get("/dashboard")
    for path in ("/dashboard/setup", "/dashboard"):
        with counted(whole_app) as seen:
            assert owner.get(path).status_code == 200
        assert 0 < len(seen) <= MOST_QUERIES


def test_every_permission_has_its_words() -> None:
    assert permission_words.WITHOUT.keys() == NEEDED.keys() | OPTIONAL.keys()
