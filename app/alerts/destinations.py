"""The places at which a merchant can be alerted: the notifier of each, and the address there.

E-mail goes to the merchant's own address; the other places are one for the install. What is not set up is
not among them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from app.delivery.channels import build_alert_channels, email_channel, foreign_channel, own_channel
from app.errors import SettingsError
from app.models import Merchant
from app.settings import Settings
from notifiers import available
from notifiers.base import Notifier

EMAIL = "email"
TELEGRAM = "telegram"


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    notifier: Notifier
    address: str | None
    """None: each merchant's own."""

    def address_for(self, merchant: Merchant) -> str | None:
        return self.address or merchant.alert_email


def install_places(settings: Settings) -> Mapping[str, str]:
    """The places that are one for the install, each with the address of its alerts there."""
    places: dict[str, str] = {}
    if settings.telegram_chat_id and settings.telegram_bot_token:
        places[TELEGRAM] = settings.telegram_chat_id
    if settings.discord_webhook_url is not None:
        places["discord_webhook"] = "discord_webhook"  # the address is in the notifier's own settings
    for name in settings.plugins:
        if available()[name].capabilities.audience == "merchant":
            places[name] = name
    return places


def build_places(settings: Settings, channels: Mapping[str, Notifier]) -> Mapping[str, Place]:
    """By name, e-mail first. A notifier that customers' reminders use is used here too: it knows its limits.

    Raises `SettingsError` where the settings of a place do not make it.
    """
    places: dict[str, Place] = {}
    mail = channels.get(EMAIL) or email_channel(settings)
    if mail is not None:
        places[EMAIL] = Place(EMAIL, mail, None)
    others = build_alert_channels(settings)
    for name, address in install_places(settings).items():
        notifier = channels.get(name) or others.get(name) or own_channel(name, settings)
        places[name] = Place(name, notifier, address)
    return places


def notifier_of(name: str, settings: Settings) -> Notifier | None:
    """A channel or place of this install, made for one call; None where it is not set up."""
    if name == EMAIL:
        return email_channel(settings)
    try:
        return (foreign_channel if name in settings.plugins else own_channel)(name, settings)
    except SettingsError:
        return None
