"""A person's sessions, as they see them themselves: which there are, and how to end those that are not wanted."""

from dataclasses import dataclass
from datetime import datetime

from flask import current_app, session
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.models import SessionRow


@dataclass(frozen=True, slots=True)
class SignedInBrowser:
    id: int
    name: str
    """Empty where the browser does not say."""
    since: datetime
    seen_at: datetime
    this: bool
    """It is the one that asks."""


def browsers_of(read: Session, user_id: int, *, wall: datetime) -> list[SignedInBrowser]:
    """All that are signed in as this person, the one that asks first, then the last used."""
    rows = read.scalars(
        select(SessionRow)
        .where(SessionRow.user_id == user_id, SessionRow.expires_at > wall)
        .order_by(SessionRow.seen_at.desc(), SessionRow.id.desc())
    )
    own = _own_hash()
    found = [
        SignedInBrowser(row.id, row.label or "", row.created_at, row.seen_at, this=row.sid_hash == own)
        for row in rows
    ]
    return sorted(found, key=lambda browser: not browser.this)


def end_browser(write: Session, user_id: int, row_id: int) -> bool:
    """End one of this person's other sessions; False: there is none by that id."""
    return _end(write, SessionRow.user_id == user_id, SessionRow.id == row_id) == 1


def end_other_browsers(write: Session, user_id: int) -> int:
    """End all of this person's sessions but the one that asks; how many."""
    return _end(write, SessionRow.user_id == user_id)


def others_left(read: Session, user_id: int, *, wall: datetime) -> int:
    """How many sessions the person has besides the one that asks."""
    theirs = (
        SessionRow.user_id == user_id,
        SessionRow.sid_hash != _own_hash(),
        SessionRow.expires_at > wall,
    )
    return read.scalar(select(func.count()).select_from(SessionRow).where(*theirs)) or 0


def _end(write: Session, *which: object) -> int:
    ended = delete(SessionRow).where(*which, SessionRow.sid_hash != _own_hash())  # type: ignore[arg-type]
    return len(write.execute(ended.returning(SessionRow.id)).all())


def _own_hash() -> str:
    name: str = current_app.session_interface._get_store_id(session.sid)  # type: ignore[attr-defined]
    return name
