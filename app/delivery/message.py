"""Turns a step into the message its customer will read: the case's state put into the wording's places.

Knows nothing of channels and their markup; a message that was sent can be made again from what was stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from babel.core import Locale, UnknownLocaleError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delivery.own_text import own_text_for
from app.models import Case, Merchant, MethodSwitch, Step
from app.models.contact import other_open, zone_of
from app.recovery.card_notice import KIND as NOTICE
from app.recovery.decline import DeclineClass
from app.recovery.facts import CardView
from app.recovery.keys import mail_name
from app.recovery.money import Money
from app.recovery.switch import KIND as SWITCH
from app.recovery.winback import KIND
from app.recovery.wording import LANGUAGES, Content, MessageValues, OwnText, compose
from app.security.tokens import Purpose, Tokens
from app.settings import Settings
from notifiers.base import Action, Message

MOST_COUNTED = 20


@dataclass(frozen=True, slots=True)
class Links:
    """The customer's addresses. Always made from the configured base, never from a request."""

    base: str
    tokens: Tokens

    @classmethod
    def of(cls, settings: Settings) -> "Links":
        return cls(settings.app_host, Tokens(settings.session_secrets))

    def fix(self, case_token: str) -> str:
        return f"{self.base}/r/{self.tokens.sign(Purpose.FIX, case_token)}"

    def unsubscribe(self, case_token: str) -> str:
        return f"{self.base}/unsubscribe/{self.tokens.sign(Purpose.UNSUBSCRIBE, case_token)}"

    def preferences(self, name: str) -> str:
        """`name` is the customer's, by `app.cases.links.name_of`."""
        return f"{self.base}/preferences/{self.tokens.sign(Purpose.PREFERENCES, name)}"

    def connect(self, biz_id: str) -> str:
        """The page on which a merchant's customers link their accounts before anything fails."""
        return f"{self.base}/connect/{self.tokens.sign(Purpose.CONNECT, biz_id)}"


def message_for(session: Session, case: Case, step: Step, *, links: Links, now: datetime) -> Message:
    """The message of a step, with what is true of its case at this moment."""
    language = language_of(case)
    saved = own_text_for(session, case, step, language=language, now=now)
    values = values_of(session, case, now=now)
    if step.kind == NOTICE:
        values = replace(values, card=_switched_card(session, case) or CardView())
    content = compose(
        values,
        key=step.wording_key,
        language=language,
        own=OwnText.of(saved) if saved else None,
    )
    return message_of(
        content,
        case.merchant,
        message_id=mail_name(case.token, step.position),
        fix_url=_way_back(case.merchant, step) or links.fix(case.token),
        unsubscribe_url=links.unsubscribe(case.token),
    )


def _switched_card(session: Session, case: Case) -> CardView | None:
    """The card that a notice tells of: not the one that failed."""
    found = session.execute(
        select(MethodSwitch.card_brand, MethodSwitch.card_last4).where(
            MethodSwitch.payment_id == case.payment_id, MethodSwitch.kind == SWITCH
        )
    ).one_or_none()
    return CardView(*found) if found else None


def _way_back(merchant: Merchant, step: Step) -> str | None:
    """An offer leads to the merchant's checkout; every other message to the page of its payment."""
    return merchant.winback_url if step.kind == KIND else None


def message_of(
    content: Content, merchant: Merchant, *, message_id: str, fix_url: str, unsubscribe_url: str
) -> Message:
    """The words with the merchant's name and the customer's two addresses: whatever was written, they stay."""
    return Message(
        message_id=message_id,
        language=content.language,
        subject=content.subject,
        preview=content.preview,
        greeting=content.greeting,
        paragraphs=content.paragraphs,
        details=content.details,
        action=Action(content.button_label, fix_url),
        closing=content.closing,
        footer=content.footer,
        sender_name=merchant.public_name or "",
        reply_to=merchant.reply_to,
        unsubscribe=Action(content.unsubscribe_label, unsubscribe_url),
    )


def message_from(content: Mapping[str, Any]) -> Message:
    """The message as it was sent, from `dataclasses.asdict` of it (lists where tuples were)."""
    fields = dict(content)
    for name in ("paragraphs", "closing", "footer"):
        fields[name] = tuple(fields[name])
    fields["details"] = tuple((label, value) for label, value in fields["details"])
    for name in ("action", "unsubscribe"):
        fields[name] = Action(**fields[name]) if fields[name] else None
    return Message(**fields)


def language_of(case: Case) -> str:
    """The customer's language, else the merchant's, else English."""
    return language_for(case.customer.locale, case.merchant.locale)


def language_for(*locales: str | None) -> str:
    """The first of these in which there are messages, else English."""
    for name in locales:
        try:
            language = Locale.parse(name, sep="-").language if name else None
        except (ValueError, UnknownLocaleError):
            language = None
        if language in LANGUAGES:
            return language
    return "en"


def values_of(session: Session, case: Case, *, now: datetime) -> MessageValues:
    """What is true of a case at this moment."""
    payment = case.payment
    amount = None
    if payment.amount_minor and payment.currency:
        amount = Money(payment.currency, payment.amount_minor)
    next_attempt = payment.next_attempt_at
    decline_class = DeclineClass(case.decline_class)
    return MessageValues(
        merchant_title=case.merchant.public_name or "",
        product_title=payment.product_title,
        amount=amount,
        card=CardView(payment.card_brand, payment.card_last4, payment.card_exp_month, payment.card_exp_year),
        customer_name=case.customer.name,
        failed_at=case.opened_at,
        # A time that has passed is no promise; and nothing is tried on a card that needs its owner.
        next_attempt_at=next_attempt if next_attempt and next_attempt > now else None,
        cutoff_at=None,
        zone=zone_of(case.customer, now).zone.key,
        other_open_payments=len(other_open(session, case, limit=MOST_COUNTED)),
        promo_code=case.merchant.winback_code,
        needs_confirmation=decline_class is DeclineClass.AUTHENTICATION and bool(payment.recovery_url),
    )
