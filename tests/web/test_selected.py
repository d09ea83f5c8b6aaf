"""Many cases at once: asked once more with the number, done where it can be, told case by case where it cannot."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.db import Database
from app.models import Audit, Case, Merchant
from tests.support import seeded
from tests.support.clock import FixedClock
from tests.support.description import faults
from tests.web.conftest import csrf_token, signed_in

SELECTED = "/dashboard/cases/selected"
BULK = "/api/cases/bulk"


@pytest.fixture
def ids(merchant: Merchant, database: Database, clock: FixedClock) -> list[int]:
    """Two open cases and one that is over."""
    with database.transaction() as session:
        return [
            seeded.case(session, merchant, at=clock.now(), name="Ada One").id,
            seeded.case(session, merchant, at=clock.now(), name="Ada Two").id,
            seeded.case(session, merchant, at=clock.now(), name="Lost One", state="lost", reason="window_ended").id,
        ]  # fmt: skip


def held(database: Database) -> list[bool]:
    with database.reading() as read:
        return list(read.scalars(select(Case.held).order_by(Case.id)))


def acts(database: Database, action: str) -> list[tuple[int | None, str]]:
    with database.reading() as read:
        lines = read.execute(
            select(Audit.case_id, Audit.actor).where(Audit.action == action).order_by(Audit.id)
        )
        return [(line.case_id, line.actor.partition(":")[0]) for line in lines]


def press(client: FlaskClient, deed: str, ids: list[int], **more: str) -> tuple[int, str]:
    form = {"csrf_token": csrf_token(client), "deed": deed, "case_id": ids, **more}
    answer = client.post(SELECTED, data=form)
    return answer.status_code, answer.get_data(as_text=True)


def test_the_list_offers_a_box_for_each_case_with_a_name(
    signed_in_client: FlaskClient, ids: list[int]
) -> None:
    text = signed_in_client.get("/dashboard/cases").get_data(as_text=True)
    boxes = re.findall(r'name="case_id" value="(\d+)" aria-label="Tick: ([^"]+), \$49.00"', text)
    assert sorted(int(number) for number, _ in boxes) == ids


def test_nothing_is_done_before_the_number_is_confirmed(
    signed_in_client: FlaskClient, ids: list[int], database: Database
) -> None:
    status, text = press(signed_in_client, "pause", ids[:2], state="open")
    assert status == 200
    assert "Pause 2 cases?" in text and "Ada One" in text and "Lost One" not in text
    assert 'href="/dashboard/cases?state=open"' in text
    assert held(database) == [False, False, False]


def test_a_confirmed_deed_is_done_to_each_and_audited_for_each(
    signed_in_client: FlaskClient, ids: list[int], database: Database
) -> None:
    status, _ = press(signed_in_client, "pause", ids[:2], confirmed="1", state="in_progress")
    assert status == 303
    assert held(database) == [True, True, False]
    assert acts(database, "case_held") == [(ids[0], "user"), (ids[1], "user")]
    assert "2 cases are paused." in signed_in_client.get("/dashboard/cases").get_data(as_text=True)


def test_each_case_that_is_left_as_it_is_stands_with_its_reason(
    signed_in_client: FlaskClient, ids: list[int], database: Database
) -> None:
    with database.transaction() as session:
        session.get_one(Case, ids[1]).arm = "control"
    status, text = press(signed_in_client, "close", ids, confirmed="1")
    assert status == 200
    assert "2 cases were left as they are" in text and "1 case is closed." in text
    assert "This case is in the control group." in text
    assert "This case cannot be closed: it is closed already." in text
    assert acts(database, "case_closed_by_merchant") == [(ids[0], "user")]


def test_without_a_tick_it_says_what_to_do(signed_in_client: FlaskClient, ids: list[int]) -> None:
    assert press(signed_in_client, "pause", [])[0] == 303
    assert "Tick the cases first" in signed_in_client.get("/dashboard/cases").get_data(as_text=True)


@pytest.mark.parametrize(("deed", "number"), [("retry", 1), ("pause", 101), ("", 1)])
def test_no_other_deed_and_no_more_than_a_hundred(
    signed_in_client: FlaskClient, ids: list[int], deed: str, number: int
) -> None:
    assert press(signed_in_client, deed, list(range(1, number + 1)), confirmed="1")[0] == 400


def test_one_foreign_case_among_them_and_nothing_is_done(
    app: Flask, signed_in_client: FlaskClient, ids: list[int], database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        other = seeded.merchant(session, "biz_B", now=clock.now())
        foreign = seeded.case(session, other, at=clock.now()).id
    for more in ({}, {"confirmed": "1"}):
        assert press(signed_in_client, "pause", [ids[0], foreign], **more)[0] == 404
    headers = {"X-CSRFToken": csrf_token(signed_in_client)}
    sent = {"deed": "close", "case_ids": [ids[0], foreign]}
    assert signed_in_client.post(BULK, json=sent, headers=headers).status_code == 404
    assert held(database) == [False] * 4 and acts(database, "case_closed_by_merchant") == []
    assert press(signed_in(app, "biz_B"), "pause", [foreign], confirmed="1")[0] == 303


def test_the_api_does_the_same_and_names_what_it_left(signed_in_client: FlaskClient, ids: list[int]) -> None:
    headers = {"X-CSRFToken": csrf_token(signed_in_client)}
    answer = signed_in_client.post(BULK, json={"deed": "pause", "case_ids": [*ids, ids[0]]}, headers=headers)
    assert (answer.status_code, faults(answer, BULK, "post")) == (200, [])
    told = answer.get_json()
    assert told["done"] == ids[:2]
    assert [one["case_id"] for one in told["refused"]] == ids[2:]
    assert told["refused"][0]["message"].startswith("This case cannot be paused")


@pytest.mark.parametrize(
    "body", [[], {}, {"deed": "pause"}, {"deed": "pause", "case_ids": []}, {"deed": "pause", "case_ids": "1"},
             {"deed": "pause", "case_ids": [True]}, {"deed": "pause", "case_ids": [10**20]},
             {"deed": "send", "case_ids": [1]}, {"deed": ["pause"], "case_ids": [1]}],
)  # fmt: skip
def test_the_api_names_what_it_cannot_use(
    signed_in_client: FlaskClient, ids: list[int], body: object
) -> None:
    headers = {"X-CSRFToken": csrf_token(signed_in_client)}
    answer = signed_in_client.post(BULK, json=body, headers=headers)
    assert (answer.status_code, faults(answer, BULK, "post")) == (400, [])
