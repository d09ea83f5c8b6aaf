"""The fresh look before a reminder: each answer with its reason, judged on rows as they are now."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from app.db import Database
from app.delivery.gate import Drop, Go, PutOff, Skip, StopCase, Verdict, look
from app.delivery.routing import Route
from app.delivery.suppression import suppress
from app.models import Case, Customer, Membership, Merchant, Step
from app.recovery.machine import CaseReason
from app.recovery.reasons import Reason, Why
from tests.support import seeded
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.world import World

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
CHANNELS = frozenset({"email"})
ADDRESS = "dana.reyes@example.com"
BY_MAIL = Route("email", ADDRESS, Reason(Why.CHANNEL_USUAL, {"channel": "email"}))


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    """One case of an expired card, its first reminder due now."""
    world = World(database, clock)
    world.hear(whop.payment_failed(decline_code="expired_card", at=clock.now()))
    clock.set(world.steps()[0].due_at)
    return world


def set_all(world: World, table: type[Any], **values: object) -> None:
    with world.database.transaction() as session:
        session.execute(update(table).values(**values))


def verdict(world: World, *, at: datetime | None = None, channels: frozenset[str] = CHANNELS) -> Verdict:
    """On the case's first step."""
    with world.database.transaction() as session:
        case = session.get_one(Case, world.cases()[0].id)
        step = session.get_one(Step, world.steps()[0].id)
        return look(session, case, step, now=at or world.now, channels=channels, down={})


def contacted(world: World, at: datetime, *, outcome: str = "sent") -> None:
    """A message about another payment of the same person."""
    with world.database.transaction() as session:
        merchant = session.get_one(Merchant, world.cases()[0].merchant_id)
        other = seeded.case(session, merchant, at=at, state="lost", reason="voided")
        other.customer_id = world.cases()[0].customer_id
        session.flush()
        sent = seeded.step(session, other, due_at=at)
        seeded.delivery(session, sent, at=at, outcome=outcome)


def test_a_step_that_nothing_forbids_goes_to_the_customers_address(world: World) -> None:
    assert verdict(world) == Go(BY_MAIL)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"state": "paused", "reason": "held_by_merchant"}, Reason(Why.CASE_WAITS, {"cause": "held_by_merchant"})),
        ({"state": "pending", "reason": "clearing"}, Reason(Why.CASE_WAITS, {"cause": "clearing"})),
    ],
)  # fmt: skip
def test_a_case_that_waits_drops_its_step(world: World, values: dict[str, str], why: Reason) -> None:
    set_all(world, Case, **values)
    assert verdict(world) == Drop(why)


def test_a_closed_case_drops_its_step(world: World) -> None:
    set_all(world, Case, state="recovered", reason="paid", closed_at=world.now)
    assert verdict(world) == Drop(Reason(Why.CASE_CLOSED, {"cause": "paid"}))


def test_a_person_who_wants_no_contact_gets_none(world: World) -> None:
    set_all(world, Customer, contact_stopped="opted_out")
    assert verdict(world) == Drop(Reason(Why.CONTACT_STOPPED, {"cause": "opted_out"}))


@pytest.mark.parametrize(
    ("status", "cancels", "expected"),
    [
        ("canceled", False, StopCase(CaseReason.MEMBERSHIP_ENDED)),
        ("expired", False, StopCase(CaseReason.MEMBERSHIP_ENDED)),
        ("completed", False, StopCase(CaseReason.MEMBERSHIP_ENDED)),
        ("canceling", False, StopCase(CaseReason.CUSTOMER_CANCELED)),
        ("past_due", True, StopCase(CaseReason.CUSTOMER_CANCELED)),
        ("past_due", False, Go(BY_MAIL)),
        ("active", False, Go(BY_MAIL)),
        ("unknown", False, Go(BY_MAIL)),
    ],
)
def test_a_customer_who_has_left_stops_the_case(
    world: World, status: str, cancels: bool, expected: Verdict
) -> None:
    world.hear(whop.membership_updated(at=world.now - 9 * HOUR))
    set_all(world, Membership, status=status, cancel_at_period_end=cancels)
    assert verdict(world) == expected


@pytest.mark.parametrize(
    ("late", "expected"),
    [
        (48 * HOUR, Go(BY_MAIL)),
        (48 * HOUR + MINUTE, Skip(Reason(Why.TOO_LATE, {"hours": 48}))),
        (71 * HOUR, Skip(Reason(Why.TOO_LATE, {"hours": 71}))),
    ],
)
def test_a_step_more_than_two_days_late_is_not_sent(world: World, late: timedelta, expected: Verdict) -> None:
    assert verdict(world, at=world.now + late) == expected


