"""What is old is forgotten in small parts: the rows stay, and with them totals and the ids of events."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.cases.tally_recount import differing_tallies
from app.db import Database
from app.models import Audit, Case, Customer, Delivery, InboxRow, Note, RetentionMark
from app.privacy.retention import Kept, Pruned, left, prune, tell
from tests.support import seeded
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.world import World

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
KEPT = Kept(inbox=30 * DAY, bodies=90 * DAY, case_months=24)


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    return World(database, clock)


def forget(world: World) -> Pruned:
    return sum(prune(world.database, KEPT, now=world.now), Pruned())


def column(world: World, wanted: Any) -> list[Any]:
    with world.database.reading() as session:
        return list(session.scalars(wanted))


def test_old_raw_events_lose_their_body_and_are_still_known(world: World) -> None:
    old = whop.payment_failed(at=world.now)
    world.hear(old)
    world.clock.advance(20 * DAY)
    world.hear(whop.member("updated", at=world.now))
    world.clock.advance(10 * DAY + HOUR)
    assert forget(world) == Pruned(events=1)
    lengths = column(world, select(func.length(InboxRow.body)).order_by(InboxRow.id))
    assert lengths[0] == 0 and lengths[1] > 0
    assert not world.store(old)
    assert forget(world) == Pruned()


def test_an_event_that_waits_keeps_its_body_and_those_behind_it_wait_too(world: World) -> None:
    world.store(whop.payment_failed(at=world.now))
    world.clock.advance(31 * DAY)
    assert forget(world) == Pruned()
    world.process()
    assert [case.state for case in world.cases()] == ["open"]
    assert forget(world) == Pruned(events=1)


def test_old_messages_lose_their_text_and_still_count(world: World) -> None:
    world.hear(whop.payment_failed(at=world.now))
    world.pass_time(8 * DAY)
    sent = len(world.deliveries())
    assert sent == 3
    world.clock.advance(91 * DAY)
    assert forget(world).messages == sent
    assert [(row.content, row.recipient) for row in world.deliveries()] == [({"language": "en"}, "")] * sent
    with world.database.reading() as session:
        assert differing_tallies(session) == []


@pytest.fixture
def shop(world: World) -> dict[str, int]:
    """Cases of several people: long closed, closed lately, still running."""
    old, young = world.now - 800 * DAY, world.now - 100 * DAY
    with world.database.transaction() as session:
        owner = seeded.merchant(session, "biz_A", now=old)
        gone = seeded.case(
            session, owner, at=old, state="lost", email="gone@example.com", name="Gone", draw_share=0.1, arm="control"
        )  # fmt: skip
        both = seeded.case(session, owner, at=old, state="recovered", recovered_after=DAY, name="Both")
        again = seeded.case(session, owner, at=young, state="lost", name="Both")
        silent = seeded.case(session, owner, at=old, state="lost", name="Silent", email="silent@example.com")
        runs = seeded.case(session, owner, at=old, name="Runs")
        spare = again.customer
        again.customer_id = again.payment.customer_id = both.customer_id
        session.flush()
        session.delete(spare)
        session.get_one(Customer, silent.customer_id).contact_stopped = "opted_out"
        seeded.delivery(session, seeded.step(session, both, due_at=old), at=old)
        session.add(Note(case_id=both.id, actor="user:1", text="Called her", at=old))
        return {
            name: case.id
            for name, case in (
                ("gone", gone),
                ("both", both),
                ("again", again),
                ("silent", silent),
                ("runs", runs),
            )
        }


def person_of(world: World, case_id: int) -> Customer:
    with world.database.reading() as session:
        return session.scalars(
            select(Customer).join(Case, Case.customer_id == Customer.id).where(Case.id == case_id)
        ).one()


def test_cases_closed_long_ago_lead_to_nobody(world: World, shop: dict[str, int]) -> None:
    assert forget(world).cases == 3
    for name in ("gone", "both", "silent"):
        person = person_of(world, shop[name])
        assert (person.name, person.email, person.erased_at) == (None, None, world.now)
    for name in ("again", "runs"):
        assert person_of(world, shop[name]).erased_at is None
    assert column(world, select(Note.text)) == []
    assert column(world, select(Delivery.recipient)) == [""]
    assert forget(world) == Pruned()


def test_who_is_still_known_is_so_by_a_newer_case_or_by_a_wish(world: World, shop: dict[str, int]) -> None:
    """An opt-out outlives the case, or the next failure would be written about."""
    forget(world)
    named = column(world, select(Customer.name).where(Customer.erased_at.is_(None)).order_by(Customer.name))
    assert named == ["Both", "Runs", "Silent"]


def test_amounts_and_tallies_stay(world: World, shop: dict[str, int]) -> None:
    def amounts() -> list[Any]:
        with world.database.reading() as session:
            assert differing_tallies(session) == []
            alike = (Case.id, Case.state, Case.amount_minor, Case.arm, Case.draw_share, Case.recovered_at)
            return list(map(tuple, session.execute(select(*alike).order_by(Case.id))))

    before = amounts()
    forget(world)
    assert amounts() == before


def test_a_late_event_of_a_case_that_is_nobodys_changes_nothing(world: World) -> None:
    world.hear(whop.payment_failed(at=world.now))
    world.pass_time(30 * DAY)
    world.clock.advance(800 * DAY)
    assert forget(world).cases == 1
    world.hear(whop.payment_failed(at=world.now, payments_failed=5))
    assert column(world, select(Customer.email)) == [None]
    assert world.events()[-1].reason == "erased"
    world.hear(whop.payment_failed(at=world.now, payment_id="pay_new"))
    assert len(world.cases()) == 2, "they are not shut out: a new failure is a new case"


def test_a_part_is_small_and_goes_on_where_it_was(world: World) -> None:
    with world.database.transaction() as session:
        owner = seeded.merchant(session, "biz_A", now=world.now)
        for _ in range(5):
            seeded.event(session, owner=owner, at=world.now, done_at=world.now)
    world.clock.advance(31 * DAY)
    parts = prune(world.database, KEPT, now=world.now, at_once=2)
    assert next(parts) == Pruned(events=2)
    with world.database.reading() as session:
        assert left(session, KEPT, now=world.now) == 3
    assert list(parts) == [Pruned(events=2), Pruned(events=1)]
    assert column(world, select(RetentionMark.name).order_by(RetentionMark.name)) == ["delivery", "inbox"]


def test_a_run_is_audited_and_is_no_merchants(world: World) -> None:
    with world.database.transaction() as session:
        tell(session, Pruned(events=2, cases=1), actor="worker", now=world.now)
    (line,) = column(world, select(Audit))
    assert (line.action, line.merchant_id) == ("data_pruned", None)
    assert line.detail == {"events": 2, "messages": 0, "cases": 1}


@pytest.mark.parametrize(
    ("months", "expected"), [(24, "2024-11-28"), (1, "2026-10-28"), (11, "2025-12-28"), (12, "2025-11-28")]
)
def test_months_are_counted_by_the_calendar(world: World, months: int, expected: str) -> None:
    kept = Kept(inbox=DAY, bodies=DAY, case_months=months)
    assert kept.closed_before(world.now.replace(year=2026, month=11, day=30)).date().isoformat() == expected
