"""What the pages show and do, a program does as well: the same commands, checks and lines in the log."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.cases.alerting import write_alert
from app.db import Database
from app.models import Audit, Case, Merchant
from app.recovery.alerts import AlertKind, Wanted
from app.security.scopes import Scope
from tests.support import seeded
from tests.support.clock import FixedClock
from tests.support.description import faults
from tests.web.conftest import signed_in
from tests.web.tokens import program, token_for

Call = Callable[..., Any]


@pytest.fixture
def case(merchant: Merchant, database: Database, clock: FixedClock) -> Case:
    with database.transaction() as session:
        return seeded.case(session, merchant, at=clock.now() - timedelta(days=1))


def caller(client: FlaskClient) -> Call:
    """Calls one operation, holds the answer against the description, and gives what it says."""

    def call(path: str, body: object = None, *, status: int = 200, query: str = "", **values: object) -> Any:
        address = path.format(**values) + query
        method = "get" if body is None else "post"
        answer: TestResponse = client.get(address) if body is None else client.post(address, json=body)
        assert (address, answer.status_code, faults(answer, path, method)) == (address, status, []), (
            answer.text
        )
        found = answer.get_json()
        return found if status < 400 else found["error"].get("details", found["error"]["message"])

    return call


@pytest.fixture
def api(app: Flask, signed_in_client: FlaskClient) -> Call:
    return caller(program(app, token_for(signed_in_client, *Scope)))


@pytest.fixture
def foreign(app: Flask, api: Call) -> Call:
    """The same for another merchant's program."""
    return caller(program(app, token_for(signed_in(app, "biz_B"), *Scope)))


def acts(database: Database) -> list[str]:
    with database.reading() as read:
        lines = read.execute(
            select(Audit.action, Audit.detail).where(Audit.actor.startswith("user:")).order_by(Audit.id)
        )
        return [action for action, detail in lines if "token" in detail]


def test_customers_are_listed_shown_and_left_alone(
    api: Call, foreign: Call, case: Case, database: Database
) -> None:
    one, deed = "/api/customers/{customer_id}", "/api/customers/{customer_id}/{deed}"
    (row,) = api("/api/customers")["customers"]
    assert (row["id"], row["cases"], row["cases_in_progress"]) == (case.customer_id, 1, 1)
    assert [found["id"] for found in api(one, customer_id=row["id"])["cases"]] == [case.id]
    left = api(deed, {}, customer_id=row["id"], deed="exclude")
    assert left["contact_stopped"] and left["cases"][0]["state"] == "lost"
    assert "already" in api(deed, {}, customer_id=row["id"], deed="exclude", status=409)
    assert len(api("/api/customers", query="?show=excluded")["customers"]) == 1
    assert api(deed, {}, customer_id=row["id"], deed="readmit")["excluded_at"] is None
    assert set(api("/api/customers", query="?show=all&sort=x", status=400)) <= {"show", "sort"}
    assert acts(database) == ["customer_excluded", "customer_readmitted"]
    foreign(one, customer_id=row["id"], status=404)
    foreign(deed, {}, customer_id=row["id"], deed="exclude", status=404)


def test_views_are_saved_renamed_and_deleted(api: Call, foreign: Call, database: Database) -> None:
    rename, delete = "/api/views/{view_id}/rename", "/api/views/{view_id}/delete"
    made = api("/api/views", {"name": "Lost", "query": {"state": "lost", "days": 30}}, status=201)
    assert made["query"] == {"state": "lost", "days": "30"}
    assert "already" in api("/api/views", {"name": "lost"}, status=409)
    assert api(rename, {"name": "Gone"}, view_id=made["id"])["name"] == "Gone"
    assert api("/api/views")["views"][0]["name"] == "Gone"
    for body, field in (
        ({"name": " "}, "name"),
        ({"name": "x", "query": {"state": "none"}}, "state"),
        ({"name": "x", "query": {"page": "2"}}, "page"),
        ({"name": "x", "query": []}, "query"),
    ):
        assert list(api("/api/views", body, status=400)) == [field]
    foreign(delete, {}, view_id=made["id"], status=404)
    assert api(delete, {}, view_id=made["id"]) == {"views": []}
    assert acts(database) == ["view_saved", "view_renamed", "view_deleted"]


