"""The list of events says how it stands to Whop's own records: compared when, what was missing, what is amiss."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.db import Database
from app.models import Backfill, Comparison, Merchant
from app.services import EXTENSION
from tests.conftest import MakeSettings
from tests.support import seeded
from tests.support.clock import FixedClock
from tests.support.whop_api import KEY
from tests.web.conftest import signed_in

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture
def with_key(database: Database, clock: FixedClock, make_settings: MakeSettings) -> Iterator[Flask]:
    dsn = database.engine.url.render_as_string(hide_password=False)
    made = create_app(make_settings(DATABASE_URL=dsn, WHOP_API_KEY=KEY), clock)
    yield made
    made.extensions[EXTENSION].close()


@pytest.fixture
def owner(with_key: Flask) -> FlaskClient:
    return signed_in(with_key, "biz_A")


def page(client: FlaskClient) -> str:
    return client.get("/dashboard/events").get_data(as_text=True)


def stands(database: Database, clock: FixedClock, **values: Any) -> Merchant:
    with database.transaction() as session:
        merchant = session.query(Merchant).filter_by(biz_id="biz_A").one()
        session.add(Comparison(merchant_id=merchant.id, due_at=clock.wall(), **values))
        return merchant


def test_without_a_key_it_says_that_lost_events_stay_lost(signed_in_client: FlaskClient) -> None:
    text = page(signed_in_client)
    assert "for WHOP_API_KEY is not set" in text
    assert "alert-warning" in text


def test_before_the_first_comparison_it_says_that_it_is_under_way(owner: FlaskClient) -> None:
    assert "The first comparison with Whop’s own records is under way." in page(owner)


@pytest.mark.parametrize(
    ("healed", "said"),
    [
        (0, "12 minutes ago: nothing was missing."),
        (1, "12 minutes ago: 1 event was missing and has been added."),
        (3, "12 minutes ago: 3 events were missing and have been added."),
    ],
)
def test_it_says_when_it_was_compared_and_what_was_missing(
    owner: FlaskClient, database: Database, clock: FixedClock, healed: int, said: str
) -> None:
    stands(database, clock, done_at=clock.wall() - 12 * MINUTE, healed=healed)
    text = page(owner)
    assert f"Last compared with Whop’s own records {said}" in text
    assert "alert-warning" not in text


def test_it_says_why_it_could_not_be_compared(
    owner: FlaskClient, database: Database, clock: FixedClock
) -> None:
    at = clock.wall() - 2 * MINUTE
    stands(database, clock, trouble="forbidden", trouble_at=at)
    text = page(owner)
    assert "2 minutes ago: WHOP_API_KEY may not read this account’s payments. It is tried again" in text
    assert "alert-warning" in text and "is under way" not in text


def test_it_says_that_the_webhook_does_not_work_and_that_missed_events_were_asked_for(
    owner: FlaskClient, database: Database, clock: FixedClock
) -> None:
    stands(database, clock, webhook_trouble="failing", webhook_since=clock.wall() - DAY)
    assert "Whop has not been able to deliver its events since Nov 19, 2026" in page(owner)
    with database.transaction() as session:
        row = session.query(Comparison).one()
        row.webhook_trouble, row.webhook_since, row.replayed_at = None, None, clock.wall() - MINUTE
    assert "Whop was asked 1 minute ago to send again what its webhook could not bring." in page(owner)
    clock.advance(8 * DAY)
    assert "to send again" not in page(signed_in(owner.application, "biz_A"))


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("running", "The time since Nov 1, 2025 is being read back; Nov 1, 2026 is reached."),
        ("done", "The time since Nov 1, 2025 has been read back: 7 failed renewals."),
    ],
)
def test_it_says_how_far_the_months_before_have_been_read(
    owner: FlaskClient, database: Database, clock: FixedClock, state: str, said: str
) -> None:
    month = clock.wall().replace(day=1)
    merchant = stands(database, clock, done_at=clock.wall())
    with database.transaction() as session:
        session.add(
            Backfill(
                merchant_id=merchant.id, state=state, begins_at=month.replace(year=2025), ends_at=clock.wall(),
                month_at=month, kept=7, started_at=clock.wall(),
            )
        )  # fmt: skip
    assert said in page(owner)


def test_an_event_that_we_found_ourselves_says_so(
    owner: FlaskClient, database: Database, clock: FixedClock
) -> None:
    merchant = stands(database, clock, done_at=clock.wall())
    with database.transaction() as session:
        seeded.event(session, owner=merchant, at=clock.now())
    assert "Found in Whop’s own records" not in page(owner)
    with database.transaction() as session:
        seeded.event(session, owner=merchant, at=clock.now(), origin="reconcile")
        past = seeded.event(session, owner=merchant, at=clock.now(), origin="backfill")
    assert "Found in Whop’s own records" in page(owner)
    assert past.message_id not in page(owner)


def test_nothing_is_said_of_another_merchants_comparison(
    owner: FlaskClient, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        other = seeded.merchant(session, "biz_B", now=clock.now())
        session.add(
            Comparison(merchant_id=other.id, due_at=clock.wall(), trouble="refused", trouble_at=clock.wall())
        )
    assert "does not accept" not in page(owner)
