"""What an install may be started with: defaults, other names of a variable, lists, and what is kept secret."""

from pathlib import Path

import pytest

from app.settings import Settings
from tests.conftest import MakeSettings

STRONG = "s" * 32
HOOK = "ws_" + "h" * 24
PRODUCTION = {
    "APP_ENV": "production",
    "APP_HOST": "https://recover.example.com",
    "SESSION_SECRET": STRONG,
    "WHOP_WEBHOOK_SECRET": HOOK,
    "SMTP_HOST": "mail.example.com",
    "SMTP_FROM": "billing@example.com",
}


def test_nothing_at_all_starts_a_development_install(make_settings: MakeSettings) -> None:
    settings = make_settings()
    assert (settings.app_env, settings.production) == ("development", False)
    assert (settings.app_host, settings.host, settings.port) == ("http://localhost:3000", "127.0.0.1", 3000)
    assert (settings.attr_window_days, settings.log_level) == (7, "INFO")
    assert settings.first_message_delay_minutes == 20
    assert (settings.db_pool_size, settings.db_max_overflow, settings.db_pool_timeout) == (5, 10, 5)
    channels = (settings.enable_email, settings.enable_telegram, settings.enable_discord)
    assert (*channels, settings.enable_whop_chat) == (True, False, False, False)
    assert settings.trusted_proxy_hops == 0
    assert settings.smtp_host is None


def test_production_listens_everywhere_and_trusts_one_proxy(make_settings: MakeSettings) -> None:
    settings = make_settings(**PRODUCTION)
    assert (settings.production, settings.host, settings.trusted_proxy_hops) == (True, "0.0.0.0", 1)


@pytest.mark.parametrize("base", [{}, PRODUCTION], ids=["development", "production"])
def test_a_given_address_and_proxy_count_are_kept(base: dict[str, str], make_settings: MakeSettings) -> None:
    settings = make_settings(**{**base, "HOST": "10.0.0.7", "TRUSTED_PROXY_HOPS": "0"})
    assert (settings.host, settings.trusted_proxy_hops) == ("10.0.0.7", 0)


