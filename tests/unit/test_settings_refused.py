"""What an install may not be started with: each wrong variable is named with its mend, never with its value."""

import pytest

from app.errors import SettingsError
from tests.conftest import MakeSettings
from tests.unit.test_settings import HOOK, PRODUCTION, STRONG

CANARY = "canary8341"


def refused(make_settings: MakeSettings, **given: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        make_settings(**given)
    assert str(caught.value) == "\n".join(caught.value.lines)
    return caught.value.lines


ONE_WRONG = [
    ("APP_ENV", CANARY, "input should be 'development' or 'production'"),
    ("APP_HOST", f"ftp://{CANARY}", "give scheme and host only, such as https://recover.example.com"),
    ("PORT", CANARY, "input should be a valid integer, unable to parse string as an integer"),
    ("PORT", "0", "input should be greater than or equal to 1"),
    ("PORT", "65536", "input should be less than or equal to 65535"),
    ("SESSION_SECRET", CANARY, "each secret in it needs 32 characters or more"),
    ("SESSION_SECRET", f"{STRONG},{CANARY}", "each secret in it needs 32 characters or more"),
    ("SESSION_SECRET", ",,", "each secret in it needs 32 characters or more"),
    ("WHOP_WEBHOOK_SECRET", CANARY, "each secret in it needs 24 bytes or more"),
    ("WHOP_WEBHOOK_SECRET", f"{CANARY},{HOOK}", "each secret in it needs 24 bytes or more"),
    ("WHOP_API_KEY", f"{CANARY}\u2013key", "it has a character that no key has"),
    ("WHOP_API_KEY", f"{CANARY} key", "it has a character that no key has"),
    ("WHOP_API_KEY", f"\u043a{CANARY}", "it has a character that no key has"),
    ("DATABASE_URL", CANARY, "start it with sqlite:///, postgres:// or postgresql://"),
    ("DATABASE_URL", f"mysql://{CANARY}@db/name", "start it with sqlite:///"),
    ("DATABASE_URL", "postgresql://", "start it with sqlite:///"),
    ("DATABASE_URL", f"postgresql://u:{CANARY}@db:port/name", "it cannot be read"),
    ("DB_POOL_SIZE", "0", "input should be greater than or equal to 1"),
    ("DB_MAX_OVERFLOW", "-1", "input should be greater than or equal to 0"),
    ("DB_POOL_TIMEOUT", "0", "input should be greater than 0"),
    ("MOCK_LOGIN", CANARY, "input should be a valid boolean"),
    ("ENABLE_EMAIL", CANARY, "input should be a valid boolean"),
    ("SMTP_PORT", CANARY, "input should be a valid integer"),
    ("SMTP_SECURITY", CANARY, "input should be 'starttls', 'tls' or 'none'"),
    ("SMTP_FROM", CANARY, "give one plain address, such as billing@example.com"),
    ("SMTP_FROM", f"{CANARY}@a.de,b@c.de", "give one plain address"),
    ("SMTP_FROM", f"Shop <{CANARY}@a.de>", "give one plain address"),
    ("ATTR_WINDOW_DAYS", "0", "input should be greater than or equal to 1"),
    ("CONTROL_SHARE", "0.51", "input should be less than or equal to 0.5"),
    ("CONTROL_SHARE", "nan", "input should be"),
    ("FIRST_MESSAGE_DELAY_MINUTES", "1441", "input should be less than or equal to 1440"),
    ("WORKER_THREADS", "65", "input should be less than or equal to 64"),
    ("LOG_LEVEL", CANARY, "input should be 'DEBUG', 'INFO', 'WARNING', 'ERROR' or 'CRITICAL'"),
    ("WHOP_API_URL", f"ftp://{CANARY}", "give an address such as https://api.example.com"),
    ("WHOP_API_URL", f"https://u:{CANARY}@api.example.com", "give an address such as"),
    (
        "WHOP_REDIRECT_URI",
        f"https://{CANARY}.example/else",
        "end it in /auth/whop/callback or /api/whop/callback",
    ),
    ("WHOP_REDIRECT_URI", f"https://{CANARY}.example/x/auth/whop/callback", "end it in /auth/whop/callback"),
    ("TELEGRAM_API_URL", f"ftp://{CANARY}", "give an address such as https://api.example.com"),
    ("TELEGRAM_WEBHOOK_SECRET", CANARY, "use 16 to 256 of A-Z, a-z, 0-9, _ and -"),
    ("TELEGRAM_WEBHOOK_SECRET", f"{CANARY}, of words", "use 16 to 256 of A-Z, a-z, 0-9, _ and -"),
    ("TELEGRAM_WEBHOOK_SECRET", CANARY * 30, "use 16 to 256 of A-Z, a-z, 0-9, _ and -"),
    ("TRUSTED_PROXY_HOPS", "11", "input should be less than or equal to 10"),
    ("TRUSTED_PROXY_HOPS", "-2", "input should be greater than or equal to -1"),
]


@pytest.mark.parametrize(("name", "value", "mend"), ONE_WRONG)
def test_a_wrong_value_is_named_with_its_mend_and_never_shown(
    name: str, value: str, mend: str, make_settings: MakeSettings
) -> None:
    (line,) = refused(make_settings, **{name: value})
    assert line.startswith(f"{name}: {mend}")
    assert CANARY not in line


@pytest.mark.parametrize(
    "address",
    [
        "recover.example.com", "https://", "https://user@example.com", "https://example.com/app",
        "https://example.com?x=1", "https://example.com#top", "https://[::1", "https://example.com:port",
        "https://example.com:99999", "https://example.com:0", "javascript:alert(1)", "//example.com",
    ],
)  # fmt: skip
def test_the_base_address_is_scheme_and_host_only(address: str, make_settings: MakeSettings) -> None:
    assert refused(make_settings, APP_HOST=address) == (
        "APP_HOST: give scheme and host only, such as https://recover.example.com",
    )


def test_an_error_of_one_name_does_not_hide_another(make_settings: MakeSettings) -> None:
    lines = refused(make_settings, PORT="x", LOG_LEVEL="loud", SESSION_SECRET="short")
    assert sorted(line.partition(":")[0] for line in lines) == ["LOG_LEVEL", "PORT", "SESSION_SECRET"]


def test_production_needs_its_secrets_and_a_way_to_send(make_settings: MakeSettings) -> None:
    assert refused(make_settings, APP_ENV="production") == (
        "SESSION_SECRET: set it to 32 or more random characters",
        "WHOP_WEBHOOK_SECRET: set it to the secret that Whop showed when the webhook was made",
        "SMTP_HOST: name a mail server, or set ENABLE_EMAIL=false",
        "SMTP_FROM: set the address that reminders come from",
    )


def test_an_empty_webhook_secret_refuses_production(make_settings: MakeSettings) -> None:
    (line,) = refused(make_settings, **{**PRODUCTION, "WHOP_WEBHOOK_SECRET": " "})
    assert line.startswith("WHOP_WEBHOOK_SECRET: ")


def test_without_email_no_mail_server_is_asked_for(make_settings: MakeSettings) -> None:
    given = PRODUCTION | {"ENABLE_EMAIL": "false", "SMTP_HOST": "", "SMTP_FROM": ""}
    assert make_settings(**given).enable_email is False


def test_a_mail_server_needs_a_sender_in_development_too(make_settings: MakeSettings) -> None:
    assert refused(make_settings, SMTP_HOST="mail.example.com") == (
        "SMTP_FROM: set the address that reminders come from",
    )


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("localhost", True), ("mail.localhost", True), ("127.0.0.1", True), ("::1", True),
        ("mail.example.com", False), ("10.0.0.7", False), ("localhost.example.com", False),
    ],
)  # fmt: skip
def test_mail_goes_unencrypted_to_this_machine_only(
    host: str, allowed: bool, make_settings: MakeSettings
) -> None:
    given = {"SMTP_HOST": host, "SMTP_FROM": "a@example.com", "SMTP_SECURITY": "none"}
    if allowed:
        assert make_settings(**given).smtp_security == "none"
        return
    assert refused(make_settings, **given) == (
        "SMTP_SECURITY: none is for a server on this machine only; use starttls or tls",
    )


