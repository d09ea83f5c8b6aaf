"""The fix page and the unsubscribe page as values: every text ready to be shown, every link chosen.

Reads the case as it is now and decides what its customer is told. It writes nothing and knows no HTML.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from babel.dates import format_date, format_time, get_timezone_name
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.customer.words import Words
from app.delivery.message import Links
from app.models import Case, Membership, Merchant, Payment
from app.models.contact import other_open, zone_of
from app.recovery.decline import DeclineClass
from app.recovery.facts import MembershipStatus
from app.recovery.machine import CaseReason
from app.recovery.money import Money
from notifiers.text import clean_line

MOST_OTHERS = 10
BRANDS = {"amex": "American Express", "unionpay": "UnionPay", "jcb": "JCB"}


class Situation(StrEnum):
    OPEN = "open"
    PAID = "paid"
    CLEARING = "clearing"
    UNDER_REVIEW = "under_review"
    CANCELED = "canceled"
    ENDED = "ended"
    VOIDED = "voided"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    OVER = "over"
    """We have stopped asking, but the customer may still pay at Whop."""

    @property
    def leads_on(self) -> bool:
        """There is something to do at Whop, so the page has a button."""
        return self in (Situation.OPEN, Situation.OVER)


SITUATIONS: Mapping[CaseReason, Situation] = {
    CaseReason.COLLECTING: Situation.OPEN,
    CaseReason.HELD_BY_MERCHANT: Situation.OPEN,
    CaseReason.CLEARING: Situation.CLEARING,
    CaseReason.COMPLAINT_OPEN: Situation.UNDER_REVIEW,
    CaseReason.PAID: Situation.PAID,
    CaseReason.REFUNDED: Situation.REFUNDED,
    CaseReason.DISPUTED: Situation.DISPUTED,
    CaseReason.VOIDED: Situation.VOIDED,
    CaseReason.UNCOLLECTIBLE: Situation.OVER,
    CaseReason.CUSTOMER_CANCELED: Situation.CANCELED,
    CaseReason.MEMBERSHIP_ENDED: Situation.ENDED,
    CaseReason.WINDOW_ENDED: Situation.OVER,
    CaseReason.CLOSED_BY_MERCHANT: Situation.OVER,
    CaseReason.STOPPED_BY_CUSTOMER: Situation.OVER,
}


@dataclass(frozen=True, slots=True)
class Other:
    """Another open payment of the same person with the same merchant."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class FixPage:
    situation: Situation
    merchant: str
    title: str
    lead: str
    button: str | None
    steps: tuple[str, ...]
    genuine: str
    """Who is behind this page, and what it never asks for."""
    details: tuple[tuple[str, str], ...]
    others: tuple[Other, ...]
    unsubscribe_url: str | None


def situation_of(case: Case) -> Situation:
    return SITUATIONS[CaseReason(case.reason)] if case.reason else Situation.OPEN


def _situation_now(session: Session, case: Case) -> Situation:
    """As `situation_of`; but whoever took their cancellation back is not told that the membership ends."""
    situation = situation_of(case)
    if situation is Situation.CANCELED and not _leaving(session, case):
        return Situation.OVER
    return situation


def _leaving(session: Session, case: Case) -> bool:
    row = session.scalars(
        select(Membership).where(
            Membership.merchant_id == case.merchant_id,
            Membership.membership_id == case.payment.membership_id,
        )
    ).one_or_none()
    staying = (MembershipStatus.ACTIVE, MembershipStatus.PAST_DUE, MembershipStatus.TRIALING)
    return row is None or row.cancel_at_period_end or row.status not in staying


def fix_page(session: Session, case: Case, *, words: Words, links: Links, now: datetime) -> FixPage:
    situation = _situation_now(session, case)
    merchant = seller(case, words)
    product = product_name(case.payment, words)
    title, lead, steps = _told(case, words)
    if situation is not Situation.OPEN:
        ended = words.endings[situation.value]
        title, lead, steps = ended.title, ended.lead, ()
    running = situation is Situation.OPEN
    return FixPage(
        situation=situation,
        merchant=merchant,
        title=title.format(product=product),
        lead=sentence(lead.format(product=product)),
        button=_button(case, situation, words),
        steps=steps,
        genuine=sentence(words.safe_card.format(merchant=merchant)),
        details=_details(case, words, merchant, now if running else None),
        others=_others(session, case, words, links) if running else (),
        unsubscribe_url=None if case.closed_at else links.unsubscribe(case.token),
    )


