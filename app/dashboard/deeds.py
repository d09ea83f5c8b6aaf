"""What a merchant does to a case from its page or by the API, and what they are told about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from flask_babel import LazyString
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session

from app.cases import commands, exclusion, other_card, retrying, sending_now
from app.cases.commands import Refusal
from app.cases.notes import add_note
from app.cases.queries import case_of
from app.cases.rules import Rules
from app.dashboard.desk import Desk
from app.dashboard.story import whys
from app.models import Case
from app.recovery.reasons import Reason
from app.security.tenancy import signed_in


class Deed(StrEnum):
    PAUSE = "pause"
    RESUME = "resume"
    CLOSE = "close"
    SEND = "send"
    RETRY = "retry"
    PAID_ELSEWHERE = "paid-elsewhere"
    EXCLUDE = "exclude"
    READMIT = "readmit"
    UNDO_CARD = "undo-card"
    WITHDRAW_CARD_CONSENT = "withdraw-card-consent"


class Command(Protocol):
    def __call__(
        self, session: Session, case: Case, *, actor: str, now: datetime, rules: Rules
    ) -> Refusal | Reason | None: ...


@dataclass(frozen=True, slots=True)
class Told:
    command: Command
    done: LazyString
    refused: LazyString
    """Where no other sentence says more."""


DEEDS: Mapping[Deed, Told] = {
    Deed.PAUSE: Told(
        commands.hold,
        _("The case is paused. No reminder goes out until you resume it."),
        _("This case cannot be paused: it is closed, or paused already."),
    ),
    Deed.RESUME: Told(
        commands.resume,
        _("The case goes on. Its remaining messages were planned anew."),
        _("This case cannot be resumed: you have not paused it, or it is closed."),
    ),
    Deed.CLOSE: Told(
        commands.close,
        _("The case is closed. Nothing more is sent."),
        _("This case cannot be closed: it is closed already."),
    ),
    Deed.SEND: Told(
        sending_now.send_now,
        _("The next message is due now and goes out within a minute, unless it is night for a chat."),
        _("No message can go out now: the case is paused, waits, or is closed."),
    ),
    Deed.RETRY: Told(
        retrying.retry_now,
        _("The charge is tried again within a minute, after a last look at Whop."),
        _("The charge cannot be tried again now."),
    ),
    Deed.PAID_ELSEWHERE: Told(
        commands.mark_paid_elsewhere,
        _("The case is closed as paid elsewhere. Nothing more is sent; it is not counted as recovered."),
        _("This case cannot be marked: it is closed already."),
    ),
    Deed.EXCLUDE: Told(
        exclusion.exclude,
        _("This customer is left alone from now on: no message and no charge from here."),
        _("This customer is left alone already."),
    ),
    Deed.READMIT: Told(
        exclusion.readmit,
        _("From the next failed payment on, this customer is treated like everybody else."),
        _("This customer has not been left out by you."),
    ),
    Deed.UNDO_CARD: Told(
        other_card.ask_undo,
        _(
            "The former card is put back within a minute, after a last look at Whop. Nothing is charged by it."
        ),
        _("The former card cannot be put back now."),
    ),
    Deed.WITHDRAW_CARD_CONSENT: Told(
        other_card.withdraw_for,
        _("The consent is taken back: no other card of this customer is charged."),
        _("This customer has not agreed that another card may be charged."),
    ),
}

REFUSALS: Mapping[Refusal, LazyString] = {
    Refusal.CONTROL_GROUP: _(
        "This case is in the control group. Nothing is done to it by hand either, or the comparison would be worth nothing."
    ),
    Refusal.BACKFILLED: _(
        "This case is known from Whop's records of the time before. It only counts in the figures; nothing can be done to it."
    ),
    Refusal.NO_CONTACT: _("This customer must not be written to."),
    Refusal.JOINED_CONVERSATION: _(
        "Another failed payment of this customer has the conversation; send that one's next message."
    ),
    Refusal.NOTHING_PLANNED: _("No message is planned for this case any more."),
    Refusal.BEING_SENT: _("A message is being sent at this moment."),
    Refusal.TOO_SOON: _(
        "It is too soon: nobody gets two messages on one day, or sooner than the campaign's gap allows."
    ),
}


def carry_out(desk: Desk, deed: Deed, case_id: int) -> str | None:
    """Why it cannot be done to this case now; None: it is done. Raises `NotFound` for another merchant's."""
    told = DEEDS[deed]
    case = case_of(desk.session, desk.merchant, case_id)
    refusal = commands.for_anything(case) or told.command(
        desk.session,
        case,
        actor=signed_in().actor,
        now=desk.now,
        rules=desk.rules,
    )
    if isinstance(refusal, Reason):
        return " ".join(whys(refusal.stored()))
    return None if refusal is None else str(REFUSALS.get(refusal, told.refused))


def write_note(desk: Desk, case_id: int, text: str) -> None:
    """A checked text. Raises `NotFound` for a case that is another merchant's."""
    case = case_of(desk.session, desk.merchant, case_id)
    add_note(desk.session, case, text, actor=signed_in().actor, now=desk.now)
