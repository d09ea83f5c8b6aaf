"""What a customer's press on their own page does: one command each, and the word for what was done.

Each runs under the merchant's lock. A press for what is done already changes nothing and says the same.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import preferences
from app.cases.links import accounts_of
from app.cases.preferences import EMAIL
from app.cases.rules import Rules
from app.customer import other_card
from app.delivery import suppression
from app.errors import InvalidInput
from app.models import Case, Customer
from app.recovery.wording import LANGUAGES


@dataclass(frozen=True, slots=True)
class Press:
    session: Session
    customer: Customer
    form: Mapping[str, str]
    now: datetime
    rules: Rules
    language: str
    """Of the page that was pressed."""


def carry_out(press: Press) -> str:
    """The word for what was done. Raises `InvalidInput` for a press that the page does not offer."""
    wanted = DEEDS.get(press.form.get("act", ""))
    if wanted is None:
        raise InvalidInput({"act": f"one of: {', '.join(DEEDS)}"})
    return wanted(press)


def _save(press: Press) -> str:
    channel, language = press.form.get("channel", ""), press.form.get("language", "")
    if language and language not in LANGUAGES:
        raise InvalidInput({"language": f"one of: {', '.join(LANGUAGES)}"})
    able = preferences.channels_of(press.session, press.customer)
    if channel and channel not in able:
        raise InvalidInput({"channel": f"one of: {', '.join(able)}"})
    preferences.choose(
        press.session, press.customer, channel=channel or None, language=language or None, now=press.now
    )
    return "saved"


def _offers(press: Press) -> str:
    wanted = press.form.get("offers") == "1"
    preferences.choose_offers(press.session, press.customer, wanted=wanted, now=press.now)
    return "saved"


def _unlink(press: Press) -> str:
    channel = press.form.get("channel", "")
    if channel in preferences.channels_of(press.session, press.customer):
        preferences.forget_account(press.session, press.customer, channel, now=press.now)
    return "unlinked"


def _stop_case(press: Press) -> str:
    theirs = press.session.scalars(select(Case).where(Case.customer_id == press.customer.id))
    case = {case.token: case for case in theirs}.get(press.form.get("payment", ""))
    if case is None:
        raise InvalidInput({"payment": "choose one of the page's"})
    preferences.stop_case_reminders(press.session, case, now=press.now, rules=press.rules)
    return "case_stopped"


def _stop(press: Press) -> str:
    preferences.stop_reminders(press.session, press.customer, now=press.now)
    if press.customer.email:
        suppression.suppress(
            press.session,
            press.customer.merchant,
            channel=EMAIL,
            address=press.customer.email,
            reason=suppression.OPTED_OUT,
            now=press.now,
        )
    return "stopped"


def _allow(press: Press) -> str:
    session, customer = press.session, press.customer
    if customer.contact_stopped not in (None, suppression.OPTED_OUT):
        return "allowed"  # it is not theirs to take back; the page says so
    lifted = [
        suppression.allow(session, customer.merchant, channel=channel, address=address)
        for channel, address in _addresses(session, customer)
    ]
    preferences.allow_reminders(session, customer, lifted=any(lifted), now=press.now, rules=press.rules)
    return "allowed"


def _card(press: Press) -> str:
    done = other_card.carry_out(
        press.session,
        press.customer,
        press.form,
        language=press.language,
        now=press.now,
        rules=press.rules,
    )
    return done or "nothing"


def _addresses(session: Session, customer: Customer) -> Iterator[tuple[str, str]]:
    if customer.email:
        yield EMAIL, customer.email
    for account in accounts_of(session, customer):
        yield account.channel, account.address


DEEDS: Mapping[str, Callable[[Press], str]] = {
    "save": _save,
    "offers": _offers,
    "unlink": _unlink,
    "stop_case": _stop_case,
    "stop": _stop,
    "allow": _allow,
    other_card.ALLOW: _card,
    other_card.WITHDRAW: _card,
}
