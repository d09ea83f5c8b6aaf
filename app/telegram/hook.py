"""What Telegram has been told about this install's updates, and how to tell it anew."""

from typing import cast

from telegram.error import TelegramError

from app.settings import Settings
from app.telegram.ways import posted_to
from notifiers.base import Notifier
from notifiers.telegram import TelegramNotifier
from notifiers.telegram_outcomes import advice, before_sending
from notifiers.telegram_updates import UpdateSource, Webhook

FIX = "run `autocharge check --fix`"


def state(settings: Settings, notifier: Notifier, *, fix: bool) -> tuple[bool, str]:
    """Whether updates reach us, and in words how or why not. `fix` registers or removes the webhook first."""
    source, address = cast(TelegramNotifier, notifier).updates, posted_to(settings)
    try:
        if fix:
            _put_right(settings, source, address)
        return _judge(source.webhook(), address)
    except TelegramError as error:
        return False, advice(before_sending(error).reason, place=settings.telegram_api_url)


def _put_right(settings: Settings, source: UpdateSource, address: str | None) -> None:
    """The secret, too: Telegram does not tell which one it has."""
    secret = settings.telegram_webhook_secret
    if address is not None and secret is not None:
        source.post_to(address, secret=secret.get_secret_value())
    else:
        source.wait_for_us()


def _judge(found: Webhook, address: str | None) -> tuple[bool, str]:
    waiting = f"{found.pending} waiting"
    if address is None:
        if found.url:
            return False, f"a worker asks for them, but Telegram posts them to another address; {FIX}"
        return (
            True,
            f"a worker asks for them (APP_HOST or TELEGRAM_WEBHOOK_SECRET allow no webhook); {waiting}",
        )
    if found.url != address:
        instead = "to another address" if found.url else "nowhere"
        return False, f"Telegram posts them {instead}, not to {address}; {FIX}"
    if found.fault is None:
        return True, f"posted to {address}; {waiting}"
    when = f" at {found.failed_at:%Y-%m-%d %H:%M} UTC" if found.failed_at else ""
    text = f"posted to {address}; {waiting}; the last failure was{when}: {found.fault}"
    if found.pending == 0:
        return True, text
    return False, f"{text}; {FIX} if the secret was changed"