def test_of_the_settings_only_what_is_sent_is_changed(api: Call) -> None:
    before = api("/api/settings")
    changes: dict[str, dict[str, Any]] = {
        "profile": {"sender_name": "Options Lab", "zone": "Europe/Lisbon"},
        "charges": {"retries_on": not before["charges"]["retries_on"]},
        "control": {"control_percent": 20},
        "alerts": {"alert_amounts": {"usd": "200.00"}, "digest_hour": 7},
        "learning": {"on": True},
        "winback": {"winback_on": True, "winback_url": "https://whop.com/checkout/plan_1a2B"},
    }
    for part, body in changes.items():
        api(f"/api/settings/{part}", body)
    after = api("/api/settings")
    assert after == {part: {**before[part], **changes[part]} for part in before}
    for part in changes:
        assert api(f"/api/settings/{part}", {}) == after
    assert api("/api/settings/control", {"control_percent": None})["control"] == before["control"]
    assert api("/api/settings/alerts", {"alert_amounts": None})["alerts"]["alert_amounts"] == {}


@pytest.mark.parametrize(
    ("part", "body", "wrong"),
    [
        ("profile", {"zone": "Mars", "locale": "xx"}, {"zone", "locale"}),
        ("profile", {"sender": "x"}, {"sender"}),
        ("profile", {"sender_name": True, "reply_to": ["a@example.com"]}, {"sender_name", "reply_to"}),
        ("profile", {"sender_name": "\ud800"}, {"sender_name"}),
        ("charges", {"retries_on": "yes"}, {"retries_on"}),
        ("control", {"control_percent": 51, "launch_cases": -1}, {"control_percent", "launch_cases"}),
        ("alerts", {"digest_on": "false"}, {"digest_on"}),
        ("alerts", {"alert_email": "x", "digest_hour": 24}, {"alert_email", "digest_hour"}),
        ("alerts", {"alert_amounts": {"usd": "0", "dollars": "1"}}, {"amount_usd", "amount_dollars"}),
        ("alerts", {"alert_amounts": [1]}, {"alert_amounts"}),
        ("learning", {"on": None}, {"on"}),
        ("winback", {"winback_url": "https://example.com"}, {"winback_url"}),
        ("winback", {"winback_on": True}, {"winback_url"}),
    ],
)
def test_settings_that_cannot_be_used_are_named(
    api: Call, part: str, body: dict[str, Any], wrong: set[str]
) -> None:
    before = api("/api/settings")
    assert set(api(f"/api/settings/{part}", body, status=400)) == wrong
    assert api("/api/settings") == before