def seller(case: Case, words: Words) -> str:
    """The merchant as their customers know them."""
    return seller_name(case.merchant, words)


def seller_name(merchant: Merchant, words: Words) -> str:
    return clean_line(merchant.public_name or "") or words.seller


def needs_confirmation(case: Case) -> bool:
    """The bank waits for the customer, and Whop has a page for that."""
    return case.decline_class == DeclineClass.AUTHENTICATION and bool(case.payment.recovery_url)


def _told(case: Case, words: Words) -> tuple[str, str, tuple[str, ...]]:
    decline_class = DeclineClass(case.decline_class)
    told = words.declines[decline_class]
    stopped = decline_class is DeclineClass.CUSTOMER_STOPPED
    last = words.step_last_stopped if stopped else words.step_last
    return told.title, _expired(case, words) or told.lead, (words.step_sign_in, told.do, last)


def _expired(case: Case, words: Words) -> str | None:
    """The card's own date, said only where it is why the charge failed and lies in the past."""
    payment = case.payment
    if payment.decline_code != "expired_card" or not payment.card_last4:
        return None
    if payment.card_exp_year is None or payment.card_exp_month is None:
        return None
    if (payment.card_exp_year, payment.card_exp_month) >= (case.opened_at.year, case.opened_at.month):
        return None
    month = format_date(
        date(payment.card_exp_year, payment.card_exp_month, 1), "LLLL y", locale=words.language
    )
    return words.card_expired.format(last4=payment.card_last4, month=month)


def _button(case: Case, situation: Situation, words: Words) -> str | None:
    if not situation.leads_on:
        return None
    if situation is Situation.OVER:
        return words.open_whop
    return words.confirm if needs_confirmation(case) else words.go_on


def _details(case: Case, words: Words, merchant: str, now: datetime | None) -> tuple[tuple[str, str], ...]:
    """Label and value. Without `now` nothing is said of a next attempt: there will be none."""
    payment = case.payment
    zone = zone_of(case.customer, case.opened_at).zone
    rows: list[tuple[str, str | None]] = [
        (words.merchant, merchant),
        (words.product, clean_line(payment.product_title) if payment.product_title else None),
        (words.amount, amount_text(payment, words)),
        (words.card, card_text(payment, words)),
        (words.failed_on, format_date(case.opened_at.astimezone(zone), "long", locale=words.language)),
    ]
    if now is not None and payment.next_attempt_at is not None and payment.next_attempt_at > now:
        rows.append((words.next_try, _moment(payment.next_attempt_at.astimezone(zone), words)))
    return tuple((label, value) for label, value in rows if value)


def _others(session: Session, case: Case, words: Words, links: Links) -> tuple[Other, ...]:
    found = other_open(session, case, limit=MOST_OTHERS)
    return tuple(Other(short(other, words), links.fix(other.token)) for other in found)


def short(case: Case, words: Words) -> str:
    zone = zone_of(case.customer, case.opened_at).zone
    day = format_date(case.opened_at.astimezone(zone), "long", locale=words.language)
    parts = (sentence(product_name(case.payment, words)), amount_text(case.payment, words), day)
    return " · ".join(part for part in parts if part)


def product_name(payment: Payment, words: Words) -> str:
    return clean_line(payment.product_title or "") or words.something


def amount_text(payment: Payment, words: Words) -> str | None:
    if not payment.amount_minor or not payment.currency:
        return None
    return Money(payment.currency, payment.amount_minor).text(words.language)


def card_text(payment: Payment, words: Words) -> str | None:
    if not payment.card_last4:
        return None
    return named_card(payment.card_brand, payment.card_last4, words)


def named_card(brand: str | None, last4: str | None, words: Words) -> str:
    name = BRANDS.get(brand or "", (brand or "").replace("_", " ").title()) or words.card
    return words.card_ending.format(brand=name, last4=last4) if last4 else name


def _moment(at: datetime, words: Words) -> str:
    day = format_date(at, "long", locale=words.language)
    clock = format_time(at, "short", locale=words.language)
    return f"{day}, {clock} ({get_timezone_name(at, width='short', locale=words.language)})"


def sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
