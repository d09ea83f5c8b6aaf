"""The control group on the merchant's pages: its form, and what the overview says with and without enough data."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.db import Database
from app.models import Audit, Merchant
from tests.support import seeded
from tests.support.clock import FixedClock
from tests.web.conftest import csrf_token, signed_in

DAY = timedelta(days=1)
GOOD = {"control_percent": "20", "launch_cases": "800"}
FORM = "/dashboard/settings/control"


def save(client: FlaskClient, **changes: str) -> int:
    return client.post(FORM, data={**GOOD, **changes, "csrf_token": csrf_token(client)}).status_code


def stored(database: Database) -> tuple[float | None, int]:
    with database.reading() as read:
        row = read.scalars(select(Merchant).where(Merchant.biz_id == "biz_A")).one()
        return row.control_share, row.launch_cases


def page(client: FlaskClient, address: str = "/dashboard") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.get_data(as_text=True).split())


def test_what_is_saved_counts_and_is_noted(signed_in_client: FlaskClient, database: Database) -> None:
    assert save(signed_in_client) == 303
    assert stored(database) == (0.2, 800)
    shown = page(signed_in_client, "/dashboard/settings")
    assert 'value="20"' in shown and 'value="800"' in shown and "Saved." in shown
    with database.reading() as read:
        notes = read.scalars(select(Audit.detail).where(Audit.action == "profile_changed")).all()
    assert notes == [{"fields": ["control_share", "launch_cases"]}]


def test_an_empty_share_is_the_installs_and_nought_is_nobody(
    signed_in_client: FlaskClient, database: Database
) -> None:
    assert save(signed_in_client, control_percent="0", launch_cases="") == 303
    assert stored(database) == (0.0, 0)
    assert save(signed_in_client, control_percent=" ") == 303
    assert stored(database) == (None, 800)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("control_percent", "51"),
        ("control_percent", "-1"),
        ("control_percent", "10.5"),
        ("control_percent", "ten"),
        ("control_percent", "١٠"),
        ("launch_cases", "10001"),
        ("launch_cases", "-5"),
        ("launch_cases", "1e3"),
    ],
)
def test_what_cannot_be_used_is_refused_beside_its_field_and_nothing_changes(
    signed_in_client: FlaskClient, database: Database, field: str, value: str
) -> None:
    data = {**GOOD, field: value, "csrf_token": csrf_token(signed_in_client)}
    answer = signed_in_client.post(FORM, data=data)
    assert answer.status_code == 400
    shown = answer.get_data(as_text=True)
    assert f'id="{field}-wrong"' in shown and f'value="{value}"' in shown
    assert stored(database) == (None, 0)


def test_without_a_token_nothing_is_saved(signed_in_client: FlaskClient, database: Database) -> None:
    assert signed_in_client.post(FORM, data=GOOD).status_code == 400
    assert stored(database) == (None, 0)


def test_it_is_ones_own_merchant_that_changes(
    signed_in_client: FlaskClient, app: Flask, database: Database
) -> None:
    assert save(signed_in(app, "biz_B")) == 303
    assert stored(database) == (None, 0)


def test_the_forms_own_address_leads_to_the_settings(signed_in_client: FlaskClient) -> None:
    answer = signed_in_client.get(FORM)
    assert (answer.status_code, answer.location) == (302, "/dashboard/settings#control")


def test_the_table_says_months_once_something_has_failed(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    assert "2,156" in page(signed_in_client, "/dashboard/settings")
    with database.transaction() as session:
        for number in range(90):
            seeded.case(session, merchant, at=clock.now() - (number + 0.5) * DAY)
            seeded.case(session, merchant, at=clock.now() - DAY, origin="backfill")
    shown = page(signed_in_client, "/dashboard/settings")
    assert "With your 30 failed renewals a month" in shown
    # 194, 300 and 529 people for twenty points.
    assert all(f"{months} months" in shown for months in (7, 10, 18))


def test_before_anybody_is_drawn_the_overview_says_so(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        seeded.case(session, merchant, at=clock.now() - DAY)
    shown = page(signed_in_client)
    assert "There is no control group, so nobody can prove" in shown
    save(signed_in_client)
    shown = page(signed_in_client)
    assert "Chance will leave a few of the next customers to Whop alone" in shown
    assert "Not enough data" in shown and "<progress" not in shown


def fill(
    database: Database, merchant: Merchant, clock: FixedClock, *, people: int, treated: int, control: int
) -> None:
    """So many people in each group, of whom so many paid on the second day."""
    with database.transaction() as session:
        for arm, paid in (("treated", treated), ("control", control)):
            for number in range(people):
                pays = {"state": "recovered", "reason": "paid", "recovered_after": 1.5 * DAY}
                if arm == "treated":
                    pays["attribution"] = "message"
                over = pays if number < paid else {"state": "lost", "reason": "window_ended"}
                seeded.case(session, merchant, at=clock.now() - 20 * DAY, arm=arm, draw_share=0.5, **over)  # type: ignore[arg-type]


def test_a_few_people_are_a_bar_and_no_figure(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    fill(database, merchant, clock, people=20, treated=20, control=0)
    save(signed_in_client)
    shown = page(signed_in_client)
    assert '<progress class="progress enough" max="775" value="40"' in shown
    assert "40 of about 775 customers that it takes to be sure of +10 points" in shown
    assert 'class="interval"' not in shown and "Nothing is claimed yet." in shown
    assert "text-green" not in shown.split('id="three"')[1]


def test_an_estimate_stands_with_its_interval_and_is_not_called_proof_too_early(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    fill(database, merchant, clock, people=80, treated=40, control=32)
    shown = page(signed_in_client)
    assert "+10 points" in shown and "between -5 points and +25 points" in shown
    assert "That is no proof yet." in shown and 'class="interval"' in shown
    assert "about $" in shown and "8 payments, between -4 and 20" in shown
    assert "text-green" not in shown.split('id="three"')[1]


def test_proof_is_called_proof_and_harm_harm(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock, app: Flask
) -> None:
    fill(database, merchant, clock, people=160, treated=96, control=56)
    assert "The reminders help: the whole interval lies above nothing" in page(signed_in_client)
    other = signed_in(app, "biz_B")
    with database.reading() as read:
        theirs = read.scalars(select(Merchant).where(Merchant.biz_id == "biz_B")).one()
    fill(database, theirs, clock, people=160, treated=40, control=90)
    assert "The reminders do harm" in page(other)


def test_the_baseline_stands_apart(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        seeded.case(session, merchant, at=clock.now() - DAY)
        for state in ("recovered", "lost", "lost"):
            seeded.case(
                session, merchant, at=clock.now() - 2 * DAY, state=state, reason=None, origin="backfill"
            )
    shown = page(signed_in_client)
    assert "0 of 1 failed renewal" in shown
    row = shown.partition("Before this product")[2].partition("</tr>")[0]
    assert ">3</td>" in row and ">1</td>" in row and ">33.3%</td>" in row


def test_a_case_says_which_group_it_is_in(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        left = seeded.case(session, merchant, at=clock.now(), arm="control", draw_share=0.1)
        other = seeded.case(session, merchant, at=clock.now())
    assert "Control group: left to Whop alone" in page(signed_in_client, f"/dashboard/cases/{left.id}")
    assert "Control group: left" not in page(signed_in_client, f"/dashboard/cases/{other.id}")
    assert signed_in_client.get(f"/api/cases/{left.id}").get_json()["arm"] == "control"
    rows = signed_in_client.get("/dashboard/cases.csv").get_data(as_text=True).splitlines()
    assert rows[0].endswith("arm,origin")
    assert {row.rsplit(",", 2)[1] for row in rows[1:]} == {"control", "treated"}
