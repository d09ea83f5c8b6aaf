"""The body of an event as a merchant may see it: pretty printed, without what is a person's or a secret.

Whoever helps with a problem sees the shape of the event and its ids; no address, name, card or way to pay.
"""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from app.log import masked, masked_event
from app.masking import MASK
from app.whop.json_body import Unreadable, load_object

LONGEST = 60_000
"""Characters that a page shows; the rest is counted."""
_PLACE = re.compile(r"[\w-]{0,40}address", re.IGNORECASE)
_KEPT_OF_PLACE = ("country", "country_code")
"""What a case needs of an address."""
_PRIVATE_KEY = (
    r"recovery_url|manage_url|profile_pic(?:ture)?|avatar(?:_url)?|fingerprint|issuer_identification_number|bin"
    r"|answer|custom_field_responses|metadata|message_to_\w{1,40}|notes?|internal_notes|social_accounts|line[12]"
    r"|street|city|postal_code|zip"
)
_PRIVATE = re.compile(_PRIVATE_KEY, re.IGNORECASE)
_WRITTEN = re.compile(rf"""("(?:{_PRIVATE_KEY})"\s{{0,3}}:\s{{0,3}})"(?:[^"\\\n]|\\.)*+"?""", re.IGNORECASE)
"""The same in a text that is no JSON after all."""


def shown_object(body: bytes) -> dict[str, Any] | None:
    """None: it is no JSON object."""
    found = load_object(body)
    return None if isinstance(found, Unreadable) else masked_event(_without_people(found))


def shown_text(body: bytes) -> tuple[str, int]:
    """The text, and how many of its characters are left out at its end."""
    found = shown_object(body)
    if found is None:
        written = body[: 4 * LONGEST].decode("utf-8", "replace")
        text = masked(_WRITTEN.sub(rf"\1{MASK}", written))
    else:
        text = json.dumps(found, indent=2, ensure_ascii=False, default=str)
    return text[:LONGEST], max(0, len(text) - LONGEST)


def _without_people(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _of_key(key, inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without_people(inner) for inner in value]
    return str(value) if isinstance(value, Decimal) else value


def _of_key(key: str, value: Any) -> Any:
    if value is None or value == {} or value == []:
        return value
    if _PRIVATE.fullmatch(key):
        return MASK
    if _PLACE.fullmatch(key):
        if not isinstance(value, Mapping):
            return MASK
        return {
            name: inner if name in _KEPT_OF_PLACE or inner is None else MASK for name, inner in value.items()
        }
    return _without_people(value)
