"""`autocharge check` says where Telegram's updates go, and `--fix` puts that right without dropping any."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.checks import Finding, findings
from app.db import Database
from app.services import Services
from tests.conftest import MakeSettings
from tests.support.clock import FixedClock
from tests.support.telegram_server import FakeTelegram, refusal, telegram_server
from tests.support.telegram_updates import said

KEY = "a-secret-of-the-tests_0123456789"
HERE = "https://recover.example.com/webhooks/telegram"
PUBLIC = {"APP_HOST": "https://recover.example.com", "TELEGRAM_WEBHOOK_SECRET": KEY}


@pytest.fixture
def fake() -> Iterator[FakeTelegram]:
    with telegram_server() as fake:
        yield fake


class Checker:
    def __init__(
        self, make_settings: MakeSettings, database: Database, clock: FixedClock, fake: FakeTelegram
    ):
        self._parts = make_settings, database, clock, fake

    def __call__(self, *, fix: bool = False, **env: str) -> dict[str, Finding]:
        make_settings, database, clock, fake = self._parts
        given: dict[str, Any] = {"TELEGRAM_BOT_TOKEN": fake.token, "TELEGRAM_API_URL": fake.address, **env}
        settings = make_settings(ENABLE_TELEGRAM="true", ENABLE_EMAIL="false", **given)
        services = Services.make(settings, clock, database=database)
        return {finding.name: finding for finding in findings(services, fix=fix)}


@pytest.fixture
def check(
    make_settings: MakeSettings, sqlite_database: Database, clock: FixedClock, fake: FakeTelegram
) -> Checker:
    return Checker(make_settings, sqlite_database, clock, fake)


def test_a_missing_webhook_is_a_failure_until_it_is_fixed(check: Checker, fake: FakeTelegram) -> None:
    fake.updates.append(said(1, "/status"))
    found = check(**PUBLIC)
    assert found["telegram"].ok and f"@{fake.username}" in found["telegram"].text
    assert not found["telegram updates"].ok
    assert "nowhere" in found["telegram updates"].text and "check --fix" in found["telegram updates"].text
    assert fake.asked("setWebhook") == []
    found = check(fix=True, **PUBLIC)
    assert found["telegram updates"] == Finding("telegram updates", True, f"posted to {HERE}; 1 waiting")
    (call,) = fake.asked("setWebhook")
    assert call.fields["url"] == HERE and fake.secret == KEY
    assert call.fields["allowed_updates"] == ["message", "my_chat_member"]
    assert call.fields.get("drop_pending_updates", "False") not in ("True", "true") and len(fake.updates) == 1
    assert check(**PUBLIC)["telegram updates"].ok


def test_a_webhook_elsewhere_is_named_as_such_and_not_shown(check: Checker, fake: FakeTelegram) -> None:
    fake.webhook["url"] = "https://old.example/webhooks/telegram"
    found = check(**PUBLIC)["telegram updates"]
    assert not found.ok and "to another address" in found.text and "old.example" not in found.text


def test_where_a_worker_asks_a_webhook_is_in_the_way_until_it_is_removed(
    check: Checker, fake: FakeTelegram
) -> None:
    assert check()["telegram updates"].ok
    fake.webhook["url"] = HERE
    fake.updates.append(said(1, "/status"))
    found = check()["telegram updates"]
    assert not found.ok and "check --fix" in found.text
    assert check(fix=True)["telegram updates"].ok
    assert (fake.webhook["url"], len(fake.updates)) == ("", 1)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Wrong response from the webhook: 401 Unauthorized", "we answered 401"),
        ("SSL error {error:0A000086:certificate verify failed}", "our certificate is not valid there"),
        ("Connection timed out", "our answers take too long"),
        ("Connection refused", "our address cannot be reached from there"),
        ("Failed to resolve host: Name or service not known", "the name of our address is not known there"),
        ("secret words of tomorrow", "another fault"),
    ],
)
def test_the_last_failure_is_told_in_our_words(
    check: Checker, fake: FakeTelegram, said: str, shown: str
) -> None:
    fake.webhook |= {"url": HERE, "last_error_date": 1795165210, "last_error_message": said}
    fake.webhook["pending_update_count"] = 3
    found = check(**PUBLIC)["telegram updates"]
    assert not found.ok
    assert f"3 waiting; the last failure was at 2026-11-20 09:00 UTC: {shown}" in found.text
    assert said not in found.text
    fake.webhook["pending_update_count"] = 0
    assert check(**PUBLIC)["telegram updates"].ok


def test_a_wrong_token_is_one_failure(check: Checker) -> None:
    found = check(TELEGRAM_BOT_TOKEN="1:wrong", fix=True, **PUBLIC)
    assert not found["telegram"].ok and "telegram updates" not in found


def test_a_fix_that_telegram_refuses_is_told(check: Checker, fake: FakeTelegram) -> None:
    fake.answers["setWebhook"] = refusal(400, "Bad Request: bad webhook: words of theirs")
    found = check(fix=True, **PUBLIC)["telegram updates"]
    assert not found.ok and "telegram_400" in found.text and "theirs" not in found.text
