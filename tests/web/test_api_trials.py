"""What the pages test, read back, compare and try out, a program does as well: the same rates, checks and log."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app import create_app
from app.db import Database
from app.models import Audit, Backfill, Experiment, Merchant, MerchantUser
from app.recovery.learning import MINIMUM, Decision
from app.services import EXTENSION
from tests.conftest import MakeSettings
from tests.support import seeded
from tests.support.clock import FixedClock
from tests.support.smtp_server import SmtpServer
from tests.support.whop_api import KEY, WhopApi
from tests.web.test_api_twins import Call, acts, api, foreign

__all__ = ["api", "foreign"]

MESSAGE = "/api/messages/{key}"
FIRST = "funds.first"


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """What is asked of the database here, others test on both."""
    return sqlite_database


@pytest.fixture
def peer() -> Iterator[WhopApi]:
    with WhopApi() as found:
        found.account = "biz_A"
        yield found


@pytest.fixture
def mail() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture
def app(
    database: Database, clock: FixedClock, make_settings: MakeSettings, peer: WhopApi, mail: SmtpServer
) -> Iterator[Flask]:
    """An install with a key and a mail server."""
    made = create_app(
        make_settings(
            DATABASE_URL=database.engine.url.render_as_string(hide_password=False), WHOP_API_KEY=KEY,
            WHOP_API_URL=peer.url, SMTP_HOST="127.0.0.1", SMTP_PORT=str(mail.port), SMTP_SECURITY="none",
            SMTP_FROM="shop@example.com",
        ),
        clock,
    )  # fmt: skip
    yield made
    made.extensions[EXTENSION].close()


def test_each_thing_of_the_set_up_is_tested_and_its_line_says_what_came_of_it(
    api: Call, peer: WhopApi, mail: SmtpServer, database: Database
) -> None:
    test = "/api/setup/test/{name}"
    peer.grants.discard("payment:manage")
    found = api(test, {}, name="key")
    assert (found["ok"], found["line"]["standing"]) == (False, "broken")
    assert "payment:manage" in [one["permission"] for one in found["line"]["lacking"]]
    assert api(test, {}, name="email")["line"]["standing"] == "works"
    assert [to for one in mail.messages for to in one.recipients] == ["owner@example.com"]
    assert api(test, {}, name="profile")["ok"] is True
    assert api(test, {}, name="webhook")["code"] == "none"
    api(test, {}, name="worker", status=404)
    assert acts(database) == ["test_message_sent"]


def test_the_months_before_are_read_once_and_the_set_up_tells_how_far_it_is(
    api: Call, database: Database
) -> None:
    for body in ({"months": 5}, {"months": "all"}, {}):
        assert list(api("/api/setup/months", body, status=400)) == ["months"]
    for _ in range(2):
        begun = api("/api/setup/months", {"months": 3})["months_before"]
    assert (begun["done"], begun["listed"]) == (False, 0)
    assert api("/api/setup")["months_before"] == begun
    with database.reading() as read:
        assert read.scalars(select(Backfill.months)).all() == [3]
    assert acts(database) == ["backfill_asked"]


def test_whops_window_is_changed_by_whoever_may_and_once(
    api: Call, peer: WhopApi, database: Database
) -> None:
    assert list(api("/api/whop", {"behavior": "keep"}, status=400)) == ["behavior"]
    changed = api("/api/whop", {"behavior": "none"})
    assert changed == {"behavior": "none", "changed": True, "trouble": None}
    assert api("/api/whop")["behavior"] == "none"
    with database.transaction() as session:
        session.execute(update(MerchantUser).values(role="moderator"))
    api("/api/whop", {"behavior": "cancel"}, status=403)
    assert api("/api/whop")["behavior"] == "none"
    assert acts(database) == ["whop_window_changed"]


def test_what_whop_refuses_is_not_said_to_be_changed(api: Call, peer: WhopApi, database: Database) -> None:
    peer.grants.clear()
    assert "permission" in api("/api/whop", {"behavior": "none"}, status=409)
    assert acts(database) == []


def test_places_of_alerts_and_channels_are_tried(api: Call, mail: SmtpServer) -> None:
    test = "/api/settings/alerts/test/{name}"
    assert api(test, {"to": "me"}, name="email")["result"] == "sent"
    assert [to for one in mail.messages for to in one.recipients] == ["owner@example.com"]
    api(test, {}, name="email", status=404)  # no address of alerts is saved
    api(test, {"to": "me"}, name="telegram", status=404)
    assert list(api(test, {"address": "x@example.com"}, name="email", status=400)) == ["address"]
    check = "/api/settings/channels/{name}/check"
    assert api(check, {}, name="email")["ok"] is True
    api(check, {}, name="pigeon", status=404)


def test_a_text_is_sent_to_its_writer_and_to_nobody_else(
    api: Call, mail: SmtpServer, database: Database
) -> None:
    test = f"{MESSAGE}/test"
    assert set(api(test, {"subject": "Hello {naem}"}, key=FIRST, status=400)) == {"subject"}
    sent = api(test, {"subject": "Trying out {merchant}"}, key=FIRST)
    assert (sent["outcome"], "owner@example.com" in sent["text"]) == ("sent", True)
    (letter,) = mail.messages
    assert letter.recipients == ("owner@example.com",)
    assert str(letter.mail["Subject"]).startswith("[Test] Trying out")
    assert api(MESSAGE, key=FIRST)["own"] is False
    for _ in range(4):
        api(test, {}, key=FIRST)
    api(test, {}, key=FIRST, status=429)
    assert set(acts(database)) == {"test_message_sent"}


def test_two_versions_of_a_text_run_against_each_other_until_it_is_ended(
    api: Call, foreign: Call, database: Database
) -> None:
    compare, stop = f"{MESSAGE}/compare", f"{MESSAGE}/compare/end"
    number = api(MESSAGE, {"subject": "Your card was declined"}, key=FIRST)["versions"][0]["number"]
    before = api(compare, key=FIRST)
    assert before["newest"] is None and before["takes"]["months"] is None
    assert set(api(compare, {"a": -1}, key=FIRST, status=400)) == {"a", "b"}
    api(compare, {"a": 0, "b": 0}, key=FIRST, status=409)
    api(compare, {"a": 0, "b": number + 1}, key=FIRST, status=409)
    begun = api(compare, {"a": 0, "b": number}, key=FIRST, status=201)
    assert (begun["newest"]["b"], begun["newest"]["running"], begun["newest"]["points"]) == (
        number, True, None,
    )  # fmt: skip
    api(compare, {"a": 0, "b": number}, key=FIRST, status=409)
    assert api(compare, key=FIRST, query="?language=ru")["newest"] is None
    assert foreign(compare, key=FIRST)["newest"] is None
    foreign(stop, {}, key=FIRST, status=409)
    assert api(stop, {}, key=FIRST)["newest"]["running"] is False
    api(stop, {}, key=FIRST, status=409)
    with database.reading() as read:
        assert read.scalar(select(func.count()).select_from(Experiment)) == 1
    assert acts(database) == ["wording_changed", "experiment_begun", "experiment_ended"]


def test_what_a_control_group_takes_and_what_was_learned_is_told(
    api: Call, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    found = api("/api/settings/control")
    assert (found["failures_a_month"], len(found["waits"])) == (0, 9)
    assert {one["months"] for one in found["waits"]} == {None}
    with database.transaction() as session:
        for _ in range(30):
            seeded.case(session, merchant, at=clock.now() - timedelta(days=1))
    assert all(one["months"] for one in api("/api/settings/control")["waits"])
    learned = api("/api/settings/learning")
    assert (learned["on"], learned["day"], learned["minimum"]) == (False, None, MINIMUM)
    assert [one["decision"] for one in learned["decisions"]] == list(Decision)
    assert [arm["probability"] for arm in learned["decisions"][0]["arms"]] == [1, 0, 0, 0]


def test_a_policy_is_tried_on_the_cases_there_were_and_nothing_is_kept(
    api: Call, foreign: Call, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        case = seeded.case(session, merchant, at=clock.now() - timedelta(days=4))
    seen = api("/api/policies/preview", {"name": "x", "channels": ["telegram"]})
    assert (seen["cases"], seen["matching"], seen["got"]) == (1, 1, 1)
    (lived,) = seen["newest"]
    assert (lived["case_id"], [one["hours"] for one in lived["would"]]) == (case.id, [24, 72, 105])
    assert "leaves out e-mail" in lived["by"]
    assert api("/api/policies")["policies"] == []
    key = api("/api/policies", {"name": "x"}, status=201)["key"]
    again = api("/api/policies/{key}/preview", {"countries": ["DE"]}, key=key)
    assert (again["matching"], again["newest"][0]["taken"]) == (0, False)
    assert api("/api/policies/{key}", key=key)["countries"] == []
    foreign("/api/policies/{key}/preview", {}, key=key, status=404)
    assert list(api("/api/policies/preview", {"name": "x", "channels": []}, status=400)) == ["channels"]
    with database.reading() as read:
        assert (
            read.scalar(select(func.count()).select_from(Audit).where(Audit.action == "policy_changed")) == 1
        )
