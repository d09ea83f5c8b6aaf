"""Very many failures at once are an outage: reminders about them wait for a person, at a pace if they like."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from app.alerts.chores import write_spikes
from app.cases.flood import Flood, flood_of, let_go
from app.cases.sending_now import send_now
from app.db import Database
from app.models import Alert, Case, Merchant, Step
from app.recovery.alerts import FLOOD, FloodRule
from tests.faults.conftest import many
from tests.faults.figures import Figures
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.world import RULES, World

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SMALL = FloodRule(at_least=12)


def fail(world: World, cases: int, *, first: int = 0) -> None:
    for number in range(first, first + cases):
        world.store(
            whop.payment_failed(
                decline_code="expired_card", payment_id=f"pay_{number}", user_id=f"user_{number}",
                member_id=f"mber_{number}", membership_id=f"mem_{number}", message_id=f"msg_{number}",
                email=f"customer{number}@example.com", at=world.now,
            )
        )  # fmt: skip
    with capture_logs():
        world.process()


def look(world: World, rule: FloodRule | None = SMALL) -> None:
    write_spikes(world.database, now=world.now, flood_rule=rule)


def release(world: World, an_hour: int | None = None) -> int | None:
    with world.database.transaction() as session:
        merchant = session.scalars(select(Merchant)).one()
        return let_go(session, merchant, actor="user:1", now=world.now, an_hour=an_hour)


def held(world: World) -> Flood | None:
    with world.database.reading() as session:
        return flood_of(session, session.scalars(select(Merchant)).one())


def planned(world: World) -> int:
    with world.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Step)) or 0


def alerts(world: World) -> list[str]:
    with world.database.reading() as session:
        return list(session.scalars(select(Alert.kind).order_by(Alert.id)))


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    return World(database, clock)


@pytest.mark.parametrize(
    ("cases", "rule"),
    [(12, SMALL), pytest.param(10_000, FLOOD, marks=[many, pytest.mark.timeout(3600)])],
)
def test_an_outage_is_planned_and_told_and_its_reminders_wait_for_a_click(
    world: World, cases: int, rule: FloodRule, record_property: Callable[[str, object], None]
) -> None:
    fail(world, cases)
    assert planned(world) == cases * 3
    world.clock.advance(MINUTE)
    look(world, rule)
    look(world, rule)
    assert alerts(world) == ["flood"]
    world.clock.advance(2 * HOUR)
    with capture_logs():
        assert world.send_due() == []
        assert held(world) == Flood(world.now - 2 * HOUR, cases)
        assert release(world) == cases
        assert len(world.send_due()) == cases
    assert len({recipient.address for _, recipient in world.mail.sent}) == cases
    Figures(record_property).add(failures_at_once=cases, sends_before_the_click=0, after_it=cases)


def test_they_go_out_at_the_pace_that_was_asked_for(world: World) -> None:
    fail(world, 12)
    look(world)
    assert release(world, an_hour=4) == 12
    sent = []
    for _ in range(5):
        world.clock.advance(HOUR)
        sent.append(len(world.send_due()))
    assert sent == [1, 4, 4, 3, 0]


def test_what_is_paid_or_two_days_late_by_then_is_not_sent(world: World) -> None:
    fail(world, 12)
    look(world)
    world.clock.advance(2 * HOUR)
    world.send_due()
    world.hear(whop.payment_succeeded(payment_id="pay_0", user_id="user_0", member_id="mber_0", at=world.now))
    assert release(world) == 11
    assert len(world.send_due()) == 11
    assert "customer0@example.com" not in {recipient.address for _, recipient in world.mail.sent}


def test_others_are_written_to_meanwhile_and_one_by_hand(world: World) -> None:
    fail(world, 3)
    world.clock.advance(1.5 * HOUR)
    fail(world, 12, first=3)
    look(world)
    assert len(world.send_due()) == 3
    world.clock.advance(30 * MINUTE)
    with world.database.transaction() as session:
        case = session.scalars(select(Case).order_by(Case.id.desc()).limit(1)).one()
        assert send_now(session, case, actor="user:1", now=world.now, rules=RULES) is None
    assert len(world.send_due()) == 1
    assert held(world) is not None


def test_what_fails_half_a_day_later_goes_out_also_where_nobody_has_looked(world: World) -> None:
    fail(world, 12)
    look(world)
    world.clock.advance(12 * HOUR)
    fail(world, 1, first=12)
    world.clock.advance(HOUR)
    assert len(world.send_due()) == 1
    assert held(world) is not None


def test_once_let_go_the_same_flood_holds_nothing_back_again(world: World) -> None:
    fail(world, 12)
    look(world)
    release(world)
    world.clock.advance(10 * MINUTE)
    look(world)
    assert (held(world), alerts(world)) == (None, ["flood"])
    assert release(world) is None


def test_fewer_or_what_is_usual_or_a_guard_that_is_off_is_no_flood(world: World) -> None:
    fail(world, 11)
    look(world)
    fail(world, 1, first=11)
    look(world, None)
    assert (held(world), alerts(world)) == (None, ["spike"])
