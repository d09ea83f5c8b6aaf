"""What a merchant does to a case from its page or by the API, and what they are told about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from flask_babel import LazyString
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session

from app.cases import commands
from app.cases.queries import case_of
from app.cases.rules import Rules
from app.dashboard.desk import Desk
from app.models import Case
from app.security.tenancy import signed_in
from app.services import services


class Deed(StrEnum):
    PAUSE = "pause"
    RESUME = "resume"
    CLOSE = "close"


class Command(Protocol):
    def __call__(self, session: Session, case: Case, *, actor: str, now: datetime, rules: Rules) -> bool: ...


@dataclass(frozen=True, slots=True)
class Told:
    command: Command
    done: LazyString
    refused: LazyString


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
}


def carry_out(desk: Desk, deed: Deed, case_id: int) -> bool:
    """False: it cannot be done to this case now. Raises `NotFound` for one that is not the merchant's."""
    return DEEDS[deed].command(
        desk.session,
        case_of(desk.session, desk.merchant, case_id),
        actor=signed_in().actor,
        now=desk.now,
        rules=Rules.of(services().settings),
    )
