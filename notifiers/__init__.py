"""The registry of channels: which notifiers this install has, by name.

Built-ins come first, then the entry points of other packages. It only finds and checks
classes; the application makes the instances, from its settings.
"""

import inspect
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType

from .base import Capabilities, Notifier

GROUP = "autochargesaver.notifiers"

# Named here too, so that a source tree without installed metadata has its own channels.
_BUILT_IN = (EntryPoint(name="email", value="notifiers.smtp:SmtpNotifier", group=GROUP),)


class NotifierError(Exception):
    """A registered channel cannot be used; the text names its entry point."""


def available() -> Mapping[str, type[Notifier]]:
    """Every channel's class by its name.

    Raises `NotifierError` where an entry point does not load, is not a complete `Notifier`,
    or takes a name that another class has.
    """
    found: dict[str, type[Notifier]] = {}
    for entry in (*_BUILT_IN, *entry_points(group=GROUP)):
        notifier = _load(entry)
        if found.setdefault(entry.name, notifier) is not notifier:
            raise NotifierError(f"two notifiers are named {entry.name!r}; remove one ({entry.value})")
    return MappingProxyType(found)


def _load(entry: EntryPoint) -> type[Notifier]:
    """The class behind an entry point. Loading runs a stranger's module: it may raise anything."""
    where = f"notifier {entry.name!r} ({entry.value})"
    try:
        notifier = entry.load()
    except Exception as error:
        raise NotifierError(f"{where} does not load: {error}") from error
    if not (inspect.isclass(notifier) and issubclass(notifier, Notifier)):
        raise NotifierError(f"{where} is not a Notifier")
    if inspect.isabstract(notifier):
        missing = ", ".join(sorted(notifier.__abstractmethods__))
        raise NotifierError(f"{where} lacks {missing}")
    if getattr(notifier, "name", None) != entry.name:
        raise NotifierError(f"{where} must set name = {entry.name!r}")
    if not isinstance(getattr(notifier, "capabilities", None), Capabilities):
        raise NotifierError(f"{where} lacks capabilities")
    return notifier
