"""Every setting, read once at start from the environment and then from `.env`.

Refuses weak, wrong or missing values by the variable's name and the mend, never with its value.
"""

import re
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, PrivateAttr, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from app import plugins
from app.environment import add_development_secrets, everything, given
from app.errors import SettingsError
from app.setting_values import (
    TelegramSecret,
    each_at_least,
    is_loopback,
    parts_of,
    plain_address,
    secrets_within,
)

MIN_SESSION_SECRET = 32
MIN_WEBHOOK_SECRET = 24
CALLBACK = "/auth/whop/callback"
CALLBACKS = (CALLBACK, "/api/whop/callback")
"""Whop sends people back to exactly the address that its app names; both lead to the same."""
DSN = re.compile(r"https?://[\w-]+(?::[\w-]+)?@[\w.\[\]:-]+(?:/[\w.-]+)*/\d+/?")
"""Sentry's address: a key, a host, perhaps a path, and the number of the project."""
Port = Annotated[int, Field(ge=1, le=65535)]


def variable(default: Any, meaning: str, **limits: Any) -> Any:
    return Field(default, description=meaning, **limits)


class Settings(BaseSettings):
    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    app_env: Literal["development", "production"] = variable("development", "development or production")
    app_host: str = variable("http://localhost:3000", "public base address; every link is made from it")
    host: str = variable("", "where to listen; default 127.0.0.1, in production 0.0.0.0")
    port: Port = variable(3000, "where to listen")
    instance_dir: Path = variable(Path("instance"), "folder of the embedded database and development state")
    session_secret: SecretStr | None = variable(None, "signs links and sessions; the first signs, all verify")
    database_url: SecretStr | None = variable(None, "sqlite:///… or postgresql://…")
    db_pool_size: int = variable(5, "connections kept open by one process", ge=1, le=200)
    db_max_overflow: int = variable(10, "more connections under load", ge=0, le=200)
    db_pool_timeout: float = variable(5, "seconds to wait for a connection", gt=0, le=60)
    db_start_timeout: float = variable(30, "seconds to wait at start for the database", ge=0, le=600)
    redis_url: SecretStr | None = variable(None, "shared store of rate limits and the metrics cache")
    mock_login: bool = variable(False, "opens /auth/dev in production as well")
    whop_client_id: str | None = variable(None, "sign-in with Whop")
    whop_client_secret: SecretStr | None = variable(None, "sign-in with Whop")
    whop_redirect_uri: str | None = variable(None, "default: APP_HOST/auth/whop/callback")
    whop_app_id: str | None = variable(None, "set where the dashboard is embedded inside Whop")
    whop_webhook_secret: SecretStr | None = variable(None, "verifies Whop's events; comma list in rotation")
    whop_api_key: SecretStr | None = variable(None, "account or app key")
    whop_api_url: str = variable("https://api.whop.com", "for the sandbox and tests")
    enable_email: bool = variable(True, "reminders by e-mail")
    enable_telegram: bool = variable(False, "reminders by Telegram")
    enable_discord: bool = variable(False, "reminders by Discord")
    enable_whop_chat: bool = variable(False, "reminders by Whop chat")
    smtp_host: str | None = variable(None, "mail server; without one, development keeps mail in /dev/outbox")
    smtp_port: Port = variable(587, "mail server's port")
    smtp_user: str | None = variable(None, "sign-in at the mail server")
    smtp_pass: SecretStr | None = variable(None, "sign-in at the mail server")
    smtp_from: str | None = variable(None, "address that reminders come from")
    smtp_security: Literal["starttls", "tls", "none"] = variable("starttls", "or tls; none on loopback only")
    telegram_bot_token: SecretStr | None = variable(None, "customers' bot")
    telegram_webhook_secret: TelegramSecret | None = variable(None, "verifies Telegram's updates")
    telegram_chat_id: str | None = variable(None, "receives the merchant's alerts")
    telegram_api_url: str = variable("https://api.telegram.org", "for tests")
    discord_bot_token: SecretStr | None = variable(None, "customers' direct messages")
    discord_client_id: str | None = variable(None, "account linking")
    discord_client_secret: SecretStr | None = variable(None, "account linking")
    discord_webhook_url: SecretStr | None = variable(None, "receives the merchant's alerts")
    discord_api_url: str = variable("https://discord.com/api/v10", "for tests")
    attr_window_days: int = variable(7, "a touch this long before the payment counts", ge=1, le=90)
    control_share: float = variable(0.10, "control group of new merchants", ge=0, le=0.5)
    first_message_delay_minutes: int = variable(20, "no message earlier after a failure", ge=0, le=1440)
    flood_limit: int = variable(1000, "failures of one merchant in an hour that hold reminders back", ge=0)
    retention_inbox_days: int = variable(30, "days that raw events are kept", ge=1, le=3650)
    retention_body_days: int = variable(90, "days that the texts of messages are kept", ge=1, le=3650)
    retention_case_months: int = variable(24, "months until a closed case is nobody's", ge=1, le=120)
    worker_threads: int = variable(8, "reminders in flight at once in one worker", ge=1, le=64)
    worker_processes: int = variable(1, "workers on all machines together; they share limits", ge=1, le=500)
    web_workers: int = variable(2, "web processes", ge=1, le=64)
    web_threads: int = variable(4, "threads of one web process", ge=1, le=64)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = variable("INFO", "least level")
    sentry_dsn: SecretStr | None = variable(None, "error reports")
    metrics_token: SecretStr | None = variable(None, "bearer token of /metrics")
    metrics_port: Port | None = variable(None, "where a worker without a web answers scrapes")
    cdn_url: str | None = variable(None, "serves the vendored front-end files")
    trusted_proxy_hops: int = variable(-1, "proxies whose headers count; 1 in production", ge=-1, le=10)
    _plugins: plugins.Found = PrivateAttr(default_factory=lambda: plugins.NONE)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        # `load` has read both sources: aliases and empty values need one view over them.
        return (init_settings,)

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, *, env_file: Path | None = Path(".env")) -> Self:
        """Read the settings; raises `SettingsError` with one line for each variable that is wrong."""
        variables = everything(environ, env_file)
        found = given((name.upper() for name in cls.model_fields), variables)
        found.setdefault("INSTANCE_DIR", "instance")
        if found.get("APP_ENV", "development") == "development":
            add_development_secrets(found)
        wrong: list[str] = []
        try:
            settings = cls.model_validate({name.lower(): value for name, value in found.items()})
        except ValidationError as error:
            wrong += _lines(error)
        try:
            others = plugins.read(variables)
        except SettingsError as error:
            wrong += error.lines
        if wrong:
            raise SettingsError(wrong)
        settings._plugins = others
        return settings

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("app_host")
    @classmethod
    def _base_address(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            usable = parts.scheme in ("http", "https") and parts.hostname and not parts.username
            usable = usable and parts.port != 0  # raises where it is no number; its text holds the value
        except ValueError:
            usable = False
        if not usable or parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError("give scheme and host only, such as https://recover.example.com")
        return f"{parts.scheme}://{parts.netloc}"

    @field_validator("whop_api_url", "telegram_api_url")
    @classmethod
    def _api_address(cls, value: str) -> str:
        return plain_address(value)

    @field_validator("whop_redirect_uri")
    @classmethod
    def _known_callback(cls, value: str | None) -> str | None:
        if value is not None and not (
            plain_address(value).endswith(CALLBACKS) and urlsplit(value).path in CALLBACKS
        ):
            raise ValueError(f"end it in {' or '.join(CALLBACKS)}, exactly as the Whop app names it")
        return value

    @field_validator("session_secret")
    @classmethod
    def _strong_session_secret(cls, value: SecretStr | None) -> SecretStr | None:
        return each_at_least(value, MIN_SESSION_SECRET, "characters", len)

    @field_validator("whop_webhook_secret")
    @classmethod
    def _strong_webhook_secret(cls, value: SecretStr | None) -> SecretStr | None:
        return each_at_least(value, MIN_WEBHOOK_SECRET, "bytes", lambda part: len(part.encode()))

    @field_validator("whop_api_key")
    @classmethod
    def _fits_a_header(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"[!-~]+", value.get_secret_value()):
            raise ValueError(
                "it has a character that no key has, a space or a letter beyond ASCII; copy it anew"
            )
        return value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        prefix, _, rest = value.get_secret_value().partition("://")
        if prefix not in ("sqlite", "postgres", "postgresql", "postgresql+psycopg2") or not rest:
            raise ValueError("start it with sqlite:///, postgres:// or postgresql://")
        try:
            make_url(value.get_secret_value())
        except (ArgumentError, ValueError):
            raise ValueError("it cannot be read; write postgresql://user:password@host:5432/name") from None
        return value

    @field_validator("sentry_dsn")
    @classmethod
    def _reports_can_be_sent(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        if not DSN.fullmatch(value.get_secret_value()):
            raise ValueError("it cannot be read; copy it whole, such as https://key@host/1")
        if find_spec("sentry_sdk") is None:
            raise ValueError("it needs the extra `sentry`: pip install 'autochargesaver[sentry]'")
        return value

    @field_validator("smtp_from")
    @classmethod
    def _one_address(cls, value: str | None) -> str | None:
        if value is not None and (value.count("@") != 1 or any(c in value for c in ' <>,;"\r\n')):
            raise ValueError("give one plain address, such as billing@example.com; names are set by merchant")
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        wrong = list(self._missing())
        if self.smtp_security == "none" and self.smtp_host and not is_loopback(self.smtp_host):
            wrong.append("SMTP_SECURITY: none is for a server on this machine only; use starttls or tls")
        if self.production and not self.app_host.startswith("https://") and not is_loopback(self._hostname):
            wrong.append("APP_HOST: use https:// in production")
        wrong += self._open_to_listeners() if self.production else []
        if wrong:
            raise ValueError("\n".join(wrong))
        if not self.host:
            object.__setattr__(self, "host", "0.0.0.0" if self.production else "127.0.0.1")  # noqa: S104
        if self.trusted_proxy_hops < 0:
            object.__setattr__(self, "trusted_proxy_hops", 1 if self.production else 0)
        return self

    def _open_to_listeners(self) -> list[str]:
        """Addresses that secrets go to in clear."""
        addresses = {"WHOP_API_URL": self.whop_api_url, "WHOP_REDIRECT_URI": self.whop_redirect_uri or ""}
        addresses["TELEGRAM_API_URL"] = self.telegram_api_url
        return [
            f"{name}: use https:// in production"
            for name, address in addresses.items()
            if address.startswith("http://") and not is_loopback(urlsplit(address).hostname or "")
        ]

    def _missing(self) -> Iterable[str]:
        if self.session_secret is None:
            yield f"SESSION_SECRET: set it to {MIN_SESSION_SECRET} or more random characters"
        if self.whop_webhook_secret is None:
            yield "WHOP_WEBHOOK_SECRET: set it to the secret that Whop showed when the webhook was made"
        yield from self._missing_of_whop()
        if self.enable_email and (self.production or self.smtp_host):
            if not self.smtp_host:
                yield "SMTP_HOST: name a mail server, or set ENABLE_EMAIL=false"
            if not self.smtp_from:
                yield "SMTP_FROM: set the address that reminders come from"
        for enabled, name, value in (
            (self.enable_telegram, "TELEGRAM_BOT_TOKEN", self.telegram_bot_token),
            (self.enable_discord, "DISCORD_BOT_TOKEN", self.discord_bot_token),
            (self.enable_whop_chat, "WHOP_API_KEY", self.whop_api_key),
        ):
            if enabled and value is None:
                yield f"{name}: it is needed for a channel that is switched on"

    def _missing_of_whop(self) -> Iterable[str]:
        if (self.whop_client_id is None) != (self.whop_client_secret is None):
            missing = "WHOP_CLIENT_SECRET" if self.whop_client_secret is None else "WHOP_CLIENT_ID"
            yield f"{missing}: sign-in with Whop needs the client's id and its secret"
        if self.whop_app_id is not None and self.whop_api_key is None:
            yield "WHOP_API_KEY: inside Whop it tells who may see which account; set it, or leave WHOP_APP_ID empty"

    @property
    def plugins(self) -> plugins.Found:
        """The checked settings of other packages' channels that are switched on, by the channel's name."""
        return self._plugins

    @property
    def production(self) -> bool:
        return self.app_env == "production"

    @property
    def clock_file(self) -> Path:
        """How far the development clock was moved."""
        return self.instance_dir / "clock-offset"

    @property
    def database_dsn(self) -> str:
        """As SQLAlchemy wants it, with the driver spelled out: 2.1 takes the bare form for psycopg 3."""
        if self.database_url is None:
            return f"sqlite:///{self.instance_dir / 'autochargesaver.db'}"
        prefix, _, rest = self.database_url.get_secret_value().partition("://")
        return f"{'sqlite' if prefix == 'sqlite' else 'postgresql+psycopg2'}://{rest}"

    @property
    def session_secrets(self) -> tuple[str, ...]:
        """The first signs, all verify."""
        return parts_of(self.session_secret)

    @property
    def webhook_keys(self) -> tuple[bytes, ...]:
        """The UTF-8 bytes of each whole secret: nothing is decoded, no prefix is cut."""
        return tuple(part.encode("utf-8") for part in parts_of(self.whop_webhook_secret))

    def secret_values(self) -> frozenset[str]:
        """Every secret's text, the parts of lists and the secret parts of addresses: for the masker."""
        values: set[str] = set()
        for name in type(self).model_fields:
            values |= secrets_within(getattr(self, name))
        if self.database_url is not None and self.database_url.get_secret_value().startswith("sqlite"):
            values.discard(self.database_url.get_secret_value())
        values |= secrets_within(self.plugins)
        if self.smtp_user and "@" in self.smtp_user:  # else it may be an ordinary word, such as "apikey"
            values.add(self.smtp_user)
        return frozenset(value for value in values if value)

    @property
    def _hostname(self) -> str:
        return urlsplit(self.app_host).hostname or ""


def _lines(error: ValidationError) -> list[str]:
    lines: list[str] = []
    for problem in error.errors(include_url=False, include_context=False, include_input=False):
        text = problem["msg"].removeprefix("Value error, ")
        name = str(problem["loc"][0]).upper() if problem["loc"] else ""
        lines += [f"{name}: {text[:1].lower()}{text[1:]}"] if name else text.splitlines()
    return lines
