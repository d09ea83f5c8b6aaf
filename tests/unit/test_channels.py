"""Which channels an install has, from its settings."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.delivery.channels import build_alert_channels, build_channels
from app.errors import SettingsError
from notifiers import available
from notifiers.discord import DiscordNotifier
from notifiers.discord_webhook import DiscordWebhookNotifier
from notifiers.memory import MemoryNotifier
from notifiers.smtp import SmtpNotifier
from notifiers.variables import settings_from
from notifiers.whop_chat import WhopChatNotifier
from tests.conftest import MakeSettings
from tests.support.processes import ROOT

SMTP = {"SMTP_HOST": "127.0.0.1", "SMTP_FROM": "billing@example.com", "SMTP_PASS": "mail-password"}
WEBHOOK = f"https://discord.com/api/webhooks/123456789012345678/{'a' * 68}"


def test_development_without_a_mail_server_keeps_its_mail(make_settings: MakeSettings) -> None:
    channels = build_channels(make_settings())
    assert list(channels) == ["email"]
    assert isinstance(channels["email"], MemoryNotifier)


@pytest.mark.parametrize("more", [{}, {"SMTP_PASS": ""}])
def test_a_mail_server_is_used_where_one_is_named(more: dict[str, str], make_settings: MakeSettings) -> None:
    channels = build_channels(make_settings(**{**SMTP, **more}))
    assert isinstance(channels["email"], SmtpNotifier)
    channels["email"].close()


def test_mail_that_is_switched_off_is_no_channel(make_settings: MakeSettings) -> None:
    assert build_channels(make_settings(ENABLE_EMAIL="false")) == {}


def test_telegram_is_a_channel_where_it_is_switched_on(make_settings: MakeSettings) -> None:
    channels = build_channels(make_settings(ENABLE_TELEGRAM="true", TELEGRAM_BOT_TOKEN="1:x"))
    assert list(channels) == ["email", "telegram"]
    assert channels["telegram"].name == "telegram"
    channels["telegram"].close()
    assert "telegram" not in build_channels(make_settings(TELEGRAM_BOT_TOKEN="1:x"))


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"ENABLE_DISCORD": "true", "DISCORD_BOT_TOKEN": "a-token"}, DiscordNotifier),
        ({"ENABLE_WHOP_CHAT": "true", "WHOP_API_KEY": "a-key"}, WhopChatNotifier),
    ],
)
def test_a_channel_to_customers_is_made_where_it_is_switched_on(
    given: dict[str, str], kind: type, make_settings: MakeSettings
) -> None:
    channels = build_channels(make_settings(ENABLE_EMAIL="false", **given))
    assert [type(channel) for channel in channels.values()] == [kind]
    assert build_alert_channels(make_settings(**given)) == {}


def test_a_webhook_of_discord_takes_alerts_and_no_customers_message(make_settings: MakeSettings) -> None:
    settings = make_settings(ENABLE_EMAIL="false", DISCORD_WEBHOOK_URL=WEBHOOK)
    assert build_channels(settings) == {}
    channels = build_alert_channels(settings)
    assert [type(channel) for channel in channels.values()] == [DiscordWebhookNotifier]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of its plug-ins, about their own imports
def test_apprise_takes_alerts_and_is_masked(make_settings: MakeSettings) -> None:
    pytest.importorskip("apprise", reason="the extra `apprise` is not installed")
    settings = make_settings(
        ENABLE_APPRISE="true", APPRISE_URLS="json://ops:pass-word@localhost, json://other"
    )
    assert list(build_alert_channels(settings)) == ["apprise"]
    assert list(build_channels(settings)) == ["email"]
    assert {"json://ops:pass-word@localhost", "pass-word", "json://other"} <= settings.secret_values()


def test_apprise_that_is_not_installed_matters_only_where_it_is_switched_on(tmp_path: Path) -> None:
    code = (
        "import importlib.util as u, sys; find = u.find_spec; "
        "u.find_spec = lambda name, *rest: None if name == 'apprise' else find(name, *rest); "
        "from app.errors import SettingsError; from app.settings import Settings; "
        "Settings.load({'INSTANCE_DIR': sys.argv[1]}, env_file=None); "
        "told = {'INSTANCE_DIR': sys.argv[1], 'ENABLE_APPRISE': 'true', 'APPRISE_URLS': 'json://secret-place'}\n"
        "try: Settings.load(told, env_file=None)\n"
        "except SettingsError as error: print(error)"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert (
        told.stdout == "APPRISE_URLS: it needs the extra `apprise`: pip install 'autochargesaver[apprise]'\n"
    )


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"DISCORD_API_URL": "http://discord.example/api"}, "DISCORD_API_URL: use https://"),
        ({"DISCORD_BOT_TOKEN": "a-token", "DISCORD_API_URL": "nonsense"}, "DISCORD_API_URL: give an address"),
    ],
)
def test_a_setting_that_makes_no_channel_is_named(
    given: dict[str, str], line: str, make_settings: MakeSettings
) -> None:
    settings = make_settings(**{"ENABLE_DISCORD": "true", "DISCORD_BOT_TOKEN": "a-token", **given})
    with pytest.raises(SettingsError) as caught:
        build_channels(settings)
    (told,) = caught.value.lines
    assert told.startswith(line) and given["DISCORD_API_URL"] not in told


def test_a_webhook_that_is_none_is_named_and_not_repeated(make_settings: MakeSettings) -> None:
    settings = make_settings(DISCORD_WEBHOOK_URL="https://discord.com@evil.example/api/webhooks/1/abc")
    with pytest.raises(SettingsError) as caught:
        build_alert_channels(settings)
    (line,) = caught.value.lines
    assert line.startswith("DISCORD_WEBHOOK_URL: copy the webhook's address") and "evil" not in line


def test_an_address_that_reminders_cannot_come_from_is_named(make_settings: MakeSettings) -> None:
    with pytest.raises(SettingsError) as caught:
        build_channels(make_settings(**{**SMTP, "SMTP_FROM": "billing@-example.com"}))
    assert caught.value.lines == ("SMTP_FROM: sender must be one plain e-mail address",)


def test_switches_of_other_programs_are_left_alone(make_settings: MakeSettings) -> None:
    settings = make_settings(ENABLE_COLOURS="sometimes", ENABLE_DISCORD_WEBHOOK="perhaps")
    assert dict(settings.plugins) == {}


def test_a_switch_says_true_or_false(make_settings: MakeSettings) -> None:
    with pytest.raises(SettingsError) as caught:
        make_settings(ENABLE_APPRISE="perhaps", PORT="none")
    assert caught.value.lines[-1] == "ENABLE_APPRISE: say true or false"
    assert caught.value.lines[0].startswith("PORT: ")


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("telegram", {"TELEGRAM_BOT_TOKEN": "1:x"}),
        ("discord", {"DISCORD_BOT_TOKEN": "a-token"}),
        ("discord_webhook", {"DISCORD_WEBHOOK_URL": WEBHOOK}),
        ("whop_chat", {"WHOP_API_KEY": "a-key"}),
    ],
)
def test_a_channel_with_a_limit_knows_how_many_workers_share_it(
    name: str, given: dict[str, str], make_settings: MakeSettings
) -> None:
    settings = make_settings(WORKER_PROCESSES="4", **given)
    variables = {field.upper(): getattr(settings, field) for field in type(settings).model_fields}
    assert vars(settings_from(available()[name], variables))["workers"] == 4
