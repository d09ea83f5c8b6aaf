"""A customer is erased in mid-case: silence at once, nothing left of the person, and every total as it was."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from app.cases.commands import Refusal
from app.cases.notes import add_note
from app.cases.queries import analytics
from app.cases.tally_recount import differing_tallies
from app.db import Database
from app.delivery.suppression import suppressed
from app.models import (
    TALLIES,
    Audit,
    Base,
    Case,
    Customer,
    InboxRow,
    LinkedAccount,
    Merchant,
    Payment,
    SavedView,
)
from app.privacy.erasing import erase
from app.privacy.leftovers import look_through, unfinished
from app.privacy.telling import export
from app.recovery.period import Period
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.world import RULES, World

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PERSON = ("Dana", "Reyes", "dana.reyes@example.com", "dana", "Ask her about March", "@dana_t", "77123")


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    """A case in its second day: one message is out, two are planned, and the team has written about it."""
    world = World(database, clock)
    begun = clock.now()
    world.hear(
        whop.membership_activated(at=begun - DAY),
        whop.member("updated", at=begun - HOUR),
        whop.payment_failed(at=begun),
    )
    world.pass_time(2 * DAY)
    assert len(world.messages) == 1
    with database.transaction() as session:
        case = session.get_one(Case, world.case().id)
        case.draw_share = 0.1
        add_note(session, case, "Ask her about March", actor="user:7", now=world.now)
        account = {"channel": "telegram", "address": "77123", "label": "@dana_t", "linked_at": world.now}
        session.add(LinkedAccount(customer_id=case.customer_id, **account))
        for name, text in (("Hers", "reyes"), ("Others", "paul")):
            session.add(
                SavedView(
                    merchant_id=case.merchant_id,
                    name=name,
                    query={"q": text},
                    actor="user:7",
                    saved_at=world.now,
                )
            )
    return world


def erased(world: World) -> Refusal | None:
    with world.database.transaction() as session:
        customer = session.scalars(select(Customer).order_by(Customer.id)).first()
        assert customer is not None
        refusal = erase(session, customer, actor="user:7", now=world.now, rules=world.rules)
    while look_through(world.database, now=world.now, parts=1):
        pass
    return refusal


def everything(world: World) -> str:
    """Every cell of every table, as text."""
    cells: list[str] = []
    with world.database.reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)):
                cells += [
                    value.decode("utf-8", "replace")
                    if isinstance(value, bytes)
                    else json.dumps(value, default=str)
                    for value in row
                ]
    return "\n".join(cells)


def totals(world: World) -> list[Any]:
    with world.database.reading() as session:
        assert differing_tallies(session) == []
        sums = []
        for tally in TALLIES:
            wanted = [
                column for column in tally.__table__.columns if column.key not in ("id", "fresh")
            ]  # fmt: skip
            sums.append(sorted(map(repr, session.execute(select(*wanted)))))
        return [*sums, session.scalar(select(func.sum(Case.amount_minor)))]


def test_nothing_of_the_person_is_left_in_any_table(world: World) -> None:
    user_id = world_customer(world).identity
    before = everything(world)
    assert all(word in before for word in (*PERSON, user_id, "mem_"))
    assert erased(world) is None
    after = everything(world)
    assert [word for word in (*PERSON, user_id, "mem_", "mber_") if word in after] == []


def world_customer(world: World) -> Customer:
    with world.database.reading() as session:
        return session.scalars(select(Customer)).one()


def test_sends_stop_and_every_total_stays(world: World) -> None:
    case, before = world.case(), totals(world)
    assert erased(world) is None
    assert totals(world) == before
    after = world.case()
    kept = ("state", "reason", "amount_minor", "currency", "arm", "draw_share", "opened_at")
    assert [getattr(after, name) for name in kept] == [getattr(case, name) for name in kept]
    assert {step.state for step in world.steps()} == {"sent", "cancelled"}
    world.pass_time(6 * DAY)
    assert len(world.messages) == 1


def test_once_is_enough_and_it_is_audited_without_a_name(world: World) -> None:
    assert erased(world) is None
    assert erased(world) is Refusal.ALREADY
    with world.database.reading() as session:
        (line,) = session.scalars(select(Audit).where(Audit.action == "customer_erased"))
    assert line.actor == "user:7"
    assert line.detail["customer"] and line.detail["views"] == 1
    with world.database.reading() as session:
        assert session.scalars(select(SavedView.name)).all() == ["Others"]


def test_late_events_count_the_money_and_bring_nothing_back(world: World) -> None:
    erased(world)
    later = world.now + HOUR
    world.clock.advance(HOUR)
    world.hear(
        whop.member("updated", at=later),
        whop.membership_activated(at=later),
        whop.payment_failed(at=later, payment_id="pay_another"),
        whop.payment_succeeded(at=later),
    )
    assert [case.state for case in world.cases()] == ["recovered"]
    assert totals(world)
    after = everything(world)
    assert [word for word in (*PERSON, "mem_", "mber_") if word in after] == []
    assert [row.reason for row in world.events()][-4:] == ["erased", "erased", "erased", None]
    with world.database.reading() as session:
        assert session.scalar(select(func.count(Customer.id))) == 1
        assert session.scalar(select(func.count(Payment.id))) == 1
    world.pass_time(6 * DAY)
    assert len(world.messages) == 1


NOBODY = {"user_id": None, "member_id": None, "user": None, "member": None, "name": None, "username": None}
NEW = {"user_id": "user_new", "member_id": "mber_new", "membership_id": "mem_new", "email": "new@example.com"}


@pytest.mark.parametrize(
    ("named_by", "data"), [("user_id", {}), ("member_id", {}), ("membership_id", NOBODY), ("email", NOBODY)]
)
def test_one_name_of_the_person_is_enough_to_know_an_event(
    world: World, named_by: str, data: dict[str, None]
) -> None:
    erased(world)
    others = {name: value for name, value in NEW.items() if name != named_by}
    world.hear(whop.payment_failed(at=world.now, payment_id="pay_new", data=data, **others))
    assert world.events()[-1].reason == "erased"
    with world.database.reading() as session:
        assert session.scalar(select(func.count(Customer.id))) == 1


def test_a_late_copy_of_an_emptied_event_is_still_known(world: World) -> None:
    first = whop.payment_failed(at=world.now)
    world.hear(first)
    erased(world)
    assert not world.store(first)
    with world.database.reading() as session:
        assert {len(body) for body in session.scalars(select(InboxRow.body))} == {0}


def test_their_addresses_stay_closed(world: World) -> None:
    erased(world)
    with world.database.reading() as session:
        merchant = session.scalars(select(Merchant)).one()
        closed = [
            suppressed(session, merchant, channel=channel, address=address)
            for channel, address in (("email", "dana.reyes@example.com"), ("telegram", "77123"))
        ]
    assert closed == ["erased", "erased"]


def test_other_peoples_events_are_left_alone(world: World) -> None:
    world.hear(
        whop.payment_failed(
            at=world.now, payment_id="pay_other", membership_id="mem_other", member_id="mber_other",
            user_id="user_other", name="Paul", email="paul@example.com",
        )
    )  # fmt: skip
    erased(world)
    with world.database.reading() as session:
        bodies = [body for body in session.scalars(select(InboxRow.body)) if body]
        assert unfinished(session) == 0
    assert len(bodies) == 1
    assert b"paul" in bodies[0]


def test_an_export_tells_all_that_is_stored_and_no_key(world: World) -> None:
    customer = world_customer(world)
    with world.database.transaction() as session:
        told = export(session, session.get_one(Customer, customer.id), actor="user:7", now=world.now)
    text = json.dumps(told, ensure_ascii=False)
    assert [word for word in PERSON if word not in text] == []
    assert world.case().token not in text
    stored = told["stored"]
    assert stored["customer"][0]["email"] == "dana.reyes@example.com"
    assert {name for name, rows in stored.items() if rows} >= {
        "customer", "membership", "linked_account", "payment", "case", "step", "delivery", "note", "audit", "inbox",
    }  # fmt: skip
    assert world.acts()[-1] == "customer_exported"


def test_figures_and_groups_are_told_as_before(world: World) -> None:
    period = Period.last_days(30, now=world.now, zone=ZoneInfo("UTC"))

    def figures() -> object:
        with world.database.reading() as session:
            merchant = session.scalars(select(Merchant)).one()
            return analytics(session, merchant, period, now=world.now, rules=world.rules)

    before = figures()
    erased(world)
    assert figures() == before


def test_nothing_is_charged_any_more(database: Database, clock: FixedClock) -> None:
    world = World(database, clock, rules=replace(RULES, retries=True))
    world.hear(whop.payment_failed(at=clock.now()))
    assert world.retry().state == "planned"
    erased(world)
    assert (world.retry().state, world.retry().why["cause"]) == ("kept", "erased")
    world.clock.advance(HOUR)
    world.hear(whop.payment_failed(at=world.now, payments_failed=2))
    assert world.retry().state == "kept"
    assert world.case().state == "open"
