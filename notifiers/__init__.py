"""The registry of channels: which notifiers this install has, by name.

Built-ins come first, then the entry points of other packages. It only finds and checks
classes; the application makes the instances, from its settings.
"""

import inspect
import re
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType

from pydantic import BaseModel

from .base import Capabilities, Notifier

GROUP = "autochargesaver.notifiers"

# Named here too, so that a source tree without installed metadata has its own channels.
_BUILT_IN = tuple(
    EntryPoint(name=name, value=f"notifiers.{place}", group=GROUP)
    for name, place in (
        ("email", "smtp:SmtpNotifier"),
        ("telegram", "telegram:TelegramNotifier"),
        ("discord", "discord:DiscordNotifier"),
        ("discord_webhook", "discord_webhook:DiscordWebhookNotifier"),
        ("whop_chat", "whop_chat:WhopChatNotifier"),
        ("apprise", "apprise:AppriseNotifier"),
    )
)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_VARIABLES = re.compile(r"[A-Z][A-Z0-9]*_(?:[A-Z0-9]+_)*")


class NotifierError(Exception):
    """A registered channel cannot be used; the text names its entry point."""


def available() -> Mapping[str, type[Notifier]]:
    """Every channel's class by its name.

    Raises `NotifierError` where an entry point does not load, is not a complete `Notifier`,
    or takes a name that another class has.
    """
    found: dict[str, type[Notifier]] = {}
    for entry in _entries():
        notifier = _load(entry)
        if found.setdefault(entry.name, notifier) is not notifier:
            raise NotifierError(f"two notifiers are named {entry.name!r}; remove one ({entry.value})")
    return MappingProxyType(found)


def make(name: str, settings: BaseModel) -> Notifier:
    """The channel of this name. Raises `NotifierError`, without the cause's words: they may hold a key."""
    try:
        return available()[name](settings)
    except Exception as error:
        raise NotifierError(f"the channel cannot be made ({type(error).__name__})") from None


def foreign() -> frozenset[str]:
    """The names that other packages' entry points take. Loads nothing."""
    own = {(entry.name, entry.value) for entry in _BUILT_IN}
    return frozenset(entry.name for entry in _entries() if (entry.name, entry.value) not in own)


@cache
def _registered(_path: tuple[str, ...]) -> tuple[EntryPoint, ...]:
    """Of all packages on Python's path, which take their time to look through."""
    return tuple(entry_points(group=GROUP))


def _entries() -> tuple[EntryPoint, ...]:
    return (*_BUILT_IN, *_registered(tuple(sys.path)))


def _load(entry: EntryPoint) -> type[Notifier]:
    """The class behind an entry point. Loading runs a stranger's module: it may raise anything."""
    where = f"notifier {entry.name!r} ({entry.value})"
    try:
        notifier = entry.load()
    except Exception as error:
        raise NotifierError(f"{where} does not load: {_first_line(error)}") from error
    if not (inspect.isclass(notifier) and issubclass(notifier, Notifier)):
        raise NotifierError(f"{where} is not a Notifier")
    lack = _lack(notifier, entry.name)
    if lack:
        raise NotifierError(f"{where} {lack}")
    return notifier


def _lack(notifier: type[Notifier], name: str) -> str | None:
    """What the class still needs to be a channel; None where it is complete."""
    if inspect.isabstract(notifier):
        return f"lacks {', '.join(sorted(notifier.__abstractmethods__))}"
    if not _NAME.fullmatch(name):
        return "must be named in small letters, digits and _, at most 40"
    if getattr(notifier, "name", None) != name:
        return f"must set name = {name!r}"
    if not isinstance(getattr(notifier, "capabilities", None), Capabilities):
        return "lacks capabilities"
    model = getattr(notifier, "settings_model", None)
    if model is None:
        return "lacks settings_model"
    if not (inspect.isclass(model) and issubclass(model, BaseModel)):
        return "must set settings_model to a pydantic model"
    if not _VARIABLES.fullmatch(str(getattr(notifier, "variables", ""))):
        return "must set variables to a prefix such as 'SMS_'"
    if not _takes_settings(notifier):
        return "must take its settings as its one argument"
    return None


def _takes_settings(notifier: type[Notifier]) -> bool:
    try:
        inspect.signature(notifier).bind(object())
    except (TypeError, ValueError):
        return False
    return True


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), "") or type(error).__name__
