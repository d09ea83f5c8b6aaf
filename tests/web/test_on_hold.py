"""While the install is on hold, every page says so and what of the merchant's own waits."""

from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.db import Database
from app.hold import put_on
from app.models import Merchant
from tests.support import seeded
from tests.support.clock import FixedClock
from tests.web.conftest import signed_in


def test_each_page_says_that_nothing_goes_out_and_lists_the_merchants_own(
    own_app: Flask, database: Database, clock: FixedClock
) -> None:
    clients = {biz_id: signed_in(own_app, biz_id) for biz_id in ("biz_A", "biz_B")}
    with database.transaction() as write:
        put_on(write, wall=clock.wall())
        owner = write.scalars(select(Merchant).where(Merchant.biz_id == "biz_A")).one()
        case = seeded.case(write, owner, at=clock.now())
        seeded.step(write, case, due_at=clock.now())
        seeded.step(write, case, position=2, due_at=clock.now() + timedelta(hours=1))
        number = case.id
    mine, theirs = (page(client, "/dashboard/settings") for client in clients.values())
    assert "has put it on hold" in mine and "1 thing of yours would go out now" in mine
    assert mine.count(f'href="/dashboard/cases/{number}"') == 1
    assert (
        "Nothing of yours waits" in theirs
        and "/dashboard/cases/" not in theirs.partition("<h1")[0].partition("alert")[2]
    )


def test_no_page_speaks_of_a_hold_that_is_none(signed_in_client: FlaskClient) -> None:
    assert "autocharge release" not in page(signed_in_client, "/dashboard")


def page(client: FlaskClient, address: str) -> str:
    return " ".join(client.get(address).get_data(as_text=True).split())
