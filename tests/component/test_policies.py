"""Policies: kept in versions, chosen once for a case, and kept by it for life."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.cases.policies import (
    Draft,
    choose_policy,
    create_policy,
    edit_policy,
    move_policy,
    policies,
    reset_policy,
    switch_policy,
    versions,
)
from app.cases.policy_reach import preview, reach_of
from app.cases.subjects import subject_of
from app.db import Database
from app.models import Audit, Case, Membership, Merchant, Policy
from app.recovery.campaign import DEFAULT_CAMPAIGN, Campaign
from app.recovery.campaign_json import campaign_from_json, campaign_to_json
from app.recovery.machine import CaseState
from app.recovery.money import Money
from app.recovery.segments import Matches, Subject
from tests.support import seeded
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.world import World

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ACTOR = "user:1"


def campaign(**changes: Any) -> Campaign:
    found = campaign_from_json({**campaign_to_json(DEFAULT_CAMPAIGN), **changes})
    assert isinstance(found, Campaign)
    return found


EVERYBODY = Matches()
ONE_AT_TEN = campaign(offsets={"A": {"first": 10}})


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    """A merchant who is known, without a case."""
    world = World(database, clock)
    world.hear(whop.payment_succeeded(at=clock.now()))
    return world


def make(
    world: World, name: str = "Own", matches: Matches = EVERYBODY, content: Campaign = ONE_AT_TEN
) -> int:
    with world.database.transaction() as session:
        merchant = session.scalars(select(Merchant)).one()
        draft = Draft(name, matches, content)
        made = create_policy(session, merchant, draft, actor=ACTOR, now=world.now)
        assert made is not None
        return made.key


def changed(world: World, act: Any, *args: Any, **options: Any) -> bool:
    with world.database.transaction() as session:
        merchant = session.scalars(select(Merchant)).one()
        return act(session, merchant, *args, actor=ACTOR, now=world.now, **options) is not None


def order(world: World) -> list[tuple[str, bool]]:
    with world.database.reading() as session:
        merchant = session.scalars(select(Merchant)).one()
        return [(one.name, one.active) for one in policies(session, merchant)]


def fail(world: World, payment_id: str = "pay_new", **options: Any) -> Case:
    world.hear(whop.payment_failed(payment_id=payment_id, at=world.now, **options))
    return world.cases()[-1]


def hours(world: World, case: Case) -> list[float]:
    return [(step.due_at - case.opened_at) / HOUR for step in world.steps(case) if step.state == "planned"]


def test_without_a_policy_every_case_has_the_default_and_nothing_is_noted(world: World) -> None:
    case = fail(world)
    assert (case.policy_id, hours(world, case)) == (None, [24, 72, 105])
    assert "policy_chosen" not in world.acts()


def test_a_case_gets_the_policy_that_fits_and_its_messages(world: World) -> None:
    make(world, "Others", Matches(plans=("plan_other",)))
    make(world, "Everybody")
    case = fail(world)
    with world.database.reading() as session:
        policy = session.get_one(Policy, case.policy_id)
        detail = session.scalars(select(Audit.detail).where(Audit.action == "policy_chosen")).one()
    assert (policy.name, hours(world, case)) == ("Everybody", [10])
    assert detail == {"number": policy.number, "conditions": []}
    world.pass_time(5 * DAY)
    assert world.sent_at() == [10 * HOUR]


def test_where_no_policy_fits_the_case_says_so_and_has_the_default(world: World) -> None:
    make(world, "Others", Matches(plans=("plan_other",)))
    case = fail(world)
    assert (case.policy_id, hours(world, case)) == (None, [24, 72, 105])
    with world.database.reading() as session:
        detail = session.scalars(select(Audit.detail).where(Audit.action == "policy_chosen")).one()
    assert detail == {"number": None, "conditions": []}


def test_a_change_does_not_touch_a_case_that_runs(world: World) -> None:
    key = make(world)
    case = fail(world)
    later = Draft("Own", Matches(), campaign(offsets={"A": {"first": 50}}))
    assert changed(world, edit_policy, key, later)
    # Planned anew, as after another reason of the decline or a pause.
    world.hear(whop.payment_failed(payment_id="pay_new", at=world.now + HOUR, decline_code="expired_card"))
    world.hear(whop.payment_failed(payment_id="pay_new", at=world.now + 2 * HOUR, payments_failed=3))
    assert hours(world, world.cases()[-1]) == [10]
    assert world.cases()[-1].policy_id == case.policy_id
    world.pass_time(5 * DAY)
    assert world.sent_at() == [10 * HOUR]
    assert hours(world, fail(world, "pay_later", user_id="user_2", member_id="mber_2")) == [50]


def test_a_policy_that_is_switched_off_stays_with_its_case_and_takes_no_new_one(world: World) -> None:
    key = make(world)
    case = fail(world)
    assert changed(world, switch_policy, key, on=False)
    assert not changed(world, switch_policy, key, on=False)
    assert case.policy_id is not None and hours(world, case) == [10]
    other = fail(world, "pay_later", user_id="user_2", member_id="mber_2")
    assert (other.policy_id, hours(world, other)) == (None, [24, 72, 105])


def test_a_longer_gap_of_a_policy_holds_at_the_send_too(world: World) -> None:
    others = {name: {} for name in "BCDEFGHU"}
    offsets = {**others, "A": {"first": 10, "second": 60}}
    make(world, content=campaign(offsets=offsets, gap_hours=50))
    fail(world)
    world.pass_time(11 * HOUR)
    assert world.sent_at() == [10 * HOUR]
    with world.database.transaction() as session:
        step = session.get_one(type(world.steps()[1]), world.steps()[1].id)
        step.due_at = step.planned_at = world.now + 20 * HOUR
    world.pass_time(4 * DAY)
    assert world.sent_at() == [10 * HOUR, 60 * HOUR]


def test_the_quiet_hours_hold_for_e_mail_where_the_policy_says_so(world: World) -> None:
    make(world, content=campaign(offsets={"A": {"first": 13}}, quiet_email=True))
    case = fail(world)
    assert case.opened_at.hour == 9
    world.pass_time(2 * DAY)
    # 22:00 is night where the customer lives; the morning is at eight.
    assert world.sent_at() == [pytest.approx(23 * HOUR, abs=HOUR)]
    assert world.deliveries()[0].started_at.hour == 8


def test_every_change_is_a_version_of_its_own_with_who_made_it(world: World) -> None:
    key = make(world)
    assert changed(world, edit_policy, key, Draft("Renamed", Matches(min_days=3), ONE_AT_TEN))
    assert not changed(world, edit_policy, key, Draft("Renamed", Matches(min_days=3), ONE_AT_TEN))
    assert changed(world, reset_policy, key)
    assert not changed(world, reset_policy, key)
    with world.database.reading() as session:
        merchant = session.scalars(select(Merchant)).one()
        found = versions(session, merchant, key)
        assert [(one.policy.number, one.policy.name, one.changed) for one in found] == [
            (3, "Renamed", ("campaign",)),
            (2, "Renamed", ("name", "matches")),
            (1, "Own", ("name", "matches", "campaign", "position", "active")),
        ]
        assert found[0].draft == Draft("Renamed", Matches(min_days=3), DEFAULT_CAMPAIGN)
        assert {one.policy.actor for one in found} == {ACTOR}
    assert world.acts().count("policy_changed") == 3


def test_policies_change_places_with_their_neighbours_that_are_on(world: World) -> None:
    first, off, third = make(world, "1"), make(world, "2"), make(world, "3")
    changed(world, switch_policy, off, on=False)
    assert order(world) == [("1", True), ("3", True), ("2", False)]
    assert not changed(world, move_policy, first, up=True)
    assert not changed(world, move_policy, third, up=False)
    assert not changed(world, move_policy, off, up=True)
    assert not changed(world, move_policy, 99, up=True)
    assert changed(world, move_policy, third, up=True)
    assert order(world) == [("3", True), ("1", True), ("2", False)]
    changed(world, switch_policy, off, on=True)
    assert order(world) == [("3", True), ("2", True), ("1", True)]


def test_a_merchant_has_so_many_policies_and_no_more(world: World) -> None:
    for _ in range(50):
        make(world)
    with world.database.transaction() as session:
        merchant = session.scalars(select(Merchant)).one()
        draft = Draft("One more", Matches(), ONE_AT_TEN)
        assert create_policy(session, merchant, draft, actor=ACTOR, now=world.now) is None


def test_one_merchants_policies_are_not_anothers(world: World) -> None:
    make(world)
    world.hear(whop.payment_failed(payment_id="pay_other", at=world.now, account_id="biz_other"))
    assert world.cases()[-1].policy_id is None


@pytest.fixture
def owner(database: Database, clock: FixedClock) -> Merchant:
    with database.transaction() as session:
        return seeded.merchant(session, "biz_A", now=clock.now() - 50 * DAY)


def test_what_is_known_of_a_case(owner: Merchant, database: Database, clock: FixedClock) -> None:
    now = clock.now()
    with database.transaction() as session:
        case = seeded.case(session, owner, at=now, payment={"membership_id": "mem_1", "plan_id": "plan_a"})
        case.customer.country = "DE"
        joined = Membership(
            merchant_id=owner.id, membership_id="mem_1", status="past_due", seen_at=now, endings={},
            started_at=now - 40 * DAY - HOUR, plan_id="plan_b",
        )  # fmt: skip
        session.add(joined)
        assert subject_of(session, case) == Subject(
            plan_id="plan_a", price=Money("usd", 4900), tenure_days=40, country="DE", first_renewal=True
        )
        case.payment.plan_id, joined.started_at = None, now - 60 * DAY
        found = subject_of(session, case)
        # Who joined before we listened may have renewed before.
        assert (found.plan_id, found.tenure_days, found.first_renewal) == ("plan_b", 60, None)
        seeded.case(
            session, owner, at=now - 31 * DAY, payment={"membership_id": "mem_1"}, state=CaseState.RECOVERED,
            reason="paid",
        )  # fmt: skip
        assert subject_of(session, case).first_renewal is False
        bare = seeded.case(session, owner, at=now, amount_minor=None, currency=None)
        assert subject_of(session, bare) == Subject()


def test_the_reach_is_counted_from_the_cases_of_ninety_days(
    owner: Merchant, database: Database, clock: FixedClock
) -> None:
    now = clock.now()
    with database.transaction() as session:
        for plan, ago in (
            ("plan_a", 1),
            ("plan_a", 2),
            ("plan_b", 3),
            ("plan_c", 89),
            (None, 5),
            ("plan_a", 91),
        ):
            seeded.case(
                session, owner, at=now - ago * DAY, payment={"plan_id": plan}, product=f"Product {plan}"
            )
        dear = seeded.case(session, owner, at=now - DAY, payment={"plan_id": "plan_b"}, amount_minor=90_000)
        for name, matches in (
            ("a", Matches(plans=("plan_a",))),
            ("dear", Matches(currency="usd", min_minor=50_000)),
        ):
            create_policy(session, owner, Draft(name, matches, ONE_AT_TEN), actor=ACTOR, now=now)
        own = policies(session, owner)
        reach = reach_of(session, owner, own, now=now)
        assert (reach.cases, reach.whole, reach.by_key, reach.by_default) == (6, True, {1: 2, 2: 1}, 3)
        assert [(one.plan_id, one.title, one.cases, one.by_default) for one in reach.plans_left] == [
            ("plan_b", "Options Lab", 2, 1),
            (None, "Product None", 1, 1),
            ("plan_c", "Product plan_c", 1, 1),
        ]
        assert preview(session, owner, own, Matches(), key=None, now=now) == (6, 3, 6)
        assert preview(session, owner, own, Matches(), key=1, now=now) == (6, 6, 6)
        choose_policy(session, dear, now=now)
        assert dear.policy_id == own[1].id
