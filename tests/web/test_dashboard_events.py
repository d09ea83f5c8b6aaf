"""The log of events: what Whop told, what became of it, and whose it is. And no page asks too much."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from app.db import Database
from app.models import Merchant
from app.services import EXTENSION
from tests.support import seeded
from tests.support.clock import FixedClock

MESSAGE = re.compile(r">(msg_\d+)<")
NEXT = re.compile(r'rel="next" href="([^"]+)"')
MOST_QUERIES = 12


def test_every_event_is_listed_once_newest_first(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        expected = [
            seeded.event(session, owner=merchant, at=clock.now(), state="ignored", reason="already_known")
            for _ in range(120)
        ]
        names = [row.message_id for row in expected]
    seen: list[str] = []
    address = "/dashboard/events"
    while address:
        text = signed_in_client.get(address).get_data(as_text=True)
        seen += MESSAGE.findall(text)
        onward = NEXT.search(text)
        address = "/dashboard/events" + onward[1] if onward else ""
    assert seen == names[::-1]


def test_an_event_says_in_words_what_became_of_it(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        case = seeded.case(session, merchant, at=clock.now())
        seeded.event(session, owner=merchant, at=clock.now(), case_id=case.id)
        seeded.event(session, owner=merchant, at=clock.now(), state="dead", reason="OperationalError")
        seeded.event(session, owner=None, at=clock.now(), state="quarantined", reason="no_account")
        seeded.event(
            session, owner=merchant, at=clock.now(), state="ignored",
            reason="not_a_renewal_subscription_create",
        )  # fmt: skip
    text = signed_in_client.get("/dashboard/events").get_data(as_text=True)
    assert f'href="/dashboard/cases/{case.id}"' in text
    for sentence in (
        "Working on it failed (OperationalError). The event is kept.",
        "Not a renewal: only failed renewals are followed up.",
        "It does not say which merchant it belongs to.",
        'class="event-quarantined"',
        "Set aside",
        "Names no merchant",
    ):
        assert sentence in text


def test_nothing_of_another_merchant_is_in_the_log(
    signed_in_client: FlaskClient, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        other = seeded.merchant(session, "biz_B", now=clock.now())
        seeded.event(session, owner=other, at=clock.now())
    text = signed_in_client.get("/dashboard/events").get_data(as_text=True)
    assert MESSAGE.findall(text) == []
    assert "Nothing heard from Whop yet" in text


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    seen: list[str] = []
    engine = app.extensions[EXTENSION].database.engine

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    "address",
    [
        "/dashboard",
        "/dashboard/cases",
        "/dashboard/cases/{}",
        "/dashboard/cases.csv",
        "/dashboard/events",
        "/api/me",
        "/api/analytics",
        "/api/analytics/by-channel",
        "/api/cases",
        "/api/cases/{}",
        "/api/events",
    ],
)
def test_a_page_asks_the_database_little_whatever_it_shows(
    app: Flask, signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock,
    address: str,
) -> None:  # fmt: skip
    now = clock.now()
    with database.transaction() as session:
        for hours in range(60):
            at = now - timedelta(hours=hours)
            case = seeded.case(
                session, merchant, at=at, state="recovered", recovered_after=timedelta(hours=1)
            )
            seeded.delivery(session, seeded.step(session, case, due_at=at), at=at)
            seeded.event(session, owner=merchant, at=at, case_id=case.id)
    with counted(app) as seen:
        answer = signed_in_client.get(address.format(case.id))
        assert answer.status_code == 200
        assert answer.data
    assert 0 < len(seen) <= MOST_QUERIES