def test_made_up_secrets_are_strong_kept_and_unreadable_for_others(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    first, second = make_settings(), make_settings()
    assert first.session_secrets == second.session_secrets
    assert first.webhook_keys == second.webhook_keys
    assert len(first.session_secrets[0]) == 64
    assert first.webhook_keys[0].startswith(b"ws_") and len(first.webhook_keys[0]) == 67
    assert first.session_secrets[0].encode() not in first.webhook_keys[0]
    made = sorted((tmp_path / "instance").iterdir())
    assert [path.name for path in made] == ["session-secret", "webhook-secret"]
    assert [path.stat().st_mode & 0o777 for path in made] == [0o600, 0o600]


def test_given_secrets_are_not_made_up_again(make_settings: MakeSettings, tmp_path: Path) -> None:
    settings = make_settings(SESSION_SECRET=STRONG, WHOP_WEBHOOK_SECRET=HOOK)
    assert (settings.session_secrets, settings.webhook_keys) == ((STRONG,), (HOOK.encode(),))
    assert not (tmp_path / "instance").exists()


@pytest.mark.parametrize(
    ("given", "production"),
    [
        ({"NODE_ENV": "production"}, True),
        ({"APP_ENV": "", "NODE_ENV": "production"}, True),
        ({"APP_ENV": "development", "NODE_ENV": "production"}, False),
        ({"APP_ENV": "production", "NODE_ENV": "development"}, True),
    ],
)
def test_node_env_counts_only_where_app_env_is_unset(
    given: dict[str, str], production: bool, make_settings: MakeSettings
) -> None:
    assert make_settings(**{**PRODUCTION, "APP_ENV": "", **given}).production is production


def test_the_names_of_the_node_version_are_understood_and_win(make_settings: MakeSettings) -> None:
    old = {"HOST": "old.example.com", "PORT": "2525", "USER": "old", "PASS": "old-password", "FROM": "o@x.de"}
    smtp = {f"SMTP_{name}": "1" if name == "PORT" else "new@example.com" for name in old}
    given = smtp | {f"EMAIL_{name}": value for name, value in old.items()} | {"EMAIL_SECURITY": "tls"}
    settings = make_settings(**given)
    assert (settings.smtp_host, settings.smtp_port) == ("old.example.com", 2525)
    assert (settings.smtp_user, settings.smtp_from, settings.smtp_security) == ("old", "o@x.de", "tls")
    assert settings.smtp_pass is not None and settings.smtp_pass.get_secret_value() == "old-password"


def test_an_empty_old_name_does_not_hide_the_new_one(make_settings: MakeSettings) -> None:
    settings = make_settings(EMAIL_HOST="", SMTP_HOST="mail.example.com", SMTP_FROM="a@example.com")
    assert settings.smtp_host == "mail.example.com"


@pytest.mark.parametrize("empty", ["", " ", "\t"])
def test_an_empty_value_counts_as_unset(empty: str, make_settings: MakeSettings) -> None:
    names = ("PORT", "HOST", "APP_ENV", "DATABASE_URL", "WHOP_API_KEY", "SESSION_SECRET", "ENABLE_EMAIL")
    settings = make_settings(**dict.fromkeys(names, empty))
    assert (settings.port, settings.host, settings.app_env) == (3000, "127.0.0.1", "development")
    assert (settings.database_url, settings.whop_api_key, settings.enable_email) == (None, None, True)
    assert len(settings.session_secrets) == 1


def test_the_environment_wins_over_the_file_and_empty_values_over_nothing(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text(
        'PORT=4000\nHOST=10.0.0.7\nLOG_LEVEL=debug\nWHOP_APP_ID=" "\nDB_POOL_SIZE=" "\nNONSENSE=1\n'
    )
    settings = Settings.load({"INSTANCE_DIR": str(tmp_path), "PORT": "5000", "HOST": ""}, env_file=file)
    assert (settings.port, settings.host, settings.log_level) == (5000, "10.0.0.7", "DEBUG")
    assert (settings.whop_app_id, settings.db_pool_size) == (None, 5)


def test_a_missing_file_is_no_error(tmp_path: Path) -> None:
    settings = Settings.load({"INSTANCE_DIR": str(tmp_path)}, env_file=tmp_path / "none")
    assert (settings.port, settings.control_share) == (3000, 0.10)


def test_the_process_environment_is_read_where_nothing_else_is_given(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("INSTANCE_DIR", str(tmp_path))
    monkeypatch.setenv("PORT", "4321")
    assert Settings.load(env_file=None).port == 4321


def test_lists_of_secrets_sign_with_the_first_and_verify_with_all(make_settings: MakeSettings) -> None:
    settings = make_settings(
        SESSION_SECRET=f" {STRONG} ,, {'t' * 32} ", WHOP_WEBHOOK_SECRET=f"{HOOK},whsec_{'é' * 12}"
    )
    assert settings.session_secrets == (STRONG, "t" * 32)
    assert settings.webhook_keys == (HOOK.encode(), f"whsec_{'é' * 12}".encode())


@pytest.mark.parametrize(
    ("given", "dsn"),
    [
        ("sqlite:////srv/data.db", "sqlite:////srv/data.db"),
        ("postgres://u:p@db/name", "postgresql+psycopg2://u:p@db/name"),
        ("postgresql://u:p@db/name", "postgresql+psycopg2://u:p@db/name"),
        ("postgresql+psycopg2://u:p@db/name?sslmode=require",) * 2,
    ],
)
def test_the_database_is_known_by_its_prefix(given: str, dsn: str, make_settings: MakeSettings) -> None:
    assert make_settings(DATABASE_URL=given).database_dsn == dsn


def test_without_an_address_the_database_is_a_file_of_the_instance(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    assert make_settings().database_dsn == f"sqlite:///{tmp_path}/instance/autochargesaver.db"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://Recover.example.com/", "https://Recover.example.com"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:3000", "http://[::1]:3000"),
    ],
)
def test_the_base_address_has_no_slash_at_its_end(given: str, kept: str, make_settings: MakeSettings) -> None:
    assert make_settings(APP_HOST=given).app_host == kept


def test_every_secret_is_known_to_the_masker_in_all_its_parts(make_settings: MakeSettings) -> None:
    settings = make_settings(
        SESSION_SECRET=f"{STRONG},{'t' * 32}",
        WHOP_WEBHOOK_SECRET=HOOK,
        DATABASE_URL="postgresql://user:p%40ssword@db/name",
        REDIS_URL="redis://:hunter22@cache:6379/0",
        DISCORD_WEBHOOK_URL="https://[broken",
        SMTP_PASS="mail-password",
        TELEGRAM_BOT_TOKEN="123:telegram",
    )
    assert settings.secret_values() == {
        f"{STRONG},{'t' * 32}", STRONG, "t" * 32, HOOK,
        "postgresql://user:p%40ssword@db/name", "p%40ssword", "p@ssword",
        "redis://:hunter22@cache:6379/0", "hunter22", "https://[broken", "mail-password", "123:telegram",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "secret"),
    [
        ({"SENTRY_DSN": "https://0123456789abcdef0123@sentry.example.com/1"}, "0123456789abcdef0123"),
        ({"DISCORD_WEBHOOK_URL": "https://discord.com/api/webhooks/12/hook-token?wait=1"}, "hook-token"),
        ({"REDIS_URL": "redis://:pa/ss@wo:rd@cache/0"}, "pa/ss@wo:rd"),
        ({"DATABASE_URL": "postgresql://user:password@db/name?options=a@b"}, "password"),
        ({"SMTP_USER": "postmaster@example.com"}, "postmaster@example.com"),
    ],
)
def test_the_secret_part_of_an_address_is_known_to_the_masker(
    given: dict[str, str], secret: str, make_settings: MakeSettings
) -> None:
    assert secret in make_settings(**given).secret_values()


def test_ordinary_words_in_addresses_are_no_secrets(make_settings: MakeSettings) -> None:
    values = make_settings(DATABASE_URL="postgresql://postgres@db/name", SMTP_USER="apikey").secret_values()
    assert not values & {"postgres", "apikey", "db", "name"}


def test_the_place_of_a_local_database_is_no_secret(make_settings: MakeSettings) -> None:
    settings = make_settings(DATABASE_URL="sqlite:////srv/data.db")
    assert not any("srv" in value for value in settings.secret_values())


def test_settings_do_not_show_their_secrets(make_settings: MakeSettings) -> None:
    assert STRONG not in repr(make_settings(SESSION_SECRET=STRONG))
