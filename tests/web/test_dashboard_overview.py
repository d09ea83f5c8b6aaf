"""What a merchant sees first: right figures with their definition, and what to do where there are none."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from app.db import Database
from app.models import Merchant
from app.recovery.incremental import DEFINITION as INCREMENTAL_DEFINITION
from app.recovery.measure import DEFINITION, TOUCHED_DEFINITION
from app.services import EXTENSION
from tests.support import seeded
from tests.support.clock import FixedClock

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def test_a_case_that_only_the_merchant_can_judge_asks_for_attention(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    asked = "needs your attention"
    with database.transaction() as session:
        seeded.case(session, session.get_one(Merchant, merchant.id), at=clock.now(), decline_class="A")
    assert asked not in signed_in_client.get("/dashboard").get_data(as_text=True)
    with database.transaction() as session:
        seeded.case(session, session.get_one(Merchant, merchant.id), at=clock.now(), decline_class="I")
    page = signed_in_client.get("/dashboard").get_data(as_text=True)
    assert asked in page and "class=I" in page


def page(client: FlaskClient, address: str = "/dashboard", *, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    # Babel parts figures by no-break spaces.
    return " ".join(answer.get_data(as_text=True).split())


def test_the_start_page_leads_a_merchant_to_the_overview(signed_in_client: FlaskClient) -> None:
    answer = signed_in_client.get("/")
    assert (answer.status_code, answer.location) == (302, "/dashboard")


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/dashboard",
        "/dashboard/cases",
        "/dashboard/cases/1",
        "/dashboard/cases.csv",
        "/dashboard/events",
    ],
)
def test_a_visitor_is_led_to_sign_in(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code in (302, 303)
    assert "/auth/" in answer.location


def test_before_whop_speaks_the_page_says_what_to_do(signed_in_client: FlaskClient) -> None:
    shown = page(signed_in_client)
    assert "Nothing heard from Whop yet" in shown
    assert "/dashboard/setup" in shown
    assert 'href="/dev"' in shown
    assert "Recovery rate" not in shown


def test_a_merchant_without_failures_is_told_that_all_is_well(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        seeded.event(session, owner=merchant, at=clock.now(), state="ignored", reason="no_effect")
    assert "no renewal has failed" in page(signed_in_client)


def test_the_headline_is_the_sum_of_the_cases_beside_its_definition(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    at = clock.now() - 2 * DAY
    with database.transaction() as session:
        seeded.case(
            session, merchant, at=at, state="recovered", reason="paid", recovered_after=5 * HOUR,
            attribution="message",
        )  # fmt: skip
        seeded.case(session, merchant, at=at, amount_minor=1500)
        seeded.case(session, merchant, at=at, state="lost", reason="window_ended", amount_minor=2000)
        seeded.case(session, merchant, at=at, currency="eur", amount_minor=700)
    shown = page(signed_in_client)
    assert DEFINITION in shown
    assert "1 of 4 failed renewals" in shown
    assert ">25%<" in shown
    assert "$49.00" in shown and "2 cases in progress" in shown
    assert TOUCHED_DEFINITION in shown and INCREMENTAL_DEFINITION in shown and "Not enough data" in shown


def test_currencies_stand_beside_each_other_and_are_never_summed(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        for currency in ("usd", "eur"):
            seeded.case(session, merchant, at=clock.now() - DAY, currency=currency, amount_minor=1000)
    shown = page(signed_in_client)
    assert "$10.00" in shown and "€10.00" in shown
    assert "20.00" not in shown


def test_the_period_in_the_address_chooses_the_cases(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        seeded.case(session, merchant, at=clock.now() - 20 * DAY)
    one, none = "of 1 failed renewal", "No renewal failed in these days"
    assert one in page(signed_in_client, "/dashboard?days=30")
    assert none in page(signed_in_client, "/dashboard?days=7")
    assert one in page(signed_in_client, "/dashboard?from=2026-10-30&to=2026-11-01")
    assert none in page(signed_in_client, "/dashboard?from=2026-11-02&to=2026-11-19")


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("/dashboard?days=0", "days"),
        ("/dashboard?days=x", "days"),
        ("/dashboard?from=yesterday", "from"),
        ("/dashboard?from=2026-11-05&to=2026-11-01", "from"),
        ("/dashboard/cases?state=odd", "state"),
        ("/dashboard/cases?class=Z", "class"),
        ("/dashboard/cases?after=1-x", "after"),
        ("/dashboard/events?after=x", "after"),
        ("/dashboard/events?state=odd", "state"),
    ],
)
def test_a_wrong_address_is_answered_with_the_name_of_what_is_wrong(
    signed_in_client: FlaskClient, address: str, field: str
) -> None:
    assert f"<code>{field}</code>" in page(signed_in_client, address, status=400)


def test_the_figures_refresh_at_the_same_address(signed_in_client: FlaskClient) -> None:
    shown = page(signed_in_client, "/dashboard?days=7")
    assert 'id="figures" hx-get="?days=7" hx-trigger="every 60s" hx-select="#figures"' in shown


def test_the_chart_has_a_table_with_the_same_weeks(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        seeded.case(session, merchant, at=clock.now() - DAY)
    shown = page(signed_in_client, "/dashboard?days=7")
    assert "&#34;labels&#34;: [&#34;Nov 9&#34;, &#34;Nov 16&#34;]" in shown
    for monday in ("Nov 9", "Nov 16"):
        assert f'<th scope="row" class="fw-normal text-nowrap">{monday}</th>' in shown


def test_the_pages_speak_russian_to_whoever_asks_for_it(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        seeded.case(session, merchant, at=clock.now() - DAY)
    shown = page(signed_in_client, "/dashboard?lang=ru")
    assert '<html lang="ru">' in shown
    assert "Доля восстановленных" in shown and "0 из 1 неудачного продления" in shown
    # The choice is kept.
    assert "Обзор" in page(signed_in_client)


def test_a_merchants_name_is_shown_as_text(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database
) -> None:
    with database.transaction() as session:
        session.get_one(Merchant, merchant.id).title = "<b>Bold</b>"
    shown = page(signed_in_client)
    assert "&lt;b&gt;Bold&lt;/b&gt;" in shown and "<b>Bold" not in shown


def shop_with_products(merchant: Merchant, database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        for number, (currency, product) in enumerate(
            (("usd", "prod_1"), ("usd", "prod_2"), ("eur", "prod_2"))
        ):
            paid = seeded.case(
                session, merchant, at=clock.now() - DAY, state="recovered", reason="paid", currency=currency,
                recovered_after=(number + 1) * HOUR, product=f"Product {product}", payment={"product_id": product},
            )  # fmt: skip
            step = seeded.step(session, paid, due_at=clock.now(), channel="telegram" if number else "email")
            seeded.delivery(session, step, at=clock.now())
            paid.attribution, paid.attribution_step_id = "message", step.id
        seeded.case(session, merchant, at=clock.now() - 40 * DAY, state="lost", reason="window_ended")
        seeded.case(session, merchant, at=clock.now() - 4 * DAY - HOUR, payment={"product_id": "prod_1"})


@pytest.mark.parametrize(
    ("address", "cases"),
    [
        ("/dashboard", 4),
        ("/dashboard?currency=usd", 3),
        ("/dashboard?currency=EUR", 1),
        ("/dashboard?product=prod_2", 2),
        ("/dashboard?product=prod_2&currency=usd", 1),
    ],
)
def test_currency_and_product_in_the_address_narrow_every_figure(
    signed_in_client: FlaskClient,
    merchant: Merchant,
    database: Database,
    clock: FixedClock,
    address: str,
    cases: int,
) -> None:
    shop_with_products(merchant, database, clock)
    shown = page(signed_in_client, address)
    assert f"of {cases} failed renewal" in shown
    assert '<option value="">All currencies</option>' in shown and "Product prod_2</option>" in shown
    api = signed_in_client.get(address.replace("/dashboard", "/api/analytics")).get_json()
    assert api["cases"]["opened"] == cases


def test_a_currency_that_is_none_is_named(signed_in_client: FlaskClient) -> None:
    assert "<code>currency</code>" in page(signed_in_client, "/dashboard?currency=zzzz", status=400)


def test_each_part_of_the_page_says_what_it_counts(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    shop_with_products(merchant, database, clock)
    shown = page(signed_in_client, "/dashboard?days=30")
    before = shown.partition("As many days before")[2].partition("</tr>")[0]
    assert ">1</td>" in before and ">0%</td>" in before
    left = shown.partition("Up to a day")[2].partition("</tr>")[0]
    assert ">1</td>" in left and "$49.00" in left
    by_channel = shown.partition('"card-title">By channel')[2].partition("</table>")[0]
    assert "Telegram" in by_channel and "€49.00" in by_channel and "100%" in by_channel
    assert "First reminder" in shown.partition('"card-title">By step')[2]
    assert "came within 2 h of the first failure" in shown


FILES = {
    "compared": [
        "this,2026-10-22,2026-11-20,4,3,0.75,98.00,49.00",
        "before,2026-09-22,2026-10-21,1,0,0.0,0.00,0.00",
    ],
    "at-risk": ["0,24,1,49.00"],
    "weeks": ["2026-11-16,4,3,3,1,0,0.75,98.00,49.00,0.00,0.00,49.00,0.00"],
    "classes": ["A,4,3,3,1,0,0.75,98.00,49.00,0.00,0.00,49.00,0.00"],
    "groups": ["treated,0,0,0,", "control,0,0,0,"],
    "channels": ["email,1,0,0,1,1.0,49.00,0.00", "telegram,2,0,0,2,1.0,49.00,49.00"],
    "steps": ["first,3,0,0,3,1.0,98.00,49.00"],
    "waiting": ["1,2,1", "2,3,1", "3,4,1"],
    "cohorts": ["2026-11-16,4,,,,,,,"],
}


@pytest.mark.parametrize("name", FILES)
def test_the_figures_of_every_chart_come_as_a_file(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock, name: str
) -> None:
    shop_with_products(merchant, database, clock)
    address = f"/dashboard/overview/{name}.csv?days=30"
    assert f'href="{address}"' in page(signed_in_client, "/dashboard?days=30")
    answer = signed_in_client.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    rows = answer.get_data(as_text=True).removeprefix("\ufeff").splitlines()
    assert all(row in rows for row in FILES[name]), rows


def test_the_page_takes_few_questions_and_little_room(
    app: Flask, signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    shop_with_products(merchant, database, clock)
    with database.transaction() as session:
        session.get_one(Merchant, merchant.id).zone = "Asia/Kathmandu"
    asked: list[str] = []
    engine = app.extensions[EXTENSION].database.engine
    event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    answer = signed_in_client.get("/dashboard?days=365")
    assert len([one for one in asked if one.startswith(("SELECT", "WITH"))]) <= 12
    assert len(answer.data) < 120_000
