"""The merchant's customers: found, filtered and paged, shown with all that is stored, left alone and taken back."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.db import Database
from app.delivery.suppression import suppress
from app.models import Audit, Case, Customer, LinkedAccount, Membership, Merchant
from tests.support import seeded
from tests.support.clock import FixedClock
from tests.web.conftest import csrf_token, signed_in

LIST = "/dashboard/customers"
ROW = re.compile(r'class="row-link" href="/dashboard/customers/(\d+)"')
NAME = re.compile(r'class="row-link" href="[^"]+"><bdi class="text-break">([^<]+)')
NEXT = re.compile(r'rel="next" href="([^"]+)"')
BEFORE = re.compile(r'rel="prev" href="([^"]+)"')


@pytest.fixture
def people(merchant: Merchant, database: Database, clock: FixedClock) -> dict[str, int]:
    """One of each kind that the list can be narrowed to."""
    at = clock.now() - timedelta(days=1)
    with database.transaction() as session:
        ada = seeded.case(session, merchant, at=at, name="Ada Lovelace", email="ada@example.com")
        bob = seeded.case(session, merchant, at=at, name="Bob", email="bob@example.com", state="lost")
        eve = seeded.case(session, merchant, at=at, name="Ève Ångström", email=None, state="lost")
        gone = seeded.case(session, merchant, at=at, name=None, email="zoe@example.com", state="lost")
        session.get_one(Customer, bob.customer_id).contact_stopped = "opted_out"
        session.get_one(Customer, gone.customer_id).excluded_at = at
        account = {"channel": "telegram", "address": "77", "label": "@eve", "linked_at": at}
        session.add(LinkedAccount(customer_id=eve.customer_id, **account))
        owner = session.get_one(Merchant, merchant.id)
        suppress(session, owner, channel="email", address="bob@example.com", reason="no_such_mailbox", now=at)
        return {
            "ada": ada.customer_id,
            "bob": bob.customer_id,
            "eve": eve.customer_id,
            "zoe": gone.customer_id,
        }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["ada", "bob", "zoe", "eve"]),
        ("sort=newest", ["zoe", "eve", "bob", "ada"]),
        ("show=no_contact", ["bob", "zoe"]),
        ("show=excluded", ["zoe"]),
        ("show=linked", ["eve"]),
        ("show=in_progress", ["ada"]),
        ("q=LOVE", ["ada"]),
        ("q=zoe@", ["zoe"]),
        ("q=èv", ["eve"]),
        ("q=ång&show=linked", ["eve"]),
        ("q=ada&show=linked", []),
    ],
)
def test_the_list_finds_and_narrows(
    signed_in_client: FlaskClient, people: dict[str, int], query: str, expected: list[str]
) -> None:
    text = signed_in_client.get(f"{LIST}?{query}").get_data(as_text=True)
    assert [int(number) for number in ROW.findall(text)] == [people[name] for name in expected]
    assert ("No customer matches" in text) == (not expected)


@pytest.mark.parametrize("query", ["show=none", "sort=size", "after=x", "before=1.5"])
def test_what_cannot_be_asked_for_is_named(signed_in_client: FlaskClient, query: str) -> None:
    assert signed_in_client.get(f"{LIST}?{query}").status_code == 400


def pages(client: FlaskClient, link: re.Pattern[str], text: str) -> Iterator[str]:
    yield text
    while onward := link.search(text):
        text = client.get(onward[1].replace("&amp;", "&")).get_data(as_text=True)
        yield text


@pytest.mark.parametrize("sort", ["name", "newest"])
def test_pages_have_everybody_once_and_lead_back(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock, sort: str
) -> None:
    with database.transaction() as session:
        for number in range(57):
            seeded.case(session, merchant, at=clock.now(), name=f"Twin {number % 5}", email=None)
    first = signed_in_client.get(f"{LIST}?sort={sort}").get_data(as_text=True)
    forward = list(pages(signed_in_client, NEXT, first))
    ids = [ROW.findall(text) for text in forward]
    assert [len(one) for one in ids] == [25, 25, 7]
    assert len({number for one in ids for number in one}) == 57
    if sort == "name":
        names = [name for text in forward for name in NAME.findall(text)]
        assert names == sorted(names)
    back = [ROW.findall(text) for text in pages(signed_in_client, BEFORE, forward[-1])]
    assert back == ids[::-1]


def test_a_customers_page_shows_what_is_stored_and_what_is_closed(
    signed_in_client: FlaskClient, merchant: Merchant, people: dict[str, int], database: Database, clock: FixedClock
) -> None:  # fmt: skip
    with database.transaction() as session:
        told = {"membership_id": "mem_7", "status": "past_due", "product_title": "Options Lab", "endings": {}}
        session.add(
            Membership(merchant_id=merchant.id, customer_id=people["bob"], seen_at=clock.now(), **told)
        )
    text = signed_in_client.get(f"{LIST}/{people['bob']}").get_data(as_text=True)
    for shown in ("bob@example.com", "closed by the receiving side: no_such_mailbox", "mem_7", "Past due",
                  "They asked for no more reminders.", "No account", "$49.00"):  # fmt: skip
        assert shown in text
    text = signed_in_client.get(f"{LIST}/{people['eve']}").get_data(as_text=True)
    assert (
        "@eve" in text
        and "Telegram" in text
        and "Nothing known" in text
        and not re.search(r"\b77\b", text.split("<main")[1])
    )


def test_a_customer_is_left_alone_and_taken_back(
    signed_in_client: FlaskClient, people: dict[str, int], database: Database
) -> None:
    def press(deed: str, who: str = "ada") -> str:
        path = f"{LIST}/{people[who]}/{deed}"
        answer = signed_in_client.post(path, data={"csrf_token": csrf_token(signed_in_client)})
        assert answer.status_code == 303
        return signed_in_client.get(answer.headers["Location"]).get_data(as_text=True)

    assert "This customer is left alone from now on" in press("exclude")
    with database.reading() as read:
        case = read.scalars(select(Case).where(Case.customer_id == people["ada"])).one()
        assert (case.state, case.reason) == ("lost", "excluded_by_merchant")
    assert "left alone already" in press("exclude")
    assert "treated like everybody else" in press("readmit")
    assert "has not been left out" in press("readmit")
    press("exclude", "bob")
    with database.reading() as read:
        lines = read.execute(
            select(Audit.action, Audit.case_id, Audit.detail)
            .where(Audit.action.in_(["customer_excluded", "customer_readmitted"]))
            .order_by(Audit.id)
        )
        assert [tuple(line) for line in lines] == [
            ("customer_excluded", case.id, {}),
            ("customer_readmitted", None, {"customer": people["ada"]}),
            ("customer_excluded", None, {"customer": people["bob"]}),
        ]


def test_nobody_of_the_control_group_is_left_out_by_hand(
    signed_in_client: FlaskClient, people: dict[str, int], database: Database
) -> None:
    with database.transaction() as session:
        session.get_one(Customer, people["ada"]).arm = "control"
    path = f"{LIST}/{people['ada']}/exclude"
    signed_in_client.post(path, data={"csrf_token": csrf_token(signed_in_client)})
    assert "in the control group" in signed_in_client.get(f"{LIST}/{people['ada']}").get_data(as_text=True)
    with database.reading() as read:
        assert read.get_one(Customer, people["ada"]).excluded_at is None


def test_another_merchants_customers_are_neither_listed_nor_shown_nor_changed(
    app: Flask, people: dict[str, int], database: Database
) -> None:
    other = signed_in(app, "biz_B")
    text = other.get(LIST).get_data(as_text=True)
    assert "No customers yet" in text and "ada@example.com" not in text
    for query in ("q=ada", "show=linked", "show=in_progress"):
        assert ROW.findall(other.get(f"{LIST}?{query}").get_data(as_text=True)) == []
    assert other.get(f"{LIST}/{people['ada']}").status_code == 404
    assert other.get(f"{LIST}?after={people['ada']}").status_code == 404
    path = f"{LIST}/{people['ada']}/exclude"
    assert other.post(path, data={"csrf_token": csrf_token(other)}).status_code == 404
    with database.reading() as read:
        assert read.get_one(Customer, people["ada"]).excluded_at is None
