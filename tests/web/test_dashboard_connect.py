"""The merchant's connect link: the right link, words to hand out with it, and who has linked, counted as it says."""

from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.cases import links
from app.cases.queries import reach, reach_by_channel
from app.db import Database
from app.models import Customer, Membership, Merchant
from app.security.tokens import Purpose
from tests.support import seeded
from tests.support.clock import FixedClock
from tests.web.conftest import MakeApp, signed_in
from tests.web.linking import LINKING, tokens_of


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app(**LINKING)


def add(
    database: Database, biz_id: str, *, at: datetime, linked: tuple[str, ...] = (), memberships: int = 1
) -> None:
    """One customer of this merchant."""
    with database.transaction() as write:
        merchant = write.scalars(select(Merchant).where(Merchant.biz_id == biz_id)).one()
        customer = seeded.case(write, merchant, at=at).customer
        for number in range(memberships):
            write.add(
                Membership(
                    merchant_id=merchant.id,
                    customer_id=customer.id,
                    membership_id=f"mem_{customer.id}_{number}",
                    status="expired" if number else "active",
                    seen_at=at,
                )
            )
        for channel in linked:
            links.link(write, customer, channel, address=str(customer.id), label=None, now=at)


def page(client: FlaskClient, address: str = "/dashboard/connect") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.get_data(as_text=True).split())


def test_the_link_is_the_merchants_own_and_opens_its_page(
    app: Flask, signed_in_client: FlaskClient, merchant: Merchant
) -> None:
    link = f"/connect/{tokens_of(app).sign(Purpose.CONNECT, 'biz_A')}"
    shown = page(signed_in_client)
    assert shown.count(f"http://localhost:3000{link}") == 3, "in its field and in both texts"
    assert signed_in_client.get(link).status_code == 200
    other = page(signed_in(app, "biz_B"))
    assert link not in other


def test_the_texts_are_in_the_language_that_was_chosen(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database
) -> None:
    assert "Telegram or Discord" in page(signed_in_client)
    with database.transaction() as write:
        write.get_one(Merchant, merchant.id).locale = "ru"
    assert "Telegram или Discord" in page(signed_in_client)
    assert "Telegram or Discord here" in page(signed_in_client, "/dashboard/connect?text=en")
    assert "Telegram или Discord" in page(signed_in_client, "/dashboard/connect?text=ru&lang=en")
    for odd in ("xx", "<script>", "__class__"):
        assert "{channels}" not in page(signed_in_client, f"/dashboard/connect?text={odd}")


def test_customers_are_counted_once_and_only_with_a_membership_of_this_merchant(
    app: Flask, signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    signed_in(app, "biz_B")
    at = clock.now()
    add(database, "biz_A", at=at, linked=("telegram", "discord"), memberships=2)
    add(database, "biz_A", at=at, linked=("discord",))
    add(database, "biz_A", at=at)
    add(database, "biz_A", at=at, memberships=3)
    add(database, "biz_A", at=at, linked=("telegram",), memberships=0)
    add(database, "biz_B", at=at, linked=("telegram",))
    with database.reading() as read:
        mine = read.get_one(Merchant, merchant.id)
        counted = reach(read, mine)
        assert (counted.customers, counted.linked, counted.share) == (4, 2, 0.5)
        assert reach_by_channel(read, mine) == {"discord": 2, "telegram": 1}
    shown = page(signed_in_client)
    assert "2 of 4 customers" in shown and "50%" in shown and "How this is counted" in shown
    assert "50% of customers can be reached beyond e-mail" in page(signed_in_client, "/dashboard")


def test_a_share_of_nobody_is_no_figure(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    assert "nobody to count" in page(signed_in_client)
    assert "beyond e-mail" not in page(signed_in_client, "/dashboard"), "Whop has not even spoken yet"
    with database.transaction() as write:
        seeded.event(write, owner=write.get_one(Merchant, merchant.id), at=clock.now())
    assert "nobody to count" in page(signed_in_client, "/dashboard")
    add(database, "biz_A", at=clock.now())
    assert "No customer has linked" in page(signed_in_client, "/dashboard")


def test_where_nothing_can_be_linked_the_page_says_what_to_switch_on(
    make_app: MakeApp, database: Database, clock: FixedClock
) -> None:
    client = signed_in(make_app(), "biz_A")
    shown = page(client)
    assert "ENABLE_TELEGRAM" in shown and "/connect/biz_A" not in shown
    with database.transaction() as write:
        seeded.event(write, owner=write.scalars(select(Merchant)).one(), at=clock.now())
    assert "beyond e-mail" not in page(client, "/dashboard")


def test_discord_is_promised_only_where_accounts_can_be_linked(make_app: MakeApp) -> None:
    half = {name: value for name, value in LINKING.items() if name != "DISCORD_CLIENT_SECRET"}
    shown = page(signed_in(make_app(**half), "biz_A"))
    assert "DISCORD_CLIENT_SECRET" in shown
    assert "Choose Telegram here" in shown and "Telegram or Discord here" not in shown


def test_a_hostile_name_of_the_shop_stays_out_of_the_texts_it_hands_out(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database
) -> None:
    with database.transaction() as write:
        write.get_one(Merchant, merchant.id).title = "</textarea><script>alert(1)</script>{link}"
    shown = page(signed_in_client)
    assert "<script>alert" not in shown and "</textarea><script>" not in shown


def test_a_visitor_is_led_to_sign_in(client: FlaskClient, database: Database) -> None:
    assert client.get("/dashboard/connect").status_code in (302, 303)
    with database.reading() as read:
        assert read.scalars(select(Customer)).all() == []
