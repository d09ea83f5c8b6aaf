"""Builds the install's channels from its settings. In development without a mail server, mail goes to the outbox."""

from collections.abc import Mapping

from app.errors import SettingsError
from app.settings import Settings
from notifiers import available
from notifiers.base import Notifier
from notifiers.memory import MemoryNotifier
from notifiers.smtp import SmtpNotifier, SmtpSettings


def build_channels(settings: Settings) -> Mapping[str, Notifier]:
    """One notifier for each channel that is switched on.

    Raises `SettingsError` naming the variable where a channel is switched on that this install lacks.
    """
    channels: dict[str, Notifier] = {}
    if settings.enable_email:
        channels["email"] = _email(settings)
    for variable, name in (
        ("ENABLE_TELEGRAM", "telegram"),
        ("ENABLE_DISCORD", "discord"),
        ("ENABLE_WHOP_CHAT", "whop_chat"),
    ):
        if getattr(settings, variable.lower()) and name not in available():
            raise SettingsError([f"{variable}: no {name} channel is installed; set it to false"])
    return channels


def _email(settings: Settings) -> Notifier:
    if not settings.smtp_host:
        return MemoryNotifier()
    return SmtpNotifier(
        SmtpSettings(
            host=settings.smtp_host,
            port=settings.smtp_port,
            user=settings.smtp_user,
            password=settings.smtp_pass.get_secret_value() if settings.smtp_pass else None,
            sender=settings.smtp_from or "",
            security=settings.smtp_security,
        )
    )
