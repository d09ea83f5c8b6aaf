"""Events in any order and doubled, through the real inbox, end where the clean order ends."""

import random as randomness
import shutil
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from structlog.testing import capture_logs

from app.db import Database
from app.models import Attempt, Case, Customer, Merchant, Payment, Step
from tests.properties.lively import (
    HOUR,
    PATIENCE,
    REAL_CODES,
    START,
    Told,
    events_about,
    fresh_database,
    how_many,
)
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.world import World

pytestmark = PATIENCE

# A test card never turns into a real one in the middle of a payment.
histories = st.lists(st.tuples(events_about("pay_1", REAL_CODES), st.integers(0, 60)), min_size=1, max_size=7)


def at_shop(event: whop.Event, biz_id: str, number: int) -> whop.Event:
    """The same event of another merchant, so that two orders can be told to one database."""
    return {**event, "account_id": biz_id, "id": f"msg_{biz_id}_{number}"}


def account(database: Database, biz_id: str) -> dict[str, object]:
    """Everything at one merchant that must not depend on the order of events."""
    with database.reading() as session:
        merchant = session.scalars(select(Merchant).where(Merchant.biz_id == biz_id)).one_or_none()
        if merchant is None:
            return {}
        cases = session.scalars(select(Case).where(Case.merchant_id == merchant.id)).all()
        payments = session.scalars(select(Payment).where(Payment.merchant_id == merchant.id)).all()
        people = session.scalars(select(Customer).where(Customer.merchant_id == merchant.id)).all()
        waiting = (
            select(Step).join(Case).where(Case.merchant_id == merchant.id, Step.state == "planned")
        ).order_by(Step.due_at)
        attempts = select(Attempt).join(Payment).where(Payment.merchant_id == merchant.id)
        return {
            "cases": [
                (case.state, case.reason, case.decline_class, case.amount_minor, case.opened_at,
                 case.recovered_at, case.taken_back_minor, case.attribution, case.closed_at is None)
                for case in cases
            ],
            "payments": [
                (row.decline_code, row.refunds, row.disputes, row.paid_at, row.failed_at, row.last_failed_at)
                for row in payments
            ],
            "people": sorted((row.identity, row.contact_stopped, str(row.complaints)) for row in people),
            "steps": [(step.wording_key, step.due_at) for step in session.scalars(waiting)],
            "attempts": sorted((row.at, row.outcome, row.decline_code or "") for row in session.scalars(attempts)),
        }  # fmt: skip


def told(world: World, biz_id: str, events: list[whop.Event]) -> None:
    world.hear(*(at_shop(event, biz_id, number) for number, event in enumerate(events)))


def as_it_happened(history: list[tuple[Told, int]]) -> list[whop.Event]:
    """In the order of time, one event a moment (which of two is newer is nobody's promise), and with
    failures counted and dated by the first of them, as Whop does."""
    times = [START + hours * HOUR + timedelta(minutes=number) for number, (_, hours) in enumerate(history)]
    pairs = sorted(zip(times, (tell for tell, _ in history), strict=True), key=lambda pair: pair[0])
    events = [tell(at) for at, tell in pairs]
    failures = [event["data"] for event in events if event["type"] == "payment.failed"]
    for number, data in enumerate(failures, start=1):
        data["payments_failed"], data["created_at"] = number, failures[0]["last_payment_attempt_at"]
    return events


@how_many(40, 150)
@given(histories, st.integers(0, 2**32))
def test_any_order_of_events_doubled_ends_like_the_clean_order(
    history: list[tuple[Told, int]], seed: int
) -> None:
    clean = as_it_happened(history)
    mixed = clean * 2
    randomness.Random(seed).shuffle(mixed)
    database, folder = fresh_database()
    try:
        with capture_logs():
            world = World(database, FixedClock(START + 61 * HOUR))
            told(world, "biz_clean", clean)
            told(world, "biz_mixed", mixed)
            assert account(database, "biz_mixed") == account(database, "biz_clean")
            assert {row.state for row in world.events()} <= {"done", "ignored"}
    finally:
        database.close()
        shutil.rmtree(folder)
