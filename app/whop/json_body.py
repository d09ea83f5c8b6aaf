"""Bytes of a webhook to a JSON object, or the reason why they are none.

Total: no bytes make it raise. Numbers stay exact (`int`, `Decimal`); it knows nothing of Whop's events.
"""

import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

JsonObject = dict[str, Any]

MAX_NUMBER_LENGTH = 64
"""Characters of one number; the longest that Whop has a use for is an amount."""
MAX_EXPONENT = 308
"""What a JSON reader with doubles still holds; 1e400 is nobody's price."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    reason: str


class _Refusal(ValueError):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def load_object(body: bytes) -> JsonObject | Unreadable:
    """Stricter than `json.loads`: no byte order mark, no NaN, no key twice in one object."""
    try:
        document = json.loads(
            body.decode("utf-8"),
            parse_int=_whole,
            parse_float=_fraction,
            parse_constant=_constant,
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError:
        return Unreadable("not_utf8")
    except RecursionError:
        return Unreadable("too_deep")
    except _Refusal as refusal:
        return Unreadable(refusal.reason)
    except ValueError:
        return Unreadable("not_json")
    return document if isinstance(document, dict) else Unreadable("not_an_object")


def _whole(text: str) -> int:
    if len(text) > MAX_NUMBER_LENGTH:
        raise _Refusal("number_too_long")
    return int(text)


def _fraction(text: str) -> Decimal:
    if len(text) > MAX_NUMBER_LENGTH:
        raise _Refusal("number_too_long")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise _Refusal("number_out_of_range") from None
    if abs(number.adjusted()) > MAX_EXPONENT:
        raise _Refusal("number_out_of_range")
    return number


def _constant(_text: str) -> NoReturn:
    raise _Refusal("not_a_number")


def _object(pairs: list[tuple[str, Any]]) -> JsonObject:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise _Refusal("duplicate_keys")
    return document