@pytest.mark.parametrize("address", ["http://localhost:3000", "http://127.0.0.1", "https://example.com"])
def test_production_may_be_tried_on_this_machine(address: str, make_settings: MakeSettings) -> None:
    assert make_settings(**{**PRODUCTION, "APP_HOST": address}).app_host == address


def test_production_elsewhere_needs_https(make_settings: MakeSettings) -> None:
    given = {**PRODUCTION, "APP_HOST": "http://recover.example.com"}
    assert refused(make_settings, **given) == ("APP_HOST: use https:// in production",)


def test_a_bots_token_does_not_go_out_in_clear(make_settings: MakeSettings) -> None:
    given = {**PRODUCTION, "TELEGRAM_API_URL": "http://telegram.example"}
    assert refused(make_settings, **given) == ("TELEGRAM_API_URL: use https:// in production",)


@pytest.mark.parametrize(
    ("channel", "needs"),
    [
        ("ENABLE_TELEGRAM", "TELEGRAM_BOT_TOKEN"),
        ("ENABLE_DISCORD", "DISCORD_BOT_TOKEN"),
        ("ENABLE_WHOP_CHAT", "WHOP_API_KEY"),
    ],
)
def test_a_channel_that_is_on_needs_its_token(channel: str, needs: str, make_settings: MakeSettings) -> None:
    assert refused(make_settings, **{channel: "true"}) == (
        f"{needs}: it is needed for a channel that is switched on",
    )
    assert make_settings(**{channel: "true", needs: "a-token"}) is not None


def test_half_a_client_is_refused_and_the_other_half_named(make_settings: MakeSettings) -> None:
    (line,) = refused(make_settings, WHOP_CLIENT_ID=CANARY)
    assert line.startswith("WHOP_CLIENT_SECRET: sign-in with Whop needs")
    (line,) = refused(make_settings, WHOP_CLIENT_SECRET=CANARY)
    assert line.startswith("WHOP_CLIENT_ID: sign-in with Whop needs")


def test_inside_whop_a_key_is_needed_to_tell_who_may_see_what(make_settings: MakeSettings) -> None:
    (line,) = refused(make_settings, WHOP_APP_ID=CANARY)
    assert line.startswith("WHOP_API_KEY: inside Whop it tells who may see which account")
