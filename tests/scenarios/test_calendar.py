"""The five days of a failed renewal, told as a calendar: what reaches the customer, when, and what stops it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from app.db import Database
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.world import World

FRIDAY = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
HOURS = timedelta(hours=1)
DAYS = timedelta(days=1)


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    clock.set(FRIDAY + timedelta(seconds=10))
    return World(database, clock)


def hours(world: World) -> list[int]:
    return [round(after / HOURS) for after in world.sent_at()]


def test_low_funds_get_a_quiet_day_then_two_reminders_and_a_last_notice(world: World) -> None:
    world.hear(whop.payment_failed(decline_code="insufficient_funds", at=FRIDAY))
    assert [step.state for step in world.steps()] == ["planned"] * 3
    world.pass_time(5 * DAYS)
    assert hours(world) == [24, 72, 105]
    assert {step.state for step in world.steps()} == {"sent"}


def test_an_expired_card_is_told_within_the_hour(world: World) -> None:
    world.hear(whop.payment_failed(decline_code="expired_card", at=FRIDAY))
    world.pass_time(5 * DAYS)
    assert hours(world) == [1, 24, 105]


def test_the_success_stops_what_was_planned_and_names_the_last_touch(world: World) -> None:
    world.hear(whop.payment_failed(decline_code="insufficient_funds", at=FRIDAY))
    world.until(FRIDAY + 30 * HOURS)
    world.hear(whop.payment_succeeded(at=FRIDAY + 30 * HOURS))
    world.pass_time(9 * DAYS)
    case = world.case()
    assert (case.state, case.reason, case.attribution) == ("recovered", "paid", "message")
    assert case.attribution_step_id == world.steps()[0].id
    assert [step.state for step in world.steps()] == ["sent", "cancelled", "cancelled"]
    assert len(world.messages) == 1


def test_money_that_comes_before_any_message_is_not_ours(world: World) -> None:
    world.hear(whop.payment_failed(at=FRIDAY), whop.payment_succeeded(at=FRIDAY + 2 * HOURS))
    world.pass_time(6 * DAYS)
    assert world.case().attribution == "neither"
    assert world.messages == []


def test_a_payment_that_succeeds_first_opens_no_running_case(world: World) -> None:
    world.hear(whop.payment_succeeded(at=FRIDAY + HOURS))
    world.hear(whop.payment_failed(at=FRIDAY))
    world.pass_time(6 * DAYS)
    assert world.case().state == "recovered"
    assert (world.steps(), world.messages) == ([], [])


def test_a_late_copy_of_the_failure_reopens_nothing(world: World) -> None:
    failed = whop.payment_failed(at=FRIDAY)
    world.hear(failed, whop.payment_succeeded(at=FRIDAY + HOURS))
    world.hear(failed | {"id": "msg_again"})
    world.pass_time(6 * DAYS)
    assert world.case().state == "recovered"
    assert world.messages == []
    assert [event.reason for event in world.events()] == [None, None, "already_known"]


def test_three_failures_of_one_payment_are_one_case_with_one_plan(world: World) -> None:
    for attempt in range(3):
        at = FRIDAY + attempt * DAYS
        world.until(at + timedelta(seconds=10)) if attempt else None
        world.hear(whop.payment_failed(at=at, payments_failed=attempt + 1))
    world.pass_time(5 * DAYS)
    assert len(world.cases()) == 1
    assert hours(world) == [24, 72, 105]
    assert world.acts().count("plan_made") == 1


@pytest.mark.parametrize(
    ("ending", "state", "reason"),
    [
        (whop.membership_cancel_at_period_end_changed(at=FRIDAY + 2 * HOURS), "lost", "customer_canceled"),
        (whop.membership_deactivated(at=FRIDAY + 2 * HOURS), "lost", "membership_ended"),
        (whop.dispute_created(at=FRIDAY + 2 * HOURS), "lost", "disputed"),
        (whop.refund_created(at=FRIDAY + 2 * HOURS), "reversed", "refunded"),
        (whop.payment_canceled(at=FRIDAY + 2 * HOURS), "void", "voided"),
        (whop.payment_pending(at=FRIDAY + 2 * HOURS), "pending", "clearing"),
        (
            whop.resolution_center_case("created", at=FRIDAY + 2 * HOURS),
            "paused",
            "complaint_open",
        ),
    ],
)
def test_every_ending_stops_the_reminders_with_its_reason(
    world: World, ending: whop.Event, state: str, reason: str
) -> None:
    world.hear(whop.payment_failed(at=FRIDAY))
    world.hear(ending)
    world.pass_time(6 * DAYS)
    assert (world.case().state, world.case().reason) == (state, reason)
    assert world.messages == []


@pytest.mark.parametrize("shape", ["pinned", "legacy"])
def test_a_membership_that_is_only_past_due_goes_on(world: World, shape: str) -> None:
    world.hear(whop.payment_failed(at=FRIDAY))
    world.hear(whop.membership_deactivated(at=FRIDAY + HOURS, status="past_due", shape=shape, data={"cancelation_status": None, "canceled_at": None}))  # fmt: skip  # noqa: E501
    world.pass_time(5 * DAYS)
    assert len(world.messages) == 3


def test_a_customer_who_cancelled_before_the_failure_is_not_written_to(world: World) -> None:
    world.hear(whop.membership_cancel_at_period_end_changed(at=FRIDAY - DAYS))
    world.hear(whop.payment_failed(decline_code="expired_card", at=FRIDAY))
    world.pass_time(6 * DAYS)
    assert (world.case().state, world.case().reason) == ("lost", "customer_canceled")
    assert world.messages == []


def test_an_undone_cancellation_before_the_failure_forbids_nothing(world: World) -> None:
    world.hear(
        whop.membership_cancel_at_period_end_changed(at=FRIDAY - 2 * DAYS),
        whop.membership_cancel_at_period_end_changed(ending=False, at=FRIDAY - DAYS),
        whop.payment_failed(decline_code="expired_card", at=FRIDAY),
    )
    world.pass_time(5 * DAYS)
    assert len(world.messages) == 3


def test_a_slow_rail_that_fails_after_all_is_reminded_again(world: World) -> None:
    world.hear(whop.payment_failed(at=FRIDAY), whop.payment_pending(at=FRIDAY + HOURS))
    world.pass_time(40 * HOURS)
    assert world.messages == []
    world.hear(whop.payment_failed(at=world.now, payments_failed=2, data={"created_at": FRIDAY.isoformat()}))
    assert world.case().state == "open"
    world.pass_time(4 * DAYS)
    assert len(world.messages) == 3


def test_a_decided_complaint_lets_the_reminders_go_on(world: World) -> None:
    world.hear(whop.payment_failed(at=FRIDAY), whop.resolution_center_case("created", at=FRIDAY + HOURS))
    world.pass_time(2 * DAYS)
    world.hear(whop.resolution_center_case("decided", is_open=False, at=FRIDAY + 2 * DAYS))
    assert world.case().state == "open"
    world.pass_time(4 * DAYS)
    assert 1 <= len(world.messages) <= 3


def test_one_plain_note_to_a_customer_who_stopped_the_payment(world: World) -> None:
    world.hear(whop.payment_failed(decline_code="blocked_by_cardholder", at=FRIDAY))
    world.pass_time(6 * DAYS)
    assert hours(world) == [24]
    assert [step.kind for step in world.steps()] == ["note"]


def test_a_sensitive_decline_writes_to_nobody_and_alerts_the_merchant(world: World) -> None:
    world.hear(whop.payment_failed(decline_code="bank_account_holder_deceased", at=FRIDAY))
    world.pass_time(6 * DAYS)
    assert world.messages == []
    assert world.acts().count("merchant_alert") == 1


def test_a_test_card_is_no_failure(world: World) -> None:
    world.hear(whop.payment_failed(decline_code="test_mode_decline", at=FRIDAY))
    assert world.cases() == []
    assert [(event.state, event.reason) for event in world.events()] == [("ignored", "test_or_no_failure")]


@pytest.mark.parametrize("reason", ["subscription_create", "one_time", "manual"])
def test_first_charges_are_recorded_but_not_reminded(world: World, reason: str) -> None:
    world.hear(whop.payment_failed(billing_reason=reason, at=FRIDAY))
    world.pass_time(6 * DAYS)
    assert (world.cases(), world.messages) == ([], [])
    assert world.events()[0].reason == f"not_a_renewal_{reason}"


def test_a_second_open_payment_joins_the_conversation_and_takes_it_over(world: World) -> None:
    world.hear(whop.payment_failed(at=FRIDAY))
    world.hear(whop.payment_failed(payment_id="pay_second", membership_id="mem_2", at=FRIDAY + 5 * HOURS))
    first, second = world.cases()
    assert second.leader_id == first.id
    assert len(world.steps()) == 3
    world.until(FRIDAY + 26 * HOURS)
    assert len(world.messages) == 1
    world.hear(whop.payment_succeeded(at=FRIDAY + 26 * HOURS))
    world.pass_time(6 * DAYS)
    first, second = world.cases()
    assert (first.state, second.state, second.leader_id) == ("recovered", "open", None)
    times = [delivery.started_at for delivery in world.deliveries()]
    assert all(later - earlier >= 18 * HOURS for earlier, later in pairwise(times))
    assert {delivery.case_id for delivery in world.deliveries()[1:]} == {second.id}


def test_after_three_days_off_the_worker_sends_no_burst(world: World) -> None:
    world.hear(whop.payment_failed(at=FRIDAY))
    world.clock.advance(4 * DAYS)
    world.send_due()
    assert len(world.messages) == 1
    world.pass_time(2 * DAYS)
    times = [delivery.started_at for delivery in world.deliveries()]
    assert all(later - earlier >= 18 * HOURS for earlier, later in pairwise(times))
    assert world.steps()[0].state == "skipped"
    assert not {"planned", "claimed", "sending"} & {step.state for step in world.steps()}


def test_a_newer_decline_changes_the_words_of_what_is_left(world: World) -> None:
    world.hear(whop.payment_failed(decline_code="insufficient_funds", at=FRIDAY))
    world.until(FRIDAY + 25 * HOURS)
    at = FRIDAY + 25 * HOURS
    world.hear(whop.payment_failed(decline_code="stolen_card", at=at, payments_failed=2, data={"created_at": FRIDAY.isoformat()}))  # fmt: skip  # noqa: E501
    world.pass_time(5 * DAYS)
    assert len(world.messages) <= 3
    assert world.steps()[0].wording_key != world.steps()[-1].wording_key
    assert world.case().decline_class == "F"


def test_a_refund_after_the_recovery_takes_the_money_back_out(world: World) -> None:
    world.hear(whop.payment_failed(at=FRIDAY), whop.payment_succeeded(at=FRIDAY + HOURS))
    world.hear(whop.refund_created(at=FRIDAY + 6 * DAYS))
    case = world.case()
    assert (case.state, case.reason, case.taken_back_minor) == ("reversed", "refunded", 4900)


def test_a_refund_that_came_before_its_payment_ends_the_same(world: World) -> None:
    world.hear(
        whop.refund_created(at=FRIDAY + 6 * DAYS),
        whop.payment_succeeded(at=FRIDAY + HOURS),
        whop.payment_failed(at=FRIDAY),
    )
    case = world.case()
    assert (case.state, case.reason, case.taken_back_minor) == ("reversed", "refunded", 4900)


def test_no_address_is_said_on_the_step_and_nothing_crashes(world: World) -> None:
    world.hear(whop.payment_failed(email=None, at=FRIDAY))
    world.pass_time(6 * DAYS)
    assert {step.state for step in world.steps()} == {"skipped"}
    assert {(step.outcome_why or {})["code"] for step in world.steps()} == {"no_address"}