def test_what_the_merchant_was_told_is_listed(
    api: Call, foreign: Call, merchant: Merchant, case: Case, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        wanted = Wanted(AlertKind.LARGE_LOSS, str(case.id), {"reason": "window_ended"})
        write_alert(session, merchant, wanted, now=clock.now(), case_id=case.id)
    (row,) = api("/api/alerts")["alerts"]
    assert (row["kind"], row["case_id"]) == ("large_loss", case.id) and row["subject"]
    assert foreign("/api/alerts")["alerts"] == []
    assert list(api("/api/alerts", query="?before=x", status=400)) == ["before"]


def test_a_text_is_looked_at_saved_put_back_and_restored(
    api: Call, foreign: Call, database: Database
) -> None:
    one = "/api/messages/{key}"
    key: dict[str, Any] = {"key": "funds.first"}
    before = api(one, **key)
    assert not before["own"] and before["placeholders"] and before["versions"] == []
    saved = api(one, {"subject": "Your card was declined"}, **key)
    assert saved["own"] and saved["text"] == {**before["text"], "subject": "Your card was declined"}
    rows = {row["key"]: row for row in api("/api/messages")["messages"]}
    assert rows["funds.first"]["text"] == saved["text"]
    assert api(one, query="?language=ru", **key)["own"] is False
    refused = api(one, {"subject": "Hello {naem}", "button": ""}, status=400, **key)
    assert set(refused) == {"subject", "button"} and "{naem}" in refused["subject"]
    assert api(one, **key) == saved
    number = saved["versions"][0]["number"]
    reset = api("/api/messages/{key}/reset", {}, **key)
    assert reset["text"] == before["text"] and reset["versions"][0]["text"] is None
    restored = api("/api/messages/{key}/restore/{number}", {}, number=number, **key)
    assert restored["text"] == saved["text"]
    foreign("/api/messages/{key}/restore/{number}", {}, number=number, status=404, **key)
    assert foreign(one, **key)["own"] is False
    api(one, query="?language=xx", status=404, **key)
    assert acts(database) == ["wording_changed", "wording_reset", "wording_changed"]


def test_a_preview_keeps_nothing_and_says_what_is_wrong(api: Call, database: Database) -> None:
    look = "/api/messages/{key}/preview"
    seen = api(look, {"subject": "Hello {naem}"}, key="funds.first")
    assert list(seen["wrong"]) == ["subject"] and "<html" in seen["html"]
    told = api(look, {"subject": "Hello {merchant}", "rendering": "telegram"}, key="funds.first")
    assert told["wrong"] == {} and told["text"].startswith("Hello Options Lab") and told["cut_at"]
    assert acts(database) == []


def test_policies_are_made_changed_moved_and_restored(api: Call, foreign: Call) -> None:
    one, deed = "/api/policies/{key}", "/api/policies/{key}/{deed}"
    fields = {
        "name": "Long members",
        "plans": ["plan_1a"],
        "countries": ["DE", "FR"],
        "min_days": 365,
        "quiet_until": "10:00",
    }
    made = api("/api/policies", fields, status=201)
    assert {name: made[name] for name in fields} == fields and made["on"]
    second = api("/api/policies", {"name": "Everybody"}, status=201)["key"]
    changed = api(one, {"offsets": {"A": {"first": 26}}, "countries": None}, key=made["key"])
    assert (
        changed["offsets"]["A"]["first"] == 26
        and changed["countries"] == []
        and changed["plans"] == ["plan_1a"]
    )
    assert changed["versions"][0]["changed"] == ["matches", "campaign"]
    api(deed, {}, key=second, deed="up")
    assert [row["key"] for row in api("/api/policies")["policies"]] == [second, made["key"]]
    assert api(deed, {}, key=second, deed="off")["on"] is False
    assert api(deed, {}, key=made["key"], deed="reset")["offsets"] == made["offsets"]
    back = api("/api/policies/{key}/restore/{number}", {}, key=made["key"], number=made["number"])
    assert back["countries"] == ["DE", "FR"] and len(back["versions"]) == 5
    foreign(one, key=second, status=404)
    foreign(one, {"name": "Mine"}, key=second, status=404)
    foreign(deed, {}, key=second, deed="on", status=404)
    assert foreign("/api/policies")["policies"] == []


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"name": ""}, {"name"}),
        ({"name": "x", "plans": ["a b/c"], "countries": [1, "DEU"]}, {"plans", "countries"}),
        ({"name": "x", "offsets": {"A": {"first": 500}}}, {"offsets.A.first"}),
        ({"name": "x", "offsets": {"Z": {"first": 5}}, "quiet": 1}, {"offsets.Z.first", "quiet"}),
        ({"name": "x", "offsets": {"A": {"first": {"deep": {"er": 1}}}}}, {"offsets.A.first"}),
        ({"name": "x", "quiet_from": "noon", "quiet_email": 1}, {"quiet_email"}),
        ({"name": "x", "min_price": "49.00"}, {"price"}),
        ({"name": "x", "channels": []}, {"channels"}),
        ({"name": "x", "channels": "email"}, {"channels"}),
        ({"name": "x", "channels": ["email", "email"]}, {"channels"}),
        ({"name": "x", "channels": ["email", "pigeon"]}, {"channels"}),
        ({"name": "x", "channels": ["email"], "use.email": True}, {"use.email"}),
    ],
)
def test_policies_that_cannot_be_used_are_named(api: Call, body: dict[str, Any], wrong: set[str]) -> None:
    assert set(api("/api/policies", body, status=400)) == wrong
    assert api("/api/policies")["policies"] == []


def test_a_policys_channels_are_sent_in_their_order_and_null_means_all(api: Call) -> None:
    one = "/api/policies/{key}"
    known = api("/api/policies")
    assert [(row["name"], row["set_up"]) for row in known["channels"]] == [
        ("telegram", False), ("discord", False), ("email", True), ("whop_chat", False),
    ]  # fmt: skip
    assert known["default_campaign"]["channels"] is None
    made = api("/api/policies", {"name": "x", "channels": ["whop_chat", "email"]}, status=201)
    assert made["channels"] == ["whop_chat", "email"]
    other = api(one, {"name": "y"}, key=made["key"])
    assert (other["channels"], other["versions"][0]["changed"]) == (["whop_chat", "email"], ["name"])
    back = api(one, {"channels": None}, key=made["key"])
    assert (back["channels"], back["versions"][0]["changed"]) == (None, ["campaign"])
    assert back["versions"][1]["channels"] == ["whop_chat", "email"]


def test_the_set_up_and_whops_window_are_told(api: Call) -> None:
    found = api("/api/setup")
    lines = {line["name"]: line for line in found["lines"]}
    assert found["left"] > 0 and lines["key"]["standing"] != "works" and lines["key"]["variables"]
    assert (found["months_before"], api("/api/whop")["behavior"]) == (None, None)
    assert "WHOP_API_KEY" in api("/api/whop")["trouble"]
