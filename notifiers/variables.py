"""Reads a channel's settings from environment variables, and says of each wrong one what is wrong with it.

No line ever repeats a value: it may be a secret in the wrong place.
"""

from collections.abc import Iterator, Mapping

from pydantic import BaseModel, SecretStr, ValidationError

from .base import Notifier

_SHORTEST_TOLD = 4
"""A value that is shorter stands in ordinary sentences by chance."""


class WrongVariables(ValueError):
    """The channel cannot be made. `lines`: for each variable, its name and what is wrong with it."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def variables_of(notifier: type[Notifier]) -> Mapping[str, str]:
    """The channel's environment variables and the field of `settings_model` that each one fills.

    A field's `validation_alias` is its variable's whole name; one with `exclude=True` has none.
    """
    return {
        alias
        if isinstance(alias := field.validation_alias, str)
        else f"{notifier.variables}{name.upper()}": name
        for name, field in notifier.settings_model.model_fields.items()
        if not field.exclude
    }


def settings_from(notifier: type[Notifier], variables: Mapping[str, object]) -> BaseModel:
    """The channel's settings. Raises `WrongVariables`. Variables that are None count as not set."""
    known = variables_of(notifier)
    fields = notifier.settings_model.model_fields
    given = {
        (variable if fields[name].validation_alias else name): variables[variable]
        for variable, name in known.items()
        if variables.get(variable) is not None
    }
    try:
        return notifier.settings_model.model_validate(given)
    except ValidationError as error:
        raise WrongVariables(tuple(_lines(error, notifier, given))) from None
    except Exception as error:  # a validator of a stranger's; its words may hold a value
        told = f"{notifier.variables}*: they cannot be read ({type(error).__name__})"
        raise WrongVariables((told,)) from None


def _lines(error: ValidationError, notifier: type[Notifier], given: Mapping[str, object]) -> Iterator[str]:
    variables = {name: variable for variable, name in variables_of(notifier).items()}
    secrets = [_text(value) for value in given.values()]
    for problem in error.errors(include_url=False, include_context=False, include_input=False):
        place = str(problem["loc"][0]) if problem["loc"] else ""
        variable = variables.get(place, place) or f"{notifier.variables}*"
        text = "it must be set" if problem["type"] == "missing" else _told(problem["msg"])
        if any(len(secret) >= _SHORTEST_TOLD and secret in text for secret in secrets):
            text = "it cannot be used"
        yield f"{variable}: {text}"


def _text(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def _told(message: str) -> str:
    text = message.removeprefix("Value error, ").splitlines()[0]
    return f"{text[:1].lower()}{text[1:]}"
