"""A merchant exports and erases one customer, from the page and by a program."""

import json
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.db import Database
from app.models import Audit, Case, Customer, Erasure, Merchant
from tests.support import seeded
from tests.support.clock import FixedClock
from tests.web.conftest import csrf_token, signed_in
from tests.web.tokens import program, token_for

LIST = "/dashboard/customers"


@pytest.fixture
def ada(merchant: Merchant, database: Database, clock: FixedClock) -> Case:
    at = clock.now() - timedelta(days=1)
    with database.transaction() as session:
        case = seeded.case(session, merchant, at=at, name="Ada Lovelace", email="ada@example.com")
        seeded.delivery(session, seeded.step(session, case, due_at=at), at=at)
        seeded.step(session, case, position=2, due_at=clock.now() + timedelta(days=1))
        return case


def test_the_page_leads_to_an_export(signed_in_client: FlaskClient, ada: Case, database: Database) -> None:
    page = signed_in_client.get(f"{LIST}/{ada.customer_id}").get_data(as_text=True)
    assert f'action="{LIST}/{ada.customer_id}/export"' in page
    answer = signed_in_client.post(
        f"{LIST}/{ada.customer_id}/export", data={"csrf_token": csrf_token(signed_in_client)}
    )
    assert answer.mimetype == "application/json"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="customer-{ada.customer_id}.json"'
    told = json.loads(answer.data)
    assert told["stored"]["customer"][0]["name"] == "Ada Lovelace"
    assert [row["channel"] for row in told["stored"]["delivery"]] == ["email"]
    assert ada.token not in answer.get_data(as_text=True)
    with database.reading() as read:
        (line,) = read.scalars(select(Audit).where(Audit.action == "customer_exported"))
    assert line.actor.startswith("user:") and line.detail["customer"] == ada.customer_id


def test_erasing_asks_first_and_says_what_goes_and_what_stays(
    signed_in_client: FlaskClient, ada: Case, database: Database
) -> None:
    path = f"{LIST}/{ada.customer_id}/erase"
    asked = signed_in_client.get(path).get_data(as_text=True)
    assert all(word in asked for word in ("What goes", "What stays", "Erase for good", "Keep them"))
    with database.reading() as read:
        assert read.get_one(Customer, ada.customer_id).erased_at is None
    answer = signed_in_client.post(path, data={"csrf_token": csrf_token(signed_in_client)})
    assert (answer.status_code, answer.headers["Location"]) == (303, LIST)
    listed = signed_in_client.get(LIST).get_data(as_text=True)
    assert "is erased. Nothing more is sent to them." in listed and "Ada" not in listed
    with database.reading() as read:
        assert read.scalars(select(Erasure.ended_at)).one() is not None
    again = signed_in_client.post(path, data={"csrf_token": csrf_token(signed_in_client)})
    assert "has been erased already" in signed_in_client.get(again.headers["Location"]).get_data(as_text=True)
    assert signed_in_client.get(path).status_code == 409


def test_what_is_left_can_still_be_looked_at(signed_in_client: FlaskClient, ada: Case) -> None:
    signed_in_client.post(
        f"{LIST}/{ada.customer_id}/erase", data={"csrf_token": csrf_token(signed_in_client)}
    )
    page = signed_in_client.get(f"{LIST}/{ada.customer_id}").get_data(as_text=True)
    assert "Erased customer" in page and "$49.00" in page and "Export as" not in page
    case = signed_in_client.get(f"/dashboard/cases/{ada.id}").get_data(as_text=True)
    assert "Erased customer" in case and "ada@" not in case and "$49.00" in case
    assert "Erased customer" not in signed_in_client.get("/dashboard/cases").get_data(as_text=True)


def test_nobody_elses_customers_are_exported_or_erased(app: Flask, ada: Case, database: Database) -> None:
    other = signed_in(app, "biz_B")
    for deed in ("export", "erase"):
        path = f"{LIST}/{ada.customer_id}/{deed}"
        assert other.post(path, data={"csrf_token": csrf_token(other)}).status_code == 404
    assert other.get(f"{LIST}/{ada.customer_id}/erase").status_code == 404
    assert other.get(f"/api/customers/{ada.customer_id}/export").status_code == 404
    headers = {"X-CSRFToken": csrf_token(other)}
    assert other.post(f"/api/customers/{ada.customer_id}/erase", headers=headers).status_code == 404
    with database.reading() as read:
        assert read.get_one(Customer, ada.customer_id).erased_at is None


def test_an_erased_customers_own_links_open_nothing(
    app: Flask, signed_in_client: FlaskClient, ada: Case
) -> None:
    signed_in_client.post(
        f"{LIST}/{ada.customer_id}/erase", data={"csrf_token": csrf_token(signed_in_client)}
    )
    assert app.test_client().get(f"/r/{ada.token}").status_code == 404


def test_a_program_needs_the_scope_of_the_deed(
    app: Flask, signed_in_client: FlaskClient, ada: Case, database: Database
) -> None:
    path = f"/api/customers/{ada.customer_id}"
    reader = program(app, token_for(signed_in_client, "read"))
    assert reader.get(f"{path}/export").get_json()["stored"]["customer"][0]["email"] == "ada@example.com"
    assert reader.post(f"{path}/erase").status_code == 403
    writer = program(app, token_for(signed_in_client, "write-settings"))
    assert writer.get(f"{path}/export").status_code == 403
    assert writer.post(f"{path}/erase").get_json() == {"erased": ada.customer_id}
    assert writer.post(f"{path}/erase").status_code == 409
    with database.reading() as read:
        (line,) = read.scalars(select(Audit).where(Audit.action == "customer_erased"))
    assert line.detail["token"], "the line says that a program did it"
