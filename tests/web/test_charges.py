"""Our own charges as the merchant sees them: a switch in the settings, and on a case when, why and what became of it."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.db import Database
from app.models import Audit, Merchant, Retry
from tests.support import seeded
from tests.support.clock import FixedClock
from tests.web.conftest import csrf_token

HOUR = timedelta(hours=1)
PAYDAY = {
    "code": "retry_payday", "payday": "friday", "hour": "07:40", "zone": "Europe/Lisbon", "hours": 94,
    "shifted": ["retry_earlier_day", "retry_away_from_whop"],
}  # fmt: skip


def save(client: FlaskClient, **data: str) -> str:
    """The page after it."""
    answer = client.post("/dashboard/settings/charges", data={**data, "csrf_token": csrf_token(client)})
    assert answer.status_code == 303
    return client.get(answer.location).get_data(as_text=True)


def wants_charges(database: Database) -> bool:
    with database.reading() as session:
        return session.scalars(select(Merchant.retries_on).where(Merchant.biz_id == "biz_A")).one()


def test_charges_are_on_until_the_merchant_switches_them_off(
    signed_in_client: FlaskClient, database: Database
) -> None:
    assert wants_charges(database)
    assert 'name="retries_on" value="1" checked' in signed_in_client.get("/dashboard/settings").text
    page = save(signed_in_client)
    assert "Saved." in page and 'name="retries_on" value="1" checked' not in page
    assert not wants_charges(database)
    assert "Nothing was different." in save(signed_in_client)
    save(signed_in_client, retries_on="1")
    assert wants_charges(database)
    with database.reading() as session:
        notes = session.scalars(select(Audit.detail).where(Audit.action == "profile_changed")).all()
    assert notes == [{"fields": ["retries_on"]}] * 2


def test_the_settings_say_what_an_install_without_a_key_lacks(signed_in_client: FlaskClient) -> None:
    assert "There is no key for Whop" in signed_in_client.get("/dashboard/settings").text
    assert signed_in_client.get("/dashboard/settings/charges").status_code == 302


def shown(client: FlaskClient, database: Database, clock: FixedClock, **retry: Any) -> str:
    """The page of a case whose retry stands so."""
    now = clock.now()
    with database.transaction() as session:
        owner = session.scalars(select(Merchant).where(Merchant.biz_id == "biz_A")).one()
        case = seeded.case(session, owner, at=now - HOUR)
        values = {"state": "planned", "why": PAYDAY, "due_at": now + HOUR, "actor": "worker", **retry}
        session.add(
            Retry(
                case_id=case.id, payment_id=case.payment_id, kind="retry", key="k", decided_at=now, **values
            )
        )
    return client.get(f"/dashboard/cases/{case.id}").get_data(as_text=True)


def test_a_planned_charge_stands_among_what_comes_next_with_its_reasons(
    signed_in_client: FlaskClient, database: Database, clock: FixedClock
) -> None:
    page = shown(signed_in_client, database, clock)
    for sentence in (
        "We charge the same card once more",
        "On Friday at 07:40 where the customer lives (Europe/Lisbon): a payday, 94 hours after the failure.",
        "the earlier day won",
        "six hours away from every attempt of Whop",
    ):
        assert sentence in page


@pytest.mark.parametrize(
    ("state", "why", "sentences"),
    [
        ("taken", "retry_taken", ("Our own charge: Whop took it", "is told by the next attempt")),
        (
            "unknown",
            "retry_unclear",
            ("it is unclear whether Whop took it", "nobody should be charged twice"),
        ),
        ("refused", "retry_refused", ("Our own charge: Whop refused it", "Whop did not take it.")),
    ],
)
def test_what_became_of_it_stands_among_what_happened(
    signed_in_client: FlaskClient, database: Database, clock: FixedClock, state: str, why: str,
    sentences: tuple[str, ...],
) -> None:  # fmt: skip
    at = clock.now() - HOUR / 2
    page = shown(
        signed_in_client, database, clock, state=state, started_at=at, ended_at=at, outcome_why={"code": why}
    )
    for sentence in sentences:
        assert sentence in page


def test_a_case_says_that_there_is_no_key(
    signed_in_client: FlaskClient, database: Database, clock: FixedClock
) -> None:
    page = shown(signed_in_client, database, clock, state="kept", why={"code": "retry_no_key"})
    assert "We do not charge the card again" in page
    assert "Without a key for Whop&#39;s API we cannot charge, and cannot ask Whop before a message." in page
