"""Single values out of Whop's JSON: each reader gives a value that can be trusted, or None.

Total: any JSON value may come, of any type. The readers know formats, never where a field sits in an event.
"""

import re
from datetime import UTC, datetime
from decimal import Decimal

from app.recovery.money import Money
from app.whop.json_body import JsonObject

MAX_NAME = 200
MAX_MESSAGE = 500
MAX_EMAIL = 320
MAX_COUNT = 1_000_000
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
"""Times outside are broken values (zero, milliseconds taken for seconds)."""

_IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,100}")
_WORD = re.compile(r"[A-Za-z0-9_.:-]{1,100}")
_BREAKS = re.compile("[\t-\r\x85\u2028\u2029]+")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_EMAIL = re.compile(r'[^\s@,;:<>()\[\]\\"]+@[^\s@,;:<>()\[\]\\"]+')
_WHOP_URL = re.compile(
    r"https://(?:[a-z0-9-]+\.)*whop\.com(?::443)?(?:[/?#][a-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*)?",
    re.ASCII | re.IGNORECASE,
)
_MAX_URL = 2048
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}[0-9:.,+Z -]{0,30}", re.ASCII)
_AMOUNT = re.compile(r"\d{1,20}(?:\.\d{1,20})?", re.ASCII)
_COUNTRY = re.compile(r"[A-Za-z]{2}")
_LAST4 = re.compile(r"[0-9]{4}")


def child(data: JsonObject, name: str) -> JsonObject:
    """The object under a name; an empty one where there is none."""
    value = data.get(name)
    return value if isinstance(value, dict) else {}


def identifier(value: object) -> str | None:
    return value if isinstance(value, str) and _IDENTIFIER.fullmatch(value) else None


def reference(data: JsonObject, name: str) -> str | None:
    """The id of a neighbour: `payment_id` on pinned webhooks, `payment.id` on others."""
    return identifier(data.get(f"{name}_id")) or identifier(child(data, name).get("id"))


def word(value: object) -> str | None:
    """A value of one of Whop's lists, such as a status; unknown words are kept."""
    return value if isinstance(value, str) and _WORD.fullmatch(value) else None


def text(value: object, *, limit: int = MAX_NAME) -> str | None:
    """Somebody's words on one line: no control characters, no half of a surrogate pair."""
    if not isinstance(value, str):
        return None
    if not value.isprintable():
        value = _UNPRINTABLE.sub("", _BREAKS.sub(" ", value))
    return value.strip()[:limit].rstrip() or None


def email(value: object) -> str | None:
    """One plausible address, as written; whether it takes mail is for the channel to learn."""
    if not isinstance(value, str) or len(value) > MAX_EMAIL or not value.isprintable():
        return None
    return value if _EMAIL.fullmatch(value) else None


def whop_url(value: object) -> str | None:
    """A page of Whop's own; nothing else may be put behind a button that we send."""
    if not isinstance(value, str) or len(value) > _MAX_URL:
        return None
    return value if _WHOP_URL.fullmatch(value) else None


def moment(value: object) -> datetime | None:
    """ISO 8601 (UTC where no offset is given) or Unix seconds; always aware, in UTC."""
    try:
        if isinstance(value, str) and _ISO.fullmatch(value):
            read = datetime.fromisoformat(value)
            found = read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
        elif isinstance(value, int | Decimal) and not isinstance(value, bool):
            found = datetime.fromtimestamp(float(value), UTC)
        else:
            return None
    except (ValueError, OverflowError, OSError):
        return None
    return found if EARLIEST <= found < LATEST else None


def amount(value: object, currency: object) -> Money | None:
    """Whop's major units: an object with its own currency (pinned) or a bare number (legacy)."""
    if isinstance(value, dict):
        return _money(value.get("amount"), value.get("currency", currency))
    return _money(value, currency)


def _money(major: object, currency: object) -> Money | None:
    if not isinstance(currency, str) or isinstance(major, bool):
        return None
    if isinstance(major, int | Decimal) or (isinstance(major, str) and _AMOUNT.fullmatch(major)):
        return Money.from_major(Decimal(major), currency)
    return None


def flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def count(value: object) -> int | None:
    """A whole number from 0 to a million; the pinned shape may write it as 1.0."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    return int(value) if 0 <= value <= MAX_COUNT and value == int(value) else None


def month(value: object) -> int | None:
    number = count(value)
    return number if number is not None and 1 <= number <= 12 else None


def year(value: object) -> int | None:
    """Four digits; two are taken for this century."""
    number = count(value)
    if number is not None and number < 100:
        number += 2000
    return number if number is not None and 2000 <= number <= 2199 else None


def last4(value: object) -> str | None:
    return value if isinstance(value, str) and _LAST4.fullmatch(value) else None


def country(value: object) -> str | None:
    return value.upper() if isinstance(value, str) and _COUNTRY.fullmatch(value) else None
