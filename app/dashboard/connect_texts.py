"""What a merchant may hand out with the connect link: a line for the welcome message and a post for the community.

The words are for the merchant's customers, so their language is chosen apart from that of the pages.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from babel.lists import format_list

from app.settings import Settings

CHANNELS = {"telegram": "Telegram", "discord": "Discord"}


@dataclass(frozen=True, slots=True)
class ConnectTexts:
    name: str
    """Of the language, in itself."""
    welcome: str
    post: str

    def filled(self, *, language: str, channels: Sequence[str], link: str) -> "ConnectTexts":
        values = {"channels": format_list(channels, style="or", locale=language), "link": link}
        return ConnectTexts(self.name, self.welcome.format(**values), self.post.format(**values))


TEXTS: Mapping[str, ConnectTexts] = {
    "en": ConnectTexts(
        "English",
        "One thing that saves trouble later: if a payment of yours ever fails, we would like to tell you where "
        "you will see it. Choose {channels} here, it takes a minute: {link}",
        "Payments sometimes fail for small reasons: a card that expired, a bank that was careful. So that nobody "
        "loses access unnoticed, you can now get the reminder in {channels} instead of by e-mail.\n\n"
        "Sign in with Whop and choose: {link}\n\n"
        "The page never asks for a card number, a password or a code, and you can stop reminders with one press.",
    ),
    "ru": ConnectTexts(
        "Русский",
        "Одна мелочь, которая потом сбережёт нервы: если ваш платёж вдруг не пройдёт, мы напомним там, где вы это "
        "увидите. Выберите {channels}, это займёт минуту: {link}",
        "Платежи иногда не проходят из-за мелочей: истёк срок карты, банк перестраховался. Чтобы никто не потерял "
        "доступ незаметно, теперь напоминание может прийти в {channels}, а не на почту.\n\n"
        "Войдите через Whop и выберите: {link}\n\n"
        "Страница никогда не спрашивает номер карты, пароль или код, а отключить напоминания можно одним нажатием.",
    ),
}


def linkable(settings: Settings) -> tuple[str, ...]:
    """The channels of this install whose accounts customers can link."""
    discord = settings.enable_discord and not lacks_discord_sign_in(settings)
    here = {"telegram": settings.enable_telegram, "discord": discord}
    return tuple(channel for channel, switched_on in here.items() if switched_on)


def lacks_discord_sign_in(settings: Settings) -> bool:
    """Discord is on, but nobody can say there who they are."""
    known = settings.discord_client_id is not None and settings.discord_client_secret is not None
    return settings.enable_discord and not known
