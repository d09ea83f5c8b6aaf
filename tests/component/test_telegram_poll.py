"""Where Telegram cannot post to us a worker asks: each update once, in order, and whatever is wrong stays small."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from structlog.typing import EventDict

from app.cases import links
from app.chores import polling
from app.db import Database
from app.delivery.channels import build_channels
from app.models import Chore, Customer, LinkedAccount
from app.services import Services
from app.settings import Settings
from app.sweeps import Sweeps
from app.telegram import poll
from app.telegram.poll import Poller
from app.telegram.updates import Updates
from app.telegram.words import ENGLISH
from app.worker import connections_needed
from notifiers.telegram import TelegramNotifier
from tests.component.broken import without_table
from tests.conftest import MakeSettings
from tests.contracts.test_telegram import notifier_of
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.telegram_server import Answer, FakeTelegram, refusal, telegram_server
from tests.support.telegram_updates import CHAT, became, said
from tests.support.world import World


@pytest.fixture
def fake() -> Iterator[FakeTelegram]:
    with telegram_server() as fake:
        yield fake


@pytest.fixture
def notifier(fake: FakeTelegram) -> Iterator[TelegramNotifier]:
    notifier = notifier_of(fake)
    yield notifier
    notifier.close()


@pytest.fixture
def settings(make_settings: MakeSettings, fake: FakeTelegram) -> Settings:
    return make_settings(ENABLE_TELEGRAM="true", TELEGRAM_BOT_TOKEN=fake.token, TELEGRAM_API_URL=fake.address)


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    world = World(database, clock)
    world.hear(whop.payment_failed(at=clock.now()))
    return world


@pytest.fixture
def poller(world: World, settings: Settings, notifier: TelegramNotifier) -> Poller:
    return Poller(Updates(world.database, settings), notifier, world.clock)


def code_for(world: World) -> str:
    with world.database.transaction() as session:
        return links.fresh_code(session, session.scalars(select(Customer)).one(), "telegram", wall=world.now)


def linked(world: World) -> list[str]:
    with world.database.reading() as session:
        return list(session.scalars(select(LinkedAccount.address)))


def named(lines: list[EventDict], name: str) -> list[EventDict]:
    return [line for line in lines if line["event"] == name]


def test_what_was_written_is_handled_answered_and_not_asked_for_again(
    world: World, poller: Poller, fake: FakeTelegram
) -> None:
    fake.happens(said(70, f"/start {code_for(world)}"), became(71, "member"), said(72, "/status"))
    assert poller.poll() == 3
    assert linked(world) == [str(CHAT)]
    first, second = fake.texts(str(CHAT))
    assert first.startswith("Done!") and second.startswith("Linked to this chat:")
    fake.happens(said(73, "/stop"))
    assert poller.poll() == 1
    asked = fake.asked("getUpdates")
    assert [call.fields.get("offset") for call in asked] == [None, "73"]
    assert asked[0].fields["allowed_updates"] == ["message", "my_chat_member"]
    assert int(asked[0].fields["timeout"]) <= 5
    assert linked(world) == []


def test_a_worker_that_died_before_it_could_answer_repeats_no_effect(
    world: World, poller: Poller, fake: FakeTelegram, settings: Settings
) -> None:
    update = said(70, f"/start {code_for(world)}")
    Updates(world.database, settings).take(update, times=world.times)
    fake.happens(update)
    fake.happens(said(71, "/status"))
    assert poller.poll() == 1
    assert world.acts().count("account_linked") == 1


def test_an_update_that_fails_is_told_and_does_not_hold_up_the_next(
    world: World, poller: Poller, fake: FakeTelegram, logged: list[EventDict]
) -> None:
    fake.happens(said(70, "hello"), said(71, f"/start {code_for(world)}"))
    with without_table(world.database, "link_code"):
        assert poller.poll() == 2
    fake.happens(said(72, "hello"))
    assert poller.poll() == 1
    assert len(named(logged, "telegram.update_failed")) == 1
    assert fake.texts() == [ENGLISH.other] * 2


def test_an_answer_that_cannot_be_sent_is_told_and_the_effect_stays(
    world: World, poller: Poller, fake: FakeTelegram, logged: list[EventDict]
) -> None:
    fake.answers["sendMessage"] = refusal(403, "Forbidden: bot was blocked by the user")
    fake.happens(said(70, f"/start {code_for(world)}"))
    assert poller.poll() == 1
    assert linked(world) == [str(CHAT)]
    assert len(named(logged, "telegram.unanswered")) == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (refusal(409, "Conflict: can't use getUpdates method while webhook is active"), "telegram_409"),
        (refusal(401, "Unauthorized"), "telegram_unauthorized"),
        (refusal(502, "Bad Gateway"), "telegram_502"),
        (Answer(200, b"<html>"), "telegram_garbage"),
    ],
)
def test_where_it_cannot_ask_it_says_so_once_and_rests(
    poller: Poller, fake: FakeTelegram, logged: list[EventDict], answer: Answer, reason: str
) -> None:
    fake.answers["getUpdates"] = answer
    assert [poller.poll() for _ in range(3)] == [0, 0, 0]
    assert len(fake.asked("getUpdates")) == 1
    poller._rests_until = 0.0
    assert poller.poll() == 0
    assert [line["reason"] for line in named(logged, "telegram.not_polled")] == [reason]
    fake.answers.clear()
    fake.happens(said(70, "hello"))
    poller._rests_until = 0.0
    assert poller.poll() == 1
    assert len(named(logged, "telegram.polls_again")) == 1


def test_a_database_that_is_away_loses_no_update(
    world: World, notifier: TelegramNotifier, settings: Settings, fake: FakeTelegram, clock: FixedClock
) -> None:
    away = Database("postgresql+psycopg2://nobody@127.0.0.1:1/none")
    fake.happens(said(70, "hello"))
    with pytest.raises(Exception):  # noqa: B017  whatever the driver says of it
        Poller(Updates(away, settings), notifier, clock).poll()
    away.close()
    assert Poller(Updates(world.database, settings), notifier, clock).poll() == 1
    assert fake.texts() == [ENGLISH.other]


def test_one_worker_at_a_time_asks_as_a_chore(
    world: World, settings: Settings, notifier: TelegramNotifier, fake: FakeTelegram
) -> None:
    services = Services.make(settings, world.clock, database=world.database)
    more = polling(services, {"telegram": notifier})
    workers = [Sweeps(services, sender=world.sender, rules=world.rules, more=more) for _ in range(2)]
    for worker in workers:
        worker.prepare()
    world.clock.advance(timedelta(seconds=1))
    claims = [worker.claim(limit=20) for worker in workers]
    with world.database.reading() as session:
        (chore_id,) = session.scalars(select(Chore.id).where(Chore.name == "poll_telegram"))
    assert [sum(claim.row_id == chore_id for claim in some) for some in claims] == [1, 0]
    fake.happens(said(70, "hello"))
    for claim in claims[0]:
        workers[0].run(claim)
    assert fake.texts() == [ENGLISH.other]


def test_a_chore_that_an_install_did_without_is_due_again(
    world: World, settings: Settings, notifier: TelegramNotifier
) -> None:
    services = Services.make(settings, world.clock, database=world.database)
    more = polling(services, {"telegram": notifier})
    Sweeps(services, sender=world.sender, rules=world.rules, more=more).prepare()
    without = Sweeps(services, sender=world.sender, rules=world.rules)
    for claim in without.claim(limit=20):
        without.run(claim)

    def due() -> timedelta:
        with world.database.reading() as session:
            found = session.scalars(select(Chore).where(Chore.name == "poll_telegram")).one()
        return found.due_at - world.clock.wall()

    assert due() > timedelta(seconds=50)
    Sweeps(services, sender=world.sender, rules=world.rules, more=more).prepare()
    assert due() <= timedelta()


@pytest.mark.parametrize(
    ("env", "asks"),
    [
        ({}, False),
        ({"ENABLE_TELEGRAM": "true"}, True),
        ({"ENABLE_TELEGRAM": "true", "APP_HOST": "https://x.example"}, True),
        ({"ENABLE_TELEGRAM": "true", "TELEGRAM_WEBHOOK_SECRET": "s" * 20}, True),
        (
            {"ENABLE_TELEGRAM": "true", "TELEGRAM_WEBHOOK_SECRET": "s" * 20, "APP_HOST": "https://x.example"},
            False,
        ),
        (
            {
                "ENABLE_TELEGRAM": "true",
                "TELEGRAM_WEBHOOK_SECRET": "s" * 20,
                "APP_HOST": "https://x.example:9000",
            },
            True,
        ),
        (
            {"ENABLE_TELEGRAM": "true", "TELEGRAM_WEBHOOK_SECRET": "s" * 20, "APP_HOST": "https://localhost"},
            True,
        ),
    ],
)
def test_a_worker_asks_exactly_where_telegram_cannot_post(
    make_settings: MakeSettings, database: Database, env: dict[str, str], asks: bool
) -> None:
    settings = make_settings(TELEGRAM_BOT_TOKEN="1:x", **env)
    channels = build_channels(settings)
    chores = polling(Services.make(settings, database=database), channels)
    assert list(chores) == (["poll_telegram"] if asks else [])
    assert connections_needed(settings) == connections_needed(make_settings()) + asks
    for channel in channels.values():
        channel.close()


def test_a_question_ends_in_time_for_a_stop() -> None:
    assert poll.WAIT_SECONDS <= 5
