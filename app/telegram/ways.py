"""How Telegram's updates come to this install: posted to a public address, or asked for by a worker."""

from urllib.parse import urlsplit

from app.setting_values import is_loopback
from app.settings import Settings

PATH = "/webhooks/telegram"
PORTS = frozenset({None, 80, 88, 443, 8443})
"""Where Telegram posts to: https://core.telegram.org/bots/api#setwebhook"""


def posted_to(settings: Settings) -> str | None:
    """The address that Telegram posts to; None where it cannot, or is not to: then a worker asks."""
    parts = urlsplit(settings.app_host)
    reachable = parts.scheme == "https" and parts.port in PORTS and not is_loopback(parts.hostname or "")
    if not settings.enable_telegram or settings.telegram_webhook_secret is None or not reachable:
        return None
    return f"{settings.app_host}{PATH}"


def polls(settings: Settings) -> bool:
    return settings.enable_telegram and posted_to(settings) is None
