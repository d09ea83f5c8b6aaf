"""The months before are read for figures alone: nobody is written to, and nothing that runs is disturbed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from app.db import Database
from app.inbox.backfill import Baseline, Reader
from app.models import Backfill
from app.models.contact import other_open
from app.services import Services
from app.whop.errors import WhopForbids, WhopSilent
from tests.conftest import MakeSettings
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.compared import ComparedWorld, compared_world, paid, renewal
from tests.support.json_peer import Reply
from tests.support.whop_api import ACCOUNT

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def world(database: Database, clock: FixedClock) -> Iterator[ComparedWorld]:
    with compared_world(database, clock) as made:
        made.hear(whop.membership_activated(at=made.now - 400 * DAY))
        made.set_merchant(alert_email="owner@example.com", alert_amounts={"usd": 1})
        made.chores()
        yield made


@pytest.fixture
def reader(world: ComparedWorld, make_settings: MakeSettings) -> Reader:
    services = Services.make(make_settings(), world.clock, database=world.database)
    services.accounts.close()
    return Reader(replace(services, whop=world.whop), world.whop, biz_id=ACCOUNT)


def read(reader: Reader, *, months: int = 12) -> int:
    """How many failed renewals were new."""
    return ([0] + [reached.kept for reached in reader.read(months=months)])[-1]


def state(world: ComparedWorld) -> Backfill:
    with world.database.reading() as session:
        return session.scalars(select(Backfill)).one()


def of_every_kind(now: datetime) -> list[dict[str, object]]:
    """Four failed in earnest, of which one was paid in time and one much later."""
    at = now - 200 * DAY
    other = now - 40 * DAY
    return [
        paid(renewal("pay_soon", failed_at=at), at=at + 3 * DAY),
        paid(renewal("pay_late", failed_at=at), at=at + 20 * DAY),
        renewal("pay_open", failed_at=other, decline_code="bank_account_holder_deceased", payments_failed=4),
        renewal("pay_given_up", failed_at=other, status="uncollectible"),
        paid(renewal("pay_never_failed", failed_at=at, payments_failed=0, decline_code=None), at=at),
        renewal("pay_first", failed_at=at, billing_reason="subscription_create"),
        renewal("pay_test", failed_at=at, decline_code="test_mode_decline"),
        renewal("pay_too_old", failed_at=now - 500 * DAY),
        renewal("pay_young", failed_at=now - 4 * DAY),
    ]


def test_what_had_failed_becomes_a_baseline_and_nobody_hears_of_it(
    world: ComparedWorld, reader: Reader
) -> None:
    world.api.add(*of_every_kind(world.now))
    assert read(reader) == 4
    assert {case.origin for case in world.cases()} == {"backfill"}
    assert sorted(case.state for case in world.cases()) == ["lost", "open", "recovered", "recovered"]
    assert reader.baseline() == Baseline(failed=4, paid=1) and reader.baseline().percent == 25
    assert {event.state for event in world.events() if event.origin == "backfill"} <= {"done", "ignored"}
    for _ in range(5):
        world.pass_time(DAY)
        world.chores()
        world.send_alerts()
    assert (world.deliveries(), world.steps(), world.keys()) == ([], [], [])
    assert {case.closed_at is not None for case in world.cases()} == {True}


def test_times_and_reason_are_those_of_whops_records(world: ComparedWorld, reader: Reader) -> None:
    at = (world.now - 100 * DAY).replace(microsecond=0)
    failed = renewal("pay_1", failed_at=at, payments_failed=2, decline_code="expired_card")
    world.api.add(paid(failed, at=at + 30 * HOUR))
    read(reader)
    case = world.case()
    assert (case.opened_at, case.recovered_at, case.attribution) == (at, at + 30 * HOUR, "neither")
    assert case.hands_off is not None and case.hands_off.value == "backfilled"


def test_reading_twice_adds_nothing_but_what_has_changed(world: ComparedWorld, reader: Reader) -> None:
    failed = renewal("pay_1", failed_at=world.now - 40 * DAY)
    world.api.add(failed)
    assert read(reader) == 1
    before = (len(world.events()), world.acts())
    assert read(reader) == 0
    assert (len(world.events()), world.acts()) == before
    world.api.add(paid(failed, at=world.now - 30 * DAY))
    read(reader)
    assert (world.case().state, reader.baseline().paid) == ("recovered", 1)


def test_a_reading_that_was_cut_goes_on_where_it_was(world: ComparedWorld, reader: Reader) -> None:
    for number in range(6):
        world.api.add(renewal(f"pay_{number}", failed_at=world.now - (40 + number) * DAY))
    going = reader.read(months=3)
    while next(going).kept == 0:
        pass
    going.close()
    asked = len(world.api.calls)
    world.api.replies["GET /api/v1/payments"] = [Reply(503, {}, {"Retry-After": "1"})]
    with pytest.raises(WhopSilent):
        read(reader, months=3)
    read(reader, months=3)
    assert (len(world.cases()), state(world).state, state(world).kept) == (6, "done", 6)
    assert all(
        call.query["created_before"] > whop.iso(world.now - 46 * DAY) for call in world.api.calls[asked:]
    )


def test_a_cursor_that_whop_has_forgotten_begins_its_month_again(
    world: ComparedWorld, reader: Reader
) -> None:
    for number in range(3):
        world.api.add(renewal(f"pay_{number}", failed_at=world.now - 40 * DAY))
    going = reader.read(months=3)
    while next(going).kept == 0:
        pass
    going.close()
    world.api.replies["GET /api/v1/payments"] = [Reply(400, {})]
    read(reader, months=3)
    assert len(world.cases()) == 3


def test_a_live_case_stays_live_and_is_not_touched(world: ComparedWorld, reader: Reader) -> None:
    at = world.now - 6 * DAY
    world.hear(whop.payment_failed(payment_id="pay_1", at=at, payments_failed=1))
    before = (world.case().origin, len(world.events()), world.acts())
    world.api.add(paid(renewal("pay_1", failed_at=at), at=at + DAY))
    assert read(reader) == 0
    assert (world.case().origin, len(world.events()), world.acts()) == before
    assert world.case().state == "open"


def test_a_backfilled_case_stays_out_of_its_persons_conversation(
    world: ComparedWorld, reader: Reader
) -> None:
    people = {"membership_id": "mem_1", "member_id": "mber_1", "user": {"id": "user_1", "name": "Dana"}}
    world.api.add(renewal("pay_old", failed_at=world.now - 6 * DAY, **people))
    world.hear(
        whop.payment_failed(payment_id="pay_b", at=world.now, decline_code="expired_card", user_id="user_1")
    )
    read(reader)
    world.hear(whop.payment_failed(payment_id="pay_c", at=world.now + HOUR, user_id="user_1"))
    live, old, second = world.cases()
    assert (old.origin, old.leader_id, live.leader_id, second.leader_id) == ("backfill", None, None, live.id)
    assert world.steps(old) == []
    with world.database.reading() as session:
        assert [case.id for case in other_open(session, live, limit=9)] == [second.id], "nor is it spoken of"
    world.hear(whop.payment_failed(payment_id="pay_old", at=world.now, payments_failed=3, user_id="user_1"))
    world.pass_time(10 * DAY)
    assert {delivery.case_id for delivery in world.deliveries()} == {live.id}


def test_a_later_event_of_a_backfilled_payment_writes_to_nobody_but_counts(
    world: ComparedWorld, reader: Reader
) -> None:
    world.api.add(renewal("pay_1", failed_at=world.now - 6 * DAY))
    read(reader)
    world.hear(whop.payment_succeeded(payment_id="pay_1", at=world.now))
    assert (world.case().state, world.case().origin) == ("recovered", "backfill")
    assert world.deliveries() == []


def test_a_digest_does_not_tell_of_the_past_as_news(world: ComparedWorld, reader: Reader) -> None:
    world.api.add(*of_every_kind(world.now))
    world.clock.advance(DAY)
    world.chores()
    read(reader)
    world.hear(whop.payment_failed(payment_id="pay_new", at=world.now))
    for _ in range(2):
        world.clock.advance(DAY)
        world.chores()
    (digest,) = [alert for alert in world.written() if alert.kind == "digest"]
    assert (digest.detail["opened"]["cases"], digest.detail["at_risk"]["cases"]) == (1, 1)


def test_a_key_that_may_not_read_is_said(world: ComparedWorld, reader: Reader) -> None:
    world.api.grants.clear()
    with pytest.raises(WhopForbids):
        read(reader)
