"""Channels that other packages bring: which are switched on, and their settings, checked at start.

`ENABLE_<NAME>=true` switches one on; its own settings are the variables that its class names. Those of our
own channels are read by `app.settings`.
"""

from collections.abc import Mapping
from types import MappingProxyType

from pydantic import BaseModel, TypeAdapter, ValidationError

from app.errors import SettingsError
from notifiers import NotifierError, available, foreign
from notifiers.variables import WrongVariables, settings_from

Found = Mapping[str, BaseModel]
NONE: Found = MappingProxyType({})
OWN = frozenset({"email", "telegram", "discord", "discord_webhook", "whop_chat"})
"""Channels whose variables are settings of the application itself."""
_SWITCH = TypeAdapter(bool)


def read(variables: Mapping[str, str]) -> Found:
    """The settings of each other channel that is switched on, by the channel's name.

    Raises `SettingsError`: a line for each wrong variable, or one that names a registered class that cannot be
    used, switched on or not.
    """
    known = {f"ENABLE_{name.upper()}" for name in OWN}
    if not foreign() and not any(name.startswith("ENABLE_") and name not in known for name in variables):
        return NONE
    try:
        notifiers = available()
    except NotifierError as error:
        raise SettingsError([str(error)]) from error
    found: dict[str, BaseModel] = {}
    wrong: list[str] = []
    for name, notifier in notifiers.items():
        switch = f"ENABLE_{name.upper()}"
        if name in OWN or switch not in variables:
            continue
        try:
            if not _SWITCH.validate_strings(variables[switch]):
                continue
            if notifier.capabilities.needs_linking:
                wrong.append(
                    f"{switch}: customers can link accounts of our own channels only; set it to false"
                )
            found[name] = settings_from(notifier, variables)
        except WrongVariables as error:
            wrong += error.lines
        except ValidationError:
            wrong.append(f"{switch}: say true or false")
    if wrong:
        raise SettingsError(wrong)
    return MappingProxyType(found)
