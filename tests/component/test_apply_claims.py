"""Disputes and complaints: whom they silence, for how long, and in whatever order they are heard."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.db import Database
from app.models import Customer
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.world import World

HOUR = timedelta(hours=1)


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    return World(database, clock)


def rows(world: World, table: type[Any]) -> list[Any]:
    with world.database.reading() as session:
        return list(session.scalars(select(table).order_by(table.id)))


def reasons(world: World) -> list[str | None]:
    return [event.reason for event in world.events()]


def test_a_dispute_stops_all_contact_with_the_person(world: World) -> None:
    world.hear(whop.payment_failed(at=world.now))
    world.hear(whop.payment_failed(at=world.now + HOUR / 2, payment_id="pay_2"))
    world.hear(whop.dispute_created(at=world.now + HOUR, payment_id="pay_2"))
    first, second = world.cases()
    assert (first.state, second.state, second.reason) == ("open", "lost", "disputed")
    assert [step.state for step in world.steps()] == ["cancelled"] * 3
    assert (world.steps()[0].outcome_why or {}) == {"code": "contact_stopped", "cause": "disputed"}
    world.hear(whop.payment_failed(at=world.now + 2 * HOUR, payment_id="pay_3"))
    assert len(world.steps()) == 3
    assert rows(world, Customer)[0].contact_stopped == "disputed"


def test_a_dispute_that_names_nobody_finds_the_person_by_the_payment(world: World) -> None:
    world.hear(whop.payment_failed(at=world.now))
    world.hear(whop.dispute_alert_created(at=world.now + HOUR))
    assert rows(world, Customer)[0].contact_stopped == "disputed"
    assert world.case().reason == "disputed"


def test_a_dispute_that_comes_before_its_payment_stops_contact_all_the_same(world: World) -> None:
    world.hear(whop.payment_failed(at=world.now, payment_id="pay_2"))
    world.hear(whop.dispute_alert_created(at=world.now + HOUR))
    assert {step.state for step in world.steps()} == {"planned"}
    world.hear(whop.payment_failed(at=world.now))
    assert [(case.state, case.reason) for case in world.cases()] == [
        ("open", "collecting"),
        ("lost", "disputed"),
    ]
    assert [step.state for step in world.steps()] == ["cancelled"] * 3
    assert rows(world, Customer)[0].contact_stopped == "disputed"


@pytest.mark.parametrize("data", [{"payment_id": None, "payment": None, "buyer": None}, {"buyer": None}])
def test_a_dispute_about_nothing_that_we_know_is_no_error(world: World, data: dict[str, Any]) -> None:
    world.hear(whop.dispute_created(at=world.now, data=data))
    assert (reasons(world), rows(world, Customer)) == (["nothing_had_failed"], [])


def test_a_dispute_about_the_person_alone_stops_contact(world: World) -> None:
    world.hear(whop.payment_failed(at=world.now))
    world.hear(whop.dispute_created(at=world.now + HOUR, data={"payment": None, "payment_id": None}))
    assert (world.case().state, [step.state for step in world.steps()]) == ("open", ["cancelled"] * 3)


def test_a_complaint_pauses_every_case_of_the_person_until_the_last_is_decided(world: World) -> None:
    world.hear(whop.payment_failed(at=world.now), whop.payment_failed(at=world.now, payment_id="pay_2"))
    opened = whop.resolution_center_case("created", at=world.now + HOUR)
    decided = whop.resolution_center_case("decided", is_open=False, at=world.now + 3 * HOUR)
    other = whop.resolution_center_case("created", at=world.now + 2 * HOUR, data={"id": "reso_other"})
    world.hear(opened, other, decided)
    assert {case.reason for case in world.cases()} == {"complaint_open"}
    late = whop.resolution_center_case("updated", at=world.now + 2 * HOUR)
    world.hear(late, whop.resolution_center_case("decided", is_open=False, at=world.now + 4 * HOUR, data={"id": "reso_other"}))  # fmt: skip  # noqa: E501
    assert {case.state for case in world.cases()} == {"open"}
    assert reasons(world)[-2:] == ["already_known", None]


def test_a_complaint_finds_its_person_by_the_payment_or_says_that_it_names_nobody(world: World) -> None:
    nameless = {"buyer": None}
    world.hear(whop.resolution_center_case("created", at=world.now, data=nameless))
    world.hear(whop.payment_failed(at=world.now))
    world.hear(whop.resolution_center_case("updated", at=world.now + HOUR, data=nameless))
    nothing = {**nameless, "payment": None, "payment_id": None}
    world.hear(whop.resolution_center_case("updated", at=world.now + 2 * HOUR, data=nothing))
    assert reasons(world) == ["names_nobody", None, None, "names_nobody"]
    assert world.case().reason == "complaint_open"
