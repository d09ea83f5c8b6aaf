"""The state of a case as the words of one language: what each placeholder says, or that nothing is known.

Makes no sentence. All that strangers wrote (names, titles) becomes one short line without anything unseen.
"""

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from babel.core import Locale
from babel.dates import format_date, get_timezone_location

from app.recovery.facts import CardView
from app.recovery.money import Money

from .texts import Phrases

NAME_LENGTH = 60
_JOINERS = "\u200c\u200d"
"""Zero width, but Persian and many emoji are wrong without them."""
_BRANDS = {
    "amex": "American Express",
    "american_express": "American Express",
    "diners": "Diners Club",
    "diners_club": "Diners Club",
    "discover": "Discover",
    "jcb": "JCB",
    "mastercard": "Mastercard",
    "mir": "Mir",
    "unionpay": "UnionPay",
    "visa": "Visa",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageValues:
    """What is true of the case when the message is made. Times are aware."""

    merchant_title: str
    product_title: str | None
    amount: Money | None
    card: CardView
    customer_name: str | None
    failed_at: datetime
    next_attempt_at: datetime | None
    """None where Whop named no time, or one that has passed: the message then promises none."""
    cutoff_at: datetime | None
    """When the membership ends if it stays unpaid; None where that is not certain."""
    zone: str
    """IANA name, for showing times; UTC where it is none."""
    other_open_payments: int = 0
    promo_code: str | None = None
    """For those who come back."""
    needs_confirmation: bool = False
    """Whop has a page on which the bank asks for consent (3-D Secure)."""


def words_of(values: MessageValues, phrases: Phrases, language: str) -> dict[str, str | None]:
    """Each placeholder's text, None where nothing is known."""
    zone = _zone(values.zone)
    return {
        "merchant": one_line(values.merchant_title) or phrases.seller,
        "failed_on": _day(values.failed_at, zone, phrases, language),
        "product": one_line(values.product_title),
        "amount": values.amount.text(language) if values.amount and values.amount.minor > 0 else None,
        "card": _card(values.card, phrases),
        "last4": _last4(values.card),
        "expired": _expired(values.card, values.failed_at),
        "customer_name": one_line(values.customer_name),
        "next_attempt": _day(values.next_attempt_at, zone, phrases, language),
        "cutoff": _moment(values.cutoff_at, zone, phrases, language),
        "confirm_page": phrases.confirm_page if values.needs_confirmation else None,
        "promo_code": one_line(values.promo_code),
        "other_payments": _count(values.other_open_payments, phrases, language),
    }


def one_line(text: str | None) -> str | None:
    """A stranger's text as one line of at most `NAME_LENGTH` characters; None where nothing can be seen."""
    if text is None:
        return None
    # Work on hostile lengths stays bounded: what lies far behind the cut is never looked at.
    shown = " ".join("".join(_seen(character) for character in text[: NAME_LENGTH * 8]).split())
    if not any(character.isprintable() and character != " " for character in shown):
        return None
    return shown if len(shown) <= NAME_LENGTH else shown[: NAME_LENGTH - 1].rstrip() + "…"


def _seen(character: str) -> str:
    if character.isspace():
        return " "
    category = unicodedata.category(character)
    if category == "Cs":
        return "\ufffd"
    return "" if category in ("Cc", "Cf") and character not in _JOINERS else character


def _last4(card: CardView) -> str | None:
    last4 = card.last4
    return last4 if last4 and len(last4) == 4 and last4.isascii() and last4.isdigit() else None


def _card(card: CardView, phrases: Phrases) -> str | None:
    brand = one_line(card.brand)
    if brand:
        brand = _BRANDS.get(brand.lower().replace(" ", "_"), brand)
    last4 = _last4(card)
    if last4 is None:
        return brand
    if brand is None:
        return phrases.card_ending.format(last4=last4)
    return phrases.branded_card_ending.format(last4=last4, brand=brand)


def _expired(card: CardView, failed_at: datetime) -> str | None:
    """As embossed on the card ("10/26"), once its last month is over: until then it was not the cause."""
    month, year = card.exp_month, card.exp_year
    if month is None or year is None or not (1 <= month <= 12 and 2000 <= year <= 2099):
        return None
    over = (year, month) < (failed_at.year, failed_at.month)
    return f"{month:02}/{year % 100:02}" if over else None


def _count(count: int, phrases: Phrases, language: str) -> str | None:
    if count <= 0:
        return None
    form = Locale.parse(language).plural_form(count)
    return phrases.other_payments[form].format(count=count)


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # an unknown name, a path, a folder of the zone database
        return UTC


def _local(moment: datetime, zone: tzinfo) -> datetime:
    try:
        return moment.astimezone(zone)
    except OverflowError:  # the calendar's first or last day has no neighbour in another zone
        return moment


def _day(moment: datetime | None, zone: tzinfo, phrases: Phrases, language: str) -> str | None:
    return format_date(_local(moment, zone), phrases.day, locale=language) if moment else None


def _moment(moment: datetime | None, zone: tzinfo, phrases: Phrases, language: str) -> str | None:
    if moment is None:
        return None
    return phrases.moment.format(
        day=_day(moment, zone, phrases, language),
        hour=f"{_local(moment, zone):%H:%M}",
        zone=_zone_name(_local(moment, zone), zone, phrases, language),
    )


def _zone_name(local: datetime, zone: tzinfo, phrases: Phrases, language: str) -> str:
    """A city that the reader knows; else the offset ("UTC", "UTC+05:30")."""
    if isinstance(zone, ZoneInfo) and "/" in zone.key and not zone.key.startswith("Etc/"):
        city = get_timezone_location(zone, locale=language, return_city=True)
        return phrases.city_zone.format(city=city.rsplit("/", 1)[-1])
    offset = local.strftime("%z")
    return f"UTC{offset[:3]}:{offset[3:5]}" if local.utcoffset() else "UTC"
