"""Webhooks get lost: what Whop's own records tell is found, has its effect once, and disturbs nobody."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.db import Database
from app.inbox.reconcile import EVERY, REST_REFUSED
from app.models import Payment
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.compared import ComparedWorld, compared_world, paid, renewal
from tests.support.json_peer import Reply
from tests.support.whop_api import ACCOUNT, a_membership

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def world(database: Database, clock: FixedClock) -> Iterator[ComparedWorld]:
    """A merchant who has been compared once already."""
    with compared_world(database, clock) as made:
        made.hear(whop.membership_activated(at=made.now - 30 * DAY))
        assert made.compare() == 0
        made.clock.advance(EVERY)
        yield made


@pytest.fixture
def fresh(database: Database, clock: FixedClock) -> Iterator[ComparedWorld]:
    """A merchant who was never compared."""
    with compared_world(database, clock) as made:
        made.hear(whop.membership_activated(at=made.now - 30 * DAY))
        yield made


def origins(world: ComparedWorld) -> list[str]:
    return [event.origin for event in world.events() if event.origin not in ("webhook", "simulated")]


def test_a_failure_whose_event_was_lost_is_found_and_its_customer_written_to(world: ComparedWorld) -> None:
    world.api.add(renewal("pay_1", failed_at=world.now - 2 * HOUR, decline_code="expired_card"))
    assert world.compare() == 1
    assert (world.case().state, world.case().origin) == ("open", "live")
    world.pass_time(HOUR)
    assert [delivery.recipient for delivery in world.deliveries()] == ["dana.reyes@example.com"]


def test_a_bank_that_asks_is_found_with_the_page_that_answers_it(world: ComparedWorld) -> None:
    link = "https://whop.com/pay/confirm/pay_1"
    asks = {"decline_code": "authentication_required", "recovery_url": link}
    world.api.add(renewal("pay_1", failed_at=world.now - 2 * HOUR, **asks))
    for _ in range(2):
        world.compare()
        world.clock.advance(EVERY)
    with world.database.reading() as session:
        assert session.scalars(select(Payment.recovery_url)).all() == [link]
    assert world.asked.count("GET /payments/pay_1") == 1


def test_a_success_whose_event_was_lost_stops_the_reminders(world: ComparedWorld) -> None:
    failed = renewal("pay_1", failed_at=world.now - 2 * HOUR, decline_code="expired_card")
    world.api.add(failed)
    world.compare()
    world.pass_time(HOUR)
    world.api.add(paid(failed, at=world.now))
    world.clock.advance(HOUR)
    assert world.compare() == 1
    world.pass_time(10 * DAY)
    assert (world.case().state, len(world.messages)) == ("recovered", 1)


def test_a_failure_and_its_success_both_lost_are_counted_and_nobody_is_written_to(
    world: ComparedWorld,
) -> None:
    failed = renewal("pay_1", failed_at=world.now - 2 * HOUR, decline_code="expired_card")
    world.api.add(paid(failed, at=world.now - HOUR))
    assert world.compare() == 2
    case = world.case()
    assert (case.state, case.opened_at, case.recovered_at) == (
        "recovered", (world.now - 2 * HOUR).replace(microsecond=0), (world.now - HOUR).replace(microsecond=0),
    )  # fmt: skip
    assert world.steps() == []


def test_what_the_webhooks_brought_is_no_gap_and_adds_no_event(world: ComparedWorld) -> None:
    at = world.now - 2 * HOUR
    for payment in (renewal("pay_1", failed_at=at), paid(renewal("pay_2", failed_at=at), at=at + HOUR)):
        name = payment["id"].removeprefix("pay_")
        told = {"payment_id": payment["id"], "membership_id": f"mem_{name}", "member_id": f"mber_{name}"}
        world.hear(whop.payment_failed(at=at, user_id=f"user_{name}", payments_failed=1, **told))
        if payment["status"] == "paid":
            world.hear(whop.payment_succeeded(at=at + HOUR, user_id=f"user_{name}", **told))
        world.api.add(payment)
    before = (len(world.events()), world.acts())
    assert world.compare() == 0
    assert (len(world.events()), world.acts()) == before


def test_a_repeated_look_finds_nothing_new_even_before_the_worker_came_to_it(world: ComparedWorld) -> None:
    world.api.add(renewal("pay_1", failed_at=world.now - 2 * HOUR))
    assert world.reconciler.run() == 1
    world.clock.advance(EVERY)
    assert world.compare() == 0
    world.clock.advance(EVERY)
    assert world.compare() == 0
    assert origins(world) == ["reconcile"]


def test_what_has_just_changed_is_left_to_its_own_event(world: ComparedWorld) -> None:
    world.api.add(renewal("pay_1", failed_at=world.now - MINUTE))
    assert world.compare() == 0
    world.clock.advance(EVERY)
    assert world.compare() == 1


def test_a_first_purchase_and_a_test_charge_are_no_news(world: ComparedWorld) -> None:
    at = world.now - HOUR
    world.api.add(
        renewal("pay_1", failed_at=at, billing_reason="subscription_create"),
        renewal("pay_2", failed_at=at, decline_code="test_mode_decline"),
        renewal("pay_3", failed_at=at, payments_failed=0, decline_code=None),
        paid(renewal("pay_4", failed_at=at, payments_failed=0, decline_code=None), at=at),
    )
    assert world.compare() == 0
    assert world.cases() == []


def test_the_first_comparison_writes_to_nobody_about_what_is_a_day_old(fresh: ComparedWorld) -> None:
    fresh.set_merchant(alert_email="owner@example.com", alert_amounts={"usd": 1})
    fresh.chores()
    for number in range(6):
        fresh.api.add(renewal(f"pay_{number}", failed_at=fresh.now - (25 + number) * HOUR))
    fresh.api.add(renewal("pay_new", failed_at=fresh.now - 23 * HOUR))
    assert fresh.compare() == 1
    assert sorted(case.origin for case in fresh.cases()) == ["backfill"] * 6 + ["live"]
    assert sorted(origins(fresh)) == ["backfill"] * 6 + ["reconcile"]
    fresh.pass_time(20 * DAY)
    live = next(case for case in fresh.cases() if case.origin == "live")
    assert {delivery.case_id for delivery in fresh.deliveries()} == {live.id}
    assert {alert.case_id for alert in fresh.written() if alert.case_id} == {live.id}


def test_after_an_outage_of_days_what_is_left_of_a_campaign_goes_on(world: ComparedWorld) -> None:
    world.clock.advance(3 * DAY)
    world.api.add(renewal("pay_1", failed_at=world.now - 60 * HOUR, decline_code="insufficient_funds"))
    world.api.add(renewal("pay_2", failed_at=world.now - 130 * HOUR, decline_code="insufficient_funds"))
    assert world.compare() == 2
    assert [case.origin for case in world.cases()] == ["live", "live"]
    world.pass_time(10 * DAY)
    older, younger = sorted(world.cases(), key=lambda case: case.opened_at)
    assert {delivery.case_id for delivery in world.deliveries()} == {younger.id}
    assert older.state == "lost"


def test_a_running_case_that_no_list_names_is_read_by_itself(world: ComparedWorld) -> None:
    failed = renewal("pay_1", failed_at=world.now - 2 * HOUR)
    world.api.add(failed)
    world.compare()
    world.api.add({**failed, "status": "void", "updated_at": whop.iso(world.now)})
    world.clock.advance(HOUR)
    assert world.compare() == 1
    assert (world.case().state, world.case().reason) == ("void", "voided")


def test_a_cancellation_whose_event_was_lost_ends_the_case(world: ComparedWorld) -> None:
    people = {"member_id": "mber_1", "user_id": "user_1", "updated_at": whop.iso(world.now - HOUR)}
    world.api.add(renewal("pay_1", failed_at=world.now - 2 * HOUR), a_membership("mem_1", **people))
    assert world.compare() == 1
    world.clock.advance(EVERY)
    world.compare()
    gone = {**people, "status": "canceled", "updated_at": whop.iso(world.now)}
    world.api.add(a_membership("mem_1", **gone))
    world.clock.advance(HOUR)
    assert world.compare() == 1
    assert (world.case().state, world.case().reason) == ("lost", "membership_ended")


def test_a_pass_that_is_cut_goes_on_where_it_stopped(world: ComparedWorld) -> None:
    for number in range(7):
        world.api.add(renewal(f"pay_{number}", failed_at=world.now - (2 + number) * HOUR))
    first = len(world.asked)
    world.stopping = lambda: len(world.asked) >= first + 2
    world.reconciler.run()
    row = world.comparison()
    assert (row.phase, row.cursor, row.found) == ("open", "cursor4", 4)
    world.stopping = lambda: False
    world.compare()
    assert (world.comparison().phase, world.comparison().healed) == (None, 7)
    assert world.asked[first:].count("GET /payments") == 5, "four pages of open ones and one of paid ones"


def test_a_large_merchant_does_not_keep_the_others_waiting(world: ComparedWorld) -> None:
    for number in range(100):
        world.api.add(renewal(f"pay_{number}", failed_at=world.now - 2 * HOUR))
    world.hear(whop.membership_activated(at=world.now, account_id="biz_small"))
    world.clock.advance(MINUTE)
    world.api.add(renewal("pay_small", failed_at=world.now - HOUR, account_id="biz_small"))
    world.reconciler.run()
    order = [call.query["account_id"] for call in world.api.calls if call.path.endswith("/payments")]
    small = order.index("biz_small")
    assert 0 < small < len(order) - 10 and order[small - 1] == order[-1] == ACCOUNT
    assert [row.healed for row in world.comparisons()] == [100, 1]


@pytest.mark.parametrize(
    ("reply", "trouble", "rest"),
    [
        (Reply(429, {}, {"Retry-After": "90"}), "busy", timedelta(seconds=90)),
        (Reply(403, {}), "forbidden", REST_REFUSED),
        (Reply(401, {}), "refused", REST_REFUSED),
        (Reply(503, {}), "away", MINUTE),
        (Reply(400, {}), "not_understood", EVERY),
    ],
)
def test_what_keeps_it_from_comparing_is_said_and_tried_again_later(
    world: ComparedWorld, reply: Reply, trouble: str, rest: timedelta
) -> None:
    world.api.replies["GET /api/v1/payments"] = reply
    assert world.compare() == 0
    row = world.comparison()
    assert (row.trouble, row.trouble_at, row.due_at) == (trouble, world.now, world.now + rest)
    assert row.done_at == world.now - EVERY, "the last good one is remembered"
    del world.api.replies["GET /api/v1/payments"]
    world.clock.advance(max(rest, 2 * MINUTE))
    world.whop._paces.clear()
    world.compare()
    assert (world.comparison().trouble, world.comparison().done_at) == (None, world.now)


def test_nobody_is_asked_about_before_a_quarter_of_an_hour_has_passed(world: ComparedWorld) -> None:
    world.compare()
    before = len(world.asked)
    world.clock.advance(EVERY - MINUTE)
    world.compare()
    assert len(world.asked) == before


def test_a_key_that_may_not_see_members_still_compares_payments(world: ComparedWorld) -> None:
    world.api.grants.discard("member:basic:read")
    world.api.add(renewal("pay_1", failed_at=world.now - HOUR))
    assert world.compare() == 1
    assert world.comparison().trouble is None
