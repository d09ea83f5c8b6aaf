"""A merchant's own texts: every save a version, every case on the version it began with. On both databases."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session

from app.cases import commands
from app.cases.wordings import (
    Slot,
    cases_to_show,
    in_force,
    own_texts,
    reset_text,
    save_text,
    version,
    versions,
)
from app.db import Database
from app.delivery.message import Links, message_for, message_from
from app.models import Audit, Case, Customer, Merchant, SavedWording, Step
from app.models.wording import wording_in_force
from app.recovery.wording import OwnText
from app.security.tokens import Tokens
from tests.support import seeded
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.world import RULES, SECRET, World

HOUR = timedelta(hours=1)
FIRST = Slot("funds.first", "", "en")
ACTOR = "user:1"
LINKS = Links("https://recover.example.com", Tokens((SECRET,)))


def own(words: str) -> OwnText:
    return OwnText(
        f"Subject {words}", f"Preview {words}", (f"Text {words} of {{merchant}}.",), f"Button {words}"
    )


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    return World(database, clock)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as opened:
        yield opened


def save(world: World, words: str | None, slot: Slot = FIRST) -> int | None:
    with world.database.transaction() as session:
        merchant = session.scalars(select(Merchant)).one()
        if words is None:
            return reset_text(session, merchant, slot, actor=ACTOR, now=world.now)
        return save_text(session, merchant, slot, own(words), actor=ACTOR, now=world.now)


def subjects(world: World) -> list[str]:
    return [message.subject for message in world.messages]


def test_a_case_that_runs_keeps_its_wording_and_the_next_begins_with_the_new(world: World) -> None:
    world.hear(whop.payment_failed(at=world.now, payment_id="pay_1"))
    assert save(world, "one") == 1
    second = {"id": "user_2", "email": "two@example.com"}
    world.hear(whop.payment_failed(at=world.now, payment_id="pay_2", data={"user": second, "member": None}))
    assert save(world, "two") == 2
    assert [step.wording_number for step in world.steps()] == [0, 0, 0, 1, 1, 1]
    world.pass_time(26 * HOUR)
    assert sorted(subjects(world)) == ["Subject one", "Your payment for Options Lab Pro did not go through"]


def test_the_history_shows_what_was_sent(world: World) -> None:
    world.hear(whop.payment_failed(at=world.now))
    world.hear(whop.payment_succeeded(at=world.now + HOUR))
    save(world, "one")
    world.hear(whop.payment_failed(at=world.now + 2 * HOUR, payment_id="pay_2"))
    save(world, "two")
    world.pass_time(30 * HOUR)
    (sent,) = world.deliveries()
    assert message_from(sent.content).subject == "Subject one"


def test_a_plan_made_anew_keeps_the_cases_wording(world: World) -> None:
    world.hear(whop.payment_failed(at=world.now))
    save(world, "one")
    with world.database.transaction() as session:
        case = session.scalars(select(Case)).one()
        commands.hold(session, case, actor=ACTOR, now=world.now, rules=RULES)
    with world.database.transaction() as session:
        case = session.scalars(select(Case)).one()
        commands.resume(session, case, actor=ACTOR, now=world.now, rules=RULES)
    steps = [step for step in world.steps() if step.state == "planned"]
    assert steps and {step.wording_number for step in steps} == {0}


def test_a_channels_own_text_wins_and_without_one_it_is_that_for_all(world: World) -> None:
    world.hear(whop.payment_failed(at=world.now))
    save(world, "all")
    save(world, "chat", Slot("funds.first", "telegram", "en"))
    found = {}
    for channel, language in (("email", "en"), ("telegram", "en"), ("telegram", "ru")):
        with world.database.transaction() as session:
            session.execute(update(Step).values(wording_number=2, channel=channel))
            session.execute(update(Customer).values(locale=language))
        with world.database.reading() as session:
            step = session.get_one(Step, world.steps()[0].id)
            case = session.scalars(select(Case)).one()
            found[channel, language] = message_for(session, case, step, links=LINKS, now=world.now).subject
    assert found == {
        ("email", "en"): "Subject all",
        ("telegram", "en"): "Subject chat",
        ("telegram", "ru"): "Не прошёл платёж за подписку «Options Lab Pro»",
    }


def test_a_reset_is_a_version_too(world: World) -> None:
    world.hear(whop.payment_failed(at=world.now))
    assert save(world, None) is None, "there is nothing to put away"
    assert [save(world, "one"), save(world, None), save(world, None)] == [1, 2, None]
    with world.database.reading() as session:
        merchant = session.scalars(select(Merchant)).one()
        assert own_texts(session, merchant) == {}
        assert [(one.number, one.text) for one in versions(session, merchant, FIRST)] == [
            (2, None), (1, own("one")),
        ]  # fmt: skip
        assert version(session, merchant, FIRST, 1) == own("one")
        assert version(session, merchant, FIRST, 2) is None


def test_the_same_text_again_is_no_version(world: World) -> None:
    world.hear(whop.payment_failed(at=world.now))
    assert [save(world, "one"), save(world, "one"), save(world, "two")] == [1, None, 2]


def test_every_save_leaves_a_line_of_who_and_what(world: World) -> None:
    world.hear(whop.payment_failed(at=world.now))
    save(world, "one")
    save(world, None)
    with world.database.reading() as session:
        lines = session.execute(
            select(Audit.action, Audit.actor, Audit.detail).where(Audit.action.like("wording%"))
        ).all()
    where = {"key": "funds.first", "channel": "", "language": "en"}
    assert [tuple(line) for line in lines] == [
        ("wording_changed", ACTOR, {**where, "number": 1}), ("wording_reset", ACTOR, {**where, "number": 2}),
    ]  # fmt: skip


def test_another_merchants_texts_are_their_own(session: Session, clock: FixedClock) -> None:
    ours = seeded.merchant(session, "biz_A", now=clock.now())
    theirs = seeded.merchant(session, "biz_B", now=clock.now())
    save_text(session, theirs, FIRST, own("theirs"), actor=ACTOR, now=clock.now())
    assert own_texts(session, ours) == {} and versions(session, ours, FIRST) == ()
    assert version(session, ours, FIRST, 1) is None
    assert wording_in_force(session, ours.id, key=FIRST.key, channel="", language="en", number=9) is None
    assert ours.wording_number == 0
    seeded.case(session, theirs, at=clock.now())
    assert list(cases_to_show(session, ours, "funds.first")) == []


def test_cases_that_fit_the_message_come_first(session: Session, clock: FixedClock) -> None:
    ours = seeded.merchant(session, "biz_A", now=clock.now())
    for hours, decline_class in enumerate("ADAB"):
        seeded.case(session, ours, at=clock.now() - hours * HOUR, decline_class=decline_class)
    shown = [case.decline_class for case in cases_to_show(session, ours, "card.last")]
    assert shown == ["D", "A", "A", "B"]


def test_a_release_that_knows_no_wording_goes_on_writing_steps(world: World) -> None:
    world.hear(whop.payment_failed(at=world.now))
    save(world, "one")
    with world.database.transaction() as session:
        old = session.execute(text("SELECT * FROM step ORDER BY id LIMIT 1")).mappings().one()
        names = [name for name in old if name not in ("id", "wording_number", "position")]
        columns = ", ".join(names)
        session.execute(
            text(f"INSERT INTO step ({columns}, position) SELECT {columns}, 9 FROM step WHERE position = 1")
        )
    assert [step.wording_number for step in world.steps()] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("locale", "begins"),
    [("es", "No se pudo"), ("pt-BR", "O pagamento"), ("fr", "Votre paiement"), ("de-CH", "Ihre Zahlung")],
)
def test_a_customer_is_written_to_in_their_language(world: World, locale: str, begins: str) -> None:
    world.hear(whop.payment_failed(at=world.now))
    with world.database.transaction() as session:
        session.execute(update(Customer).values(locale=locale))
    world.pass_time(26 * HOUR)
    assert subjects(world)[0].startswith(begins)


saves = st.lists(st.tuples(st.sampled_from(["", "telegram"]), st.sampled_from(["a", "b", None])), max_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(saves, st.integers(0, 9), st.sampled_from(["email", "telegram"]))
def test_a_step_always_has_the_newest_version_that_is_not_above_its_number(
    session: Session, clock: FixedClock, made: list[tuple[str, str | None]], number: int, channel: str
) -> None:
    """Against the rule written out: the last save up to the number, the channel's before that for all."""
    with session.begin_nested() as undone:
        merchant = seeded.merchant(session, "biz_P", now=clock.now())
        rows = [
            {
                "merchant_id": merchant.id, "key": FIRST.key, "channel": saved, "language": "en",
                "number": position, "text": own(words).stored() if words else None, "actor": ACTOR,
                "saved_at": clock.now(),
            }
            for position, (saved, words) in enumerate(made, start=1)
        ]  # fmt: skip
        if rows:
            session.execute(insert(SavedWording), rows)
        found = wording_in_force(
            session, merchant.id, key=FIRST.key, channel=channel, language="en", number=number
        )
        texts: dict[str, str | None] = dict(made[:number])
        expected = texts.get(channel) or texts.get("")
        assert (found and found["subject"]) == (expected and f"Subject {expected}")
        newest = in_force(own_texts(session, merchant), Slot(FIRST.key, channel, "en"))
        last: dict[str, str | None] = dict(made)
        wanted = last.get(channel) or last.get("")
        assert newest == (own(wanted) if wanted else None)
        undone.rollback()
