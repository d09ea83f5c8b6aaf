"""What the address of a page or an API call asks for, checked. Every fault names its field."""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from app.cases.notes import LONGEST as LONGEST_NOTE
from app.cases.profile import Profile, zones
from app.cases.queries import Narrow
from app.errors import InvalidInput
from app.recovery.money import is_currency
from app.recovery.period import DAY, Period
from app.recovery.wording import LANGUAGES
from notifiers.address import one_mailbox
from notifiers.text import clean_line, clean_text

DEFAULT_DAYS = 30
MOST_DAYS = 731
LONGEST_NAME = 60
LONGEST_ID = 100
BEGINNING = date(2000, 1, 1)


def period_of(args: Mapping[str, str], *, now: datetime, zone: ZoneInfo) -> Period:
    """`from` and `to` are days in the merchant's zone, both inclusive; `days` counts back from today.

    Raises `InvalidInput` naming the field.
    """
    today = now.astimezone(zone).date()
    days = _days(args.get("days", ""))
    last = date_of(args, "to") or today
    first = date_of(args, "from") or last - (days - 1) * DAY
    if first > last:
        raise InvalidInput({"from": _("it must not be after to")})
    period = Period(first, last, zone)
    if period.days > MOST_DAYS:
        raise InvalidInput({"from": _("at most %(most)s days at once", most=MOST_DAYS)})
    return period


def days_of(args: Mapping[str, str]) -> int | None:
    """How many days back from today are asked for; None where the days themselves are named."""
    return None if args.get("from") or args.get("to") else _days(args.get("days", ""))


def narrow_of(args: Mapping[str, str]) -> Narrow:
    """`currency` and `product`. Raises `InvalidInput` naming the field."""
    currency, product = args.get("currency", "").lower(), args.get("product", "").replace("\x00", "")
    if currency and not is_currency(currency):
        raise InvalidInput({"currency": _("three letters, such as usd")})
    return Narrow(currency=currency or None, product=product[:LONGEST_ID] or None)


def days_between(args: Mapping[str, str]) -> tuple[date | None, date | None]:
    """The days `from` and `to`, either of which may be left out. Raises `InvalidInput` naming the field."""
    first, last = date_of(args, "from"), date_of(args, "to")
    if first and last and first > last:
        raise InvalidInput({"from": _("it must not be after to")})
    return first, last


def row_id(text: str, *, field: str) -> int:
    """A row's number. Raises `InvalidInput` for anything that cannot be one."""
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise InvalidInput({field: _("use the value of next")})
    return int(text)


def _days(text: str) -> int:
    if not text:
        return DEFAULT_DAYS
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= MOST_DAYS):
        raise InvalidInput({"days": _("a number from 1 to %(most)s", most=MOST_DAYS)})
    return int(text)


def date_of(args: Mapping[str, str], field: str) -> date | None:
    text = args.get(field, "")
    if not text:
        return None
    try:
        day = date.fromisoformat(text) if len(text) == len("2026-11-20") else None
    except ValueError:
        day = None
    if day is None or not BEGINNING <= day <= date(2100, 1, 1):
        raise InvalidInput({field: _("write a day as 2026-11-20")})
    return day


def note_of(given: object) -> str:
    """The text of a note. Raises `InvalidInput` for one that is empty, too long or no text."""
    # A form sends each line's end as two characters.
    written = given.replace("\r\n", "\n").strip() if isinstance(given, str) else ""
    text = clean_text(written, limit=LONGEST_NOTE)
    if not text or len(written) > LONGEST_NOTE:
        raise InvalidInput({"text": _("Write from 1 to %(most)s characters.", most=LONGEST_NOTE)})
    return text


def profile_of(form: Mapping[str, str]) -> Profile:
    """Raises `InvalidInput` naming every field that cannot be used. Empty texts mean: none."""
    name, reply_to = form.get("sender_name", "").strip(), form.get("reply_to", "").strip()
    zone, locale = form.get("zone", ""), form.get("locale", "")
    wrong: dict[str, str] = {}
    if clean_line(name, limit=LONGEST_NAME) != name:
        wrong["sender_name"] = _("Write at most %(most)s plain characters on one line.", most=LONGEST_NAME)
    if reply_to and one_mailbox(reply_to) is None:
        wrong["reply_to"] = _("Write one e-mail address, such as help@example.com.")
    if zone not in zones():
        wrong["zone"] = _("Choose a time zone from the list.")
    if locale not in LANGUAGES:
        wrong["locale"] = _("Choose a language from the list.")
    if wrong:
        raise InvalidInput(wrong)
    return Profile(sender_name=name or None, reply_to=reply_to or None, zone=zone, locale=locale)
