"""What customers decide: their own wish they can take back, what others caused stays, and each payment for itself."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.cases import links, preferences
from app.cases.people import merge
from app.db import Database
from app.delivery.suppression import OPTED_OUT, allow, suppress, suppressed
from app.models import Audit, Case, Customer, Merchant
from app.recovery.facts import CustomerView
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.world import World

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    world = World(database, clock)
    world.hear(whop.payment_failed(at=clock.now()))
    return world


def told(world: World, command: str) -> bool:
    """Give the command as the page would: one transaction, under the merchant's lock."""
    with world.database.transaction() as session:
        name = links.name_of(session.scalars(select(Customer)).one())
        session.flush()
        customer = preferences.locked(session, name)
        assert customer is not None
        if command == "stop":
            return preferences.stop_reminders(session, customer, now=world.now)
        if command == "allow":
            return preferences.allow_reminders(
                session, customer, lifted=False, now=world.now, rules=world.rules
            )
        case = session.scalars(select(Case).order_by(Case.id)).first()
        assert case is not None
        return preferences.stop_case_reminders(session, case, now=world.now, rules=world.rules)


def lines(world: World) -> list[tuple[str, str]]:
    with world.database.reading() as session:
        acts = ("opted_out", "opted_in", "case_stopped_by_customer", "preferences_changed")
        wanted = select(Audit.action, Audit.actor).where(Audit.action.in_(acts)).order_by(Audit.id)
        return [(action, actor) for action, actor in session.execute(wanted)]


def test_who_stops_and_allows_again_gets_the_messages_that_were_still_to_come(world: World) -> None:
    world.pass_time(25 * HOUR)
    assert len(world.messages) == 1
    assert told(world, "stop") and not told(world, "stop")
    world.pass_time(2 * DAY)
    assert len(world.messages) == 1
    assert told(world, "allow") and not told(world, "allow")
    world.pass_time(5 * DAY)
    assert len(world.messages) == 3
    assert lines(world) == [("opted_out", "customer"), ("opted_in", "customer")]


def test_a_case_that_opened_while_reminders_were_stopped_speaks_once_they_are_allowed(world: World) -> None:
    told(world, "stop")
    world.hear(whop.payment_failed(payment_id="pay_b", membership_id="mem_b", at=world.now))
    assert world.steps(world.cases()[1]) == []
    told(world, "allow")
    first, second = world.cases()
    assert second.leader_id == first.id, "one conversation a person"
    world.pass_time(5 * DAY)
    assert len(world.messages) == 3


@pytest.mark.parametrize("cause", ["disputed", "deceased"])
def test_allowing_takes_back_nothing_but_ones_own_wish(world: World, cause: str) -> None:
    with world.database.transaction() as session:
        session.scalars(select(Customer)).one().contact_stopped = cause
    assert not told(world, "allow")
    assert not told(world, "stop")
    with world.database.reading() as session:
        assert session.scalar(select(Customer.contact_stopped)) == cause
    assert lines(world) == []


def test_one_payment_is_stopped_alone_and_the_other_goes_on(world: World) -> None:
    world.hear(whop.payment_failed(payment_id="pay_b", membership_id="mem_b", at=world.now))
    assert told(world, "stop_case")
    first, second = world.cases()
    assert (first.state, first.reason, first.closed_at) == ("lost", "stopped_by_customer", world.now)
    assert (second.state, second.leader_id) == ("open", None)
    assert not told(world, "stop_case")
    world.pass_time(5 * DAY)
    assert {delivery.case_id for delivery in world.deliveries()} == {second.id}
    assert lines(world) == [("case_stopped_by_customer", "customer")]


def test_a_stopped_payment_stays_silent_when_it_fails_again_but_money_counts(world: World) -> None:
    told(world, "stop_case")
    world.hear(whop.payment_failed(at=world.now + HOUR, decline_code="expired_card"))
    world.pass_time(5 * DAY)
    assert world.messages == []
    world.hear(whop.payment_succeeded(at=world.now))
    assert world.case().state == "recovered"


def test_a_channel_that_does_not_lead_to_this_person_cannot_be_chosen(world: World) -> None:
    with world.database.transaction() as session:
        customer = session.scalars(select(Customer)).one()
        with pytest.raises(ValueError):
            preferences.choose(session, customer, channel="telegram", language=None, now=world.now)
        links.link(session, customer, "telegram", address="1", label=None, now=world.now)
        session.flush()
        for wanted in (True, False):
            changed = preferences.choose(session, customer, channel="telegram", language="ru", now=world.now)
            assert changed is wanted
        assert preferences.forget_account(session, customer, "telegram", now=world.now)
        assert customer.preferred_channel is None
    assert lines(world) == [("preferences_changed", "customer")]


def suppression(world: World, *reasons: str) -> str | None:
    with world.database.transaction() as session:
        merchant = session.scalars(select(Merchant)).one()
        for reason in reasons:
            suppress(session, merchant, channel="email", address="a@b.example", reason=reason, now=world.now)
        return suppressed(session, merchant, channel="email", address="A@b.example ")


def allowed(world: World) -> bool:
    with world.database.transaction() as session:
        merchant = session.scalars(select(Merchant)).one()
        return allow(session, merchant, channel="email", address="a@b.example")


def test_only_an_address_that_its_owner_silenced_is_freed(world: World) -> None:
    assert suppression(world, OPTED_OUT) == OPTED_OUT
    assert allowed(world) and not allowed(world)
    assert suppression(world) is None
    assert suppression(world, "no_mailbox", OPTED_OUT) == "no_mailbox"
    assert not allowed(world)


def test_a_bounce_after_the_wish_is_not_taken_back_with_it(world: World) -> None:
    assert suppression(world, OPTED_OUT, "no_mailbox") == "no_mailbox"
    assert not allowed(world)


def test_who_signs_in_is_the_customer_known_by_that_id_and_never_another_merchants(world: World) -> None:
    with world.database.transaction() as session:
        shop = session.scalars(select(Merchant)).one()
        other = Merchant(**Merchant.fresh("biz_other", title=None, now=world.now))
        session.add(other)
        session.flush()
        known = session.scalars(select(Customer)).one()
        who = CustomerView(user_id=known.identity, name="Maria")
        rules = world.rules
        assert preferences.identified(session, shop, who, now=world.now, rules=rules).id == known.id
        assert (known.name, known.email is not None) == ("Maria", True)
        fresh = preferences.identified(session, other, who, now=world.now, rules=rules)
        assert (fresh.id != known.id, fresh.merchant_id, fresh.email) == (True, other.id, None)


def test_of_two_rows_that_are_one_person_the_links_and_choices_of_either_live_on(world: World) -> None:
    with world.database.transaction() as session:
        kept = session.scalars(select(Customer)).one()
        double = Customer(
            merchant_id=kept.merchant_id, identity="mber_x", complaints={}, seen_at=world.now,
            created_at=world.now, locale="ru",
        )  # fmt: skip
        session.add(double)
        session.flush()
        name = links.name_of(double)
        merge(session, kept, double, now=world.now, rules=world.rules)
        assert (kept.token, kept.locale) == (name, "ru")
