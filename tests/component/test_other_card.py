"""Another saved card: planned by two agreements, charged once after a fresh look, told at once, and taken back."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.cases import commands, other_card
from app.cases.preferences import stop_reminders
from app.db import Database
from app.delivery.suppression import suppress
from app.models import Attempt, Audit, Case, Customer, Merchant, MethodSwitch
from app.recovery.reasons import Why
from notifiers.base import Message
from tests.support import whop_events as whop
from tests.support.at_whop import MEMBERSHIP, PAYMENT, AtWhop, at_whop
from tests.support.clock import FixedClock
from tests.support.json_peer import Reply
from tests.support.whop_api import a_method

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
MEMBER = "mber_2VtN6cYx0KqWs"
FAILED, OTHER = "payt_6NcE0vTj9RwXm", "payt_other"
CHANGE = f"PATCH /memberships/{MEMBERSHIP}"
ROUTE = f"PATCH /api/v1/memberships/{MEMBERSHIP}"
METHODS = "GET /api/v1/payment_methods"


@pytest.fixture
def shop(database: Database, clock: FixedClock) -> Iterator[AtWhop]:
    with at_whop(database, clock) as found:
        found.api.methods[MEMBER] = [a_method(FAILED, last4="4242"), a_method(OTHER)]
        yield found


@pytest.fixture
def planned(shop: AtWhop) -> AtWhop:
    """An expired card, which no retry of ours helps; merchant and customer have agreed."""
    shop.fail("expired_card")
    shop.agreed()
    return shop


@pytest.fixture
def due(planned: AtWhop) -> AtWhop:
    planned.now_is(row(planned).due_at)
    return planned


@pytest.fixture
def paid(due: AtWhop) -> AtWhop:
    """Charged to the other card, and told of."""
    due.api.outcomes[PAYMENT] = "paid"
    due.world.switch_due()
    due.world.send_due()
    return due


def merchant_switches(at: AtWhop, *, on: bool) -> None:
    with at.world.database.transaction() as session:
        merchant = session.scalars(select(Merchant)).one()
        now, rules = at.clock.now(), at.world.rules
        other_card.switch_other_card(session, merchant, on=on, actor="user:1", now=now, rules=rules)


def takes_back(at: AtWhop) -> bool:
    with at.world.database.transaction() as session:
        customer = session.scalars(select(Customer)).one()
        now, rules = at.clock.now(), at.world.rules
        return other_card.withdraw(session, customer, actor="customer", now=now, rules=rules)


def undo(at: AtWhop) -> str | None:
    with at.world.database.transaction() as session:
        case = session.scalars(select(Case)).one()
        now, rules = at.clock.now(), at.world.rules
        why = other_card.ask_undo(session, case, actor="customer", now=now, rules=rules)
        return why.code.value if why else None


def row(at: AtWhop, kind: str = "switch") -> MethodSwitch:
    found = at.world.switch(kind)
    assert found is not None
    return found


def stands(at: AtWhop, kind: str = "switch") -> tuple[str, str]:
    found = row(at, kind)
    return found.state, str((found.outcome_why or found.why)["code"])


def triggers(at: AtWhop) -> list[tuple[str, str]]:
    with at.world.database.reading() as session:
        return [(one.outcome, one.trigger) for one in session.scalars(select(Attempt).order_by(Attempt.at))]


def notices(at: AtWhop) -> list[Message]:
    return [message for message in at.world.messages if "nother card" in message.subject]


def charged(at: AtWhop) -> list[str | None]:
    return [method for _, method in at.api.charges]


# planned


def test_nothing_is_written_where_nobody_has_agreed(shop: AtWhop) -> None:
    shop.fail("expired_card")
    assert shop.world.switch() is None
    merchant_switches(shop, on=True)
    shop.world.pass_time(130 * HOUR)
    assert (shop.world.switch(), shop.asked.count(CHANGE)) == (None, 0)
    assert not any(act.startswith("switch") for act in shop.world.acts())


def test_it_is_planned_a_day_after_the_failure_and_by_daylight(planned: AtWhop) -> None:
    found, opened = row(planned), planned.world.case().opened_at
    assert (found.state, found.why["code"], found.method_id) == ("planned", "switch_agreed", None)
    assert found.due_at >= opened + 24 * HOUR
    assert 8 <= found.due_at.hour < 21
    with planned.world.database.reading() as session:
        given = session.scalars(select(Audit).where(Audit.action == "card_consent_given")).one()
    assert (given.actor, given.detail["version"], given.detail["language"]) == ("customer", 1, "en")


def test_a_renewal_that_fails_after_the_consent_has_it_planned_with_the_case(shop: AtWhop) -> None:
    shop.fail("expired_card")
    shop.agreed()
    shop.world.hear(
        whop.payment_failed(payment_id="pay_next", decline_code="expired_card", at=shop.clock.now())
    )
    with shop.world.database.reading() as session:
        states = session.scalars(select(MethodSwitch.state)).all()
    assert states == ["planned", "planned"]


@pytest.mark.parametrize(
    "code", ["stolen_card", "transaction_stopped", "authentication_required", "brand_new"]
)
def test_a_class_that_forbids_it_keeps_it(shop: AtWhop, code: str) -> None:
    shop.fail(code)
    shop.agreed()
    assert stands(shop) == ("kept", "switch_never")
    shop.world.pass_time(130 * HOUR)
    assert OTHER not in charged(shop)


def test_who_takes_the_consent_back_is_not_charged(planned: AtWhop) -> None:
    assert takes_back(planned)
    assert stands(planned) == ("kept", "switch_no_consent")
    assert not takes_back(planned)
    planned.world.pass_time(130 * HOUR)
    assert planned.api.charges == []


def test_the_merchant_switches_it_off_for_running_cases_too(planned: AtWhop) -> None:
    due_at = row(planned).due_at
    merchant_switches(planned, on=False)
    assert stands(planned) == ("kept", "switch_off")
    merchant_switches(planned, on=True)
    assert (row(planned).state, row(planned).due_at) == ("planned", due_at)


def test_who_wants_no_messages_is_not_charged_either(due: AtWhop) -> None:
    with due.world.database.transaction() as session:
        stop_reminders(session, session.scalars(select(Customer)).one(), now=due.clock.now())
    assert due.world.switch_due() == []
    assert (row(due).why["code"], due.api.charges) == ("contact_stopped", [])


def test_whom_no_channel_reaches_is_not_charged(due: AtWhop) -> None:
    with due.world.database.transaction() as session:
        merchant = session.scalars(select(Merchant)).one()
        address, now = "dana.reyes@example.com", due.clock.now()
        suppress(session, merchant, channel="email", address=address, reason="bounced", now=now)
    assert due.world.switch_due() == []
    assert (stands(due), due.api.charges) == (("kept", "switch_untold"), [])


@pytest.mark.parametrize(
    ("column", "value", "why"), [("arm", "control", "control_group"), ("origin", "backfill", "backfilled")]
)
def test_hands_off_means_no_other_card(due: AtWhop, column: str, value: str, why: str) -> None:
    with due.world.database.transaction() as session:
        session.execute(update(Case).values({column: value}))
    assert due.world.switch_due() == []
    assert (stands(due), due.api.charges) == (("kept", why), [])


def test_the_database_itself_refuses_a_second_switch_of_a_payment(planned: AtWhop) -> None:
    first = row(planned)
    with pytest.raises(IntegrityError), planned.world.database.transaction() as session:
        session.add(
            MethodSwitch(case_id=first.case_id, payment_id=first.payment_id, kind="switch", key="another",
                         actor="worker", why={}, state="planned", due_at=first.due_at, decided_at=first.due_at)
        )  # fmt: skip


def test_our_own_retry_goes_first_and_is_given_six_hours(shop: AtWhop) -> None:
    shop.fail("generic_decline")
    shop.agreed()
    retry = shop.world.retry()
    assert retry.state == "planned" and row(shop).due_at >= retry.due_at + 6 * HOUR
    shop.now_is(retry.due_at)
    shop.world.charge_due()
    assert row(shop).due_at >= shop.clock.now() + 6 * HOUR
    shop.now_is(row(shop).due_at)
    shop.world.switch_due()
    assert charged(shop) == [FAILED, OTHER]
    assert triggers(shop) == [("failed", "whop"), ("failed", "ours"), ("failed", "switch")]


def test_after_another_card_was_tried_there_is_no_retry(shop: AtWhop) -> None:
    shop.fail("expired_card")
    shop.agreed()
    shop.now_is(row(shop).due_at)
    shop.world.switch_due()
    shop.world.hear(
        whop.payment_failed(decline_code="generic_decline", payments_failed=3, at=shop.clock.now() + HOUR)
    )
    assert (shop.world.retry().state, shop.world.retry().why["code"]) == ("kept", "retry_after_switch")


# charged


def test_it_is_charged_once_after_a_look_and_the_card_is_named(due: AtWhop) -> None:
    due.api.outcomes[PAYMENT] = "paid"
    assert len(due.world.switch_due()) == 1
    assert [call for call in due.asked if not call.startswith("GET")] == [CHANGE]
    assert stands(due) == ("taken", "switch_taken")
    found = row(due)
    assert (found.method_id, found.former_id) == (OTHER, FAILED)
    assert (found.card_brand, found.card_last4, found.former_last4) == ("visa", "1881", "4242")
    assert due.world.case().state == "recovered"
    assert triggers(due) == [("failed", "whop"), ("paid", "switch")]
    assert due.world.case().attribution == "charge"
    due.world.pass_time(300 * HOUR)
    assert charged(due) == [OTHER]


def test_the_customer_is_told_at_once_although_the_case_is_over(paid: AtWhop) -> None:
    (message,) = paid.world.messages
    assert message.subject == "Your payment for Options Lab Pro went through with another card"
    assert "your card (Visa ending 1881) was charged" in message.paragraphs[0]
    assert "Put the former card back" in message.closing[0]
    assert message.action is not None and "/r/" in message.action.url
    paid.world.pass_time(300 * HOUR)
    assert len(paid.world.messages) == 1


def test_a_card_that_is_declined_too_is_told_of_and_again_when_it_is_charged_after_all(due: AtWhop) -> None:
    due.world.switch_due()
    due.world.send_due()
    assert (stands(due)[0], due.world.case().state) == ("taken", "open")
    (first,) = notices(due)
    assert "It has not gone through yet." in first.paragraphs[0]
    due.payment_is(status="paid", substatus="succeeded", paid_at=whop.iso(due.clock.now() + HOUR))
    due.now_is(due.clock.now() + HOUR)
    due.world.hear(whop.payment_succeeded(at=due.clock.now(), data={"payment_method_id": OTHER}))
    due.world.send_due()
    first, second = notices(due)
    assert "it is paid now" in second.paragraphs[0]


def test_the_money_that_another_card_of_their_own_choice_brought_is_not_told_as_ours(due: AtWhop) -> None:
    due.world.switch_due()
    due.world.send_due()
    later = due.clock.now() + 2 * HOUR
    due.now_is(later)
    due.world.hear(whop.payment_succeeded(at=later, data={"payment_method_id": "payt_third"}))
    due.world.send_due()
    assert len(notices(due)) == 1
    assert due.world.case().attribution == "message"


@pytest.mark.parametrize(
    "methods",
    [
        [],
        [a_method(FAILED, last4="4242")],
        [a_method("payt_twin", last4="4242")],
        [a_method(OTHER, exp_month=10, exp_year=26)],
        [a_method(OTHER, expired=True)],
        [{**a_method(OTHER), "payment_method_type": "cashapp", "card": {}}],
    ],
)
def test_without_another_good_card_nothing_is_changed(due: AtWhop, methods: list[dict[str, Any]]) -> None:
    due.api.methods[MEMBER] = methods
    assert due.world.switch_due() == []
    assert (stands(due), due.api.charges) == (("kept", "switch_no_other_card"), [])
    due.world.pass_time(20 * HOUR)
    assert due.world.acts().count("switch_kept") == 1


def test_a_card_that_whop_does_not_name_has_no_other(due: AtWhop) -> None:
    due.payment_is(payment_method_id=None)
    assert due.world.switch_due() == []
    assert (stands(due), due.api.charges) == (("kept", "switch_card_unknown"), [])


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
    assert due.world.switch_due() == []
    assert (due.world.case().state, row(due).state) == (case, "cancelled")
    assert due.api.charges == []


def test_an_attempt_that_whop_announces_meanwhile_puts_it_off_by_a_day(due: AtWhop) -> None:
    soon = due.clock.now() + 20 * HOUR
    due.payment_is(next_payment_attempt_at=whop.iso(soon))
    assert due.world.switch_due() == []
    assert row(due).state == "planned" and row(due).due_at >= soon + 24 * HOUR


def test_a_look_that_fails_puts_it_off_and_charges_nobody(due: AtWhop) -> None:
    due.api.replies[METHODS] = [Reply(500, {})] * 2
    assert due.world.switch_due() == []
    assert stands(due) == ("planned", "whop_unreadable")
    due.now_is(row(due).due_at)
    assert len(due.world.switch_due()) == 1
    assert charged(due) == [OTHER]


# refused, unclear, lost


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
def test_a_refusal_is_final_and_shown(due: AtWhop, status: int) -> None:
    due.api.replies[ROUTE] = Reply(status, {"error": {"type": "no"}})
    due.world.switch_due()
    assert stands(due) == ("refused", "switch_refused")
    due.world.pass_time(130 * HOUR)
    assert (due.asked.count(CHANGE), due.world.acts().count("switch_ended")) == (1, 1)


def test_a_key_without_the_right_to_see_cards_ends_it(due: AtWhop) -> None:
    due.api.grants.discard("member:payment_methods:read")
    due.world.switch_due()
    assert stands(due) == ("refused", "switch_refused")
    assert due.api.charges == []


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
    due.world.switch_due()
    assert stands(due) == ("unknown", "switch_unclear")
    due.world.pass_time(130 * HOUR)
    assert due.asked.count(CHANGE) == 1


def test_what_a_lost_answer_brought_is_read_in_the_payment(due: AtWhop) -> None:
    due.api.outcomes[PAYMENT] = "paid"
    due.api.loses_answers = True
    due.world.switch_due()
    assert stands(due) == ("taken", "switch_seen")
    assert due.world.case().state == "recovered"
    due.world.send_due()
    assert (len(due.world.messages), charged(due)) == (1, [OTHER])


def test_where_nothing_was_done_it_looks_again_before_it_asks_again(due: AtWhop) -> None:
    due.api.replies[ROUTE] = [Reply(503, {})]
    due.world.switch_due()
    assert (row(due).state, row(due).started_at) == ("planned", None)
    asked = len(due.asked)
    due.now_is(row(due).due_at)
    due.world.switch_due()
    assert due.asked[asked] == f"GET /payments/{PAYMENT}"
    assert (stands(due)[0], charged(due)) == ("taken", [OTHER])


def test_a_worker_that_dies_before_the_change_leaves_it_to_the_next(due: AtWhop) -> None:
    switcher = due.world.switcher
    assert switcher is not None
    assert len(switcher.claim(times=due.world.times, limit=5)) == 1
    assert due.world.switch_due() == []
    due.clock.advance(switcher.lease + MINUTE)
    due.world.sweep()
    due.world.switch_due()
    assert (stands(due)[0], charged(due)) == ("taken", [OTHER])


def test_a_worker_that_dies_in_the_change_leaves_it_unknown_until_the_payment_tells(due: AtWhop) -> None:
    switcher = due.world.switcher
    assert switcher is not None
    due.api.outcomes[PAYMENT] = "paid"
    (claim,) = switcher.claim(times=due.world.times, limit=5)
    assert switcher.carry_out(claim, times=due.world.times) is not None
    charged_at = due.clock.now()
    due.clock.advance(switcher.lease + MINUTE)
    due.world.sweep()
    assert stands(due) == ("unknown", "switch_worker_lost")
    due.world.hear(whop.payment_succeeded(at=charged_at, data={"payment_method_id": OTHER}))
    assert stands(due) == ("taken", "switch_seen")
    due.world.pass_time(130 * HOUR)
    assert (charged(due), len(due.world.messages)) == ([OTHER], 1)


def test_two_workers_charge_once(due: AtWhop) -> None:
    switcher = due.world.switcher
    assert switcher is not None
    (claim,) = switcher.claim(times=due.world.times, limit=5)
    assert switcher.claim(times=due.world.times, limit=5) == []
    assert switcher.carry_out(claim, times=due.world.times) is not None
    assert switcher.carry_out(claim, times=due.world.times) is None
    assert charged(due) == [OTHER]


def test_a_consent_that_is_taken_back_before_the_change_forbids_it(due: AtWhop) -> None:
    switcher = due.world.switcher
    assert switcher is not None
    (claim,) = switcher.claim(times=due.world.times, limit=5)
    takes_back(due)
    assert switcher.carry_out(claim, times=due.world.times) is None
    assert (stands(due), due.api.charges) == (("kept", "switch_no_consent"), [])


def test_a_paused_case_waits(due: AtWhop) -> None:
    with due.world.database.transaction() as session:
        case = session.scalars(select(Case)).one()
        commands.hold(session, case, actor="user:1", now=due.clock.now(), rules=due.world.rules)
    assert (row(due).state, due.world.switch_due()) == ("cancelled", [])


# taken back


def test_the_former_card_is_put_back_once_it_is_paid_and_nothing_is_charged(paid: AtWhop) -> None:
    assert undo(paid) is None
    assert undo(paid) == Why.UNDO_ASKED
    paid.world.switch_due()
    assert stands(paid, "undo") == ("taken", "undo_taken")
    assert (paid.api.calls[-3].method, paid.api.calls[-3].body) == ("PATCH", {"payment_method_id": FAILED})
    assert charged(paid) == [OTHER]
    with paid.world.database.reading() as session:
        assert session.scalars(select(Customer.card_consent_at)).all() == [None]
    assert undo(paid) == Why.UNDO_ASKED


def test_while_the_payment_is_open_there_is_no_way_back(due: AtWhop) -> None:
    assert undo(due) == Why.UNDO_NOTHING
    due.world.switch_due()
    assert undo(due) == Why.UNDO_WOULD_CHARGE
    assert due.asked.count(CHANGE) == 1


def test_a_renewal_that_fails_before_the_way_back_keeps_the_card(paid: AtWhop) -> None:
    assert undo(paid) is None
    paid.membership_is(status="past_due")
    paid.world.switch_due()
    assert stands(paid, "undo") == ("kept", "undo_would_charge")
    assert charged(paid) == [OTHER]
    paid.membership_is(status="active", updated_at=whop.iso(paid.clock.now() + HOUR))
    paid.now_is(paid.clock.now() + HOUR)
    paid.world.hear(whop.membership_updated(at=paid.clock.now(), data={"status": "active"}))
    assert undo(paid) is None


def test_a_way_back_whose_answer_is_lost_is_not_gone_again(paid: AtWhop) -> None:
    undo(paid)
    paid.api.replies[ROUTE] = Reply(500, {})
    paid.world.switch_due()
    assert stands(paid, "undo") == ("unknown", "switch_unclear")
    assert undo(paid) == Why.UNDO_ASKED
    paid.world.pass_time(100 * HOUR)
    assert paid.asked.count(CHANGE) == 2


def test_a_way_back_that_whop_refused_may_be_asked_for_again(paid: AtWhop) -> None:
    undo(paid)
    paid.api.replies[ROUTE] = [Reply(409, {})]
    paid.world.switch_due()
    assert stands(paid, "undo") == ("refused", "switch_refused")
    assert undo(paid) is None
    paid.world.switch_due()
    assert stands(paid, "undo")[0] == "taken"


def test_a_card_that_has_expired_is_not_put_back(paid: AtWhop) -> None:
    with paid.world.database.transaction() as session:
        session.execute(update(MethodSwitch).values(former_exp_month=10, former_exp_year=2026))
    assert undo(paid) == Why.UNDO_CARD_EXPIRED


def test_who_has_chosen_a_third_card_since_has_nothing_to_undo(paid: AtWhop) -> None:
    later = paid.clock.now() + timedelta(days=30)
    paid.now_is(later)
    paid.world.hear(
        whop.payment_succeeded(payment_id="pay_next", at=later, data={"payment_method_id": "payt_third"})
    )
    assert undo(paid) == Why.UNDO_NOTHING
