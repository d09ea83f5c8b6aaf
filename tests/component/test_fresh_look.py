"""Right before a message Whop itself is asked: what it says stops the message, and no answer means no message."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.db import Database
from app.models import InboxRow
from tests.support import whop_events as whop
from tests.support.at_whop import MEMBERSHIP, PAYMENT, AtWhop, at_whop
from tests.support.clock import FixedClock
from tests.support.json_peer import Reply
from tests.support.whop_shapes import iso
from tests.support.world import World

HOUR = timedelta(hours=1)
PAID: dict[str, Any] = {"status": "paid", "substatus": "succeeded", "retryable": False}


@pytest.fixture
def due(database: Database, clock: FixedClock) -> Iterator[AtWhop]:
    """A case whose first reminder is due now; Whop shows just what we know."""
    with at_whop(database, clock) as found:
        found.fail("expired_card")
        found.now_is(found.world.steps()[0].due_at)
        yield found


def first(world: World) -> tuple[str, dict[str, Any]]:
    step = world.steps()[0]
    return step.state, step.outcome_why or {}


def looks(world: World) -> list[InboxRow]:
    with world.database.reading() as session:
        return list(session.scalars(select(InboxRow).where(InboxRow.origin == "look").order_by(InboxRow.id)))


def test_each_message_is_sent_after_payment_and_membership_were_read(due: AtWhop) -> None:
    due.world.send_due()
    assert due.asked == [f"GET /payments/{PAYMENT}", f"GET /memberships/{MEMBERSHIP}"]
    assert len(due.world.messages) == 1
    due.now_is(due.world.steps()[1].due_at)
    due.world.send_due()
    assert (len(due.asked), len(due.world.messages)) == (4, 2)


@pytest.mark.parametrize(
    ("payment", "membership", "state", "reason"),
    [
        (PAID, {}, "recovered", "paid"),
        (PAID | {"substatus": "refunded"}, {}, "reversed", "refunded"),
        (PAID | {"substatus": "dispute_needs_response"}, {}, "reversed", "disputed"),
        ({"status": "pending", "substatus": "pending"}, {}, "pending", "clearing"),
        ({"status": "void", "substatus": "canceled"}, {}, "void", "voided"),
        ({"status": "uncollectible", "substatus": "uncollectible"}, {}, "lost", "uncollectible"),
        ({}, {"status": "canceled"}, "lost", "membership_ended"),
        ({}, {"status": "canceling", "cancel_at_period_end": True}, "lost", "customer_canceled"),
        ({}, {"status": "past_due", "most_recent_action": "paused_at"}, "paused", "membership_paused"),
        ({}, {"status": "paused"}, "paused", "membership_paused"),
    ],
)
def test_what_whop_says_at_that_moment_stops_the_message(
    due: AtWhop, payment: dict[str, Any], membership: dict[str, Any], state: str, reason: str
) -> None:
    if "status" in payment:
        paid_at = {"paid_at": iso(due.clock.now())} if payment["status"] == "paid" else {}
        due.payment_is(**payment, **paid_at)
    if membership:
        due.membership_is(**membership)
    due.world.send_due()
    case = due.world.case()
    assert (case.state, case.reason) == (state, reason)
    assert due.world.messages == []
    assert {step.state for step in due.world.steps()} == {"cancelled"}
    assert {row.state for row in looks(due.world)} <= {"done", "ignored"}


def test_a_membership_that_is_resumed_lets_the_case_go_on(due: AtWhop) -> None:
    due.membership_is(most_recent_action="paused_at")
    due.world.send_due()
    due.now_is(due.clock.now() + 4 * HOUR)
    resumed = whop.membership_updated(
        at=due.clock.now(), membership_id=MEMBERSHIP, data={"most_recent_action": "past_due"}
    )
    due.membership_is(most_recent_action="past_due")
    due.world.hear(resumed)
    assert due.world.case().state == "open"
    due.world.pass_time(4 * HOUR)
    assert len(due.world.messages) == 1


def test_what_is_known_already_leaves_no_row_and_no_line(due: AtWhop) -> None:
    due.world.send_due()
    before = (len(looks(due.world)), due.world.acts())
    due.now_is(due.world.steps()[1].due_at)
    due.world.send_due()
    assert (len(looks(due.world)), due.world.acts()) == before
    assert len(due.world.messages) == 2


@pytest.mark.parametrize(
    "fault",
    [Reply(500, {}), Reply(fault="cut"), Reply(401, {}), Reply(403, {}), Reply(404, {}), Reply(200, {"id": 7}),
     Reply(429, {}, {"Retry-After": "90"}), Reply(200, b"<html>", content_type="text/html")],
)  # fmt: skip
@pytest.mark.parametrize("path", [f"/payments/{PAYMENT}", f"/memberships/{MEMBERSHIP}"])
def test_without_an_answer_nothing_is_sent_and_the_step_waits(due: AtWhop, fault: Reply, path: str) -> None:
    due.api.replies[f"GET /api/v1{path}"] = fault
    due.world.send_due()
    step = due.world.steps()[0]
    assert (step.state, step.lease_until, step.tries) == ("planned", None, 0)
    assert (step.outcome_why or {})["code"] == "whop_unreadable"
    assert timedelta(seconds=14) < step.due_at - due.clock.now() <= HOUR
    assert due.world.messages == []


def test_the_pauses_grow_and_the_message_goes_out_once_whop_answers(due: AtWhop) -> None:
    due.api.replies[f"GET /api/v1/payments/{PAYMENT}"] = Reply(503, {}, {"Retry-After": "1"})
    pauses = []
    for number in range(1, 8):
        due.world.send_due()
        state, why = first(due.world)
        assert (state, why["cause"], why["looks"]) == ("planned", "whop_unreadable", number)
        pauses.append(due.world.steps()[0].due_at - due.clock.now())
        due.now_is(due.world.steps()[0].due_at)
    assert max(pauses[:2]) <= timedelta(minutes=1) and pauses[-1] >= timedelta(minutes=15)
    due.api.replies.clear()
    due.world.send_due()
    assert first(due.world)[0] == "sent"
    assert len(due.world.messages) == 1


def test_a_whop_that_stays_away_ends_every_step_as_too_late_and_nothing_was_sent(due: AtWhop) -> None:
    due.api.replies[f"GET /api/v1/payments/{PAYMENT}"] = Reply(503, {}, {"Retry-After": "1"})
    due.world.pass_time(130 * HOUR)
    assert due.world.messages == []
    assert {step.state for step in due.world.steps()} == {"skipped"}
    assert {(step.outcome_why or {})["code"] for step in due.world.steps()} <= {"too_late", "past_cutoff"}


def test_what_our_own_rows_forbid_costs_no_question(due: AtWhop) -> None:
    due.world.hear(whop.payment_succeeded(at=due.clock.now()))
    due.world.send_due()
    assert due.asked == []


def test_no_transaction_is_open_while_whop_is_asked(due: AtWhop) -> None:
    assert due.world.charger is not None
    seen: list[int] = []
    answer = due.api.answer

    def watched(call: Any) -> Reply:
        seen.append(due.world.database.engine.pool.checkedout())  # type: ignore[attr-defined]
        return answer(call)

    due.api.answer = watched  # type: ignore[method-assign]
    due.world.send_due()
    assert (seen, len(due.world.messages)) == ([0, 0], 1)


def test_the_lease_covers_the_look(due: AtWhop) -> None:
    longest = max(channel.send_timeout for channel in (due.world.mail,))
    assert due.world.sender.lease >= longest + timedelta(seconds=16)


def test_without_a_key_our_own_rows_decide(database: Database, clock: FixedClock) -> None:
    world = World(database, clock)
    world.hear(whop.payment_failed(decline_code="expired_card", at=clock.now()))
    clock.set(world.steps()[0].due_at)
    world.send_due()
    assert len(world.messages) == 1
