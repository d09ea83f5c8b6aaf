"""Each stored event has its effect once, or ends with the reason why it has none; none holds up another."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.db import Database
from app.inbox.process import LEASE, MOST_CLAIMS, claim_events, free_expired_events, process_event
from app.inbox.store import store_event
from app.models import InboxRow, Merchant
from tests.component.broken import without_table
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.world import World

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    return World(database, clock)


def put(world: World, body: bytes, message_id: str = "msg_1") -> None:
    assert store_event(world.database, message_id=message_id, body=body, received_at=world.now)


def only(world: World) -> InboxRow:
    (row,) = world.events()
    return row


HOSTILE = [
    ("not UTF-8", b"\xff\xfe\xfa", "not_utf8"),
    ("not JSON", b"{", "not_json"),
    ("empty", b"", "not_json"),
    ("a number", b"3", "not_an_object"),
    ("a list", b"[]", "not_an_object"),
    ("100,000 brackets", b"[" * 100_000, "too_deep"),
    ("100,000 objects", b'{"a":' * 100_000, "too_deep"),
    ("5,000 digits", b'{"type": ' + b"9" * 5_000 + b"}", "number_too_long"),
    ("NaN", b'{"type": NaN}', "not_a_number"),
    ("Infinity", b'{"type": -Infinity}', "not_a_number"),
    ("1e400", b'{"type": 1e400}', "number_out_of_range"),
    ("duplicate keys", b'{"type": "payment.failed", "type": "payment.succeeded"}', "duplicate_keys"),
    ("NUL", b'{"type": "\\u0000"}', "no_type"),
    ("lone surrogate", b'{"type": "\\ud800"}', "no_type"),
    ("byte order mark", b'\xef\xbb\xbf{"type": "payment.failed"}', "not_json"),
    ("UTF-16", '{"type": "payment.failed"}'.encode("utf-16"), "not_utf8"),
    ("no type", b"{}", "no_type"),
    ("no account", b'{"type": "payment.failed", "data": {"id": "pay_1"}}', "no_account"),
    ("no payment", b'{"type": "payment.failed", "account_id": "biz_1", "data": 3}', "no_payment_id"),
    ("version 2", b'{"action": "payment.failed", "data": {}}', "webhook_v2_recreate_as_v1"),
]


@pytest.mark.parametrize(("body", "reason"), [row[1:] for row in HOSTILE], ids=[row[0] for row in HOSTILE])
def test_a_hostile_body_is_kept_and_ends_quarantined_with_its_reason(
    world: World, body: bytes, reason: str
) -> None:
    put(world, body)
    world.hear(whop.payment_failed(at=world.now))
    hostile, good = world.events()
    assert (hostile.state, hostile.reason, hostile.body) == ("quarantined", reason, body)
    assert (hostile.attempts, hostile.lease_until, hostile.done_at) == (1, None, world.now)
    assert (good.state, len(world.cases())) == ("done", 1)


@pytest.mark.parametrize(
    ("changes", "state", "reason"),
    [
        ({"type": "payment.exploded"}, "ignored", "unknown_type"),
        ({"type": "payout.created"}, "ignored", "no_effect"),
        ({"api_version": "v9", "more": {"a": [1]}}, "done", None),
    ],
)
def test_unknown_types_versions_and_fields_are_no_error(
    world: World, changes: dict[str, object], state: str, reason: str | None
) -> None:
    world.hear(whop.payment_failed(at=world.now) | changes)
    row = only(world)
    assert (row.state, row.reason) == (state, reason)
    assert row.merchant_id is not None
    assert len(world.cases()) == (1 if state == "done" else 0)


@pytest.mark.parametrize("value", [None, 3, [], {}, "", "\u0000", {"id": 3}, [None]])
@pytest.mark.parametrize(
    "field", ["user", "customer_email", "membership_id", "total", "currency", "product_id", "line_items"]
)
def test_a_field_that_is_null_or_of_a_wrong_type_opens_the_case_all_the_same(
    sqlite_database: Database, clock: FixedClock, field: str, value: object
) -> None:
    world = World(sqlite_database, clock)
    world.hear(whop.payment_failed(at=world.now, decline_code="expired_card", data={field: value}))
    assert (only(world).state, world.case().state) == ("done", "open")
    world.pass_time(2 * HOUR)
    step = world.steps()[0]
    assert step.state == ("skipped" if field == "customer_email" else "sent")
    assert (step.outcome_why or {})["code"] == ("no_address" if field == "customer_email" else "peer_took_it")


def test_an_account_that_nobody_knows_becomes_a_merchant(world: World) -> None:
    world.hear(whop.payment_failed(at=world.now, account_id="biz_new"))
    with world.database.reading() as session:
        (merchant,) = session.scalars(select(Merchant)).all()
    assert (merchant.biz_id, merchant.zone, merchant.locale) == ("biz_new", "UTC", "en")
    assert only(world).merchant_id == world.case().merchant_id == merchant.id


def test_one_payment_id_at_two_merchants_is_two_payments(world: World) -> None:
    world.hear(*(whop.payment_failed(at=world.now, account_id=name) for name in ("biz_a", "biz_b")))
    first, second = world.cases()
    assert first.merchant_id != second.merchant_id
    assert first.customer_id != second.customer_id
    world.hear(whop.payment_succeeded(at=world.now + HOUR, account_id="biz_b"))
    assert [case.state for case in world.cases()] == ["open", "recovered"]


def test_an_event_of_no_account_names_no_merchant(world: World) -> None:
    event = whop.payment_failed(at=world.now)
    del event["account_id"], event["data"]["account_id"]
    world.hear(event)
    row = only(world)
    assert (row.state, row.reason, row.merchant_id) == ("quarantined", "no_account", None)
    assert row.event_type == "payment.failed"


def test_an_event_shows_what_it_was_and_what_it_did(world: World) -> None:
    world.hear(whop.payment_failed(at=world.now) | {"type": "PAYMENT_FAILED"})
    row = only(world)
    assert (row.state, row.reason, row.event_type) == ("done", None, "payment.failed")
    assert (row.case_id, row.lease_until, row.done_at) == (world.case().id, None, world.now)


def test_a_poison_row_is_tried_five_times_and_then_dead_and_shown(world: World) -> None:
    put(world, whop.encoded(whop.payment_failed(at=world.now)), "msg_poison")
    put(world, b"3", "msg_good")
    waits: list[float] = []
    with without_table(world.database, "case"):
        for tries in range(1, 6):
            world.process()
            poison, good = world.events()
            assert (good.state, good.attempts) == ("quarantined", 1)
            assert (poison.attempts, poison.lease_until) == (tries, None)
            assert poison.reason == ("OperationalError" if world.database.sqlite else "ProgrammingError")
            if tries < 5:
                assert poison.state == "waiting"
                waits.append((poison.due_at - world.now) / SECOND)
                world.clock.set(poison.due_at - SECOND)
                world.process()
                assert world.events()[0].attempts == tries
                world.clock.set(poison.due_at)
    assert (poison.state, poison.done_at) == ("dead", world.now)
    limits = [(15, 30), (30, 60), (60, 120), (120, 240)]
    assert all(low <= wait <= high for wait, (low, high) in zip(waits, limits, strict=True))
    world.clock.advance(timedelta(days=9))
    world.process()
    assert (world.events()[0].state, world.cases()) == ("dead", [])


def test_a_failure_half_way_leaves_nothing_behind_and_later_has_its_effect_once(world: World) -> None:
    put(world, whop.encoded(whop.payment_failed(at=world.now)))
    with without_table(world.database, "case"):
        world.process()
    with world.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Merchant)) == 0
    world.clock.advance(HOUR)
    world.process()
    assert (only(world).state, only(world).reason, only(world).attempts) == ("done", None, 2)
    assert len(world.cases()) == 1


def test_the_rows_of_a_dead_worker_wait_again_and_have_their_effect_once(world: World) -> None:
    world.store(whop.payment_failed(at=world.now))
    (lost,) = claim_events(world.database, times=world.times, limit=5)
    world.clock.advance(LEASE)
    assert free_expired_events(world.database, times=world.times) == 0
    world.clock.advance(SECOND)
    assert free_expired_events(world.database, times=world.times) == 1
    row = only(world)
    assert (row.state, row.reason, row.lease_until) == ("waiting", "worker_lost", None)
    world.clock.advance(HOUR)
    (fresh,) = claim_events(world.database, times=world.times, limit=5)
    process_event(world.database, lost, times=world.times, rules=world.rules)
    assert (only(world).state, world.cases()) == ("claimed", [])
    process_event(world.database, fresh, times=world.times, rules=world.rules)
    process_event(world.database, fresh, times=world.times, rules=world.rules)
    assert (only(world).state, only(world).reason, len(world.cases())) == ("done", None, 1)


@pytest.mark.parametrize(("deaths", "state"), [(5, "waiting"), (MOST_CLAIMS, "dead")])
def test_a_row_is_not_to_blame_for_some_dead_workers_but_for_many(
    world: World, deaths: int, state: str
) -> None:
    world.store(whop.payment_failed(at=world.now))
    for _ in range(deaths):
        assert len(claim_events(world.database, times=world.times, limit=5)) == 1
        world.clock.advance(2 * HOUR)
        world.sweep()
        world.clock.advance(2 * HOUR)
    assert (only(world).state, only(world).reason) == (state, "worker_lost")
    world.process()
    assert only(world).state == ("done" if state == "waiting" else "dead")


def test_no_more_events_are_claimed_than_there_are_hands(world: World) -> None:
    for number in range(3):
        put(world, b"3", f"msg_{number}")
    assert len(claim_events(world.database, times=world.times, limit=2)) == 2
    assert [row.state for row in world.events()] == ["claimed", "claimed", "waiting"]


def test_an_amount_that_no_float_can_hold_arrives_exactly(world: World) -> None:
    body = json.dumps(whop.payment_failed(at=world.now, shape="legacy", payment_id="pay_float"))
    put(world, body.replace('"total": 49.0', '"total": 19.989999').encode())
    world.process()
    assert (world.case().amount_minor, world.case().currency) == (1999, "usd")
