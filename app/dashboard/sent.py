"""What a program sends as JSON, laid over what is stored and written as the pages' forms write it.

So the checks of the forms are those of the API, too. What is left out stays as it is; `null` empties a field.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from flask_babel import gettext as _

from app.errors import InvalidInput

DEEPEST = 3
"""Objects within one another: `offsets.A.second`."""


def laid_over(
    stored: Mapping[str, str],
    sent: Mapping[str, Any],
    *,
    fields: Collection[str] | None = None,
    switches: Collection[str] = (),
    lists: Collection[str] = (),
) -> dict[str, str]:
    """A form's fields. `fields` are those that may be sent, where they are more than the stored ones; of them
    `switches` are true or false, `lists` may be lists of texts. Raises `InvalidInput` naming each that is not so.
    """
    known = stored if fields is None else fields
    given, wrong = dict(stored), {}
    for name, value in _flat(sent, DEEPEST):
        if name not in known:
            wrong[name] = _("There is no such field.")
            continue
        text = _switched(value) if name in switches else _text(value, may_be_list=name in lists)
        if text is None:
            wrong[name] = (
                _("Send true or false.") if name in switches else _("Send a text or a whole number.")
            )
        else:
            given[name] = text
    if wrong:
        raise InvalidInput(wrong)
    return given


def _flat(sent: Mapping[str, Any], depth: int) -> Iterator[tuple[str, object]]:
    """An object's fields in one row, their names joined by points."""
    for name, value in sent.items():
        if isinstance(value, dict) and value and depth > 1:
            for inner, one in _flat(value, depth - 1):
                yield f"{name}.{inner}", one
        elif value != {}:
            yield name, value


def _switched(value: object) -> str | None:
    return {True: "1", False: ""}[value] if isinstance(value, bool) else None


def _text(value: object, *, may_be_list: bool) -> str | None:
    """None where it cannot stand in a field."""
    if may_be_list and isinstance(value, list):
        texts = [_text(one, may_be_list=False) for one in value]
        return None if None in texts else "\n".join(filter(None, texts))
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = str(value)
    # Half of a pair of surrogates is no text that could be kept.
    return None if "\x00" in text or any("\ud800" <= one <= "\udfff" for one in text) else text
