"""The offer to come back: once, only who asked for it, only where it is on, and never part of a recovery."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.cases import commands
from app.cases.preferences import choose_offers
from app.cases.queries import case_view, channels
from app.cases.winback import Winback, winback_figures
from app.db import Database
from app.models import Audit, Case, Customer, Merchant, Step
from app.recovery.period import Period
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.world import World

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
CHECKOUT = "https://whop.com/checkout/plan_1a2B"


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    """A case of a customer who asked for offers, at a merchant who makes them."""
    world = World(database, clock)
    world.hear(whop.payment_failed(at=clock.now()))
    change(world, Merchant, winback_on=True, winback_url=CHECKOUT, winback_code="COMEBACK")
    change(world, Customer, winback_consent_at=clock.now())
    return world


def change(world: World, table: Any, **values: Any) -> None:
    with world.database.transaction() as session:
        for row in session.scalars(select(table)):
            for name, value in values.items():
                setattr(row, name, value)


def end(world: World, *, reminded: bool = False) -> None:
    """Whop ends the membership after its five days, in which our reminders went out or the worker was off."""
    if reminded:
        world.pass_time(5 * DAY)
    else:
        world.clock.advance(5 * DAY)
    world.hear(whop.membership_deactivated(at=world.now))


def offers(world: World) -> list[Step]:
    return [step for step in world.steps() if step.kind == "winback"]


def left_out(world: World) -> list[dict[str, Any]]:
    with world.database.reading() as session:
        return list(session.scalars(select(Audit.detail).where(Audit.action == "offer_left_out")))


def figures(world: World) -> Winback:
    with world.database.reading() as session:
        merchant = session.scalars(select(Merchant)).one()
        return winback_figures(session, merchant, since=world.now - 300 * DAY, now=world.now)


def test_three_days_after_whops_end_one_offer_goes_out(world: World) -> None:
    end(world, reminded=True)
    case, ended_at = world.case(), world.now
    assert (case.state, case.reason) == ("lost", "membership_ended")
    (step,) = offers(world)
    assert (step.due_at, step.why["code"]) == (ended_at + 3 * DAY, "offer_to_return")
    world.pass_time(4 * DAY)
    message = world.messages[-1]
    assert len(world.messages) == 4
    assert world.deliveries()[-1].started_at == ended_at + 3 * DAY
    assert message.action is not None and message.action.url == CHECKOUT
    assert any("COMEBACK" in paragraph for paragraph in message.paragraphs)
    assert message.unsubscribe is not None and "/unsubscribe/" in message.unsubscribe.url
    assert figures(world) == Winback(sent=1, came_back=0, still_open=1)
    assert (world.case().state, world.case().recovered_at) == ("lost", None)


@pytest.mark.parametrize(
    ("table", "values", "why"),
    [
        (Customer, {"winback_consent_at": None}, "no_consent"),
        (Customer, {"excluded_at": None, "contact_stopped": "disputed"}, "contact_stopped"),
        (Merchant, {"winback_url": None}, "offers_off"),
        (Case, {"arm": "control"}, "control_group"),
        (Case, {"origin": "backfill"}, "backfilled"),
    ],
)
def test_no_offer_is_planned_for_whom_it_is_not(
    world: World, table: Any, values: dict[str, Any], why: str
) -> None:
    change(world, table, **values)
    end(world)
    assert (offers(world), [detail["code"] for detail in left_out(world)]) == ([], [why])


@pytest.mark.parametrize("code", ["stolen_card", "blocked_by_cardholder", "bank_account_holder_deceased"])
def test_nobody_is_asked_back_after_such_a_decline(world: World, code: str) -> None:
    world.hear(whop.payment_failed(at=world.now + HOUR, decline_code=code, payments_failed=2))
    end(world)
    assert offers(world) == []
    assert len(left_out(world)) == 1


def test_where_it_is_off_nothing_is_planned_and_nothing_is_said_of_it(world: World) -> None:
    change(world, Merchant, winback_on=False)
    end(world)
    assert (offers(world), left_out(world)) == ([], [])


def test_a_customer_who_cancels_by_themselves_gets_no_offer(world: World) -> None:
    world.hear(whop.membership_cancel_at_period_end_changed(at=world.now + HOUR))
    assert world.case().reason == "customer_canceled"
    assert (offers(world), left_out(world)) == ([], [])


def test_a_case_that_is_lost_for_another_reason_gets_no_offer(world: World) -> None:
    with world.database.transaction() as session:
        case = session.get_one(Case, world.case().id)
        commands.close(session, case, actor="user:1", now=world.now, rules=world.rules)
    assert offers(world) == []


@pytest.mark.parametrize(
    ("table", "values", "why"),
    [
        (Customer, {"winback_consent_at": None}, "no_consent"),
        (Customer, {"contact_stopped": "opted_out"}, "contact_stopped"),
        (Merchant, {"winback_on": False}, "offers_off"),
    ],
)
def test_what_changes_before_it_goes_out_stops_it(
    world: World, table: Any, values: dict[str, Any], why: str
) -> None:
    end(world)
    sent = len(world.messages)
    change(world, table, **values)
    world.pass_time(4 * DAY)
    (step,) = offers(world)
    assert (len(world.messages), step.state, (step.outcome_why or {})["code"]) == (sent, "cancelled", why)


def test_who_has_come_back_is_not_asked_to(world: World) -> None:
    end(world)
    world.hear(
        whop.membership_activated(
            membership_id="mem_again", at=world.now + DAY, data={"created_at": whop.iso(world.now + DAY)}
        )
    )
    sent = len(world.messages)
    world.pass_time(4 * DAY)
    (step,) = offers(world)
    assert (len(world.messages), (step.outcome_why or {})["code"]) == (sent, "came_back")


def test_money_that_comes_after_all_takes_the_offer_back(world: World) -> None:
    end(world)
    world.hear(whop.payment_succeeded(at=world.now + HOUR))
    assert (world.case().state, offers(world)[0].state) == ("recovered", "cancelled")


def test_two_payments_of_one_person_bring_one_offer(world: World) -> None:
    world.hear(whop.payment_failed(at=world.now, payment_id="pay_2"))
    end(world)
    assert [case.reason for case in world.cases()] == ["membership_ended"] * 2
    assert len(offers(world)) == 1
    assert [detail["code"] for detail in left_out(world)] == ["offered_lately"]


def test_an_end_that_is_heard_days_late_brings_no_offer(world: World) -> None:
    world.pass_time(5 * DAY)
    ended_at = world.now
    world.clock.advance(5 * DAY + HOUR)
    world.hear(whop.membership_deactivated(at=ended_at))
    assert (offers(world), left_out(world)) == ([], [{"code": "too_late", "hours": 49}])


def test_opting_out_takes_the_consent_away_for_good(world: World) -> None:
    with world.database.transaction() as session:
        commands.opt_out(session, session.get_one(Case, world.case().id), now=world.now)
    with world.database.reading() as session:
        assert session.scalars(select(Customer.winback_consent_at)).all() == [None]


def test_a_consent_is_noted_and_can_be_taken_back(world: World) -> None:
    with world.database.transaction() as session:
        customer = session.scalars(select(Customer)).one()
        asked = [
            choose_offers(session, customer, wanted=wanted, now=world.now) for wanted in (True, False, False)
        ]
    assert asked == [False, True, False]
    with world.database.reading() as session:
        assert session.scalars(select(Customer.winback_consent_at)).all() == [None]
        noted = session.scalars(select(Audit.detail).where(Audit.action == "preferences_changed")).all()
    assert [(detail["fields"], detail["consent"]) for detail in noted] == [(["offers"], False)]


def test_coming_back_counts_in_its_own_number_and_in_no_other(world: World) -> None:
    end(world, reminded=True)
    world.pass_time(3 * DAY + HOUR)
    at = world.now + 2 * DAY
    world.hear(whop.membership_activated(membership_id="mem_x", at=at, data={"created_at": whop.iso(at)}))
    world.clock.advance(40 * DAY)
    assert figures(world) == Winback(sent=1, came_back=1, still_open=0)
    case = world.case()
    assert (case.state, case.attribution) == ("lost", None)
    with world.database.reading() as session:
        merchant = session.scalars(select(Merchant)).one()
        first = case.opened_at.date()
        (mail,) = channels(session, merchant, Period(first, first, ZoneInfo("UTC")))
    assert (mail.channel, mail.outcomes) == ("email", {"sent": 3})


def test_who_comes_back_too_late_does_not_count(world: World) -> None:
    end(world)
    world.pass_time(3 * DAY + HOUR)
    at = world.now + 31 * DAY
    world.hear(whop.membership_activated(membership_id="mem_x", at=at, data={"created_at": whop.iso(at)}))
    world.clock.advance(40 * DAY)
    assert figures(world) == Winback(sent=1, came_back=0, still_open=0)


def test_an_offer_is_no_touch_before_a_payment(world: World) -> None:
    change(world, Customer, email=None)
    end(world)
    change(world, Customer, email="dana@example.com")
    world.pass_time(3 * DAY + HOUR)
    assert len(world.messages) == 1
    world.hear(whop.payment_succeeded(at=world.now))
    assert (world.case().state, world.case().attribution) == ("recovered", "neither")


def test_the_case_shows_what_is_planned_although_it_is_over(world: World) -> None:
    end(world)
    with world.database.reading() as session:
        merchant = session.scalars(select(Merchant)).one()
        planned = case_view(session, merchant, world.case().id).timeline.planned
    assert [(entry.kind, entry.code) for entry in planned] == [("step", "offer")]
