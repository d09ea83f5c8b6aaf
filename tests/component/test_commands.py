"""What people do to a case: it is done once, under the case's lock, and leaves a line with who did it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.cases import commands
from app.db import Database
from app.models import Audit, Case, Customer, Visit
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.world import World

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    """One case with a quiet first day."""
    world = World(database, clock)
    world.hear(whop.payment_failed(at=clock.now()))
    return world


def told(world: World, command: str, *, case_number: int = 0, actor: str = "user:7") -> bool:
    """Give the command as a page would: one transaction."""
    with world.database.transaction() as session:
        case = session.get_one(Case, world.cases()[case_number].id)
        if command == "opt_out":
            return commands.opt_out(session, case, now=world.now)
        act = {"hold": commands.hold, "resume": commands.resume, "close": commands.close}[command]
        return act(session, case, actor=actor, now=world.now, rules=world.rules) is None


def lines(world: World, action: str) -> list[str]:
    with world.database.reading() as session:
        return list(session.scalars(select(Audit.actor).where(Audit.action == action).order_by(Audit.id)))


def states(world: World) -> list[str]:
    return [step.state for step in world.steps()]


def test_a_held_case_is_silent_until_it_is_resumed(world: World) -> None:
    assert told(world, "hold")
    case = world.case()
    assert (case.state, case.reason, case.held, case.closed_at) == ("paused", "held_by_merchant", True, None)
    assert states(world) == ["cancelled"] * 3
    assert {(step.outcome_why or {})["code"] for step in world.steps()} == {"case_waits"}
    world.pass_time(2 * DAY)
    assert world.messages == []
    assert told(world, "resume")
    assert (world.case().state, world.case().held) == ("open", False)
    world.pass_time(4 * DAY)
    assert len(world.messages) == 3
    assert [step.position for step in world.steps()] == [1, 2, 3, 4, 5, 6]
    assert lines(world, "case_held") == lines(world, "case_resumed") == ["user:7"]


def test_resuming_goes_on_where_the_conversation_stood(world: World) -> None:
    world.pass_time(25 * HOUR)
    told(world, "hold")
    told(world, "resume")
    world.pass_time(5 * DAY)
    sent = [step.wording_key for step in world.steps() if step.state == "sent"]
    assert sent == ["funds.first", "funds.second", "funds.last"]


def test_holding_twice_and_resuming_what_is_not_held_do_nothing(world: World) -> None:
    assert not told(world, "resume")
    assert [told(world, "hold") for _ in range(2)] == [True, False]
    assert [told(world, "resume") for _ in range(2)] == [True, False]
    assert (len(lines(world, "case_held")), len(lines(world, "case_resumed"))) == (1, 1)


def test_money_ends_a_held_case(world: World) -> None:
    told(world, "hold")
    world.hear(whop.payment_succeeded(at=world.now + HOUR))
    assert (world.case().state, world.case().reason) == ("recovered", "paid")
    assert not told(world, "resume")


def test_a_closed_case_is_lost_and_silent_and_nothing_more_can_be_done_to_it(world: World) -> None:
    assert told(world, "close", actor="user:3")
    case = world.case()
    assert (case.state, case.reason, case.closed_at) == ("lost", "closed_by_merchant", world.now)
    assert states(world) == ["cancelled"] * 3
    assert [told(world, name) for name in ("close", "hold", "resume")] == [False] * 3
    world.pass_time(6 * DAY)
    assert world.messages == []
    assert lines(world, "case_closed_by_merchant") == ["user:3"]


def test_a_later_failure_does_not_open_a_closed_case_but_money_still_wins(world: World) -> None:
    told(world, "close")
    closed_at = world.case().closed_at
    world.hear(whop.payment_failed(at=world.now + HOUR, payments_failed=2))
    assert (world.case().state, states(world)) == ("lost", ["cancelled"] * 3)
    world.hear(whop.payment_succeeded(at=world.now + DAY))
    case = world.case()
    assert (case.state, case.attribution, case.closed_at) == ("recovered", "neither", closed_at)


def test_closing_hands_the_conversation_to_the_next_open_payment(world: World) -> None:
    for hours, name in enumerate(("pay_2", "pay_3"), start=1):
        world.hear(whop.payment_failed(at=world.now + hours * HOUR, payment_id=name))
    first, second, third = world.cases()
    assert (second.leader_id, third.leader_id) == (first.id, first.id)
    told(world, "close")
    _, second, third = world.cases()
    assert (second.leader_id, third.leader_id) == (None, second.id)
    assert states(world) == ["cancelled"] * 3 + ["planned"] * 3
    assert {step.case_id for step in world.steps() if step.state == "planned"} == {second.id}
    assert world.acts().count("case_leads") == 1


def test_who_opts_out_hears_nothing_more_about_anything(world: World) -> None:
    world.hear(whop.payment_failed(at=world.now + HOUR, payment_id="pay_2"))
    assert told(world, "opt_out", case_number=1)
    assert not told(world, "opt_out")
    assert states(world) == ["cancelled"] * 3
    assert [case.state for case in world.cases()] == ["open", "open"]
    world.hear(whop.payment_failed(at=world.now + HOUR, payment_id="pay_3"))
    world.pass_time(6 * DAY)
    assert (world.messages, len(world.steps())) == ([], 3)
    assert lines(world, "opted_out") == ["customer"]
    with world.database.reading() as session:
        assert session.scalars(select(Customer.contact_stopped)).all() == ["opted_out"]


def test_opting_out_of_one_shop_leaves_the_other_alone(world: World) -> None:
    world.hear(whop.payment_failed(at=world.now, account_id="biz_other"))
    told(world, "opt_out")
    assert states(world) == ["cancelled"] * 3 + ["planned"] * 3


@pytest.mark.parametrize(("kind", "attribution"), [("continued", "visit"), ("seen", "message")])
def test_only_a_press_on_the_button_counts_as_a_visit(world: World, kind: str, attribution: str) -> None:
    world.pass_time(25 * HOUR)
    with world.database.transaction() as session:
        case = session.get_one(Case, world.case().id)
        commands.record_visit(session, case, kind, target="manage", now=world.now)
    world.hear(whop.payment_succeeded(at=world.now + HOUR))
    assert (world.case().attribution, world.case().attribution_step_id) == (attribution, world.steps()[0].id)
    with world.database.reading() as session:
        (visit,) = session.scalars(select(Visit)).all()
    assert (visit.kind, visit.target, visit.at) == (kind, "manage", world.now)
