"""Settings: how the merchant appears to customers. Checked at save, with the field named; history is kept."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.db import Database
from app.models import Audit, Merchant
from tests.web.conftest import csrf_token, signed_in

GOOD = {
    "sender_name": "Options Lab",
    "reply_to": "help@example.com",
    "zone": "Europe/Lisbon",
    "locale": "ru",
}


def save(client: FlaskClient, **changes: str) -> int:
    data = {**GOOD, **changes, "csrf_token": csrf_token(client)}
    return client.post("/dashboard/settings", data=data).status_code


def stored(database: Database) -> tuple[str | None, str | None, str, str]:
    with database.reading() as read:
        row = read.scalars(select(Merchant).where(Merchant.biz_id == "biz_A")).one()
        return row.sender_name, row.reply_to, row.zone, row.locale


def test_what_is_saved_counts_at_once_and_is_noted(signed_in_client: FlaskClient, database: Database) -> None:
    assert save(signed_in_client) == 303
    assert stored(database) == tuple(GOOD.values())
    page = signed_in_client.get("/dashboard/settings").get_data(as_text=True)
    assert 'value="Options Lab"' in page and "Saved." in page
    assert save(signed_in_client) == 303
    with database.reading() as read:
        notes = read.scalars(select(Audit.detail).where(Audit.action == "profile_changed")).all()
    assert notes == [{"fields": ["sender_name", "reply_to", "zone", "locale"]}]


def test_empty_fields_mean_none(signed_in_client: FlaskClient, database: Database) -> None:
    assert save(signed_in_client, sender_name=" ", reply_to="") == 303
    assert stored(database)[:2] == (None, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sender_name", "x" * 61),
        ("sender_name", "Options\nLab"),
        ("sender_name", "Options\u202eLab"),
        ("reply_to", "help@example.com\r\nBcc: evil@example.net"),
        ("reply_to", "a@example.com, b@example.com"),
        ("reply_to", "nobody"),
        ("zone", "Mars/Olympus"),
        ("zone", "../../etc/passwd"),
        ("zone", ""),
        ("locale", "xx"),
    ],
)
def test_what_cannot_be_used_is_refused_beside_its_field_and_nothing_changes(
    signed_in_client: FlaskClient, database: Database, field: str, value: str
) -> None:
    before = stored(database)
    data = {**GOOD, field: value, "csrf_token": csrf_token(signed_in_client)}
    answer = signed_in_client.post("/dashboard/settings", data=data)
    assert answer.status_code == 400
    assert f'id="{field}-wrong"' in answer.get_data(as_text=True)
    assert stored(database) == before


def test_without_a_token_nothing_is_saved(signed_in_client: FlaskClient, database: Database) -> None:
    assert signed_in_client.post("/dashboard/settings", data=GOOD).status_code == 400
    assert stored(database)[0] is None


def test_it_is_ones_own_merchant_that_changes(
    signed_in_client: FlaskClient, app: Flask, database: Database
) -> None:
    save(signed_in(app, "biz_B"), sender_name="Other")
    assert stored(database)[0] is None


def test_a_merchant_without_a_name_is_asked_for_it(signed_in_client: FlaskClient) -> None:
    asked = "Your customers do not see your name yet"
    assert asked in signed_in_client.get("/dashboard").get_data(as_text=True)
    save(signed_in_client)
    assert asked not in signed_in_client.get("/dashboard?lang=en").get_data(as_text=True)
