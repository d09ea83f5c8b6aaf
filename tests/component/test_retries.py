"""The one retry: planned with the case, charged once after a fresh look, and never in doubt a second time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.cases import commands, retrying
from app.db import Database
from app.models import Attempt, Case, Customer, Merchant, Retry
from app.recovery.reasons import Why
from tests.support import whop_events as whop
from tests.support.at_whop import MEMBERSHIP, PAYMENT, AtWhop, at_whop
from tests.support.clock import FixedClock
from tests.support.json_peer import Reply
from tests.support.world import World

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
RETRY = f"POST /payments/{PAYMENT}/retry"
ROUTE = f"POST /api/v1/payments/{PAYMENT}/retry"


@pytest.fixture
def shop(database: Database, clock: FixedClock) -> Iterator[AtWhop]:
    with at_whop(database, clock) as found:
        yield found


@pytest.fixture
def due(shop: AtWhop) -> AtWhop:
    """A technical decline, whose retry is due now."""
    shop.fail("processing_error")
    shop.now_is(shop.world.retry().due_at)
    return shop


def stands(at: AtWhop) -> tuple[str, str]:
    row = at.world.retry()
    return row.state, str((row.outcome_why or row.why)["code"])


def triggers(world: World) -> list[tuple[str, str]]:
    with world.database.reading() as session:
        return [(row.outcome, row.trigger) for row in session.scalars(select(Attempt).order_by(Attempt.at))]


# planned


def test_a_retry_is_planned_with_the_case_and_says_why_then(shop: AtWhop) -> None:
    shop.fail("insufficient_funds")  # on a Friday
    row, opened = shop.world.retry(), shop.world.case().opened_at
    assert (row.state, row.why["code"], row.actor) == ("planned", "retry_day_four", "worker")
    assert row.due_at.date() == opened.date() + timedelta(days=4)
    assert 7 <= row.due_at.hour < 10
    assert shop.world.acts().count("retry_planned") == 1


@pytest.mark.parametrize("code", ["expired_card", "stolen_card", "authentication_required", "closed_account",
                                  "blocked_by_cardholder", "bank_account_holder_deceased"])  # fmt: skip
def test_a_decline_that_no_charge_can_cure_keeps_it_with_a_reason(shop: AtWhop, code: str) -> None:
    shop.fail(code)
    assert (shop.world.retry().state, shop.world.acts().count("retry_kept")) == ("kept", 1)
    shop.world.pass_time(130 * HOUR)
    assert shop.api.charges == []


def test_without_a_key_it_is_kept_and_says_so(database: Database, clock: FixedClock) -> None:
    world = World(database, clock)
    world.hear(whop.payment_failed(decline_code="processing_error", at=clock.now()))
    assert (world.retry().state, world.retry().why) == ("kept", {"code": "retry_no_key"})


def test_a_merchant_who_wants_none_gets_none(shop: AtWhop) -> None:
    shop.fail("processing_error")
    with shop.world.database.transaction() as session:
        session.execute(update(Merchant).values(retries_on=False))
    shop.now_is(shop.world.retry().due_at)
    assert shop.world.charge_due() == []
    assert (shop.world.retry().why["code"], shop.api.charges) == ("retry_switched_off", [])


def test_a_new_attempt_of_whop_moves_it(shop: AtWhop) -> None:
    shop.fail("processing_error")
    before = shop.world.retry()
    again = shop.clock.now() + 4 * HOUR
    shop.now_is(again)
    shop.world.hear(
        whop.payment_failed(
            decline_code="processing_error", payments_failed=2, at=again, next_attempt_at=None
        )
    )
    after = shop.world.retry()
    assert (after.id, after.due_at) == (before.id, again + 6 * HOUR)
    assert after.key != before.key


def test_another_reason_of_the_bank_may_take_it_back(shop: AtWhop) -> None:
    shop.fail("processing_error")
    shop.world.hear(
        whop.payment_failed(decline_code="stolen_card", payments_failed=2, at=shop.clock.now() + MINUTE)
    )
    assert (shop.world.retry().state, shop.world.retry().why["code"]) == ("kept", "retry_never")


@pytest.mark.parametrize("build", [whop.payment_succeeded, whop.payment_pending, whop.payment_canceled])
def test_a_case_that_is_over_or_waits_has_no_retry_planned(shop: AtWhop, build: Any) -> None:
    shop.fail("processing_error")
    shop.world.hear(build(at=shop.clock.now() + HOUR))
    assert shop.world.retry().state == "cancelled"
    assert shop.world.acts().count("retry_cancelled") == 1


def test_a_paused_case_gets_its_retry_back_when_it_goes_on(shop: AtWhop) -> None:
    shop.fail("processing_error")
    for command, state in ((commands.hold, "cancelled"), (commands.resume, "planned")):
        with shop.world.database.transaction() as session:
            case = session.scalars(select(Case)).one()
            command(session, case, actor="user:1", now=shop.clock.now(), rules=shop.world.rules)
        assert shop.world.retry().state == state


@pytest.mark.parametrize(
    ("column", "value", "why"), [("arm", "control", "control_group"), ("origin", "backfill", "backfilled")]
)
def test_hands_off_means_no_charge_either(due: AtWhop, column: str, value: str, why: str) -> None:
    with due.world.database.transaction() as session:
        session.execute(update(Case).values({column: value}))
    assert due.world.charge_due() == []
    assert (due.world.retry().state, due.world.retry().why["code"]) == ("kept", why)
    assert due.api.charges == []


def test_what_has_changed_here_counts_although_whop_says_nothing_new(due: AtWhop) -> None:
    due.api.replies[ROUTE] = [Reply(503, {})]
    due.world.charge_due()
    with due.world.database.transaction() as session:
        session.execute(update(Case).values(arm="control"))
    due.now_is(due.world.retry().due_at)
    assert due.world.charge_due() == []
    assert (due.world.retry().why, due.api.charges) == ({"code": "control_group"}, [])


def test_who_disputed_another_payment_is_not_charged(due: AtWhop) -> None:
    with due.world.database.transaction() as session:
        session.execute(update(Customer).values(contact_stopped="disputed"))
    assert due.world.charge_due() == []
    assert due.world.retry().why == {"code": "contact_stopped", "cause": "disputed"}


def test_the_database_itself_refuses_a_second_retry_of_a_payment(shop: AtWhop) -> None:
    shop.fail("processing_error")
    row = shop.world.retry()
    with pytest.raises(IntegrityError), shop.world.database.transaction() as session:
        session.add(
            Retry(case_id=row.case_id, payment_id=row.payment_id, kind="retry", key="another", actor="worker",
                  why={}, state="planned", due_at=row.due_at, decided_at=row.due_at)
        )  # fmt: skip


# charged


@pytest.mark.parametrize(
    ("outcome", "state", "attempt"), [("paid", "recovered", "paid"), ("failed", "open", "failed")]
)
def test_it_is_charged_once_after_a_look_and_the_attempt_is_ours(
    due: AtWhop, outcome: Any, state: str, attempt: str
) -> None:
    due.api.outcomes[PAYMENT] = outcome
    assert len(due.world.charge_due()) == 1
    assert due.asked == [f"GET /payments/{PAYMENT}", f"GET /memberships/{MEMBERSHIP}", RETRY]
    assert stands(due) == ("taken", "retry_taken")
    assert due.world.case().state == state
    assert triggers(due.world) == [("failed", "whop"), (attempt, "ours")]
    due.world.pass_time(200 * HOUR)
    assert len(due.api.charges) == 1


def test_the_webhook_that_tells_of_our_charge_first_makes_it_ours_too(due: AtWhop) -> None:
    due.api.outcomes[PAYMENT] = "paid"
    assert due.world.charger is not None
    (claim,) = due.world.charger.claim(times=due.world.times, limit=5)
    answer = due.world.charger.carry_out(claim, times=due.world.times)
    due.world.hear(whop.payment_succeeded(at=due.clock.now()))
    assert answer is not None
    due.world.charger.record(claim, answer, times=due.world.times)
    assert triggers(due.world) == [("failed", "whop"), ("paid", "ours")]
    assert (due.world.case().state, stands(due)) == ("recovered", ("taken", "retry_taken"))


@pytest.mark.parametrize(
    ("payment", "membership", "case"),
    [
        ({"status": "paid", "substatus": "succeeded", "retryable": False}, {}, "recovered"),
        ({"status": "pending", "substatus": "pending"}, {}, "pending"),
        ({}, {"status": "canceled"}, "lost"),
        ({}, {"cancel_at_period_end": True}, "lost"),
        ({}, {"most_recent_action": "paused_at"}, "paused"),
    ],
)
def test_what_the_look_says_forbids_the_charge(
    due: AtWhop, payment: dict[str, Any], membership: dict[str, Any], case: str
) -> None:
    if payment:
        due.payment_is(**payment)
    if membership:
        due.membership_is(**membership)
    assert due.world.charge_due() == []
    assert (due.world.case().state, due.world.retry().state) == (case, "cancelled")
    assert due.api.charges == []


def test_a_membership_that_was_cancelled_before_the_failure_is_not_charged(due: AtWhop) -> None:
    long_ago = due.world.case().opened_at - timedelta(days=5)
    data = {"status": "past_due", "cancel_at_period_end": True, "updated_at": whop.iso(long_ago)}
    due.api.memberships[MEMBERSHIP] |= data
    assert due.world.charge_due() == []
    assert (due.world.case().reason, due.api.charges) == ("customer_canceled", [])


def test_a_duplicate_is_charged_only_where_the_look_proves_it_unpaid(shop: AtWhop) -> None:
    shop.fail("duplicate_transaction")
    shop.now_is(shop.world.retry().due_at)
    shop.payment_is(status="paid", substatus="succeeded", paid_at=whop.iso(shop.clock.now() - HOUR))
    assert shop.world.charge_due() == []
    assert (shop.world.case().state, shop.api.charges) == ("recovered", [])


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"retryable": False}, "retry_not_possible"), ({"payments_failed": 8}, "retry_too_many")],
)
def test_what_whop_says_of_the_payment_keeps_it(due: AtWhop, changes: dict[str, Any], code: str) -> None:
    due.payment_is(**changes)
    assert due.world.charge_due() == []
    assert (due.world.retry().state, due.world.retry().why["code"]) == ("kept", code)
    assert due.api.charges == []


def test_an_attempt_that_whop_announces_meanwhile_puts_it_off(due: AtWhop) -> None:
    soon = due.clock.now() + 3 * HOUR
    due.payment_is(next_payment_attempt_at=whop.iso(soon))
    assert due.world.charge_due() == []
    assert (due.world.retry().state, due.world.retry().due_at) == ("planned", soon + 6 * HOUR)


def test_a_look_that_fails_puts_it_off_and_charges_nobody(due: AtWhop) -> None:
    due.api.replies[f"GET /api/v1/payments/{PAYMENT}"] = [Reply(500, {})] * 2
    assert due.world.charge_due() == []
    assert stands(due) == ("planned", "whop_unreadable")
    due.now_is(due.world.retry().due_at)
    assert len(due.world.charge_due()) == 1
    assert len(due.api.charges) == 1


# refused, unclear, lost


def test_not_now_is_asked_again_later_with_another_key_and_not_for_ever(due: AtWhop) -> None:
    due.api.outcomes[PAYMENT] = "refused"
    keys = []
    for number in (1, 2, 3):
        assert len(due.world.charge_due()) == 1
        keys.append(due.api.calls[-1].headers["idempotency-key"])
        row = due.world.retry()
        assert row.refusals == number
        if number < 3:
            assert (row.state, row.started_at) == ("planned", None)
            assert row.due_at >= due.clock.now() + 6 * HOUR
            assert (row.outcome_why or {})["cause"] == "not_retryable"
            due.now_is(row.due_at)
    assert len(set(keys)) == 3
    assert (due.world.retry().state, due.world.retry().why["code"]) == ("kept", "retry_refused_often")
    due.world.pass_time(130 * HOUR)
    assert (due.asked.count(RETRY), due.api.charges) == (3, [])


def test_after_not_now_it_is_taken_when_whop_wants_it(due: AtWhop) -> None:
    due.api.outcomes[PAYMENT] = "refused"
    due.world.charge_due()
    due.api.outcomes[PAYMENT] = "paid"
    due.now_is(due.world.retry().due_at)
    due.world.charge_due()
    assert stands(due) == ("taken", "retry_taken")
    assert (len(due.api.charges), due.world.case().state) == (1, "recovered")


@pytest.mark.parametrize(
    "fault",
    [
        Reply(500, {}),
        Reply(fault="torn"),
        Reply(fault="cut"),
        Reply(200, b"<html>", content_type="text/html"),
    ],
)
def test_an_answer_that_is_lost_is_never_asked_for_again(due: AtWhop, fault: Reply) -> None:
    due.api.replies[ROUTE] = fault
    due.world.charge_due()
    assert stands(due) == ("unknown", "retry_unclear")
    due.world.pass_time(130 * HOUR)
    assert due.asked.count(RETRY) == 1


def test_where_nothing_was_done_it_is_asked_again_soon_with_the_same_key(due: AtWhop) -> None:
    due.api.replies[ROUTE] = [Reply(503, {})]
    due.world.charge_due()
    row = due.world.retry()
    assert (row.state, row.refusals, row.started_at) == ("planned", 0, None)
    assert row.due_at <= due.clock.now() + HOUR
    due.now_is(row.due_at)
    due.world.charge_due()
    assert (stands(due)[0], len(due.api.charges)) == ("taken", 1)
    keys = {call.headers["idempotency-key"] for call in due.api.calls if call.method == "POST"}
    assert len(keys) == 1


def test_a_busy_whop_names_its_own_wait(due: AtWhop) -> None:
    due.api.replies[ROUTE] = [Reply(429, {}, {"Retry-After": "90"})]
    due.world.charge_due()
    row = due.world.retry()
    assert (row.state, row.refusals, row.due_at) == ("planned", 0, due.clock.now() + timedelta(seconds=90))
    assert row.key != due.api.calls[-1].headers["idempotency-key"]


def test_a_payment_that_whop_does_not_know_is_given_up(due: AtWhop) -> None:
    due.api.replies[ROUTE] = Reply(404, {})
    due.world.charge_due()
    assert stands(due) == ("refused", "retry_refused")


def test_a_worker_that_dies_before_the_charge_leaves_it_to_the_next(due: AtWhop) -> None:
    assert due.world.charger is not None
    assert len(due.world.charger.claim(times=due.world.times, limit=5)) == 1
    assert due.world.charge_due() == []
    due.clock.advance(due.world.charger.lease + MINUTE)
    due.world.sweep()
    due.world.charge_due()
    assert (stands(due)[0], len(due.api.charges)) == ("taken", 1)


def test_a_worker_that_dies_in_the_charge_leaves_it_unknown(due: AtWhop) -> None:
    charger = due.world.charger
    assert charger is not None
    (claim,) = charger.claim(times=due.world.times, limit=5)
    answer = charger.carry_out(claim, times=due.world.times)
    due.clock.advance(charger.lease + MINUTE)
    due.world.sweep()
    assert stands(due) == ("unknown", "retry_worker_lost")
    assert answer is not None
    charger.record(claim, answer, times=due.world.times)  # it was only slow
    assert stands(due) == ("unknown", "retry_worker_lost")
    due.world.pass_time(130 * HOUR)
    assert len(due.api.charges) == 1


def test_two_workers_charge_once(due: AtWhop) -> None:
    charger = due.world.charger
    assert charger is not None
    (claim,) = charger.claim(times=due.world.times, limit=5)
    assert charger.claim(times=due.world.times, limit=5) == []
    assert charger.carry_out(claim, times=due.world.times) is not None
    assert charger.carry_out(claim, times=due.world.times) is None
    assert len(due.api.charges) == 1


def test_an_event_that_lands_before_the_charge_forbids_it(due: AtWhop) -> None:
    charger = due.world.charger
    assert charger is not None
    (claim,) = charger.claim(times=due.world.times, limit=5)
    due.world.hear(whop.payment_succeeded(at=due.clock.now()))
    assert charger.carry_out(claim, times=due.world.times) is None
    assert (due.world.retry().state, due.api.charges) == ("cancelled", [])


def test_a_late_worker_waits_for_another_good_morning(shop: AtWhop) -> None:
    shop.now_is(datetime(2026, 11, 23, 9, tzinfo=UTC))
    shop.fail("insufficient_funds")
    assert shop.world.retry().why["payday"] == "friday"
    shop.now_is(shop.world.retry().due_at.replace(hour=10, minute=5))
    assert len(shop.world.charge_due()) == 1  # it is still the payday, and no morning is left


# by hand


def by_hand(at: AtWhop) -> object:
    with at.world.database.transaction() as session:
        case = session.scalars(select(Case)).one()
        now, rules = at.clock.now(), at.world.rules
        return retrying.retry_now(session, case, actor="user:1", now=now, rules=rules)


def budget(at: AtWhop) -> retrying.Budget:
    with at.world.database.reading() as session:
        case = session.scalars(select(Case)).one()
        return retrying.retry_budget(session, case, now=at.clock.now(), rules=at.world.rules)


def test_the_merchant_may_spend_it_sooner(shop: AtWhop) -> None:
    shop.fail("insufficient_funds")
    shop.now_is(shop.clock.now() + 8 * HOUR)
    assert budget(shop) == retrying.Budget(1, 0)
    assert by_hand(shop) is None
    row = shop.world.retry()
    assert (row.state, row.due_at, row.actor, row.why) == (
        "planned", shop.clock.now(), "user:1", {"code": "retry_by_merchant"},
    )  # fmt: skip
    shop.world.charge_due()
    assert (len(shop.api.charges), shop.world.acts().count("retry_asked")) == (1, 1)
    assert budget(shop).left == 0


@pytest.mark.parametrize(
    ("code", "hours", "why"),
    [
        ("insufficient_funds", 5, Why.RETRY_AWAY_FROM_WHOP),
        ("expired_card", 8, Why.RETRY_NEVER),
        ("insufficient_funds", 121, Why.RETRY_NO_TIME),
    ],
)
def test_by_hand_the_hard_rules_hold_as_well(shop: AtWhop, code: str, hours: int, why: Why) -> None:
    shop.fail(code)
    shop.now_is(shop.clock.now() + hours * HOUR)
    before = shop.world.retry().state
    found = budget(shop)
    assert found.why is not None and found.why.code is why
    refused = by_hand(shop)
    assert getattr(refused, "code", None) is why
    assert shop.world.retry().state == before
    assert shop.api.charges == []


def test_by_hand_a_spent_retry_is_not_spent_again(due: AtWhop) -> None:
    due.world.charge_due()
    due.now_is(due.clock.now() + 10 * HOUR)
    assert getattr(by_hand(due), "code", None) is Why.RETRY_SPENT
    assert budget(due) == retrying.Budget(0, 1, budget(due).why)


def test_by_hand_too_the_look_may_tell_of_an_attempt_that_is_near(shop: AtWhop) -> None:
    shop.fail("insufficient_funds")
    shop.now_is(shop.clock.now() + 8 * HOUR)
    assert by_hand(shop) is None
    shop.payment_is(next_payment_attempt_at=whop.iso(shop.clock.now() + 3 * HOUR))
    assert shop.world.charge_due() == []
    row = shop.world.retry()
    assert (row.state, row.why["code"], shop.api.charges) == ("planned", "retry_day_four", [])
    assert row.due_at > shop.clock.now() + 9 * HOUR
