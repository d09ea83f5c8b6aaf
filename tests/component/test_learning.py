"""What new cases try, and each day's lesson of it: drawn once, logged, within the limits, from whole outcomes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from app.cases import commands, profile
from app.cases.audit import Act, Actor, note_case
from app.cases.learning import choices_of
from app.cases.lessons import learn_daily, lessons_of
from app.cases.policies import Draft, create_policy
from app.db import Database
from app.models import Audit, Case, ChosenArm, Customer, Learned, Merchant
from app.recovery.campaign import DEFAULT_CAMPAIGN
from app.recovery.learning import ARMS, AS_PLANNED, MINIMUM, Decision
from app.recovery.segments import Matches
from notifiers.memory import MemoryNotifier
from tests.support import seeded
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.lessons import lesson
from tests.support.world import RULES, World

BIZ = "biz_7Hc1sPq9LmXzRd"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = date(2026, 11, 20)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
HOURS, CHANNEL, DELAYS = Decision.SEND_HOUR, Decision.FIRST_CHANNEL, Decision.FIRST_DELAY
CHATS = replace(RULES, whop_chat=True)


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    """A merchant that learns, at noon."""
    clock.set(NOON)
    channels = {name: MemoryNotifier(name) for name in ("email", "telegram", "whop_chat")}
    world = World(database, clock, rules=CHATS, channels=channels)
    with database.transaction() as session:
        seeded.merchant(session, BIZ, now=NOON, learning_on=True)
    return world


def teach(world: World, decision: Decision, *, day: date = TODAY, **used: float) -> None:
    with world.database.transaction() as session:
        lesson(session, owner(world), decision, day=day, **used)


def owner(world: World) -> Merchant:
    with world.database.reading() as session:
        return session.scalars(select(Merchant).where(Merchant.biz_id == BIZ)).one()


def drawn(world: World) -> dict[str, tuple[str, float, date | None]]:
    with world.database.reading() as session:
        rows = session.scalars(select(ChosenArm)).all()
    return {row.decision: (row.arm, row.probability, row.day) for row in rows}


def set_merchant(world: World, **values: object) -> None:
    with world.database.transaction() as session:
        session.execute(update(Merchant).values(**values))


def hours(world: World) -> list[float]:
    opened_at = world.case().opened_at
    return [(step.due_at - opened_at) / HOUR for step in world.steps() if step.state == "planned"]


def test_a_merchant_that_does_not_learn_has_the_campaign_as_it_is(world: World) -> None:
    set_merchant(world, learning_on=False)
    teach(world, HOURS, at_18=1.0)
    world.hear(whop.payment_failed(at=NOON))
    assert hours(world) == [24, 72, 105]
    assert drawn(world) == {}


def test_before_the_first_lesson_the_default_is_used_and_logged_as_certain(world: World) -> None:
    world.hear(whop.payment_failed(at=NOON))
    assert hours(world) == [24, 72, 105]
    assert drawn(world) == {decision.value: (AS_PLANNED, 1.0, None) for decision in Decision}


def test_what_is_drawn_moves_the_messages_and_says_so(world: World) -> None:
    teach(world, HOURS, day=TODAY - DAY, as_planned=1.0)
    teach(world, HOURS, at_18=1.0)
    world.hear(whop.payment_failed(at=NOON))
    assert hours(world) == [30, 78, 105]
    assert drawn(world)["send_hour"] == ("18", 1.0, TODAY)
    tried = {"decision": "send_hour", "arm": "18", "probability": 1.0}
    assert [step.why.get("tried") for step in world.steps()] == [[tried], [tried], None]
    with world.database.reading() as session:
        plan_made = session.scalars(select(Audit.detail).where(Audit.action == "plan_made")).one()
    assert tried in plan_made["choices"]


def test_a_case_keeps_what_it_was_given_until_learning_is_switched_off(world: World) -> None:
    teach(world, HOURS, at_18=1.0)
    world.hear(whop.payment_failed(at=NOON))
    before = drawn(world)
    teach(world, HOURS, day=TODAY + DAY, at_9=1.0)

    def again() -> list[float]:
        with world.database.transaction() as session:
            row = session.get_one(Case, world.case().id)
            assert commands.hold(session, row, actor="user:7", now=world.now, rules=world.rules) is None
            assert commands.resume(session, row, actor="user:7", now=world.now, rules=world.rules) is None
        return hours(world)

    assert again() == [30, 78, 105]
    assert drawn(world) == before
    set_merchant(world, learning_on=False)
    assert again() == [24, 72, 105]


def test_a_case_planned_before_learning_was_switched_on_goes_on_as_it_was(world: World) -> None:
    set_merchant(world, learning_on=False)
    world.hear(whop.payment_failed(at=NOON))
    set_merchant(world, learning_on=True)
    teach(world, HOURS, at_18=1.0)
    world.hear(whop.payment_failed(at=NOON + HOUR, decline_code="generic_decline", message_id="msg_again"))
    assert drawn(world) == {}
    assert hours(world) == [24, 72, 105]


@pytest.mark.parametrize(
    ("changes", "person"),
    [
        ({"arm": "control"}, {}),
        ({"origin": "backfill"}, {}),
        ({}, {"contact_stopped": "opted_out"}),
        ({"decline_class": "H"}, {}),
        ({"decline_class": "I"}, {}),
    ],
)
def test_nothing_is_tried_on_those_who_are_left_alone(
    world: World, changes: dict[str, str], person: dict[str, str]
) -> None:
    with world.database.transaction() as session:
        merchant = session.get_one(Merchant, owner(world).id)
        row = seeded.case(session, merchant, at=NOON, **changes)
        for name, value in person.items():
            setattr(row.customer, name, value)
        assert choices_of(session, row, new=True, planned=False, now=NOON, rules=CHATS) == ()


def test_whoever_must_act_tries_a_channel_and_no_time(world: World) -> None:
    world.hear(whop.payment_failed(at=NOON, decline_code="expired_card"))
    assert set(drawn(world)) == {"first_channel"}


def sent_by(world: World) -> str:
    world.pass_time(26 * HOUR)
    return world.deliveries()[0].channel


def test_the_channel_that_is_tried_is_asked_first(world: World) -> None:
    teach(world, CHANNEL, whop_chat=1.0)
    world.hear(whop.payment_failed(at=NOON))
    assert world.steps()[0].why["tried"][0]["arm"] == "whop_chat"
    assert sent_by(world) == "whop_chat"


@pytest.mark.parametrize("uses", [("email",), ("whop_chat", "email")])
def test_no_channel_is_tried_that_the_campaign_leaves_out_or_asks_first_anyway(
    world: World, uses: tuple[str, ...]
) -> None:
    teach(world, CHANNEL, whop_chat=1.0)
    with world.database.transaction() as session:
        draft = Draft("Own", Matches(), replace(DEFAULT_CAMPAIGN, channels=uses))
        create_policy(session, session.scalars(select(Merchant)).one(), draft, actor="user:1", now=NOON)
    world.hear(whop.payment_failed(at=NOON))
    assert "first_channel" not in drawn(world)
    assert sent_by(world) == uses[0]


def test_what_the_customer_prefers_comes_before_what_is_tried(world: World) -> None:
    teach(world, CHANNEL, whop_chat=1.0)
    world.hear(whop.payment_failed(at=NOON))
    with world.database.transaction() as session:
        session.execute(update(Customer).values(preferred_channel="email"))
    assert sent_by(world) == "email"


def test_switched_off_the_channels_have_their_usual_order(world: World) -> None:
    teach(world, CHANNEL, whop_chat=1.0)
    world.hear(whop.payment_failed(at=NOON))
    set_merchant(world, learning_on=False)
    assert sent_by(world) == "email"


def test_no_channel_is_tried_where_the_install_has_no_chat(database: Database, clock: FixedClock) -> None:
    clock.set(NOON)
    world = World(database, clock)
    with database.transaction() as session:
        seeded.merchant(session, BIZ, now=NOON, learning_on=True)
    teach(world, CHANNEL, whop_chat=1.0)
    world.hear(whop.payment_failed(at=NOON))
    assert set(drawn(world)) == {"send_hour", "first_delay"}


def lived(world: World, arm: str, *, days_ago: float, acts: tuple[Act, ...] = (), **changes: object) -> int:
    with world.database.transaction() as session:
        merchant = session.get_one(Merchant, owner(world).id)
        at = NOON - timedelta(days=days_ago)
        row = seeded.case(session, merchant, at=at, **changes)  # type: ignore[arg-type]
        session.add(
            ChosenArm(merchant_id=merchant.id, case_id=row.id, decision=HOURS.value, arm=arm, probability=1.0,
                      created_at=at)
        )  # fmt: skip
        for act in acts:
            note_case(session, row, act, actor=Actor.WHOP, at=at)
        return row.id


def learned(world: World, day: date = TODAY) -> dict[str, tuple[int, ...]]:
    with world.database.reading() as session:
        rows = session.scalars(select(Learned).where(Learned.decision == HOURS.value, Learned.day == day))
        return {
            row.arm: (
                row.resolved, row.recovered, row.cancelled, row.unsubscribed, row.complained, row.disputed
            )
            for row in rows
        }  # fmt: skip


PAID = {"state": "recovered", "reason": "paid", "recovered_after": DAY}
LOST = {"state": "lost", "reason": "membership_ended"}


def test_a_days_lesson_counts_cases_whose_outcome_stands(world: World) -> None:
    lived(world, "18", days_ago=15, **PAID)
    lived(world, "18", days_ago=14, **LOST)
    lived(
        world, "18", days_ago=13.9, **PAID
    )  # paid soon, but those that are not yet lost are missing beside it
    lived(world, "18", days_ago=20)  # still open counts as not paid
    lived(world, "18", days_ago=20, state="void", reason="voided")
    lived(world, "9", days_ago=20, state="lost", reason="customer_canceled")
    lived(world, "9", days_ago=20, state="lost", reason="stopped_by_customer")
    lived(world, "9", days_ago=20, acts=(Act.COMPLAINT_CHANGED, Act.COMPLAINT_CHANGED), **LOST)
    lived(
        world, "9", days_ago=20, state="reversed", reason="disputed", recovered_after=DAY,
        acts=(Act.PAYMENT_DISPUTED,),
    )  # fmt: skip
    assert learn_daily(world.database, now=NOON) == 1
    assert learned(world) == {
        AS_PLANNED: (0, 0, 0, 0, 0, 0),
        "9": (4, 0, 1, 1, 1, 1),
        "13": (0, 0, 0, 0, 0, 0),
        "18": (3, 1, 0, 0, 0, 0),
    }


def test_a_lesson_is_drawn_up_once_a_day_and_knows_of_money_taken_back_since(world: World) -> None:
    row_id = lived(world, "18", days_ago=15, **PAID)
    assert [learn_daily(world.database, now=NOON + number * HOUR) for number in range(3)] == [1, 0, 0]
    with world.database.transaction() as session:
        session.get_one(Case, row_id).state = "reversed"
    assert learned(world)["18"][:2] == (1, 1)
    assert learn_daily(world.database, now=NOON + DAY) == 1
    assert learned(world, TODAY + DAY)["18"][:2] == (1, 0)
    with world.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Learned)) == 2 * sum(map(len, ARMS.values()))


def test_merchants_learn_from_their_own_cases_and_only_those_that_want_to(world: World) -> None:
    lived(world, "18", days_ago=15, **PAID)
    with world.database.transaction() as session:
        seeded.merchant(session, "biz_silent", now=NOON)
        seeded.merchant(session, "biz_other", now=NOON, learning_on=True)
    assert learn_daily(world.database, now=NOON) == 2
    with world.database.reading() as session:
        wanted = select(Merchant.biz_id, func.sum(Learned.resolved)).join(
            Learned, Learned.merchant_id == Merchant.id
        )
        found = {row[0]: row[1] for row in session.execute(wanted.group_by(Merchant.biz_id))}
    assert found == {BIZ: 1, "biz_other": 0}


def test_what_is_shown_is_the_newest_lesson(world: World) -> None:
    with world.database.reading() as session:
        merchant = session.get_one(Merchant, owner(world).id)
        day, lessons = lessons_of(session, merchant)
    assert (day, [one.resolved for one in lessons]) == (None, [0, 0, 0])
    with world.database.transaction() as session:
        lesson(session, owner(world), HOURS, day=TODAY - DAY, resolved=1)
        lesson(session, owner(world), HOURS, day=TODAY, resolved=MINIMUM, as_planned=1.0)
    with world.database.reading() as session:
        day, lessons = lessons_of(session, session.get_one(Merchant, owner(world).id))
    shown = {one.decision: one for one in lessons}
    assert (day, shown[HOURS].resolved, shown[HOURS].on) == (TODAY, 4 * MINIMUM, True)
    assert not shown[DELAYS].on


def test_the_switch_is_noted_once(world: World) -> None:
    def switch(*, on: bool) -> bool:
        with world.database.transaction() as session:
            merchant = session.get_one(Merchant, owner(world).id)
            return profile.switch_learning(session, merchant, on=on, actor="user:7", now=NOON)

    assert [switch(on=False), switch(on=False), switch(on=True)] == [True, False, True]
    with world.database.reading() as session:
        notes = session.scalars(select(Audit.detail).where(Audit.action == "profile_changed")).all()
    assert notes == [{"fields": ["learning_on"]}] * 2
