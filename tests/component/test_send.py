"""What becomes of a send: each outcome, each crash and each cancellation leaves exactly one honest trace."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.claims import Claim
from app.db import Database
from app.delivery.message import message_from
from app.models import Customer, Suppression
from notifiers.base import GiveUp, Message, Outcome, Recipient, Retry, Sent, Unknown
from notifiers.memory import MemoryNotifier, Script
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.world import World

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
Build = Callable[..., World]


@pytest.fixture
def due(database: Database, clock: FixedClock) -> Build:
    """A world whose only case has its first step due now, and a peer that answers so."""

    def build(outcome: Script = Sent("id-1")) -> World:  # noqa: B008
        world = World(database, clock, MemoryNotifier(outcome=outcome))
        world.hear(whop.payment_failed(decline_code="expired_card", at=clock.now()))
        clock.set(world.steps()[0].due_at)
        return world

    return build


def first(world: World) -> tuple[str, dict[str, object]]:
    step = world.steps()[0]
    return step.state, step.outcome_why or {}


def claimed(world: World) -> Claim:
    (claim,) = world.sender.claim(times=world.times, limit=5)
    return claim


def suppressions(world: World) -> list[tuple[str, str]]:
    with world.database.reading() as session:
        return [(row.channel, row.reason) for row in session.scalars(select(Suppression))]


@pytest.mark.parametrize(
    ("outcome", "state", "why", "delivery"),
    [
        (Sent("id-1"), "sent", {"code": "peer_took_it"}, ("sent", None, "id-1")),
        (Unknown("torn"), "unknown", {"code": "peer_unclear", "cause": "torn"}, ("unknown", "torn", None)),
        (GiveUp("no"), "gave_up", {"code": "peer_refused", "cause": "no"}, ("gave_up", "no", None)),
    ],
)
def test_an_outcome_that_is_final_ends_the_step(
    due: Build,
    outcome: Outcome,
    state: str,
    why: dict[str, str],
    delivery: tuple[str, str | None, str | None],
) -> None:
    world = due(outcome)
    assert world.send_due() == [outcome]
    step = world.steps()[0]
    assert first(world) == (state, why)
    assert (step.ended_at, step.lease_until, step.attempts) == (world.now, None, 1)
    (row,) = world.deliveries()
    assert (row.outcome, row.reason, row.provider_id) == delivery
    assert (row.started_at, row.ended_at, row.recipient) == (world.now, world.now, "dana.reyes@example.com")
    assert (row.step_id, row.case_id, row.fence) == (step.id, world.case().id, 1)
    world.clock.advance(3 * HOUR)
    assert world.send_due() == []
    assert len(world.mail.attempts) == 1


def test_what_was_sent_can_be_shown_again_as_it_was(due: Build) -> None:
    world = due()
    world.send_due()
    (message,) = world.messages
    assert message_from(world.deliveries()[0].content) == message
    assert message.message_id == f"{world.case().token}.1"
    assert message_from({**world.deliveries()[0].content, "action": None}).action is None


@pytest.mark.parametrize(("after", "least", "most"), [(None, 15, 30), (35 * SECOND, 35, 35), (9 * HOUR, 3600, 3600)])  # fmt: skip
def test_a_put_off_step_waits_at_least_as_long_as_the_peer_wishes(
    due: Build, after: timedelta | None, least: int, most: int
) -> None:
    world = due([Retry("busy", after=after), Sent()])
    world.send_due()
    step = world.steps()[0]
    assert first(world) == ("planned", {"code": "put_off", "cause": "busy", "tries": 1})
    assert (step.tries, step.lease_until, step.ended_at) == (1, None, None)
    assert least * SECOND <= step.due_at - world.now <= most * SECOND
    world.clock.set(step.due_at - SECOND / 100)
    assert world.send_due() == []
    world.clock.set(step.due_at)
    assert world.send_due() == [Sent()]
    assert first(world)[0] == "sent"
    assert [row.outcome for row in world.deliveries()] == ["retry", "sent"]
    assert [row.fence for row in world.deliveries()] == [1, 2]


def test_a_step_that_is_put_off_five_times_is_dead(due: Build) -> None:
    world = due(Retry("busy"))
    for tries in range(1, 6):
        assert world.send_due() == [Retry("busy")]
        assert world.steps()[0].tries == tries
        world.clock.set(max(world.now, world.steps()[0].due_at))
    assert first(world) == ("dead", {"code": "out_of_tries", "cause": "busy"})
    assert world.send_due() == []
    assert [row.outcome for row in world.deliveries()] == ["retry"] * 5
    assert world.case().state == "open"


@pytest.mark.parametrize(("after", "pause"), [(None, 5 * MINUTE), (35 * SECOND, 35 * SECOND)])
def test_a_channel_that_is_down_uses_up_no_tries(
    due: Build, after: timedelta | None, pause: timedelta
) -> None:
    world = due([*[Retry("sign_in_refused", after=after, whole_channel=True)] * 7, Sent()])
    for _ in range(7):
        world.send_due()
        step = world.steps()[0]
        assert (step.state, step.tries, step.due_at - world.now) == ("planned", 0, pause)
        world.clock.set(step.due_at)
    world.send_due()
    assert first(world) == ("sent", {"code": "peer_took_it"})


@pytest.mark.parametrize("whole", [True, False])
def test_a_channel_that_only_keeps_its_rate_is_waited_for_no_longer_than_it_asks(
    due: Build, whole: bool
) -> None:
    world = due([*[Retry("pace", after=SECOND / 5, whole_channel=whole, busy=True)] * 7, Sent()])
    for _ in range(7):
        world.send_due()
        step = world.steps()[0]
        assert (step.state, step.tries, step.due_at - world.now) == ("planned", 0, SECOND / 5)
        world.clock.set(step.due_at)
    world.send_due()
    assert first(world) == ("sent", {"code": "peer_took_it"})


def test_a_channel_that_stays_down_ends_with_the_five_days(due: Build) -> None:
    world = due(Retry("away", whole_channel=True))
    world.pass_time(timedelta(hours=120), tick=6 * HOUR)
    assert first(world)[0] == "skipped"
    assert (world.steps()[0].outcome_why or {})["code"] == "too_late"
    assert len(world.deliveries()) < 20


def test_a_refusal_for_good_suppresses_the_address_for_this_merchant(due: Build) -> None:
    world = due(GiveUp("smtp_550", suppress=True))
    world.send_due()
    assert suppressions(world) == [("email", "smtp_550")]
    world.pass_time(timedelta(days=6))
    assert [step.state for step in world.steps()] == ["gave_up", "skipped", "skipped"]
    assert world.steps()[1].outcome_why == {"code": "suppressed", "channel": "email", "cause": "smtp_550"}
    assert len(world.mail.attempts) == 1


def test_a_refusal_of_one_message_suppresses_nothing(due: Build) -> None:
    world = due(GiveUp("smtp_552"))
    world.send_due()
    assert suppressions(world) == []


@pytest.mark.parametrize("address", ["a@example.com, b@example.com", "dana@@example.com", "nobody"])
def test_an_address_that_is_no_address_is_given_up_without_a_send(due: Build, address: str) -> None:
    world = due()
    with world.database.transaction() as session:
        session.execute(update(Customer).values(email=address))
    assert world.send_due() == [GiveUp("bad_address")]
    assert first(world) == ("gave_up", {"code": "peer_refused", "cause": "bad_address"})
    assert (world.mail.attempts, suppressions(world)) == ([], [])


def test_a_notifier_that_raises_leaves_an_unknown_and_no_repeat(due: Build) -> None:
    def broken(_message: Message, _recipient: Recipient) -> Outcome:
        raise OSError("half way")

    world = due(broken)
    assert world.send_due() == [Unknown("notifier_raised_OSError")]
    assert first(world) == ("unknown", {"code": "peer_unclear", "cause": "notifier_raised_OSError"})
    world.pass_time(12 * HOUR)
    assert len(world.mail.attempts) == 1


@pytest.mark.parametrize("answer", [None, True, Retry("soon", after=30), Sent(7), GiveUp(None)])  # type: ignore[arg-type]
def test_a_notifier_that_answers_nonsense_leaves_an_unknown_and_no_repeat(due: Build, answer: object) -> None:
    world = due(lambda *_: answer)
    assert world.send_due() == [Unknown("notifier_no_outcome")]
    assert first(world) == ("unknown", {"code": "peer_unclear", "cause": "notifier_no_outcome"})
    world.pass_time(12 * HOUR)
    assert len(world.mail.attempts) == 1


def test_no_transaction_is_open_while_the_peer_is_spoken_to(due: Build) -> None:
    """SQLite has one writer: a second one inside of the send would wait half a minute and fail."""
    seen: list[tuple[str, str]] = []

    def watching(_message: Message, _recipient: Recipient) -> Outcome:
        seen.append((world.steps()[0].state, world.deliveries()[0].outcome))
        world.store(whop.payment_created(at=world.now))
        return Sent()

    world = due(watching)
    world.send_due()
    assert seen == [("sending", "in_flight")]
    assert world.database.engine.pool.checkedout() == 0


def test_a_success_that_lands_during_the_send_keeps_the_step_cancelled(due: Build) -> None:
    def paying(_message: Message, _recipient: Recipient) -> Outcome:
        world.hear(whop.payment_succeeded(at=world.now))
        return Sent("id-9")

    world = due(paying)
    world.send_due()
    assert first(world) == ("cancelled", {"code": "case_closed", "cause": "paid"})
    assert [(row.outcome, row.provider_id) for row in world.deliveries()] == [("sent", "id-9")]
    # Nobody can have read it yet.
    assert (world.case().state, world.case().attribution) == ("recovered", "neither")
    world.pass_time(timedelta(days=6))
    assert (len(world.messages), {step.state for step in world.steps()}) == (1, {"cancelled"})


@pytest.mark.parametrize("outcome", [Retry("busy"), Retry("away", whole_channel=True), Unknown("torn")])
def test_a_cancellation_during_the_send_is_not_undone_by_its_outcome(due: Build, outcome: Outcome) -> None:
    def cancelling(_message: Message, _recipient: Recipient) -> Outcome:
        world.hear(whop.payment_canceled(at=world.now))
        return outcome

    world = due(cancelling)
    world.send_due()
    world.pass_time(timedelta(days=6))
    assert {step.state for step in world.steps()} == {"cancelled"}
    assert len(world.mail.attempts) == 1


def test_a_success_between_claim_and_send_lets_no_send_start(due: Build) -> None:
    world = due()
    claim = claimed(world)
    world.hear(whop.payment_succeeded(at=world.now))
    assert world.sender.carry_out(claim, times=world.times) is None
    assert (world.mail.attempts, world.deliveries()) == ([], [])
    assert first(world)[0] == "cancelled"


def test_each_verdict_of_the_fresh_look_is_carried_out(due: Build) -> None:
    world = due()
    world.hear(whop.membership_cancel_at_period_end_changed(at=world.now - 30 * HOUR))
    assert world.send_due() == []
    assert (world.case().state, world.case().reason, world.case().stop) == (
        "lost", "customer_canceled", "customer_canceled",
    )  # fmt: skip
    assert first(world) == ("cancelled", {"code": "case_closed", "cause": "customer_canceled"})
    assert world.mail.attempts == []


def test_the_claim_of_a_row_that_is_gone_or_taken_does_nothing(due: Build) -> None:
    world = due()
    claim = claimed(world)
    assert world.sender.carry_out(Claim(99_999, 1), times=world.times) is None
    assert world.sender.carry_out(Claim(claim.row_id, claim.fence + 1), times=world.times) is None
    assert first(world) == ("claimed", {})
