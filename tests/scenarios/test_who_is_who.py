"""Whose payment it is may come out late: what forbids contact, and who leads the conversation, goes along."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.cases import commands
from app.db import Database
from app.models import Case, Customer
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.world import World

FRIDAY = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
MINUTES = timedelta(minutes=1)
HOURS = timedelta(hours=1)
DAYS = timedelta(days=1)
NAMELESS = {"user": None, "member_id": None}


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    clock.set(FRIDAY + timedelta(seconds=10))
    return World(database, clock)


def failed(world: World, **options: object) -> None:
    values = {"decline_code": "expired_card", "at": world.now, **options}
    world.hear(whop.payment_failed(**values))  # type: ignore[arg-type]


def again(world: World, **options: object) -> None:
    """The same payment fails once more, a little later."""
    world.clock.advance(10 * MINUTES)
    failed(world, payments_failed=2, **options)


def customers(world: World) -> list[Customer]:
    with world.database.reading() as session:
        return list(session.scalars(select(Customer).order_by(Customer.id)))


def test_who_opted_out_before_they_were_named_stays_out(world: World) -> None:
    failed(world, data=NAMELESS)
    with world.database.transaction() as session:
        assert commands.opt_out(session, session.scalars(select(Case)).one(), now=world.now)
    again(world, decline_code="insufficient_funds", email="another@example.com")
    world.pass_time(6 * DAYS)
    assert world.messages == []
    assert [(row.identity[:5], row.contact_stopped) for row in customers(world)] == [("user_", "opted_out")]


def test_a_case_that_moves_to_somebody_with_an_open_complaint_waits(world: World) -> None:
    world.hear(whop.resolution_center_case("created", at=FRIDAY))
    failed(world, data=NAMELESS)
    again(world)
    assert (world.case().state, world.case().reason) == ("paused", "complaint_open")
    world.pass_time(6 * DAYS)
    assert world.messages == []


def test_two_rows_that_turn_out_to_be_one_person_have_one_conversation(world: World) -> None:
    failed(world, payment_id="pay_a", data={"member_id": None})
    failed(world, payment_id="pay_b", membership_id="mem_b", data={"user": None})
    assert [case.leader_id for case in world.cases()] == [None, None]
    world.hear(whop.membership_updated(at=world.now + MINUTES))
    first, second = world.cases()
    assert (first.leader_id, second.leader_id) == (None, first.id)
    assert len(customers(world)) == 1
    world.pass_time(2 * HOURS)
    assert len(world.messages) == 1


def test_of_a_complaint_that_both_rows_know_the_newest_word_counts(world: World) -> None:
    world.hear(
        whop.resolution_center_case(
            "created", at=FRIDAY, data={"buyer": {"member_id": "mber_2VtN6cYx0KqWs"}}
        ),
        whop.resolution_center_case(
            "decided", is_open=False, at=FRIDAY + HOURS, data={"buyer": {"user_id": "user_4kQm2ZtR8aPwL"}}
        ),
    )
    failed(world)
    assert len(customers(world)) == 1
    assert world.case().state == "open"


def test_who_has_another_user_id_is_another_person(world: World) -> None:
    failed(world, payment_id="pay_a", user_id="user_A")
    failed(world, payment_id="pay_b", user_id="user_B", membership_id="mem_b")
    assert [row.identity for row in customers(world)] == ["user_A", "user_B"]
    assert len({case.customer_id for case in world.cases()}) == 2


def test_a_name_that_comes_at_the_same_moment_is_not_lost(world: World) -> None:
    failed(world, data={**NAMELESS, "customer_email": None})
    failed(world)
    assert world.case().customer_id == customers(world)[0].id
    world.pass_time(2 * HOURS)
    assert len(world.messages) == 1


def test_a_closed_case_stays_closed_although_its_payment_names_another_membership(world: World) -> None:
    failed(world)
    world.hear(whop.membership_deactivated(at=world.now + MINUTES))
    assert world.case().state == "lost"
    again(world, membership_id="mem_other")
    world.pass_time(6 * DAYS)
    assert (world.case().state, world.messages) == ("lost", [])


def test_a_new_decline_of_the_leader_changes_its_words_and_not_the_lead(world: World) -> None:
    failed(world, payment_id="pay_a")
    failed(world, payment_id="pay_b", membership_id="mem_b")
    world.pass_time(2 * HOURS)
    again(world, payment_id="pay_a", decline_code="generic_decline")
    first, second = world.cases()
    assert (first.leader_id, second.leader_id) == (None, first.id)
    world.pass_time(4 * DAYS + 12 * HOURS)
    assert {delivery.case_id for delivery in world.deliveries()} == {first.id}
    assert len(world.messages) == 3


def test_nobody_is_written_to_about_anything_once_the_account_holder_has_died(world: World) -> None:
    failed(world, payment_id="pay_a", decline_code="insufficient_funds")
    failed(world, payment_id="pay_b", membership_id="mem_b", decline_code="bank_account_holder_deceased")
    world.pass_time(6 * DAYS)
    assert world.messages == []
    assert [row.contact_stopped for row in customers(world)] == ["deceased"]
