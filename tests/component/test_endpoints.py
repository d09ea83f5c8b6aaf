"""A merchant's program hears of each case at least once, signed, under one id, and a dead one is noticed."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import WebhookVerificationError

from app.db import Database
from app.endpoints import changes
from app.endpoints.keys import seal_of
from app.endpoints.listing import KEPT, prune_deliveries
from app.endpoints.sending import LEASE, free_expired_hooks
from app.errors import Conflict
from app.recovery.announced import MOST_TRIES, Announced
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.hook_peer import HookPeer
from tests.support.listening import ListeningWorld

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def peer() -> Iterator[HookPeer]:
    with HookPeer() as started:
        yield started


@pytest.fixture
def world(database: Database) -> ListeningWorld:
    """At the machine's time, by which the standard's library checks."""
    made = ListeningWorld(database, FixedClock(datetime.now(UTC)))
    made.hear(whop.membership_activated(at=made.now - HOUR))
    return made


def fail(world: ListeningWorld, **changed: Any) -> None:
    world.hear(whop.payment_failed(at=world.now, **changed))


def test_a_failure_and_its_payment_arrive_signed_with_amount_and_reason(
    world: ListeningWorld, peer: HookPeer
) -> None:
    _, secret = world.listen(peer.url)
    fail(world)
    world.deliver()
    world.hear(whop.payment_succeeded(at=world.now + SECOND))
    world.deliver()
    opened, recovered = (taken.verified(secret) for taken in peer.taken)
    assert (opened["type"], recovered["type"]) == ("case.opened", "case.recovered")
    assert opened["data"]["case"]["amount"] == {"amount": "49.00", "currency": "usd"}
    assert (recovered["data"]["case"]["reason"], recovered["data"]["case"]["state"]) == ("paid", "recovered")
    assert "@" not in peer.taken[0].body.decode() and "Ada" not in peer.taken[0].body.decode()
    assert world.ends() == [("sent", None)] * 2


def test_a_loss_says_why(world: ListeningWorld, peer: HookPeer) -> None:
    world.listen(peer.url, Announced.LOST)
    fail(world)
    world.clock.advance(15 * DAY)
    world.sweep()
    (row,) = world.deliveries()
    assert '"reason":"window_ended"' in row.body and row.event == "case.lost"


def test_only_what_was_chosen_is_written_and_only_while_it_is_on(
    world: ListeningWorld, peer: HookPeer
) -> None:
    world.listen(peer.url, Announced.RECOVERED)
    number, _ = world.listen(peer.url)
    with world.database.transaction() as session:
        hand = world.hand(session)
        changes.switch(hand, changes.endpoint_of(session, hand.merchant, number), on=False)
    fail(world)
    assert world.deliveries() == []


def test_a_case_that_is_left_alone_is_told_only_when_it_is_over(database: Database, peer: HookPeer) -> None:
    world = ListeningWorld(database, FixedClock(datetime.now(UTC)))
    world.hear(whop.membership_activated(at=world.now - HOUR))
    world.listen(peer.url)
    fail(world)
    assert [row.event for row in world.deliveries()] == ["case.opened"]
    world.set_cases(arm="control")
    world.hear(whop.payment_succeeded(at=world.now + SECOND))
    told = world.deliveries()[-1]
    assert told.event == "case.recovered" and '"arm":"control"' in told.body


def test_a_failure_is_tried_again_with_the_same_id_and_the_same_body(
    world: ListeningWorld, peer: HookPeer
) -> None:
    _, secret = world.listen(peer.url)
    fail(world)
    peer.status = 500
    world.deliver()
    world.clock.advance(4 * SECOND)
    assert world.deliver() == []
    peer.status = 200
    world.clock.advance(2 * SECOND)
    world.deliver()
    first, second = peer.taken
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])
    assert second.verified(secret)["type"] == "case.opened"
    assert world.ends() == [("sent", None)]
    assert world.endpoint().failing_since is None


def test_a_peer_that_is_away_for_days_is_told_of_and_switched_off(
    world: ListeningWorld, peer: HookPeer
) -> None:
    world.listen(peer.url)
    fail(world)
    peer.status = 503
    world.deliver_for(4 * DAY)
    assert len(peer.taken) == MOST_TRIES
    assert world.ends() == [("dead", "refused")]
    assert (world.endpoint().on, world.endpoint().off_why) == (False, "failing")
    assert world.alerts() == ["failing", "off_failing"]


def test_one_event_that_a_peer_never_takes_switches_nothing_off(
    world: ListeningWorld, peer: HookPeer
) -> None:
    world.listen(peer.url)
    fail(world)
    for _ in range(60):
        peer.status = 500
        world.deliver()
        peer.status = 200
        with world.database.transaction() as session:
            hand = world.hand(session)
            changes.try_out(hand, changes.endpoint_of(session, hand.merchant, world.endpoint().id))
        world.deliver()
        world.clock.advance(2 * HOUR)
    assert world.deliveries()[0].state == "dead"
    assert world.endpoint().on


def test_whoever_answers_that_it_is_gone_gets_nothing_more(world: ListeningWorld, peer: HookPeer) -> None:
    world.listen(peer.url)
    fail(world)
    peer.status = 410
    world.deliver()
    assert world.ends() == [("dead", "refused")]
    assert world.endpoint().off_why == "gone" and world.alerts() == ["off_gone"]


@pytest.mark.parametrize("status", [301, 302, 307])
def test_no_redirect_is_followed(world: ListeningWorld, peer: HookPeer, status: int) -> None:
    world.listen(peer.url)
    fail(world)
    peer.status, peer.headers = status, {"Location": peer.url + "/elsewhere"}
    world.deliver()
    assert [taken.path for taken in peer.taken] == ["/hook"]
    assert world.ends() == [("planned", "redirect")]


def test_a_peer_that_asks_for_time_gets_it(world: ListeningWorld, peer: HookPeer) -> None:
    world.listen(peer.url)
    fail(world)
    peer.status, peer.headers = 429, {"Retry-After": "600"}
    world.deliver()
    assert world.deliveries()[0].due_at == world.now + timedelta(minutes=10)


def test_a_peer_that_never_answers_costs_its_time_and_no_more(database: Database, peer: HookPeer) -> None:
    world = ListeningWorld(database, FixedClock(datetime.now(UTC)), seconds=0.2)
    world.hear(whop.membership_activated(at=world.now - HOUR))
    world.listen(peer.url)
    fail(world)
    over = threading.Event()
    peer.meanwhile = lambda: bool(over.wait(20))
    (called,) = world.deliver()
    over.set()
    assert (called.reason, called.status) == ("timeout", None)


def test_a_worker_that_dies_in_a_call_is_followed_by_another_with_the_same_id(
    world: ListeningWorld, peer: HookPeer
) -> None:
    world.listen(peer.url)
    fail(world)
    (claim,) = world.endpoints.claim(times=world.times, limit=5)
    late = world.endpoints.carry_out(claim, times=world.times)
    assert late is not None
    world.clock.advance(LEASE + SECOND)
    assert free_expired_hooks(world.database, times=world.times) == 1
    world.deliver()
    world.endpoints.record(claim, late, times=world.times)
    assert len(peer.taken) == 2 and len(set(peer.events)) == 1
    assert world.ends() == [("sent", None)] and world.deliveries()[0].tries == 1


def test_two_workers_never_have_the_same_row(world: ListeningWorld, peer: HookPeer) -> None:
    world.listen(peer.url)
    world.listen(peer.url)
    fail(world)
    mine = world.endpoints.claim(times=world.times, limit=1)
    theirs = world.worker().claim(times=world.times, limit=9)
    assert {claim.row_id for claim in mine}.isdisjoint(claim.row_id for claim in theirs)
    assert len(mine) + len(theirs) == 2


def test_one_merchant_never_has_all_the_threads(world: ListeningWorld, peer: HookPeer) -> None:
    for _ in range(4):
        world.listen(peer.url)
    fail(world)
    claims = world.endpoints.claim(times=world.times, limit=4)
    begun = []

    def begin_the_next() -> None:
        if len(begun) < 3:
            begun.append(world.endpoints.carry_out(claims[len(begun) + 1], times=world.times))

    peer.meanwhile = begin_the_next
    world.endpoints.carry_out(claims[0], times=world.times)
    assert len(peer.taken) <= 3 and None in begun


def test_after_a_new_secret_both_sign_for_a_day(world: ListeningWorld, peer: HookPeer) -> None:
    number, old = world.listen(peer.url)
    with world.database.transaction() as session:
        hand = world.hand(session)
        new = changes.rotate(hand, changes.endpoint_of(session, hand.merchant, number), world.seal)
    fail(world)
    world.deliver()
    assert peer.taken[0].verified(old) == peer.taken[0].verified(new)
    with pytest.raises(WebhookVerificationError):
        peer.taken[0].verified("whsec_" + "A" * 44)
    world.clock.advance(DAY + SECOND)
    world.hear(whop.payment_succeeded(at=world.now))
    world.deliver()
    assert peer.taken[1].headers["webhook-signature"].count("v1,") == 1


def test_what_was_given_up_is_sent_again_by_hand_under_its_id(world: ListeningWorld, peer: HookPeer) -> None:
    number, _ = world.listen(peer.url)
    fail(world)
    peer.status = 410
    world.deliver()
    with world.database.transaction() as session, pytest.raises(Conflict):
        changes.resend(world.hand(session), world.deliveries()[0].id)
    peer.status = 204
    with world.database.transaction() as session:
        hand = world.hand(session)
        changes.switch(hand, changes.endpoint_of(session, hand.merchant, number), on=True)
        changes.resend(hand, world.deliveries()[0].id)
    world.clock.advance(SECOND)
    world.deliver()
    assert world.ends() == [("sent", None)] and len(set(peer.events)) == 1


def test_a_key_that_was_sealed_by_another_install_sends_nothing_unsigned(
    world: ListeningWorld, peer: HookPeer
) -> None:
    world.listen(peer.url)
    fail(world)
    world.seal = seal_of(("another-secret-of-more-than-32-characters",))
    world.endpoints = world.worker()
    world.deliver()
    assert peer.taken == [] and world.ends() == [("dead", "key_lost")]


def test_an_address_that_was_removed_gets_nothing_and_its_log_ends_after_a_month(
    world: ListeningWorld, peer: HookPeer
) -> None:
    number, _ = world.listen(peer.url)
    fail(world)
    with world.database.transaction() as session:
        hand = world.hand(session)
        changes.remove(hand, changes.endpoint_of(session, hand.merchant, number))
    world.deliver()
    assert peer.taken == [] and world.ends() == [("skipped", "endpoint_off")]
    with world.database.transaction() as session:
        assert prune_deliveries(session, now=world.now + KEPT + DAY) == 1
    assert world.deliveries() == []
