"""Campaigns: policies are made, put in order and switched on the page; faults stand at their field; nobody else's."""

import re
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.cases.policies import choose_policy
from app.db import Database
from app.models import Merchant, Policy
from app.recovery.campaign import DEFAULT_CAMPAIGN
from app.recovery.campaign_json import campaign_to_json
from tests.support import seeded
from tests.support.clock import FixedClock
from tests.web.conftest import csrf_token, signed_in

DAY = timedelta(days=1)
INDEX = "/dashboard/campaign"
NEW = f"{INDEX}/new"
HOURS = {
    f"offsets.{name}.{position}": str(hours)
    for name, places in campaign_to_json(DEFAULT_CAMPAIGN)["offsets"].items()
    for position, hours in places.items()
}
GOOD = {
    "name": "Long members",
    "messages": "3",
    "gap_hours": "18",
    "quiet_from": "21:00",
    "quiet_until": "08:00",
    **HOURS,
}


def post(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    return client.post(path, data={**fields, "csrf_token": csrf_token(client)})


def save(client: FlaskClient, path: str = NEW, **changes: str) -> TestResponse:
    return post(client, path, **{**GOOD, "deed": "save", **changes})


def page(client: FlaskClient, path: str = INDEX) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def rows(database: Database) -> list[Policy]:
    with database.reading() as read:
        return list(read.scalars(select(Policy).order_by(Policy.number)))


def test_without_a_policy_the_page_says_that_the_default_works(signed_in_client: FlaskClient) -> None:
    text = page(signed_in_client)
    assert "Every case gets the default campaign" in text
    assert "Last reminder, 105 h" in text and "Plain note, 24 h" in text
    assert "Plans that no policy names" not in text


def test_the_new_policys_form_begins_with_the_default(signed_in_client: FlaskClient) -> None:
    text = page(signed_in_client, NEW)
    for name, hours in HOURS.items():
        assert re.search(rf'name="{re.escape(name)}"[^>]* value="{hours}"', text)
    assert "There are no cases of the last 90 days to try it on." in text


def test_what_is_saved_is_kept_in_versions_and_shown_in_words(
    signed_in_client: FlaskClient, database: Database
) -> None:
    fields = {
        "plans": "plan_a\nplan_b", "currency": "eur", "min_price": "10", "max_price": "49,90",
        "min_days": "30", "countries": "de, fr", "first_renewal_only": "1", "offsets.A.first": "",
        "quiet_email": "1",
    }  # fmt: skip
    assert save(signed_in_client, **fields).location == INDEX
    (row,) = rows(database)
    assert (row.name, row.key, row.number, row.position, row.active) == ("Long members", 1, 1, 1, True)
    assert row.matches == {
        "plans": ["plan_a", "plan_b"], "currency": "eur", "min_minor": 1000, "max_minor": 4990,
        "min_days": 30, "max_days": None, "countries": ["DE", "FR"], "first_renewal_only": True,
    }  # fmt: skip
    assert row.campaign["offsets"]["A"] == {"second": 72, "last": 105}
    assert row.campaign["quiet_email"] is True
    text = page(signed_in_client)
    for part in (
        "Plan: plan_a, plan_b", "Price: €10.00 to €49.90", "Days as a member: from 30", "Country: DE, FR",
        "First renewal only",
    ):  # fmt: skip
        assert part in text
    assert save(signed_in_client, f"{INDEX}/1", **{**fields, "name": "Other"}).location == INDEX
    text = page(signed_in_client, f"{INDEX}/1")
    assert "version 2" in text and "Changed: the name" in text and "owner@example.com" in text
    assert 'value="49.90"' in text
    save(signed_in_client, f"{INDEX}/1", **{**fields, "name": "Other"})
    assert len(rows(database)) == 2
    assert "Nothing was different." in page(signed_in_client)


@pytest.mark.parametrize(
    ("field", "value", "wrong", "told"),
    [
        ("name", "", "name", "Write from 1 to 60 plain characters"),
        ("name", "x" * 61, "name", "Write from 1 to 60 plain characters"),
        ("name", "a\u202eb", "name", "Write from 1 to 60 plain characters"),
        ("plans", "plan_a <b>", "plans", "Write Whop&#39;s plan ids"),
        ("countries", "Germany", "countries", "Write countries as two letters"),
        ("currency", "dollars", "price", "Write the currency as three letters"),
        ("min_price", "10", "price", "Write the currency as three letters"),
        ("min_days", "-1", "tenure", "Write a number of days"),
        ("messages", "4", "messages", "Write something from 1 to 3."),
        ("messages", "", "messages", "Write a whole number from 1 to 3."),
        ("gap_hours", "17", "gap_hours", "Write something from 18 to 72."),
        ("quiet_from", "23:00", "quiet_from", "Write something from 18:00 to 22:00."),
        ("quiet_until", "", "quiet_until", "Write a time from 07:00 to 12:00"),
        ("offsets.A.first", "120", "offsets.A.first", "Write something from 0 to 119."),
        ("offsets.A.first", "1.5", "offsets.A.first", "Write a whole number from 0 to 119."),
        (
            "offsets.A.second",
            "24",
            "offsets.A.second",
            "It must come after the one before, which is at 24 h.",
        ),
        ("offsets.A.second", "40", "offsets.A.second", "At least 18 hours must lie between two messages."),
    ],
)
def test_a_fault_stands_at_its_field_and_nothing_is_lost_or_saved(
    signed_in_client: FlaskClient, database: Database, field: str, value: str, wrong: str, told: str
) -> None:
    answer = save(signed_in_client, **{"countries": "DE", field: value})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 400
    message = re.search(rf'id="{re.escape(wrong)}-wrong"[^>]*>([^<]*)<', text)
    assert message is not None and told in message[1]
    assert text.count('-wrong" role="alert"') == 1
    if field not in ("countries", "name"):
        assert 'value="DE"' in text and 'value="Long members"' in text
    assert rows(database) == []


def test_a_preview_counts_and_saves_nothing(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        for plan in ("plan_a", "plan_a", "plan_b"):
            seeded.case(session, merchant, at=clock.now() - DAY, payment={"plan_id": plan})
    answer = save(signed_in_client, deed="preview", plans="plan_a", **{"offsets.A.first": "30"})
    text = answer.get_data(as_text=True)
    assert (answer.status_code, rows(database)) == (200, [])
    assert "It would have matched 2 of the last 90 days&#39; 3 cases." in text
    assert "First reminder, 30 h" in text
    save(signed_in_client, plans="plan_a")
    text = save(signed_in_client, deed="preview").get_data(as_text=True)
    assert "It would have matched 3 of the last 90 days&#39; 3 cases." in text
    assert "Policies before it would have taken 2 of them." in text


def test_plans_that_no_policy_names_are_listed_with_their_cases(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        for plan in ("plan_a", "plan_b", "plan_b"):
            seeded.case(
                session, merchant, at=clock.now() - DAY, payment={"plan_id": plan}, product="<b>Lab</b>"
            )
    text = page(signed_in_client)
    assert "plan_a" in text and "plan_b" in text and "&lt;b&gt;Lab&lt;/b&gt;" in text
    save(signed_in_client, plans="plan_b")
    text = page(signed_in_client)
    left = text[text.index("Plans that no policy names") :]
    assert "plan_a" in left and "plan_b" not in left
    assert "It would have got 2 of the last 90 days' 3 cases." in text


def test_policies_are_moved_switched_and_reset_by_their_buttons(
    signed_in_client: FlaskClient, database: Database
) -> None:
    for name in ("One", "Two"):
        save(signed_in_client, name=name, **{"offsets.A.first": "30"})
    assert post(signed_in_client, f"{INDEX}/2/up").location == INDEX
    text = page(signed_in_client)
    assert text.index(">Two<") < text.index(">One<")
    post(signed_in_client, f"{INDEX}/2/off")
    text = page(signed_in_client)
    assert text.index(">One<") < text.index(">Two<") and "Switch on: Two" in text
    post(signed_in_client, f"{INDEX}/1/reset")
    assert rows(database)[-1].campaign == campaign_to_json(DEFAULT_CAMPAIGN)
    assert [(row.key, row.number) for row in rows(database)] == [
        (1, 1), (2, 2), (1, 3), (2, 4), (2, 5), (1, 6),
    ]  # fmt: skip
    post(signed_in_client, f"{INDEX}/1/reset")
    assert "Nothing was different." in page(signed_in_client)


@pytest.mark.parametrize("path", ["", "/up", "/down", "/on", "/off", "/reset"])
def test_another_merchants_policy_is_not_there(
    app: Flask, signed_in_client: FlaskClient, database: Database, path: str
) -> None:
    other = signed_in(app, "biz_B")
    save(signed_in_client)
    answer = post(other, f"{INDEX}/1{path}", **GOOD)
    assert answer.status_code == 404
    assert other.get(f"{INDEX}/1").status_code == 404
    assert other.get(f"{INDEX}/99999999999999999999").status_code == 404
    assert len(rows(database)) == 1
    assert "Long members" not in page(other)


def test_nothing_changes_without_the_forms_token(signed_in_client: FlaskClient, database: Database) -> None:
    for path in (NEW, f"{INDEX}/1", f"{INDEX}/1/up", f"{INDEX}/1/off", f"{INDEX}/1/reset"):
        assert signed_in_client.post(path, data=GOOD).status_code == 400
    assert rows(database) == []


def test_the_case_says_which_policy_it_has_and_why(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    def opened(at: datetime) -> str:
        with database.transaction() as session:
            case = seeded.case(session, merchant, at=at)
            choose_policy(session, case, now=at)
            return f"/dashboard/cases/{case.id}"

    without = page(signed_in_client, opened(clock.now()))
    assert "No policy of yours fitted" not in without
    save(signed_in_client, name="<i>Euro</i>", currency="eur")
    assert "No policy of yours fitted when the case opened." in page(signed_in_client, opened(clock.now()))
    save(signed_in_client, f"{INDEX}/1", name="<i>Dollars</i>", currency="usd")
    text = page(signed_in_client, opened(clock.now()))
    assert "&lt;i&gt;Dollars&lt;/i&gt;" in text and "(version 2)" in text
    assert "It fits by: its price." in text


def ticked(*names: str) -> dict[str, str]:
    """The form's choice of these channels, best first."""
    places = {f"place.{name}": str(place) for place, name in enumerate(names, start=1)}
    return {"channels": "own", **{f"use.{name}": "1" for name in names}, **places}


def test_a_new_policy_uses_all_channels_and_shows_which_are_not_set_up(
    signed_in_client: FlaskClient, database: Database
) -> None:
    text = page(signed_in_client, NEW)
    assert re.search(r'value="usual" checked', text) and not re.search(r'value="own" checked', text)
    assert re.findall(r'name="use\.(\w+)" value="1"( checked)?', text) == [
        ("telegram", ""), ("discord", ""), ("email", " checked"), ("whop_chat", ""),
    ]  # fmt: skip
    assert text.count("not set up here") == 3
    save(signed_in_client, channels="usual", **{"use.telegram": "1", "place.telegram": "1"})
    assert "channels" not in rows(database)[0].campaign
    assert "Channels: all that are set up, in the usual order." in page(signed_in_client)


def test_a_choice_of_channels_is_kept_in_its_order_shown_and_named_among_the_changes(
    signed_in_client: FlaskClient, database: Database
) -> None:
    save(signed_in_client)
    places = {"place.email": "3", "place.telegram": "2"}
    save(signed_in_client, f"{INDEX}/1", **{**ticked("email", "telegram"), **places})
    assert rows(database)[-1].campaign["channels"] == ["telegram", "email"]
    told = "1. Telegram (not set up here), 2. e-mail"
    assert f"Channels: {told}." in page(signed_in_client)
    text = page(signed_in_client, f"{INDEX}/1")
    assert f"Channels: all that are set up, in the usual order → {told}" in text
    assert re.findall(r'name="use\.(\w+)" value="1"( checked)?', text) == [
        ("telegram", " checked"), ("email", " checked"), ("discord", ""), ("whop_chat", ""),
    ]  # fmt: skip
    assert "None of its channels is set up here" not in text
    save(signed_in_client, f"{INDEX}/1", **ticked("telegram", "discord"))
    for path in (INDEX, f"{INDEX}/1"):
        assert "None of its channels is set up here" in page(signed_in_client, path)
    post(signed_in_client, f"{INDEX}/1/restore/1")
    assert rows(database)[-1].campaign == rows(database)[0].campaign


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"channels": "own"}, "Tick at least one channel"),
        ({**ticked("email", "telegram"), "place.telegram": "1"}, "Two channels have the place 1."),
        ({**ticked("email"), "place.email": "5"}, "Give each channel a place from 1 to 4."),
        ({**ticked("email"), "place.email": ""}, "Give each channel a place from 1 to 4."),
        (ticked("email", "pigeon"), "There is no channel “pigeon”."),
    ],
)
def test_a_choice_that_cannot_be_used_says_so_at_the_channels_and_is_not_lost(
    signed_in_client: FlaskClient, database: Database, fields: dict[str, str], told: str
) -> None:
    answer = save(signed_in_client, **fields)
    text = answer.get_data(as_text=True)
    assert (answer.status_code, rows(database)) == (400, [])
    message = re.search(r'id="channels-wrong"[^>]*>([^<]*)<', text)
    assert message is not None and told in message[1]
    assert 'value="own" checked' in text
    assert ('name="use.email" value="1" checked' in text) is ("use.email" in fields)


def test_a_channel_that_is_gone_from_the_install_may_stay_in_the_choice(
    signed_in_client: FlaskClient, database: Database
) -> None:
    save(signed_in_client)
    with database.transaction() as session:
        row = session.scalars(select(Policy)).one()
        row.campaign = {**row.campaign, "channels": ["pigeon", "email"]}
    assert "1. pigeon (not set up here), 2. e-mail" in page(signed_in_client, f"{INDEX}/1")
    save(signed_in_client, f"{INDEX}/1", name="Other", **ticked("pigeon", "email"))
    assert rows(database)[-1].name == "Other"
    assert rows(database)[-1].campaign["channels"] == ["pigeon", "email"]
