"""The customer's own page as values: where reminders reach them, how, and all that is stored about them.

Reads only this customer's rows of this merchant. It writes nothing and knows no HTML.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.core import Locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.links import accounts_of
from app.cases.preferences import EMAIL, channels_of
from app.cases.rules import Rules
from app.customer.frame import long_date, short_date
from app.customer.other_card import OtherCard, of_customer
from app.customer.pages import amount_text, card_text, product_name, seller_name, sentence, short
from app.customer.words import Words
from app.delivery.message import Links
from app.delivery.suppression import OPTED_OUT, suppressed
from app.models import Case, Customer, Delivery, LinkedAccount, Payment
from app.models.contact import REACHED, zone_of
from app.recovery.wording import LANGUAGES
from notifiers.text import clean_line

MOST_SHOWN = 50
NAMES = {"telegram": "Telegram", "discord": "Discord", "whop_chat": "Whop"}


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    text: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Account:
    channel: str
    name: str
    label: str
    since: str


@dataclass(frozen=True, slots=True)
class OpenPayment:
    name: str
    """Of its case, as in the customer's links."""
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    date: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stored:
    person: tuple[tuple[str, str], ...]
    payments: tuple[Row, ...]
    messages: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class PreferencesPage:
    merchant: str
    stopped: bool
    """The customer wants no reminders, and may allow them again."""
    off: bool
    """Nobody writes to them for another reason."""
    email: str | None
    accounts: tuple[Account, ...]
    linkable: tuple[tuple[str, str], ...]
    """Channel and its name."""
    channels: tuple[Option, ...]
    languages: tuple[Option, ...]
    offers: bool | None
    """Whether they asked for offers to come back; None: this merchant makes none."""
    card: OtherCard | None
    """Another saved card for renewals that fail; None: this merchant charges none."""
    payments: tuple[OpenPayment, ...]
    stored: Stored
    genuine: str
    """Who is behind this page, and what it never asks for."""
    most: int = MOST_SHOWN


def preferences_page(
    session: Session,
    customer: Customer,
    *,
    words: Words,
    links: Links,
    linkable: Sequence[str],
    now: datetime,
    rules: Rules,
) -> PreferencesPage:
    """`linkable` are the channels that this install can link an account of."""
    merchant, linked = seller_name(customer.merchant, words), accounts_of(session, customer)
    zone = zone_of(customer, now).zone
    taken = {account.channel for account in linked}
    stopped = wants_nothing(session, customer)
    return PreferencesPage(
        merchant=merchant,
        stopped=stopped,
        off=customer.contact_stopped is not None and not stopped,
        email=customer.email,
        accounts=tuple(
            Account(
                account.channel,
                channel_name(account.channel, words),
                _label(account),
                words.preferences.since.format(date=long_date(account.linked_at, zone, words)),
            )
            for account in linked
        ),
        linkable=tuple((name, channel_name(name, words)) for name in linkable if name not in taken),
        channels=tuple(_channels(session, customer, words)),
        languages=tuple(_languages(customer, words, merchant)),
        offers=customer.winback_consent_at is not None if _makes_offers(customer) else None,
        card=of_customer(customer, merchant=merchant, words=words, now=now, rules=rules),
        payments=tuple(
            OpenPayment(case.token, short(case, words), links.fix(case.token))
            for case in open_cases(session, customer)
        ),
        stored=Stored(
            tuple(_person(customer, linked, words, zone)),
            tuple(_payments(session, customer, words, zone)),
            tuple(_messages(session, customer, words, zone)),
        ),
        genuine=sentence(words.preferences.safe.format(merchant=merchant)),
    )


def _makes_offers(customer: Customer) -> bool:
    """Who has asked can take it back, whatever the merchant does meanwhile."""
    return customer.merchant.winback_on or customer.winback_consent_at is not None


def open_cases(session: Session, customer: Customer) -> Sequence[Case]:
    return session.scalars(
        select(Case)
        .where(Case.customer_id == customer.id, Case.closed_at.is_(None))
        .order_by(Case.opened_at, Case.id)
    ).all()


def wants_nothing(session: Session, customer: Customer) -> bool:
    """By their own word alone: of this row, or of the address, which may have been another row's before."""
    if customer.contact_stopped is not None:
        return customer.contact_stopped == OPTED_OUT
    if not customer.email:
        return False
    cause = suppressed(session, customer.merchant, channel=EMAIL, address=customer.email)
    return cause == OPTED_OUT


def channel_name(channel: str, words: Words) -> str:
    return words.preferences.email if channel == EMAIL else NAMES.get(channel, channel)


def language_name(code: str) -> str:
    """In the language itself."""
    return sentence(Locale.parse(code).get_language_name(code) or code)


def _channels(session: Session, customer: Customer, words: Words) -> Iterator[Option]:
    able = channels_of(session, customer)
    chosen = customer.preferred_channel if customer.preferred_channel in able else ""
    yield Option("", words.preferences.any_channel, chosen == "")
    for channel in able:
        yield Option(channel, channel_name(channel, words), chosen == channel)


def _languages(customer: Customer, words: Words, merchant: str) -> Iterator[Option]:
    chosen = customer.locale if customer.locale in LANGUAGES else ""
    yield Option("", sentence(words.preferences.any_language.format(merchant=merchant)), chosen == "")
    for code in LANGUAGES:
        yield Option(code, language_name(code), chosen == code)


def _label(account: LinkedAccount) -> str:
    return clean_line(account.label or "")


def _person(
    customer: Customer, linked: Sequence[LinkedAccount], words: Words, zone: ZoneInfo
) -> Iterator[tuple[str, str]]:
    own, locale = words.preferences, Locale.parse(words.language)
    names = (customer.name, f"@{customer.username}" if customer.username else None)
    accounts = [f"{channel_name(one.channel, words)} {_label(one)}".strip() for one in linked]
    country = locale.territories.get(customer.country or "", customer.country)
    language = language_name(customer.locale) if customer.locale in LANGUAGES else customer.locale
    chosen = customer.preferred_channel
    for label, value in (
        (own.name, ", ".join(clean_line(name) for name in names if name)),
        (own.email, customer.email),
        (own.country, country),
        (own.zone, customer.zone),
        (own.language, language),
        (own.channel, channel_name(chosen, words) if chosen else None),
        (own.accounts, ", ".join(accounts)),
        (own.known_since, long_date(customer.created_at, zone, words)),
    ):
        yield label, value or own.none


def _payments(session: Session, customer: Customer, words: Words, zone: ZoneInfo) -> Iterator[Row]:
    found = session.scalars(
        select(Payment)
        .where(Payment.customer_id == customer.id)
        .order_by(Payment.id.desc())
        .limit(MOST_SHOWN)
    )
    for payment in found:
        at = payment.failed_at or payment.paid_at or payment.seen_at
        product = sentence(product_name(payment, words))
        cells = (product, amount_text(payment, words), card_text(payment, words))
        yield Row(short_date(at, zone, words), tuple(cell or "" for cell in cells))


def _messages(session: Session, customer: Customer, words: Words, zone: ZoneInfo) -> Iterator[Row]:
    found = session.execute(
        select(Delivery.started_at, Delivery.channel, Delivery.content)
        .join(Case, Delivery.case_id == Case.id)
        .where(Case.customer_id == customer.id, Delivery.outcome.in_(REACHED))
        .order_by(Delivery.started_at.desc(), Delivery.id.desc())
        .limit(MOST_SHOWN)
    )
    for at, channel, content in found:
        subject = clean_line(str(content.get("subject", "")))
        yield Row(short_date(at, zone, words), (channel_name(channel, words), subject))