def test_nothing_is_sent_from_the_end_of_the_five_days_on(world: World) -> None:
    end = world.case().opened_at + 120 * HOUR
    set_all(world, Step, due_at=end - HOUR, planned_at=end - HOUR)
    assert verdict(world, at=end - MINUTE) == Go(BY_MAIL)
    assert verdict(world, at=end) == Skip(Reason(Why.PAST_CUTOFF))


@pytest.mark.parametrize("outcome", ["sent", "unknown", "in_flight"])
def test_a_step_waits_for_the_gap_after_any_message_that_may_have_arrived(world: World, outcome: str) -> None:
    last = world.now - 12 * HOUR
    contacted(world, last, outcome=outcome)
    why = Reason(Why.TOO_SOON_AFTER_LAST, {"last": last.isoformat()})
    assert verdict(world) == PutOff(last + 18 * HOUR, why)


@pytest.mark.parametrize("outcome", ["retry", "gave_up"])
def test_a_message_that_did_not_arrive_costs_no_gap(world: World, outcome: str) -> None:
    contacted(world, world.now - HOUR, outcome=outcome)
    assert verdict(world) == Go(BY_MAIL)


def test_a_gap_that_would_end_after_the_five_days_skips_the_step(world: World) -> None:
    end = world.case().opened_at + 120 * HOUR
    set_all(world, Step, due_at=end - HOUR, planned_at=end - HOUR)
    contacted(world, end - 2 * HOUR)
    found = verdict(world, at=end - HOUR)
    assert isinstance(found, Skip) and found.why.code is Why.TOO_SOON_AFTER_LAST


def test_the_day_of_the_gap_is_the_customers_else_the_merchants(world: World) -> None:
    set_all(world, Step, due_at=world.now + 24 * HOUR, planned_at=world.now + 24 * HOUR)
    contacted(world, datetime.fromisoformat("2026-11-20T23:30+00:00"))
    at = datetime.fromisoformat("2026-11-21T20:00+00:00")
    assert verdict(world, at=at) == Go(BY_MAIL)
    set_all(world, Merchant, zone="Pacific/Kiritimati")
    assert verdict(world, at=at) == Go(BY_MAIL)
    set_all(world, Merchant, zone="Europe/Berlin")
    found = verdict(world, at=at)
    assert isinstance(found, PutOff)
    assert found.until == datetime.fromisoformat("2026-11-22T08:00+00:00")
    set_all(world, Customer, zone="UTC")
    assert verdict(world, at=at) == Go(BY_MAIL)


def test_a_channel_that_is_not_there_skips_the_step(world: World) -> None:
    assert verdict(world, channels=frozenset({"telegram"})) == Skip(
        Reason(Why.NO_CHANNEL, {"channel": "email"})
    )


@pytest.mark.parametrize("email", [None, ""])
def test_without_an_address_the_step_is_skipped(world: World, email: str | None) -> None:
    set_all(world, Customer, email=email)
    assert verdict(world) == Skip(Reason(Why.NO_ADDRESS, {"channel": "email"}))


@pytest.mark.parametrize(
    ("channel", "address", "blocked"),
    [
        ("email", ADDRESS, True),
        ("email", f" {ADDRESS.upper()} ", True),
        ("telegram", ADDRESS, False),
        ("email", "somebody.else@example.com", False),
    ],
)
def test_a_suppressed_address_is_skipped_however_it_is_written(
    world: World, channel: str, address: str, blocked: bool
) -> None:
    with world.database.transaction() as session:
        merchant = session.get_one(Merchant, world.case().merchant_id)
        for reason in ("smtp_550", "later"):
            suppress(session, merchant, channel=channel, address=address, reason=reason, now=world.now)
    skipped = Skip(Reason(Why.SUPPRESSED, {"channel": "email", "cause": "smtp_550"}))
    assert verdict(world) == (skipped if blocked else Go(BY_MAIL))


def test_one_merchants_suppression_is_not_anothers(world: World) -> None:
    with world.database.transaction() as session:
        other = seeded.merchant(session, "biz_other", now=world.now)
        suppress(session, other, channel="email", address=ADDRESS, reason="smtp_550", now=world.now)
    assert verdict(world) == Go(BY_MAIL)


def test_a_channel_that_rests_puts_the_step_off_until_it_is_back(world: World) -> None:
    with world.database.transaction() as session:
        case = session.get_one(Case, world.cases()[0].id)
        step = session.get_one(Step, world.steps()[0].id)
        until = world.now + 3 * MINUTE
        found = look(session, case, step, now=world.now, channels=CHANNELS, down={"email": until})
    assert found == PutOff(until, Reason(Why.CHANNEL_DOWN, {"channel": "email"}))
