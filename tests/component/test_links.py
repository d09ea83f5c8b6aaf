"""Linked accounts: a code links once and in time, an account is one a channel, and two rows that are one person share."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.cases import links
from app.db import Database
from app.models import Audit, Customer, LinkCode, LinkedAccount
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.world import World

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    world = World(database, clock)
    world.hear(whop.payment_failed(at=clock.now()))
    return world


def code_for(world: World, channel: str = "telegram") -> str:
    with world.database.transaction() as session:
        return links.fresh_code(session, session.scalars(select(Customer)).one(), channel, wall=world.now)


def used(world: World, code: str, *, channel: str = "telegram", after: timedelta = SECOND) -> bool:
    with world.database.transaction() as session:
        return links.use_code(session, code, channel, wall=world.now + after) is not None


def linked(world: World, channel: str, address: str) -> None:
    with world.database.transaction() as session:
        customer = session.scalars(select(Customer)).one()
        links.link(session, customer, channel, address=address, label="@maria", now=world.now)


def accounts(world: World) -> list[tuple[str, str]]:
    with world.database.reading() as session:
        customer = session.scalars(select(Customer)).one()
        return [(account.channel, account.address) for account in links.accounts_of(session, customer)]


def test_a_code_works_once(world: World) -> None:
    code = code_for(world)
    assert used(world, code)
    assert not used(world, code)


def test_a_code_is_of_one_channel_and_of_one_hour(world: World) -> None:
    code = code_for(world)
    assert not used(world, code, channel="discord")
    assert not used(world, code, after=HOUR)
    assert not used(world, "made-up")
    assert not used(world, "\ud800")
    assert used(world, code, after=HOUR - SECOND)


def test_codes_are_kept_as_hashes_fit_a_deep_link_and_are_pruned(world: World) -> None:
    code = code_for(world)
    assert len(code) <= 64
    assert code.replace("-", "").replace("_", "").isalnum()
    with world.database.transaction() as session:
        assert session.scalar(select(LinkCode.code_hash)) != code
        assert links.prune_codes(session, wall=world.now + HOUR - SECOND, limit=9) == 0
        assert links.prune_codes(session, wall=world.now + HOUR, limit=9) == 1
        assert session.scalar(select(func.count()).select_from(LinkCode)) == 0


def test_a_new_account_takes_the_place_of_the_old_and_each_channel_has_its_own(world: World) -> None:
    linked(world, "telegram", "1")
    linked(world, "discord", "7")
    linked(world, "telegram", "2")
    assert sorted(accounts(world)) == [("discord", "7"), ("telegram", "2")]


def test_unlinking_forgets_the_address_and_both_leave_a_line_without_it(world: World) -> None:
    linked(world, "telegram", "314159")
    with world.database.transaction() as session:
        customer = session.scalars(select(Customer)).one()
        assert [found.id for found in links.customers_with(session, "telegram", "314159")] == [customer.id]
        assert links.unlink(session, customer, "telegram", now=world.now)
        assert not links.unlink(session, customer, "telegram", now=world.now)
        lines = session.scalars(select(Audit).where(Audit.action.like("account_%")).order_by(Audit.id)).all()
        assert [(line.action, line.actor) for line in lines] == [
            ("account_linked", "customer"),
            ("account_unlinked", "customer"),
        ]
        assert all("314159" not in str(line.detail) for line in lines)
    assert accounts(world) == []


def test_a_name_is_made_once(world: World) -> None:
    with world.database.transaction() as session:
        customer = session.scalars(select(Customer)).one()
        customer.token = None
        name = links.name_of(customer)
        assert len(name) >= 20
        assert links.name_of(customer) == name


def test_one_person_in_two_rows_keeps_the_accounts_of_both(world: World) -> None:
    linked(world, "telegram", "kept")
    with world.database.transaction() as session:
        kept = session.scalars(select(Customer)).one()
        double = Customer(
            merchant_id=kept.merchant_id, identity="pay_x", seen_at=world.now, created_at=world.now
        )
        session.add(double)
        session.flush()
        for channel, address in (("telegram", "lost"), ("discord", "7")):
            links.link(session, double, channel, address=address, label=None, now=world.now)
        links.fresh_code(session, double, "discord", wall=world.now)
        links.hand_over_accounts(session, double, kept)
        session.delete(double)
        session.flush()
        assert session.scalar(select(func.count()).select_from(LinkedAccount)) == 2
        assert session.scalar(select(LinkCode.customer_id)) == kept.id
    assert sorted(accounts(world)) == [("discord", "7"), ("telegram", "kept")]
