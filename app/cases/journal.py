"""What the people of an account did, newest first: who, when, what, and by which token. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ApiToken, Audit, Merchant, User
from app.models.record import BY_PEOPLE

PAGE_SIZE = 50
_USER = "user:"


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalLine:
    id: int
    at: datetime
    user_id: int | None
    who: str
    """Name or address; empty where neither is known."""
    action: str
    case_id: int | None
    detail: Mapping[str, Any]
    """Without the token."""
    token: str | None
    """The name of the personal token by which a program did it."""


@dataclass(frozen=True, slots=True)
class JournalPage:
    lines: tuple[JournalLine, ...]
    next: int | None
    """The id before which the next page begins; None: this is the last page."""


def journal(
    session: Session, merchant: Merchant, *, before: int | None = None, size: int = PAGE_SIZE
) -> JournalPage:
    wanted = select(Audit).where(Audit.merchant_id == merchant.id, BY_PEOPLE)
    if before is not None:
        wanted = wanted.where(Audit.id < before)
    found = session.scalars(wanted.order_by(Audit.id.desc()).limit(size + 1)).all()
    shown = found[:size]
    numbers = {_number(row.actor) for row in shown} - {None}
    people = {person.id: person for person in session.scalars(select(User).where(User.id.in_(numbers)))}
    tokens = {row.detail["token"] for row in shown if "token" in row.detail}
    names = dict(
        session.execute(
            select(ApiToken.id, ApiToken.name).where(
                ApiToken.id.in_(tokens), ApiToken.merchant_id == merchant.id
            )
        ).all()
    )  # fmt: skip
    lines = tuple(_line(row, people, names) for row in shown)
    return JournalPage(lines, shown[-1].id if len(found) > size else None)


def _line(row: Audit, people: Mapping[int, User], names: Mapping[int, str]) -> JournalLine:
    number = _number(row.actor)
    person = people.get(number) if number is not None else None
    token = row.detail.get("token")
    return JournalLine(
        id=row.id,
        at=row.at,
        user_id=number,
        who=(person.name or person.email or "") if person else "",
        action=row.action,
        case_id=row.case_id,
        detail={name: value for name, value in row.detail.items() if name != "token"},
        token=names.get(token, str(token)) if token is not None else None,
    )


def _number(actor: str) -> int | None:
    text = actor.removeprefix(_USER)
    return int(text) if text.isdigit() else None
