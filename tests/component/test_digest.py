"""The daily digest: at the merchant's hour, only with news, and each change of a case in exactly one of them."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select

from app.alerts.chores import write_digests
from app.cases import commands, links
from app.cases.standing import stop_case
from app.db import Database
from app.delivery.message import Links
from app.delivery.send import Sender
from app.models import Case, Customer
from app.models.merchant import lock_merchant
from app.recovery.digest import Digest
from app.recovery.money import Money
from app.security.tokens import Tokens
from notifiers.base import GiveUp, Outcome, Retry
from notifiers.memory import MemoryNotifier
from tests.support import whop_events as whop
from tests.support.alerted import BASE, OWNER, AlertedWorld
from tests.support.clock import FixedClock
from tests.support.world import SECRET

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def world(database: Database, clock: FixedClock) -> AlertedWorld:
    """One merchant in New York, whose first digest was thought of on Friday at 09:00 there."""
    made = AlertedWorld(database, clock)
    made.hear(whop.membership_activated(at=clock.now() - DAY))
    made.set_merchant(alert_email=OWNER, zone="America/New_York")
    made.chores()
    clock.set(datetime(2026, 11, 20, 14, 0, tzinfo=UTC))
    made.chores()
    return made


def person(number: int) -> dict[str, str]:
    return {"user_id": f"user_{number}", "member_id": f"mber_{number}"}


def fail(world: AlertedWorld, number: int, **changes: object) -> None:
    ids = {"payment_id": f"pay_{number}", "membership_id": f"mem_{number}"}
    world.hear(whop.payment_failed(at=world.now, **ids, **person(number), **changes))  # type: ignore[arg-type]


def pay(world: AlertedWorld, number: int) -> None:
    world.hear(whop.payment_succeeded(payment_id=f"pay_{number}", user_id=f"user_{number}", at=world.now))


def at_nine(world: AlertedWorld, days: int = 1) -> list[Digest]:
    """The digests of the next days, with the worker looking every quarter of an hour."""
    before = len(world.written())
    for _ in range(days * 24 * 4):
        world.clock.advance(15 * MINUTE)
        write_digests(world.database, now=world.now)
    return [Digest.read(row.detail) for row in world.written()[before:] if row.kind == "digest"]


def test_without_news_no_digest_is_written(world: AlertedWorld) -> None:
    assert at_nine(world, days=3) == []


def test_a_day_with_news_has_one_digest_at_the_hour_in_the_merchants_zone(world: AlertedWorld) -> None:
    for number in (1, 2, 3):
        fail(world, number)
    world.clock.advance(HOUR)
    pay(world, 1)
    world.hear(whop.membership_deactivated(membership_id="mem_2", at=world.now, **person(2)))
    (told,) = at_nine(world)
    assert (told.opened.cases, told.recovered.cases, told.lost.cases, told.at_risk.cases) == (3, 1, 1, 1)
    assert told.recovered.money == (Money("usd", 4900),)
    (row,) = world.written()
    assert (row.key, row.at) == ("digest:2026-11-21", datetime(2026, 11, 21, 14, 0, tzinfo=UTC))
    world.send_alerts()
    (message,) = world.told
    assert message.subject == "1 recovered ($49.00), 3 newly failed ($147.00), 1 lost ($49.00)"
    assert message.action is not None and message.action.url.endswith("/dashboard")


def test_each_change_is_in_one_digest_only(world: AlertedWorld) -> None:
    fail(world, 1)
    (first,) = at_nine(world)
    pay(world, 1)
    (second,) = at_nine(world)
    assert (first.opened.cases, first.recovered.cases) == (1, 0)
    assert (second.opened.cases, second.recovered.cases) == (0, 1)
    assert at_nine(world, days=2) == []


def test_the_hour_follows_the_clocks_of_the_zone(world: AlertedWorld) -> None:
    world.clock.set(datetime(2027, 3, 13, 15, 0, tzinfo=UTC))  # the next night summer time begins
    write_digests(world.database, now=world.now)
    fail(world, 1)
    at_nine(world)
    assert world.written()[-1].at == datetime(2027, 3, 14, 13, 0, tzinfo=UTC)


def test_a_worker_that_was_off_for_days_writes_one_digest(world: AlertedWorld) -> None:
    fail(world, 1)
    world.clock.advance(4 * DAY)
    fail(world, 2)
    for _ in range(3):
        write_digests(world.database, now=world.now)
    (row,) = world.written()
    assert Digest.read(row.detail).opened.cases == 2


def test_another_hour_on_the_same_day_does_not_make_a_second_digest_nor_lose_anything(
    world: AlertedWorld,
) -> None:
    fail(world, 1)
    assert len(at_nine(world)) == 1
    fail(world, 2)
    world.set_merchant(digest_hour=15, digest_due_at=None)
    world.clock.set(datetime(2026, 11, 21, 20, 0, tzinfo=UTC) - MINUTE)
    write_digests(world.database, now=world.now)
    world.clock.advance(2 * MINUTE)
    write_digests(world.database, now=world.now)
    assert [row.key for row in world.written()] == ["digest:2026-11-21"]
    world.clock.advance(DAY)
    write_digests(world.database, now=world.now)
    assert [row.key for row in world.written()] == ["digest:2026-11-21", "digest:2026-11-22"]
    assert Digest.read(world.written()[-1].detail).opened.cases == 1


def test_who_does_not_want_digests_gets_none(world: AlertedWorld) -> None:
    world.set_merchant(digest_on=False)
    fail(world, 1)
    assert at_nine(world, days=2) == []


def test_what_needs_a_person_is_told_once_and_what_waits_for_the_digest_is_told_in_it(
    world: AlertedWorld,
) -> None:
    fail(world, 1, decline_code="brand_new_code")
    fail(world, 2, decline_code="expired_card")
    world.customers_peer = GiveUp("smtp_550", suppress=True)
    world.clock.advance(3 * HOUR)
    world.send_due()
    (told,) = at_nine(world)
    assert told.needs == {"unknown_reason": 1, "unreached": 1}
    assert {row.state for row in world.written() if row.kind == "unknown_reason"} == {"told"}
    assert at_nine(world, days=2) == []


def test_who_was_reached_by_another_channel_needs_nobody(world: AlertedWorld) -> None:
    fail(world, 1, decline_code="expired_card")
    chat = MemoryNotifier("telegram", outcome=GiveUp("telegram_blocked", suppress=True))
    with world.database.transaction() as session:
        customer = session.scalars(select(Customer).join(Case)).one()
        links.link(session, customer, "telegram", address="7", label=None, now=world.now)
    world.sender = Sender(
        world.database,
        {"email": world.mail, "telegram": chat},
        links=Links(BASE, Tokens((SECRET,))),
        stop_case=partial(stop_case, rules=world.rules),
    )
    world.clock.advance(3 * HOUR)
    world.send_due()
    assert [row.outcome for row in world.deliveries()] == ["gave_up", "sent"]
    (told,) = at_nine(world)
    assert told.needs == {}


@pytest.mark.parametrize("outcome", [GiveUp("smtp_550"), Retry("smtp_451")])
def test_who_was_reached_by_none_is_told_once(world: AlertedWorld, outcome: Outcome) -> None:
    fail(world, 1, decline_code="expired_card")
    world.customers_peer = outcome
    for _ in range(8):
        world.clock.advance(2 * HOUR)
        world.send_due()
    assert world.steps()[0].state in ("gave_up", "dead")
    told = [digest.needs for digest in at_nine(world, days=2)]
    assert told[0] == {"unreached": 1}


def test_a_paused_case_is_a_need_beside_other_news(world: AlertedWorld) -> None:
    fail(world, 1)
    with world.database.transaction() as session:
        case = session.get_one(Case, world.case().id)
        lock_merchant(session, case.merchant_id)
        commands.hold(session, case, actor="user:1", now=world.now, rules=world.rules)
    (told,) = at_nine(world)
    assert told.needs == {"paused": 1}
    assert at_nine(world) == []


def test_a_merchant_who_has_just_come_is_told_of_what_happens_from_then_on(
    database: Database, clock: FixedClock
) -> None:
    world = AlertedWorld(database, clock)
    fail(world, 1)
    world.chores()
    world.clock.advance(DAY)
    world.chores()
    assert world.keys() == []
    fail(world, 2)
    world.clock.advance(DAY)
    world.chores()
    assert [Digest.read(row.detail).opened.cases for row in world.written()] == [1]
