"""What a merchant does by hand: once, for a reason, never for a case that is left alone, never sooner than allowed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.cases import commands, exclusion, sending_now
from app.cases.commands import Refusal
from app.cases.notes import add_note
from app.cases.people import merge
from app.cases.queries import case_view
from app.db import Database
from app.models import Audit, Case, Customer, Note
from app.recovery.machine import CaseState
from app.recovery.measure import COUNTS_AS, Outcome
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.world import World

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
Command = Callable[..., Refusal | None]
EVERY: dict[str, Command] = {
    "hold": commands.hold,
    "resume": commands.resume,
    "close": commands.close,
    "paid_elsewhere": commands.mark_paid_elsewhere,
    "exclude": exclusion.exclude,
    "readmit": exclusion.readmit,
    "send": sending_now.send_now,
}


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    """One case with a quiet first day."""
    world = World(database, clock)
    world.hear(whop.payment_failed(at=clock.now()))
    return world


def do(world: World, name: str, *, number: int = 0) -> Refusal | None:
    """As a page does it: one transaction."""
    with world.database.transaction() as session:
        case = session.get_one(Case, world.cases()[number].id)
        return EVERY[name](session, case, actor="user:7", now=world.now, rules=world.rules)


def set_case(world: World, **values: Any) -> None:
    with world.database.transaction() as session:
        for name, value in values.items():
            setattr(session.get_one(Case, world.case().id), name, value)


def stands(world: World, number: int = 0) -> tuple[str, str | None]:
    case = world.cases()[number]
    return case.state, case.reason


@pytest.mark.parametrize(
    ("values", "refusal"),
    [({"arm": "control"}, Refusal.CONTROL_GROUP), ({"origin": "backfill"}, Refusal.BACKFILLED)],
)
@pytest.mark.parametrize("name", sorted(EVERY))
def test_nothing_is_done_by_hand_to_a_case_that_is_left_alone(
    world: World, name: str, values: dict[str, str], refusal: Refusal
) -> None:
    set_case(world, held=name == "resume", **values)
    if name == "readmit":
        with world.database.transaction() as session:
            session.scalars(select(Customer)).one().excluded_at = world.now
    before = (stands(world), [step.state for step in world.steps()], world.acts())
    assert do(world, name) is refusal
    assert (stands(world), [step.state for step in world.steps()], world.acts()) == before


def test_a_note_may_stand_on_any_case_and_its_words_are_in_no_audit_line(world: World) -> None:
    set_case(world, arm="control")
    with world.database.transaction() as session:
        case = session.get_one(Case, world.case().id)
        add_note(session, case, "Promised to pay\non Friday.", actor="user:7", now=world.now + HOUR)
        entry = case_view(session, case.merchant, case.id).timeline.past[-1]
    assert (entry.kind, entry.actor, entry.detail) == (
        "note",
        "user:7",
        {"text": "Promised to pay\non Friday."},
    )
    with world.database.reading() as session:
        (line,) = session.scalars(select(Audit).where(Audit.action == "note_added")).all()
        assert (line.actor, line.detail) == ("user:7", {"note": session.scalars(select(Note.id)).one()})


def test_what_was_paid_elsewhere_is_lost_for_the_figures_whatever_the_merchant_says(world: World) -> None:
    assert do(world, "paid_elsewhere") is None
    case = world.case()
    assert stands(world) == ("lost", "paid_elsewhere")
    assert (COUNTS_AS[CaseState(case.state)], case.recovered_at) == (Outcome.LOST, None)
    assert do(world, "paid_elsewhere") is Refusal.NOT_NOW
    world.pass_time(6 * DAY)
    assert world.messages == []
    world.hear(whop.payment_succeeded(at=world.now))
    assert stands(world) == ("recovered", "paid")


def test_an_excluded_customers_cases_end_and_later_ones_are_over_at_once(world: World) -> None:
    world.hear(whop.payment_failed(at=world.now, payment_id="pay_2"))
    assert do(world, "exclude") is None
    assert do(world, "exclude", number=1) is Refusal.ALREADY
    assert [stands(world, number) for number in (0, 1)] == [("lost", "excluded_by_merchant")] * 2
    world.hear(whop.payment_failed(at=world.now + HOUR, payment_id="pay_3"))
    assert stands(world, 2) == ("lost", "excluded_by_merchant")
    world.pass_time(6 * DAY)
    assert world.messages == []
    assert world.acts().count("customer_excluded") == 1


def test_taking_an_exclusion_back_counts_from_the_next_failure_on(world: World) -> None:
    do(world, "exclude")
    assert do(world, "readmit") is None
    assert do(world, "readmit") is Refusal.NOT_NOW
    assert stands(world) == ("lost", "excluded_by_merchant")
    world.hear(whop.payment_failed(at=world.now + HOUR, payment_id="pay_2"))
    assert stands(world, 1) == ("open", "collecting")
    world.pass_time(6 * DAY)
    assert len(world.messages) == 3


def test_taking_an_exclusion_back_leaves_the_customers_own_wish(world: World) -> None:
    do(world, "exclude")
    with world.database.transaction() as session:
        assert commands.opt_out(session, session.get_one(Case, world.case().id), now=world.now)
    do(world, "readmit")
    world.hear(whop.payment_failed(at=world.now + HOUR, payment_id="pay_2"))
    world.pass_time(6 * DAY)
    assert (world.messages, stands(world, 1)) == ([], ("open", "collecting"))


def test_who_turns_out_to_be_an_excluded_person_is_left_alone_too(world: World) -> None:
    do(world, "exclude")
    world.hear(whop.payment_failed(at=world.now, payment_id="pay_2", user_id="user_2", member_id="mber_2"))
    assert stands(world, 1) == ("open", "collecting")
    with world.database.transaction() as session:
        double, kept = session.scalars(select(Customer).order_by(Customer.id)).all()
        merge(session, kept, double, now=world.now, rules=world.rules)
    assert stands(world, 1) == ("lost", "excluded_by_merchant")


def test_an_exclusion_of_one_shop_leaves_the_other_alone(world: World) -> None:
    do(world, "exclude")
    world.hear(whop.payment_failed(at=world.now, account_id="biz_other"))
    assert stands(world, 1) == ("open", "collecting")


def test_the_next_message_goes_out_when_it_is_asked_for_and_the_rest_keep_their_time(world: World) -> None:
    world.clock.advance(2 * HOUR)
    assert do(world, "send") is None
    world.send_due()
    assert world.sent_at() == [2 * HOUR]
    assert (world.steps()[0].why["code"], world.steps()[0].wording_key) == ("sent_by_hand", "funds.first")
    assert do(world, "send") is Refusal.TOO_SOON
    world.pass_time(5 * DAY)
    assert [at // HOUR for at in world.sent_at()] == [2, 72, 105]
    assert world.acts().count("send_asked_for") == 1


def test_nobody_is_written_to_before_the_first_delay_is_over(world: World) -> None:
    assert do(world, "send") is Refusal.TOO_SOON
    world.clock.advance(timedelta(minutes=20))
    assert do(world, "send") is None


def test_a_message_by_hand_does_not_bring_two_on_one_day(world: World) -> None:
    world.pass_time(25 * HOUR)
    assert len(world.messages) == 1
    world.clock.advance(13 * HOUR)  # late in the same evening
    assert do(world, "send") is Refusal.TOO_SOON
    world.clock.advance(8 * HOUR)
    assert do(world, "send") is None
    world.send_due()
    assert len(world.messages) == 2


def test_what_cannot_go_out_by_hand_says_why(world: World) -> None:
    world.clock.advance(HOUR)
    world.hear(whop.payment_failed(at=world.now, payment_id="pay_2"))
    assert do(world, "send", number=1) is Refusal.JOINED_CONVERSATION
    do(world, "hold")
    assert do(world, "send") is Refusal.NOT_NOW
    do(world, "resume")
    with world.database.transaction() as session:
        commands.opt_out(session, session.get_one(Case, world.cases()[0].id), now=world.now)
    assert do(world, "send") is Refusal.NO_CONTACT


def test_a_message_that_is_being_sent_is_not_asked_for_again(world: World) -> None:
    world.clock.advance(25 * HOUR)
    assert len(world.sender.claim(times=world.times, limit=10)) == 1
    assert do(world, "send") is Refusal.BEING_SENT


def test_after_the_last_message_there_is_none_to_ask_for(world: World) -> None:
    world.pass_time(119 * HOUR)
    assert len(world.messages) == 3
    assert do(world, "send") is Refusal.NOTHING_PLANNED


def test_a_message_by_hand_still_passes_the_fresh_look(world: World) -> None:
    world.clock.advance(2 * HOUR)
    assert do(world, "send") is None
    world.hear(whop.payment_succeeded(at=world.now))
    world.send_due()
    assert world.messages == []
