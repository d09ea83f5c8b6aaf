"""Who is left to Whop alone hears nothing from here by any road, and stays in the group they were drawn into."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from app.cases import commands
from app.cases.arms import draw
from app.cases.standing import lock_case, reassess
from app.db import Database
from app.models import Case, Customer, Merchant, Step
from app.models.case import BACKFILL
from app.models.merchant import lock_merchant
from tests.support import seeded
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.world import RULES, World

FRIDAY = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
MINUTES = timedelta(minutes=1)
HOURS = timedelta(hours=1)
DAYS = timedelta(days=1)
EVERYBODY = replace(RULES, control_share=1.0)
NEARLY_NOBODY = replace(RULES, control_share=1e-9)
MEMBER = {"member_id": None}
NO_USER = {"user": None}


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    clock.set(FRIDAY + timedelta(seconds=10))
    return World(database, clock, rules=EVERYBODY)


def failed(world: World, **options: object) -> None:
    world.hear(whop.payment_failed(**{"decline_code": "expired_card", "at": world.now, **options}))  # type: ignore[arg-type]


def person(world: World) -> Customer:
    with world.database.reading() as session:
        return session.scalars(select(Customer)).one()


def drawn(world: World) -> list[tuple[str, float | None]]:
    return [(case.arm, case.draw_share) for case in world.cases()]


def act(world: World, command: object, **more: object) -> None:
    with world.database.transaction() as session:
        case = session.scalars(select(Case).order_by(Case.id)).first()
        command(session, case, actor="user:1", now=world.now, rules=world.rules)  # type: ignore[operator]


def test_they_are_drawn_before_anything_is_decided_and_nothing_is_planned(world: World) -> None:
    failed(world)
    assert drawn(world) == [("control", 1.0)]
    assert (person(world).arm, person(world).drawn_at) == ("control", world.now)
    assert world.steps() == []
    world.pass_time(20 * DAYS)
    assert (world.messages, world.case().state) == ([], "lost")


def test_no_road_leads_to_a_message(world: World) -> None:
    failed(world, payment_id="pay_a")
    failed(world, payment_id="pay_b", membership_id="mem_b")
    act(world, commands.hold)
    act(world, commands.resume)
    world.clock.advance(20 * MINUTES)
    failed(world, payment_id="pay_a", decline_code="insufficient_funds", payments_failed=2)
    world.hear(whop.payment_pending(payment_id="pay_a", at=world.now))
    world.clock.advance(HOURS)
    failed(world, payment_id="pay_a", payments_failed=3)
    world.hear(whop.resolution_center_case("created", at=world.now))
    world.hear(whop.resolution_center_case("decided", is_open=False, at=world.now + MINUTES))
    world.pass_time(DAYS)
    act(world, commands.close)
    world.pass_time(20 * DAYS)
    assert {arm for arm, _ in drawn(world)} == {"control"}
    assert (world.steps(), world.deliveries(), world.messages) == ([], [], [])


def test_a_step_that_is_there_all_the_same_is_refused_at_the_last_moment(world: World) -> None:
    failed(world)
    with world.database.transaction() as session:
        case = session.scalars(select(Case)).one()
        seeded.step(session, case, due_at=world.now, wording_key="card_data.first")
    assert world.send_due() == []
    (step,) = world.steps()
    assert (step.state, step.outcome_why) == ("skipped", {"code": "control_group"})
    assert (world.messages, world.deliveries()) == ([], [])


def test_the_merchant_is_told_as_always(world: World) -> None:
    failed(world, decline_code="bank_account_holder_deceased")
    assert world.case().arm == "control"
    assert "merchant_alert" in world.acts()


def test_money_that_comes_counts_as_always(world: World) -> None:
    failed(world)
    world.hear(whop.payment_succeeded(at=world.now + DAYS))
    assert (world.case().state, world.case().attribution) == ("recovered", "neither")


@pytest.mark.parametrize(("first", "later"), [(EVERYBODY, NEARLY_NOBODY), (NEARLY_NOBODY, EVERYBODY)])
def test_who_was_drawn_once_stays_whatever_share_comes_later(
    database: Database, clock: FixedClock, first: object, later: object
) -> None:
    clock.set(FRIDAY)
    world = World(database, clock, rules=first)  # type: ignore[arg-type]
    failed(world, payment_id="pay_a")
    was = world.cases()[0].arm
    world.rules = later  # type: ignore[assignment]
    world.hear(whop.payment_succeeded(payment_id="pay_a", at=world.now))
    world.pass_time(30 * DAYS)
    failed(world, payment_id="pay_b")
    assert [arm for arm, _ in drawn(world)] == [was, was]
    # They count once, with the payment that failed first.
    assert [share is None for _, share in drawn(world)] == [False, True]


def test_without_a_share_nobody_is_drawn(database: Database, clock: FixedClock) -> None:
    world = World(database, clock)
    failed(world)
    assert (drawn(world), person(world).arm) == ([("treated", None)], None)
    assert world.steps()


def test_the_merchants_own_share_counts_before_the_installs(world: World) -> None:
    failed(world, payment_id="pay_a", user_id="user_A")
    with world.database.transaction() as session:
        session.execute(update(Merchant).values(control_share=0.0))
    failed(world, payment_id="pay_b", user_id="user_B", membership_id="mem_b")
    assert drawn(world) == [("control", 1.0), ("treated", None)]


def test_the_first_ones_are_drawn_half_and_half_and_then_the_share_counts(world: World) -> None:
    world.rules = RULES
    failed(world, payment_id="pay_0", user_id="user_0")
    with world.database.transaction() as session:
        session.execute(update(Merchant).values(launch_cases=8))
    for number in range(1, 12):
        failed(world, payment_id=f"pay_{number}", user_id=f"user_{number}", membership_id=f"mem_{number}")
    assert [share for _, share in drawn(world)] == [None, *[0.5] * 8, None, None, None]
    with world.database.reading() as session:
        assert session.scalars(select(Merchant.launch_drawn)).one() == 8


def test_who_is_in_the_middle_of_a_conversation_is_drawn_with_a_later_case(world: World) -> None:
    world.rules = RULES
    failed(world, payment_id="pay_a")
    world.rules = EVERYBODY
    failed(world, payment_id="pay_b", membership_id="mem_b")
    assert drawn(world) == [("treated", None)] * 2
    world.hear(*(whop.payment_succeeded(payment_id=name, at=world.now) for name in ("pay_a", "pay_b")))
    failed(world, payment_id="pay_c", membership_id="mem_c")
    assert drawn(world)[2] == ("control", 1.0)


def test_what_was_learnt_from_before_is_drawn_by_nobody(world: World) -> None:
    failed(world)
    with world.database.transaction() as session:
        merchant = session.scalars(select(Merchant)).one()
        session.execute(update(Customer).values(arm=None, drawn_at=None))
        case = Case(customer_id=person(world).id, origin=BACKFILL)
        draw(session, merchant, case, now=world.now, rules=EVERYBODY)
    assert (case.arm, case.draw_share, person(world).arm) == (None, None, None)


def two_rows(world: World, *, first: object, second: object) -> None:
    """One person, known by the user id alone and then by the member id alone, before anybody sees it."""
    world.rules = first  # type: ignore[assignment]
    failed(world, payment_id="pay_a", data=MEMBER)
    world.clock.advance(MINUTES)
    world.rules = second  # type: ignore[assignment]
    failed(world, payment_id="pay_b", membership_id="mem_b", data=NO_USER)
    world.clock.advance(MINUTES)


def test_two_rows_of_one_person_end_in_the_group_of_the_earlier_draw_control(world: World) -> None:
    two_rows(world, first=EVERYBODY, second=NEARLY_NOBODY)
    assert [arm for arm, _ in drawn(world)] == ["control", "treated"]
    world.hear(whop.membership_updated(at=world.now))
    assert (drawn(world), person(world).arm) == ([("control", 1.0), ("control", None)], "control")
    assert {step.state for step in world.steps()} == {"cancelled"}
    assert {step.outcome_why["code"] for step in world.steps() if step.outcome_why} == {"control_group"}
    world.pass_time(6 * DAYS)
    assert world.messages == []
    assert "arm_followed" in world.acts()


def test_two_rows_of_one_person_end_in_the_group_of_the_earlier_draw_treated(world: World) -> None:
    two_rows(world, first=NEARLY_NOBODY, second=EVERYBODY)
    assert [arm for arm, _ in drawn(world)] == ["treated", "control"]
    world.hear(whop.membership_updated(at=world.now))
    assert (drawn(world), person(world).arm) == ([("treated", 1e-9), ("treated", None)], "treated")
    world.pass_time(6 * DAYS)
    # One conversation, as for anybody.
    assert len(world.messages) == 3


def test_a_row_that_was_never_drawn_takes_the_others_group(world: World) -> None:
    two_rows(world, first=RULES, second=EVERYBODY)
    world.hear(whop.membership_updated(at=world.now))
    assert drawn(world) == [("control", None), ("control", 1.0)]
    world.pass_time(6 * DAYS)
    assert world.messages == []


def moved(world: World, *, to: int | None) -> None:
    """The first case's payment turns out to be somebody else's; None: of a person nobody has seen."""
    with world.database.transaction() as session:
        case = session.scalars(select(Case).order_by(Case.id)).first()
        assert case is not None
        lock_merchant(session, case.merchant_id)
        lock_case(session, case)
        if to is None:
            other = Customer(
                merchant_id=case.merchant_id, identity="user_new", complaints={}, seen_at=world.now,
                created_at=world.now,
            )  # fmt: skip
            session.add(other)
            session.flush()
            to = other.id
        case.payment.customer_id = to
        reassess(session, case, now=world.now, rules=world.rules)


def test_a_case_that_moves_to_somebody_new_brings_its_draw_along(world: World) -> None:
    failed(world)
    moved(world, to=None)
    with world.database.reading() as session:
        assert [row.arm for row in session.scalars(select(Customer).order_by(Customer.id))] == ["control"] * 2
    assert drawn(world) == [("control", 1.0)]


def test_a_case_that_moves_to_somebody_drawn_goes_by_their_group(world: World) -> None:
    world.rules = NEARLY_NOBODY
    failed(world, payment_id="pay_a", user_id="user_A", data={"member_id": "mber_A"})
    assert world.steps()
    world.rules = EVERYBODY
    failed(world, payment_id="pay_b", user_id="user_B", membership_id="mem_b", data={"member_id": "mber_B"})
    moved(world, to=world.cases()[1].customer_id)
    assert drawn(world) == [("control", None), ("control", 1.0)]
    assert {step.state for step in world.steps()} == {"cancelled"}
    world.pass_time(6 * DAYS)
    assert world.messages == []


def test_a_step_planned_by_an_earlier_release_is_not_sent_either(world: World) -> None:
    world.rules = RULES
    failed(world)
    with world.database.transaction() as session:
        session.execute(update(Case).values(arm="control"))
    world.pass_time(6 * DAYS)
    assert world.messages == []
    with world.database.reading() as session:
        assert set(session.scalars(select(Step.state))) == {"skipped"}
