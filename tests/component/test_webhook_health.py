"""A webhook that does not work is told once, and what it could not bring is asked for again once."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from app.db import Database
from app.inbox.reconcile import EVERY
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.compared import HOST, ComparedWorld, compared_world
from tests.support.json_peer import Reply
from tests.support.whop_api import a_webhook

HOUR = timedelta(hours=1)
REPLAY = "POST /api/v1/webhooks/hook_1/replay"


@pytest.fixture
def world(database: Database, clock: FixedClock) -> Iterator[ComparedWorld]:
    with compared_world(database, clock) as made:
        made.hear(whop.membership_activated(at=made.now - 30 * HOUR))
        made.set_merchant(alert_email="owner@example.com")
        yield made


def stands(world: ComparedWorld, **changes: Any) -> None:
    """So the webhook is at Whop; a quarter of an hour later it is looked at."""
    world.api.add(a_webhook("hook_other", url="https://elsewhere.example.com/webhooks/whop", enabled=False))
    world.api.add(a_webhook("hook_1", url=f"{HOST}/webhooks/whop", **changes))
    world.clock.advance(EVERY)
    world.compare()


def failing(world: ComparedWorld, **changes: Any) -> dict[str, Any]:
    return {"failing_since": whop.iso(world.now - HOUR), "consecutive_failures": 7, **changes}


def test_a_webhook_that_works_is_no_news(world: ComparedWorld) -> None:
    stands(world)
    assert (world.keys(), world.api.replayed) == ([], [])


@pytest.mark.parametrize(
    ("changes", "trouble", "said"),
    [
        ({}, "failing", "cannot deliver them"),
        ({"enabled": False, "disabled_reason": "delivery_failures"}, "disabled", "switched off"),
    ],
)
def test_one_that_does_not_is_told_once_however_long_it_lasts(
    world: ComparedWorld, changes: dict[str, Any], trouble: str, said: str
) -> None:
    since = world.now.replace(microsecond=0) - HOUR
    for _ in range(3):
        stands(world, failing_since=whop.iso(since), **changes)
    world.send_alerts()
    assert world.keys() == [f"webhook_down:hook_1:{since.isoformat()}"]
    (letter,) = world.told
    assert said in letter.paragraphs[0]
    assert world.comparison().webhook_trouble == trouble
    assert world.api.replayed == [], "it could not be delivered"


def test_once_it_works_again_what_was_missed_is_asked_for_once(world: ComparedWorld) -> None:
    since = world.now.replace(microsecond=0) - HOUR
    stands(world, failing_since=whop.iso(since), enabled=False)
    for _ in range(3):
        stands(world)
    (asked,) = world.api.replayed
    assert (asked["id"], asked["failed_only"]) == ("hook_1", True)
    assert asked["sent_after"] < whop.iso(since) < asked["sent_before"]
    row = world.comparison()
    assert (row.webhook_trouble, row.webhook_since, row.replayed_at is None) == (None, None, False)


def test_an_unclear_answer_is_asked_for_again_in_the_same_words(world: ComparedWorld) -> None:
    stands(world, **failing(world))
    world.api.replies[REPLAY] = [Reply(fault="cut")]
    stands(world)
    assert (world.comparison().trouble, world.comparison().webhook_since is None) == ("away", False)
    stands(world)
    calls = [call for call in world.api.calls if f"{call.method} {call.path}" == REPLAY]
    assert len(calls) == 2 and len(world.api.replayed) == 1
    assert calls[0].body == calls[1].body
    assert calls[0].headers["idempotency-key"] == calls[1].headers["idempotency-key"]


def test_a_refused_replay_is_not_asked_for_for_ever(world: ComparedWorld) -> None:
    stands(world, **failing(world))
    world.api.replies[REPLAY] = Reply(422, {})
    for _ in range(3):
        stands(world)
    assert world.api.count("POST", "/api/v1/webhooks/hook_1/replay") == 1
    assert world.comparison().replayed_at is None


def test_a_failure_of_some_minutes_is_left_to_whops_own_tries(world: ComparedWorld) -> None:
    stands(world, failing_since=whop.iso(world.now + timedelta(minutes=10)))
    assert (world.keys(), world.comparison().webhook_trouble) == ([], None)


def test_a_second_trouble_is_told_and_asked_for_again(world: ComparedWorld) -> None:
    for _ in range(2):
        stands(world, **failing(world))
        stands(world)
    assert (len(world.keys()), len(world.api.replayed)) == (2, 2)


def test_a_key_that_may_not_see_webhooks_is_no_trouble(world: ComparedWorld) -> None:
    world.api.grants.discard("developer:manage_webhook")
    stands(world, **failing(world))
    row = world.comparison()
    assert (row.trouble, row.done_at, world.keys()) == (None, world.now, [])
