"""A key that Whop refuses holds back every reminder: that is told once a day, with what to do, until it works."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest

from app.alerts.keys import look_at_key
from app.cases.standing import stop_case
from app.db import Database
from app.delivery.message import Links
from app.delivery.send import Sender
from app.inbox.look import WhopLook
from app.security.tokens import Tokens
from tests.support import whop_events as whop
from tests.support.alerted import BASE
from tests.support.at_whop import MEMBERSHIP, PAYMENT
from tests.support.clock import FixedClock
from tests.support.compared import ComparedWorld, compared_world
from tests.support.json_peer import Reply
from tests.support.world import SECRET

HOUR = timedelta(hours=1)
READS = {"payment": f"GET /api/v1/payments/{PAYMENT}", "member": f"GET /api/v1/memberships/{MEMBERSHIP}"}


@pytest.fixture
def world(database: Database, clock: FixedClock) -> Iterator[ComparedWorld]:
    """A reminder is due now, and whoever may read at Whop sees that it may go out."""
    with compared_world(database, clock) as made:
        event = whop.payment_failed(decline_code="expired_card", at=made.now)
        made.api.add(event["data"])
        membership = whop.membership_updated(at=made.now - timedelta(days=20))["data"]
        made.api.add({**membership, "cancel_at_period_end": False})
        made.sender = Sender(
            database,
            {"email": made.mail},
            links=Links(BASE, Tokens((SECRET,))),
            stop_case=partial(stop_case, rules=made.rules),
            look=WhopLook(made.whop, rules=made.rules),
        )
        made.hear(event)
        made.set_merchant(alert_email="owner@example.com", digest_on=False)
        made.clock.set(made.steps()[0].due_at)
        yield made


def work(world: ComparedWorld) -> None:
    """The worker's lanes once, at this moment."""
    world.send_due()
    look_at_key(world.database, times=world.times)
    world.send_alerts()


@pytest.mark.parametrize(
    ("read", "status", "said"),
    [
        ("payment", 403, "lacks payment:basic:read"),
        ("member", 403, "lacks member:basic:read"),
        ("payment", 401, "Whop refuses the API key"),
    ],
)
def test_a_key_that_may_not_read_is_told_with_what_to_do(
    world: ComparedWorld, read: str, status: int, said: str
) -> None:
    world.api.replies[READS[read]] = Reply(status, {})
    work(world)
    (message,) = world.told
    assert message.subject.startswith("Reminders wait:") and said in message.subject
    assert "autocharge check" in " ".join(message.paragraphs)
    assert world.messages == []


def test_it_is_told_once_a_day_of_the_merchants_zone_while_it_lasts(world: ComparedWorld) -> None:
    world.api.replies[READS["payment"]] = Reply(403, {})
    for _ in range(26):
        work(world)
        world.clock.advance(HOUR)
    assert len(world.told) == 2
    days = [(world.now - 26 * HOUR + n * timedelta(days=1)).date() for n in range(2)]
    assert world.keys() == [f"key_refused:{day}" for day in days]


def test_once_it_works_the_reminder_goes_out_and_nothing_more_is_told(world: ComparedWorld) -> None:
    world.api.replies[READS["payment"]] = Reply(403, {})
    world.send_due()
    look_at_key(world.database, times=world.times)
    del world.api.replies[READS["payment"]]
    world.clock.set(world.steps()[0].due_at)
    world.send_due()
    assert len(world.messages) == 1
    world.send_alerts()  # it was written before, and is out of date by now
    assert (world.told, world.ends()) == ([], [("skipped", "key_works")])
    assert look_at_key(world.database, times=world.times) == 0


def test_a_comparison_that_is_refused_is_told_before_a_reminder_is_due(world: ComparedWorld) -> None:
    world.clock.advance(-HOUR)
    world.api.replies["GET /api/v1/payments"] = Reply(403, {})
    world.compare()
    assert look_at_key(world.database, times=world.times) == 1
    del world.api.replies["GET /api/v1/payments"]
    world.clock.advance(2 * HOUR)
    world.compare()
    assert look_at_key(world.database, times=world.times) == 0


def test_a_whop_that_is_away_is_no_trouble_of_the_key(world: ComparedWorld) -> None:
    world.api.replies[READS["payment"]] = Reply(503, {})
    work(world)
    assert world.keys() == []
