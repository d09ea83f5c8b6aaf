"""The merchant's switch: cases that are running follow it at once, others are left alone."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.cases.charge_switch import switch_charges
from app.db import Database
from app.models import Merchant
from tests.support.at_whop import AtWhop, at_whop
from tests.support.clock import FixedClock


@pytest.fixture
def shop(database: Database, clock: FixedClock) -> Iterator[AtWhop]:
    with at_whop(database, clock) as found:
        found.fail("processing_error")
        yield found


def switch(at: AtWhop, *, on: bool) -> bool:
    with at.world.database.transaction() as session:
        merchant = session.scalars(select(Merchant)).one()
        now, rules = at.clock.now(), at.world.rules
        return switch_charges(session, merchant, on=on, actor="user:1", now=now, rules=rules)


def test_running_cases_follow_the_switch_both_ways(shop: AtWhop) -> None:
    due_at = shop.world.retry().due_at
    assert switch(shop, on=False)
    assert (shop.world.retry().state, shop.world.retry().why["code"]) == ("kept", "retry_switched_off")
    assert not switch(shop, on=False)
    assert switch(shop, on=True)
    assert (shop.world.retry().state, shop.world.retry().due_at) == ("planned", due_at)


def test_a_charge_that_is_spent_stays_so(shop: AtWhop) -> None:
    shop.now_is(shop.world.retry().due_at)
    shop.world.charge_due()
    switch(shop, on=False)
    assert shop.world.retry().state == "taken"


def test_cases_past_the_five_days_are_left_alone(shop: AtWhop) -> None:
    shop.now_is(shop.clock.now() + timedelta(days=6))
    switch(shop, on=False)
    assert shop.world.retry().state == "planned"
