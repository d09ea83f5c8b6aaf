"""What goes wrong in the corners: several payments of one person, slow rails, lost names, late second thoughts."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.cases import commands
from app.cases.queries import analytics, case_of
from app.db import Database
from app.models import Customer, Merchant
from app.recovery.period import Period
from notifiers.base import GiveUp, Message, Outcome, Recipient, Retry
from notifiers.memory import MemoryNotifier
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.world import RULES, World

FRIDAY = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
HOURS = timedelta(hours=1)
MINUTES = timedelta(minutes=1)
DAYS = timedelta(days=1)


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    clock.set(FRIDAY + timedelta(seconds=10))
    return World(database, clock)


@pytest.mark.parametrize("deed", [commands.hold, commands.close])
def test_a_case_that_was_read_with_all_around_it_can_be_changed(world: World, deed: object) -> None:
    world.hear(whop.payment_failed(at=FRIDAY))
    with world.database.transaction() as session:
        merchant = session.scalars(select(Merchant)).one()
        case = case_of(session, merchant, world.case().id)
        assert callable(deed)
        assert deed(session, case, actor="user:1", now=world.now, rules=RULES) is None
    assert world.case().state in ("paused", "lost")


def test_a_slow_rail_that_comes_back_unpaid_is_reminded(world: World) -> None:
    """The attempt's time stays that of its start: only the event's own time tells that it has failed since."""
    started = {"last_payment_attempt_at": FRIDAY.isoformat(), "created_at": FRIDAY.isoformat()}
    world.clock.set(FRIDAY + 3 * DAYS)
    world.hear(
        whop.payment_pending(at=FRIDAY + timedelta(seconds=5), data=started),
        whop.payment_failed(decline_code="bank_insufficient_funds", at=FRIDAY + 3 * DAYS, data=started),
    )
    assert world.case().state == "open"
    world.pass_time(2 * DAYS)
    assert len(world.messages) >= 1


@pytest.mark.parametrize("status", ["succeeded", "failed"])
def test_a_partial_refund_tells_that_the_money_had_come(world: World, status: str) -> None:
    world.hear(whop.payment_failed(at=FRIDAY))
    world.hear(
        whop.refund_created(status=status, at=FRIDAY + HOURS, data={"amount": 10.0, "currency": "usd"})
    )
    case = world.case()
    assert (case.state, case.recovered_at) == ("recovered", FRIDAY + HOURS)
    assert case.taken_back_minor == (1000 if status == "succeeded" else 0)
    with world.database.reading() as session:
        merchant = session.scalars(select(Merchant)).one()
        period = Period.last_days(7, now=world.now, zone=ZoneInfo("UTC"))
        assert analytics(session, merchant, period, now=world.now, rules=world.rules).median_hours == 1


def test_a_refund_in_another_currency_is_not_taken_for_the_same_figure(world: World) -> None:
    world.hear(whop.payment_failed(at=FRIDAY), whop.payment_succeeded(at=FRIDAY + HOURS))
    world.hear(whop.refund_created(at=FRIDAY + DAYS, data={"amount": 49, "currency": "jpy"}))
    assert world.case().state == "reversed"


def test_amounts_beyond_a_small_integer_are_kept(world: World) -> None:
    world.hear(whop.payment_failed(amount="25000000.00", currency="idr", at=FRIDAY))
    assert (world.events()[0].state, world.case().amount_minor) == ("done", 2_500_000_000)


def test_a_second_payment_is_reminded_once_the_first_has_nothing_more_to_say(world: World) -> None:
    world.hear(whop.payment_failed(payment_id="pay_a", at=FRIDAY))
    world.pass_time(6 * DAYS)
    assert len(world.messages) == 3
    world.hear(
        whop.payment_failed(
            payment_id="pay_b", membership_id="mem_b", decline_code="expired_card", at=world.now
        )
    )
    world.pass_time(5 * DAYS)
    assert len(world.messages) == 6
    assert world.cases()[1].leader_id is None


def test_a_second_payment_takes_over_while_the_first_is_clearing(world: World) -> None:
    world.hear(whop.payment_failed(payment_id="pay_a", at=FRIDAY))
    world.hear(whop.payment_failed(payment_id="pay_b", membership_id="mem_b", at=FRIDAY))
    assert len(world.steps()) == 3
    world.hear(whop.payment_pending(payment_id="pay_a", at=FRIDAY + HOURS))
    world.pass_time(5 * DAYS)
    assert {delivery.case_id for delivery in world.deliveries()} == {world.cases()[1].id}
    assert len(world.messages) == 3
    assert "1 more open payment" not in " ".join(world.messages[0].paragraphs)


def test_a_payment_that_joined_late_is_reminded_when_the_last_message_is_out(world: World) -> None:
    world.hear(whop.payment_failed(payment_id="pay_a", at=FRIDAY))
    world.pass_time(4 * DAYS)
    world.hear(whop.payment_failed(payment_id="pay_b", membership_id="mem_b", at=world.now))
    assert world.cases()[1].leader_id == world.cases()[0].id
    world.pass_time(5 * DAYS)
    assert {delivery.case_id for delivery in world.deliveries()} == {case.id for case in world.cases()}


def test_after_the_note_that_promised_silence_there_is_silence(world: World) -> None:
    world.hear(whop.payment_failed(decline_code="blocked_by_cardholder", at=FRIDAY))
    world.pass_time(30 * HOURS)
    world.hear(
        whop.payment_failed(
            decline_code="insufficient_funds",
            payments_failed=2,
            at=world.now,
            data={"created_at": FRIDAY.isoformat()},
        )
    )
    world.pass_time(5 * DAYS)
    assert len(world.messages) == 1


def test_a_cancellation_that_names_nobody_stops_the_reminders_all_the_same(world: World) -> None:
    nobody = {"user": None, "user_id": None, "member_id": None}
    world.hear(whop.payment_failed(decline_code="expired_card", at=FRIDAY))
    world.hear(whop.membership_deactivated(at=FRIDAY + 5 * MINUTES, data=nobody))
    world.pass_time(6 * DAYS)
    assert (world.case().reason, world.messages) == ("membership_ended", [])


def test_an_alert_takes_no_money_and_a_dispute_that_is_won_gives_it_back(world: World) -> None:
    world.hear(whop.payment_failed(at=FRIDAY), whop.payment_succeeded(at=FRIDAY + HOURS))
    states = []
    for event in (
        whop.dispute_alert_created(at=FRIDAY + DAYS),
        whop.dispute_created(at=FRIDAY + 2 * DAYS),
        whop.dispute_updated(status="won", at=FRIDAY + 9 * DAYS),
    ):
        world.hear(event)
        states.append(world.case().state)
    assert states == ["recovered", "reversed", "recovered"]


def test_a_person_named_by_two_ids_is_one_person(world: World) -> None:
    """A dispute that names them by the member id alone stops all contact."""
    world.hear(
        whop.payment_failed(at=FRIDAY, decline_code="expired_card", data={"member_id": None}),
        whop.member("updated", at=FRIDAY + MINUTES, data={"user": None}),
        whop.membership_updated(at=FRIDAY + 2 * MINUTES),
        whop.dispute_created(
            at=FRIDAY + 3 * MINUTES,
            payment_id="pay_other",
            data={"buyer": {"member_id": "mber_2VtN6cYx0KqWs"}},
        ),
    )
    with world.database.reading() as session:
        assert [row.contact_stopped for row in session.scalars(select(Customer))] == ["disputed"]
    world.pass_time(6 * DAYS)
    assert world.messages == []


def test_a_payment_that_turns_out_to_be_somebodys_joins_their_conversation(world: World) -> None:
    nameless = {"user": None, "member_id": None}
    world.hear(
        whop.payment_failed(payment_id="pay_a", decline_code="expired_card", at=FRIDAY, data=nameless),
        whop.payment_failed(
            payment_id="pay_b", membership_id="mem_b", decline_code="expired_card", at=FRIDAY
        ),
        whop.payment_failed(
            payment_id="pay_a",
            decline_code="expired_card",
            payments_failed=2,
            at=FRIDAY + MINUTES,
            data={"created_at": FRIDAY.isoformat()},
        ),
    )
    world.pass_time(2 * HOURS)
    assert len(world.messages) == 1


def test_a_channel_that_is_down_rests_and_old_words_are_not_sent_late(world: World) -> None:
    world.mail = MemoryNotifier(outcome=Retry("smtp_unreachable", whole_channel=True))
    world.__post_init__()
    world.hear(whop.payment_failed(decline_code="expired_card", at=FRIDAY))
    world.pass_time(5 * DAYS, tick=timedelta(minutes=30))
    assert world.messages == []
    assert {step.state for step in world.steps()} == {"skipped"}
    assert (world.steps()[0].outcome_why or {})["code"] == "too_late"


def test_a_case_lives_as_long_as_whop_speaks_of_its_payment(world: World) -> None:
    world.hear(whop.payment_failed(at=FRIDAY))
    for day in range(1, 14):
        world.clock.set(FRIDAY + day * DAYS)
        world.hear(whop.payment_failed(at=FRIDAY + day * DAYS, payments_failed=day + 1))
    world.clock.set(FRIDAY + 14 * DAYS)
    world.hear(whop.payment_pending(at=FRIDAY + 14 * DAYS))
    world.clock.advance(2 * HOURS)
    world.sweep()
    assert world.case().state == "pending"
    world.clock.advance(31 * DAYS)
    world.sweep()
    assert (world.case().state, world.case().reason) == ("lost", "window_ended")


def test_a_failure_that_says_it_is_paid_reminds_nobody(world: World) -> None:
    paid = {"status": "paid", "paid_at": FRIDAY.isoformat()}
    world.hear(whop.payment_failed(at=FRIDAY, data=paid))
    assert world.case().state == "recovered"
    assert world.steps() == []


def test_steps_that_are_due_at_once_go_in_their_order(world: World) -> None:
    world.hear(whop.payment_failed(decline_code="expired_card", at=FRIDAY))
    world.clock.advance(25 * HOURS)
    claims = world.sender.claim(times=world.times, limit=10)
    for claim in reversed(claims):
        outcome = world.sender.carry_out(claim, times=world.times)
        if outcome is not None:
            world.sender.record(claim, outcome, times=world.times)
    assert len(claims) == 2
    assert [message.subject.startswith("Reminder") for message in world.messages] == [False]


def test_a_refused_message_has_no_credit(world: World) -> None:
    def pays_meanwhile(_message: Message, _recipient: Recipient) -> Outcome:
        world.hear(whop.payment_succeeded(at=world.now + timedelta(seconds=1)))
        return GiveUp("smtp_550", suppress=True)

    world.mail = MemoryNotifier(outcome=pays_meanwhile)
    world.__post_init__()
    world.hear(whop.payment_failed(decline_code="expired_card", at=FRIDAY))
    world.clock.advance(2 * HOURS)
    world.send_due()
    assert (world.case().state, world.case().attribution) == ("recovered", "neither")
