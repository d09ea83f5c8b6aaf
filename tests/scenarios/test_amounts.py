"""Odd amounts and counters, from the event to the words that the customer reads."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.db import Database
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.world import World

FRIDAY = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
HOURS = timedelta(hours=1)
YEN = {"amount": "500", "currency": "jpy"}


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    clock.set(FRIDAY + timedelta(seconds=10))
    return World(database, clock)


def read_by_the_customer(world: World, **options: Any) -> str:
    world.hear(whop.payment_failed(decline_code="expired_card", at=FRIDAY, **options))
    world.pass_time(2 * HOURS)
    (message,) = world.messages
    return message.paragraphs[0]


@pytest.mark.parametrize(
    ("total", "currency", "said"),
    [
        ({"amount": "49.00", "currency": "usd"}, "usd", "Your payment of $49.00 for"),
        (YEN, "jpy", "Your payment of ¥500 for"),
        ({"amount": "4.9", "currency": "kwd"}, "kwd", "Your payment of KWD4.900 for"),
        ({"amount": "19.989999", "currency": "usd"}, "usd", "Your payment of $19.99 for"),
        ({"amount": "0", "currency": "usd"}, "usd", "Your payment for"),
        ({"amount": "-5", "currency": "usd"}, "usd", "Your payment for"),
        ({"amount": None, "currency": "usd"}, "usd", "Your payment for"),
        ({"amount": "49.00", "currency": "zzz"}, "zzz", "Your payment for"),
        (19.989999, "usd", "Your payment of $19.99 for"),
        (None, "usd", "Your payment for"),
        (49.0, None, "Your payment for"),
        ("49,00", "usd", "Your payment for"),
    ],
)
def test_an_amount_is_written_right_or_not_at_all(
    sqlite_database: Database, total: Any, currency: str | None, said: str
) -> None:
    world = World(sqlite_database, FixedClock(FRIDAY))
    assert read_by_the_customer(world, data={"total": total, "currency": currency}).startswith(said)


def test_a_refund_of_a_part_keeps_the_case_recovered_and_is_counted(world: World) -> None:
    world.hear(whop.payment_failed(at=FRIDAY), whop.payment_succeeded(at=FRIDAY + HOURS))
    world.hear(whop.refund_created(at=FRIDAY + 2 * HOURS, data={"amount": 10.0}))
    case = world.case()
    assert (case.state, case.amount_minor, case.taken_back_minor) == ("recovered", 4900, 1000)
    world.hear(whop.refund_created(at=FRIDAY + 3 * HOURS, data={"amount": 10.0, "status": "failed"}))
    assert world.case().taken_back_minor == 0


def test_a_dispute_that_is_won_gives_the_money_back(world: World) -> None:
    world.hear(whop.payment_failed(at=FRIDAY), whop.payment_succeeded(at=FRIDAY + HOURS))
    world.hear(whop.dispute_created(at=FRIDAY + 2 * HOURS))
    case = world.case()
    assert (case.state, case.reason, case.taken_back_minor) == ("reversed", "disputed", 4900)
    world.hear(whop.dispute_updated(status="won", at=FRIDAY + 9 * HOURS))
    assert (world.case().state, world.case().taken_back_minor) == ("recovered", 0)


def test_rising_attempts_update_the_counters_and_leave_the_plan_alone(world: World) -> None:
    world.hear(whop.payment_failed(at=FRIDAY))
    before = [(step.position, step.due_at) for step in world.steps()]
    for attempt in (2, 3):
        at = FRIDAY + attempt * HOURS
        world.hear(
            whop.payment_failed(at=at, payments_failed=attempt, data={"created_at": FRIDAY.isoformat()})
        )
    with world.database.reading() as session:
        payment = session.get_one(type(world.case()), world.case().id).payment
    assert (payment.payments_failed, payment.last_failed_at) == (3, FRIDAY + 3 * HOURS)
    assert [(step.position, step.due_at) for step in world.steps()] == before
