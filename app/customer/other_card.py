"""Another saved card on the customer's pages: what they may agree to, what was done, and the way back. As values.

It reads; what a press does is in `carry_out`. Which cards there are is not asked of Whop here: a link may be passed
on, so nobody learns from it of a card that the payment did not name already.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.cases import other_card as commands
from app.cases.audit import Actor
from app.cases.commands import lock
from app.cases.rules import Rules
from app.customer.frame import long_date
from app.customer.other_card_words import VERSION, WORDS, OtherCardWords
from app.customer.pages import named_card
from app.customer.words import Words
from app.models import Case, Customer, MethodSwitch
from app.models.case import Arm
from app.models.contact import zone_of
from app.recovery.decline import DeclineClass
from app.recovery.reasons import Reason, Why
from app.recovery.switch import KIND, NOT_ASKED, UNDO, why_no_undo

ALLOW, WITHDRAW, TAKE_BACK = "allow_card", "withdraw_card", "undo_card"
ACTS = frozenset({ALLOW, WITHDRAW, TAKE_BACK})


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherCard:
    words: OtherCardWords
    ask: str
    offered: bool
    """They may agree to it here."""
    agreed: str | None = None
    """Since when they have, and may take it back."""
    planned: str | None = None
    used: str | None = None
    undo: str | None = None
    """What the button for the way back does; None: there is none."""
    undo_told: str | None = None
    """How the way back stands, or why there is none."""
    version: int = VERSION


def of_customer(
    customer: Customer, *, merchant: str, words: Words, now: datetime, rules: Rules
) -> OtherCard | None:
    """For their own page. Who has agreed can take it back, whatever the merchant does meanwhile."""
    said, at = WORDS[words.language], customer.card_consent_at
    treated = customer.arm != Arm.CONTROL and not customer.no_contact
    offered = customer.merchant.other_card_on and rules.retries and treated
    if at is None and not offered:
        return None
    day = long_date(at, zone_of(customer, now).zone, words) if at else ""
    agreed = said.agreed.format(date=day) if at else None
    ask = said.ask.format(merchant=merchant)
    return OtherCard(words=said, ask=ask, offered=offered and at is None, agreed=agreed)


def of_case(
    session: Session, case: Case, *, merchant: str, words: Words, now: datetime, rules: Rules
) -> OtherCard | None:
    """For the page of a payment: also what was planned or done about it, and how that is undone."""
    said, rows = WORDS[words.language], {row.kind: row for row in case.switches}
    about = of_customer(case.customer, merchant=merchant, words=words, now=now, rules=rules)
    asked = case.hands_off is None and DeclineClass(case.decline_class) not in NOT_ASKED
    switch = rows.get(KIND)
    used = switch is not None and switch.state == "taken"
    if not used and (about is None or not (asked or about.agreed)):
        return None
    zone = zone_of(case.customer, now).zone
    planned = used_text = undo = told = None
    if switch is not None and switch.state in ("planned", "claimed") and about is not None and about.agreed:
        planned = said.planned.format(date=long_date(switch.due_at, zone, words))
    if used and switch is not None and switch.started_at is not None:
        card = named_card(switch.card_brand, switch.card_last4, words)
        used_text = said.used.format(card=card, date=long_date(switch.started_at, zone, words))
        why = why_no_undo(commands.undoing_of(session, case, now=now, rules=rules))
        former = named_card(switch.former_brand, switch.former_last4, words)
        undo = said.undo_hint.format(card=former) if why is None else None
        told = _told(rows.get(UNDO), why, said)
    return OtherCard(
        words=said,
        ask=said.ask.format(merchant=merchant),
        offered=bool(about and about.offered and asked),
        agreed=about.agreed if about else None,
        planned=planned,
        used=used_text,
        undo=undo,
        undo_told=told,
    )


def _told(undo: MethodSwitch | None, why: Reason | None, said: OtherCardWords) -> str | None:
    if undo is not None and undo.state in ("planned", "claimed", "sending"):
        return said.undoing
    if undo is not None and undo.state == "taken":
        return said.undone
    if undo is not None and undo.state in ("unknown", "refused"):
        return said.not_undone
    refusals = {Why.UNDO_WOULD_CHARGE: said.would_charge, Why.UNDO_CARD_EXPIRED: said.expired}
    return refusals.get(why.code) if why else None


def carry_out_on_case(
    session: Session, case: Case, form: Mapping[str, str], *, language: str, now: datetime, rules: Rules
) -> str | None:
    """The word for what was done to one payment's page; None: nothing."""
    lock(session, case)
    if form.get("act") == TAKE_BACK:
        why = commands.ask_undo(session, case, actor=Actor.CUSTOMER, now=now, rules=rules)
        return "card_undo" if why is None else None
    return carry_out(session, case.customer, form, language=language, now=now, rules=rules)


def carry_out(
    session: Session,
    customer: Customer,
    form: Mapping[str, str],
    *,
    language: str,
    now: datetime,
    rules: Rules,
) -> str | None:
    """Under the merchant's lock. Words of another version than the page now has were not read by this press."""
    if form.get("act") == WITHDRAW:
        commands.withdraw(session, customer, actor=Actor.CUSTOMER, now=now, rules=rules)
        return "card_withdrawn"
    if form.get("version") != str(VERSION) or customer.no_contact:
        return None
    commands.agree(session, customer, version=VERSION, language=language, now=now, rules=rules)
    return "card_allowed" if customer.card_consent_at else None
