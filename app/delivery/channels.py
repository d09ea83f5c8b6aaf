"""Builds the install's channels from its settings. In development without a mail server, mail goes to the outbox."""

from collections.abc import Mapping

from app.errors import SettingsError
from app.settings import Settings
from notifiers import NotifierError, available, make
from notifiers.base import Notifier
from notifiers.memory import MemoryNotifier
from notifiers.variables import WrongVariables, settings_from

SWITCHED = ("telegram", "discord", "whop_chat")
"""Our own channels to customers beside e-mail; `ENABLE_<NAME>` switches each on."""


def build_channels(settings: Settings) -> Mapping[str, Notifier]:
    """One notifier for each channel to customers that is switched on.

    Raises `SettingsError` naming the variable where a channel is switched on that this install lacks or that
    its settings do not make.
    """
    channels: dict[str, Notifier] = {}
    if settings.enable_email:
        channels["email"] = email_channel(settings) or MemoryNotifier()
    for name in SWITCHED:
        if getattr(settings, f"enable_{name}"):
            channels[name] = own_channel(name, settings)
    return channels | _foreign(settings, "customers")


def channel_names(settings: Settings) -> frozenset[str]:
    """The names of `build_channels`, without making one."""
    own = [name for name in ("email", *SWITCHED) if getattr(settings, f"enable_{name}")]
    return frozenset((*own, *_foreign_names(settings, "customers")))


def build_alert_channels(settings: Settings) -> Mapping[str, Notifier]:
    """One notifier for each place that takes the merchant's alerts and no customer's message. Raises `SettingsError`."""
    channels: dict[str, Notifier] = {}
    if settings.discord_webhook_url is not None:
        channels["discord_webhook"] = own_channel("discord_webhook", settings)
    return channels | _foreign(settings, "merchant")


def email_channel(settings: Settings) -> Notifier | None:
    """Mail, also where reminders by mail are switched off; None where production has no mail server."""
    if settings.smtp_host:
        return own_channel("email", settings)
    return None if settings.production else MemoryNotifier()


def own_channel(name: str, settings: Settings) -> Notifier:
    """One of ours, also where it is switched off. Raises `SettingsError` where its settings do not make it."""
    notifier = available().get(name)
    if notifier is None:
        raise SettingsError([f"ENABLE_{name.upper()}: no {name} channel is installed; set it to false"])
    variables = {field.upper(): getattr(settings, field) for field in type(settings).model_fields}
    try:
        return notifier(settings_from(notifier, variables))
    except WrongVariables as error:
        raise SettingsError(error.lines) from None


def foreign_channel(name: str, settings: Settings) -> Notifier:
    """Another package's, which is switched on. Raises `SettingsError` where its class cannot make it."""
    try:
        return make(name, settings.plugins[name])
    except NotifierError as error:
        raise SettingsError([f"ENABLE_{name.upper()}: {error}"]) from None


def has_settings(name: str, settings: Settings) -> bool:
    """Whether one of our own channels can be made, switched on or not. Loads no channel's library."""
    match name:
        case "email":
            return bool(settings.smtp_host) or not settings.production
        case "telegram":
            return settings.telegram_bot_token is not None
        case "discord":
            return settings.discord_bot_token is not None
    return settings.whop_api_key is not None


def _foreign(settings: Settings, audience: str) -> dict[str, Notifier]:
    return {name: foreign_channel(name, settings) for name in _foreign_names(settings, audience)}


def _foreign_names(settings: Settings, audience: str) -> list[str]:
    return [name for name in settings.plugins if available()[name].capabilities.audience == audience]
