"""What each kind of fact changes, and that a second hearing changes nothing more."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.db import Database
from app.models import Attempt, Customer, Membership, Payment
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.world import World

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    return World(database, clock)


def rows(world: World, table: type[Any]) -> list[Any]:
    with world.database.reading() as session:
        return list(session.scalars(select(table).order_by(table.id)))


def reasons(world: World) -> list[str | None]:
    return [event.reason for event in world.events()]


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (whop.payment_created(), "charge_started"),
        (whop.payment_authorized(), "charge_started"),
        (whop.invoice("past_due"), "invoices_are_not_reminded"),
        (whop.setup_intent("succeeded"), "card_saved_without_charge"),
        (whop.payment_succeeded(), "nothing_had_failed"),
        (whop.payment_pending(), "nothing_had_failed"),
        (whop.payment_canceled(), "nothing_had_failed"),
        (whop.refund_created(), "nothing_had_failed"),
        (whop.dispute_created(), "nothing_had_failed"),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else "",
)
def test_what_needs_no_recovery_says_so_and_opens_nothing(
    world: World, event: whop.Event, reason: str
) -> None:
    world.hear(event)
    assert [(row.state, row.reason) for row in world.events()] == [("ignored", reason)]
    assert world.cases() == []


def test_a_member_event_brings_the_address_that_the_failure_lacked(world: World) -> None:
    world.hear(whop.payment_failed(email=None, at=world.now), whop.member("updated", at=world.now + HOUR))
    (customer,) = rows(world, Customer)
    assert (customer.email, customer.name) == ("dana.reyes@example.com", "Dana Reyes")
    assert reasons(world) == [None, None]


def test_older_contact_data_fills_gaps_but_replaces_nothing(world: World) -> None:
    world.hear(
        whop.payment_failed(name="New Name", at=world.now),
        whop.payment_failed(
            payment_id="pay_old", name="Old Name", email="old@example.com", at=world.now - DAY
        ),
    )
    (customer,) = rows(world, Customer)
    assert (customer.name, customer.email) == ("New Name", "dana.reyes@example.com")
    assert customer.seen_at == world.now.replace(microsecond=0)


def test_a_person_first_known_by_membership_alone_stays_one_person(world: World) -> None:
    world.hear(
        whop.payment_failed(at=world.now, data={"user": None}),
        whop.payment_failed(at=world.now + HOUR, payment_id="pay_2"),
    )
    (customer,) = rows(world, Customer)
    assert (customer.identity, customer.member_id) == ("user_4kQm2ZtR8aPwL", "mber_2VtN6cYx0KqWs")
    assert [case.customer_id for case in world.cases()] == [customer.id] * 2


def test_a_payment_that_names_nobody_is_a_person_of_its_own_until_it_does(world: World) -> None:
    nobody = {"user": None, "member_id": None, "customer_email": None}
    world.hear(whop.payment_failed(at=world.now, data=nobody))
    (customer,) = rows(world, Customer)
    assert customer.identity == "pay_9Jr3bXw7QeVnTk"
    world.hear(whop.payment_failed(at=world.now + HOUR, payments_failed=2))
    named = rows(world, Customer)[-1]
    assert (named.identity, world.case().customer_id) == ("user_4kQm2ZtR8aPwL", named.id)


def test_a_later_event_that_names_nobody_keeps_the_person(world: World) -> None:
    nobody = {"user": None, "member_id": None, "customer_email": None}
    world.hear(whop.payment_failed(at=world.now))
    before = world.case().customer_id
    world.hear(whop.payment_failed(at=world.now + HOUR, data=nobody))
    assert world.case().customer_id == before


@pytest.mark.parametrize("shape", ["pinned", "legacy"])
def test_the_merchants_title_is_kept_as_whop_last_said_it(world: World, shape: Any) -> None:
    world.hear(whop.membership_activated(at=world.now))
    world.hear(whop.payment_failed(at=world.now, shape=shape))
    with world.database.reading() as session:
        assert session.get_one(type(world.case()), world.case().id).merchant.title == "Options Lab"


def test_one_attempt_is_one_row_with_whoever_started_it(world: World) -> None:
    start = world.now.replace(microsecond=0)
    heard = [
        whop.payment_failed(at=start, next_attempt_at=start + DAY),
        whop.payment_failed(at=start, next_attempt_at=start + DAY, message_id="msg_copy"),
        whop.payment_failed(
            at=start + DAY + 10 * timedelta(minutes=1), payments_failed=2, next_attempt_at=start + 3 * DAY
        ),
        whop.payment_failed(at=start + 2 * DAY, payments_failed=3, decline_code="expired_card"),
        whop.payment_succeeded(at=start + 4 * DAY),
    ]
    world.hear(*heard)
    found = [(row.at - start, row.outcome, row.trigger, row.decline_code) for row in rows(world, Attempt)]
    assert found == [
        (timedelta(), "failed", "whop", "insufficient_funds"),
        (DAY + 10 * timedelta(minutes=1), "failed", "whop", "insufficient_funds"),
        (2 * DAY, "failed", "unknown", "expired_card"),
        (4 * DAY, "paid", "unknown", None),
    ]
    assert reasons(world)[1] == "already_known"


def test_the_decline_is_the_newest_failures_in_whatever_order_they_come(world: World) -> None:
    start = world.now
    events = {
        "first": whop.payment_failed(at=start),
        "second": whop.payment_failed(at=start + HOUR, payments_failed=2, decline_code="stolen_card"),
        "paid": whop.payment_succeeded(at=start + 2 * HOUR),
    }
    for number, order in enumerate((("first", "second", "paid"), ("paid", "second", "first"), ("paid", "first", "second"))):  # fmt: skip  # noqa: E501
        for name in order:
            event = {**events[name], "account_id": f"biz_{number}", "id": f"msg_{number}_{name}"}
            event["data"] = {**event["data"], "account_id": f"biz_{number}"}
            world.hear(event)
    assert [case.decline_class for case in world.cases()] == ["F"] * 3
    assert [case.state for case in world.cases()] == ["recovered"] * 3
    assert {(row.decline_code, row.amount_minor) for row in rows(world, Payment)} == {("stolen_card", 4900)}
    assert world.acts().count("merchant_alert") == 0


def test_a_decline_nobody_knows_is_told_to_the_merchant_once(world: World) -> None:
    world.hear(whop.payment_failed(at=world.now, decline_code="brand_new"))
    world.hear(whop.payment_failed(at=world.now + HOUR, decline_code="brand_new", payments_failed=2))
    assert (world.case().decline_class, world.acts().count("merchant_alert")) == ("U", 1)


def test_a_late_amount_is_taken_over(world: World) -> None:
    world.hear(whop.payment_failed(at=world.now, data={"total": None}))
    assert (world.case().amount_minor, world.case().currency) == (None, None)
    world.hear(whop.payment_failed(at=world.now + HOUR, amount="500", currency="jpy"))
    assert (world.case().amount_minor, world.case().currency) == (500, "jpy")


def test_a_membership_that_names_nobody_is_kept_for_whoever_turns_out_to_hold_it(world: World) -> None:
    world.hear(
        whop.membership_deactivated(
            at=world.now, data={"user": None, "user_id": None, "member_id": None, "member": None}
        )
    )
    (membership,) = rows(world, Membership)
    assert (reasons(world), membership.customer_id) == ([None], None)
    world.hear(whop.membership_updated(at=world.now + HOUR))
    assert rows(world, Membership)[0].customer_id is not None


def test_an_older_snapshot_of_a_membership_changes_nothing_but_an_ending_stays(world: World) -> None:
    world.hear(whop.payment_failed(at=world.now))
    world.hear(
        whop.membership_updated(at=world.now + 3 * HOUR, status="active"),
        whop.membership_deactivated(at=world.now + HOUR),
        whop.membership_updated(at=world.now + 2 * HOUR, status="trialing"),
    )
    (membership,) = rows(world, Membership)
    assert (membership.status, list(membership.endings.values())) == ("active", ["membership_ended"])
    assert reasons(world) == [None, None, None, "already_known"]
    assert (world.case().state, world.case().reason) == ("lost", "membership_ended")


def test_the_same_events_again_add_no_row_anywhere(world: World) -> None:
    events = [
        whop.payment_failed(at=world.now), whop.membership_updated(at=world.now),
        whop.resolution_center_case("created", at=world.now), whop.payment_pending(at=world.now + HOUR),
    ]  # fmt: skip
    world.hear(*events)
    before = (world.acts(), len(world.steps()))
    world.hear(*({**event, "id": f"{event['id']}_again"} for event in events))
    assert reasons(world)[4:] == ["already_known"] * 4
    assert (world.acts(), len(world.steps())) == before
    with world.database.reading() as session:
        for table, count in ((Payment, 1), (Customer, 1), (Membership, 1), (Attempt, 1)):
            assert session.scalar(select(func.count()).select_from(table)) == count
