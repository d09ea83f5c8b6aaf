"""The web knows the bot's name without making anybody wait for Telegram."""

from collections.abc import Iterator

import pytest
from flask import Flask

from app import create_app
from app.telegram.bot_name import EXTENSION, BotName
from tests.conftest import MakeSettings
from tests.support.processes import wait_until
from tests.support.telegram_server import Answer, FakeTelegram, telegram_server


@pytest.fixture
def fake() -> Iterator[FakeTelegram]:
    with telegram_server() as fake:
        yield fake


@pytest.fixture
def name(make_settings: MakeSettings, fake: FakeTelegram) -> BotName:
    app: Flask = create_app(
        make_settings(ENABLE_TELEGRAM="true", TELEGRAM_BOT_TOKEN=fake.token, TELEGRAM_API_URL=fake.address)
    )
    found = app.extensions[EXTENSION]
    assert isinstance(found, BotName)
    return found


def test_it_is_asked_for_once_when_somebody_wants_it(name: BotName, fake: FakeTelegram) -> None:
    assert fake.calls == []
    wait_until(lambda: name() == fake.username, "the name")
    assert [name() for _ in range(3)] == [fake.username] * 3
    assert len(fake.asked("getMe")) == 1


def test_while_telegram_is_silent_there_is_no_name_and_one_question(
    name: BotName, fake: FakeTelegram
) -> None:
    fake.answers["getMe"] = Answer(silent=True)
    assert [name() for _ in range(20)] == [None] * 20
    assert len(fake.asked("getMe")) == 1


def test_where_telegram_is_off_nobody_is_asked(make_settings: MakeSettings, fake: FakeTelegram) -> None:
    name = BotName(make_settings(TELEGRAM_BOT_TOKEN=fake.token, TELEGRAM_API_URL=fake.address))
    assert name() is None
    assert fake.calls == []
