"""A merchant whose customers' mail server hangs delays nobody else, and is served nevertheless."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.db import Database
from app.delivery.message import Links
from app.delivery.send import Sender
from app.delivery.slow import KEPT, SlowMerchants
from app.models import Case, Merchant, Step
from app.security.tokens import Tokens
from notifiers.base import Message, Recipient, Sent
from notifiers.memory import MemoryNotifier
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.world import SECRET, World

SLOW_SEND = timedelta(milliseconds=100)
EACH = 6


def answer(_message: Message, recipient: Recipient) -> Sent:
    if recipient.address.endswith("@slow.example"):
        time.sleep(SLOW_SEND.total_seconds())
    return Sent()


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    """Six messages are due of a merchant with a hanging mail server, and a little later six of another."""
    world = World(database, clock, MemoryNotifier(outcome=answer))
    world.sender = Sender(
        database, {"email": world.mail}, links=Links("http://localhost:3000", Tokens((SECRET,))),
        stop_case=lambda *_given, **_more: None, slow=SlowMerchants(slow_send=SLOW_SEND),
    )  # fmt: skip
    for biz_id, domain in (("biz_slow", "slow.example"), ("biz_quick", "quick.example")):
        for number in range(EACH):
            name = f"{domain.partition('.')[0]}_{number}"
            world.hear(
                whop.payment_failed(
                    decline_code="expired_card", payment_id=f"pay_{name}", user_id=f"user_{name}",
                    member_id=f"mber_{name}", membership_id=f"mem_{name}", email=f"{name}@{domain}", account_id=biz_id,
                    message_id=f"msg_{name}", at=world.now,
                )
            )  # fmt: skip
            clock.advance(timedelta(seconds=1))
    clock.set(max(step.due_at for step in world.steps() if step.position == 1))
    return world


def claimed(world: World, *, limit: int, spare: int = 0) -> list[str]:
    """Whose messages a claim takes, in its order; they are given back."""
    claims = world.sender.claim(times=world.times, limit=limit, spare=spare)
    with world.database.transaction() as session:
        wanted = select(Step.id, Merchant.biz_id).join(Case, Step.case_id == Case.id).join(Merchant)
        whose = dict(session.execute(wanted).all())
        for claim in claims:
            session.get_one(Step, claim.row_id).state = "planned"
    return [whose[claim.row_id] for claim in claims]


def send_one(world: World) -> None:
    (claim,) = world.sender.claim(times=world.times, limit=1)
    outcome = world.sender.carry_out(claim, times=world.times)
    assert outcome is not None
    world.sender.record(claim, outcome, times=world.times)


def test_the_oldest_goes_first_while_nobody_is_slow(world: World) -> None:
    assert claimed(world, limit=8, spare=4) == ["biz_slow"] * 6 + ["biz_quick"] * 2


def test_others_go_before_who_has_held_up_a_thread(world: World) -> None:
    send_one(world)
    assert claimed(world, limit=8) == ["biz_quick"] * 6 + ["biz_slow"] * 2


def test_a_slow_merchant_leaves_threads_to_who_comes_next(world: World) -> None:
    send_one(world)
    assert claimed(world, limit=8, spare=2) == ["biz_quick"] * 6
    world.clock.advance(timedelta(seconds=-EACH))  # nothing of the others is due yet
    assert claimed(world, limit=6, spare=4) == ["biz_slow"] * 2
    assert claimed(world, limit=4, spare=4) == []


def test_one_thread_serves_a_slow_merchant_too(world: World) -> None:
    send_one(world)
    world.send_due()
    assert {(step.position, step.state) for step in world.steps() if step.position == 1} == {(1, "sent")}


def test_it_is_forgotten_after_a_while(world: World) -> None:
    send_one(world)
    world.clock.advance(KEPT + timedelta(seconds=1))
    assert claimed(world, limit=5) == ["biz_slow"] * 5
