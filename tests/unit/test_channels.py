"""Which channels an install has, from its settings."""

import pytest

from app.delivery.channels import build_channels
from app.errors import SettingsError
from notifiers.memory import MemoryNotifier
from notifiers.smtp import SmtpNotifier
from tests.conftest import MakeSettings

SMTP = {"SMTP_HOST": "127.0.0.1", "SMTP_FROM": "billing@example.com", "SMTP_PASS": "mail-password"}


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


@pytest.mark.parametrize(
    ("variable", "token"), [("ENABLE_DISCORD", "DISCORD_BOT_TOKEN"), ("ENABLE_WHOP_CHAT", "WHOP_API_KEY")]
)
def test_a_channel_that_this_install_lacks_is_named(
    variable: str, token: str, make_settings: MakeSettings
) -> None:
    with pytest.raises(SettingsError) as caught:
        build_channels(make_settings(**{variable: "true", token: "a-token"}))
    (line,) = caught.value.lines
    assert line.startswith(f"{variable}: no ") and line.endswith("; set it to false")
