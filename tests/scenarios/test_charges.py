"""What goes wrong elsewhere around a second charge: whose attempt it was, and what is done when nobody knows."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.db import Database
from app.models import Attempt
from tests.support import whop_events as whop
from tests.support.at_whop import PAYMENT, AtWhop, at_whop
from tests.support.clock import FixedClock
from tests.support.json_peer import Reply

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
CHARGE = f"POST /payments/{PAYMENT}/retry"


@pytest.fixture
def shop(database: Database, clock: FixedClock) -> Iterator[AtWhop]:
    with at_whop(database, clock) as found:
        yield found


def test_a_customer_who_tries_card_after_card_spends_nothing_of_ours_and_loses_no_day(shop: AtWhop) -> None:
    shop.fail("processing_error")
    for number in range(2, 7):
        shop.now_is(shop.clock.now() + 5 * MINUTE)
        event = whop.payment_failed(
            decline_code="processing_error", payments_failed=number, at=shop.clock.now()
        )
        shop.api.add(event["data"])
        shop.world.hear(event)
    with shop.world.database.reading() as session:
        triggers = session.scalars(select(Attempt.trigger).order_by(Attempt.at)).all()
    assert (len(triggers), set(triggers[1:])) == (6, {"unknown"})
    assert (shop.world.case().state, shop.world.retry().state) == ("open", "planned")
    shop.now_is(shop.world.retry().due_at)
    shop.world.charge_due()
    assert (len(shop.api.charges), shop.world.retry().state) == (1, "taken")


def test_money_of_a_charge_whose_answer_was_lost_is_found_before_the_next_message(shop: AtWhop) -> None:
    shop.fail("processing_error")
    shop.now_is(shop.world.retry().due_at)
    shop.api.replies[CHARGE.replace("POST /", "POST /api/v1/")] = Reply(500, {})
    shop.world.charge_due()
    assert shop.world.retry().state == "unknown"
    shop.payment_is(status="paid", substatus="succeeded", retryable=False)
    shop.now_is(shop.world.steps()[0].due_at)
    shop.world.send_due()
    assert (shop.world.case().state, shop.world.messages) == ("recovered", [])
    shop.world.pass_time(130 * HOUR)
    assert shop.asked.count(CHARGE) == 1
