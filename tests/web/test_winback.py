"""The page of the offer to come back: off until somebody switches it on, leading to Whop alone, with its own number."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.db import Database
from app.models import Audit, Membership, Merchant
from tests.support import seeded
from tests.support.clock import FixedClock
from tests.web.conftest import csrf_token, signed_in

DAY = timedelta(days=1)
PAGE = "/dashboard/campaign/winback"
GOOD = {
    "winback_on": "1",
    "winback_url": "https://whop.com/checkout/plan_1a2B",
    "winback_code": "COME-BACK_1",
}


def save(client: FlaskClient, **fields: str) -> tuple[int, str]:
    answer = client.post(PAGE, data={**fields, "csrf_token": csrf_token(client)})
    return answer.status_code, answer.get_data(as_text=True)


def stored(database: Database, biz_id: str = "biz_A") -> tuple[bool, str | None, str | None]:
    with database.reading() as read:
        row = read.scalars(select(Merchant).where(Merchant.biz_id == biz_id)).one()
        return row.winback_on, row.winback_url, row.winback_code


def test_it_is_off_until_it_is_switched_on_and_the_change_is_noted(
    app: Flask, signed_in_client: FlaskClient, database: Database
) -> None:
    signed_in(app, "biz_B")
    text = signed_in_client.get(PAGE).get_data(as_text=True)
    assert stored(database) == (False, None, None)
    assert "No offer has gone out yet." in text and "Card blocked" in text
    assert save(signed_in_client, **GOOD)[0] == 303
    assert stored(database) == (True, GOOD["winback_url"], GOOD["winback_code"])
    assert stored(database, "biz_B") == (False, None, None)
    with database.reading() as read:
        noted = read.scalars(select(Audit.detail).where(Audit.action == "profile_changed")).all()
    assert noted == [{"fields": ["winback_on", "winback_url", "winback_code"]}]
    assert save(signed_in_client)[0] == 303
    assert stored(database) == (False, None, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("winback_url", ""),
        ("winback_url", "http://whop.com/checkout/plan_1"),
        ("winback_url", "https://whop.com.evil.example/"),
        ("winback_url", "https://whop.com@evil.example/"),
        ("winback_url", "https://evil.example/?https://whop.com/"),
        ("winback_url", "javascript:alert(1)"),
        ("winback_url", "//whop.com/x"),
        ("winback_url", "https://whop.com/\nx"),
        ("winback_code", "two words"),
        ("winback_code", "<b>"),
        ("winback_code", "x" * 41),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    signed_in_client: FlaskClient, database: Database, field: str, value: str
) -> None:
    status, text = save(signed_in_client, **{**GOOD, field: value})
    assert status == 400
    assert re.findall(r'id="(\w+)-wrong"', text) == [field]
    assert stored(database) == (False, None, None)


def test_the_number_stands_on_its_page_and_in_no_figure_of_recovery(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    now = clock.now()
    with database.transaction() as session:
        for number in range(3):
            case = seeded.case(session, merchant, at=now - 60 * DAY, state="lost", reason="membership_ended")
            offer = seeded.step(
                session, case, due_at=now - 50 * DAY, kind="winback", wording_key="winback.offer"
            )
            seeded.delivery(session, offer, at=now - (50 if number else 5) * DAY)
            if number == 1:
                session.add(
                    Membership(
                        merchant_id=merchant.id, customer_id=case.customer_id, membership_id="mem_1",
                        status="active", seen_at=now, endings={}, started_at=now - 40 * DAY,
                    )
                )  # fmt: skip
    text = signed_in_client.get(PAGE).get_data(as_text=True)
    assert re.search(r'class="figure">1 <span[^>]*>of 3 offers', text)
    assert "Of 1 the days are not over yet." in text
    figures = signed_in_client.get("/api/analytics?days=90").get_json()
    assert (figures["cases"]["recovered"], figures["cases"]["touched_then_recovered"]) == (0, 0)
    by_channel = "/api/analytics/by-channel?days=90"
    assert signed_in_client.get(by_channel).get_json()["channels"] == []
    with database.transaction() as session:
        reminded = seeded.case(session, merchant, at=now - 2 * DAY)
        seeded.delivery(session, seeded.step(session, reminded, due_at=now - DAY), at=now - DAY)
    (mail,) = signed_in_client.get(by_channel).get_json()["channels"]
    assert (mail["messages"], mail["cases"]) == ({"sent": 1}, 1)


def test_nothing_changes_without_the_forms_token(signed_in_client: FlaskClient, database: Database) -> None:
    assert signed_in_client.post(PAGE, data=GOOD).status_code == 400
    assert stored(database) == (False, None, None)
