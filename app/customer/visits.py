"""Notes that the fix page was looked at: at most once a minute and case, so that no bot can fill the table."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.commands import record_visit
from app.db import Database
from app.models import Case, Visit

SEEN = "seen"
CONTINUED = "continued"
SEEN_EVERY = timedelta(minutes=1)


def note_seen(database: Database, case_id: int, *, now: datetime) -> bool:
    """False: this minute is noted already. Says nothing about a person: mail scanners look too."""
    with database.reading() as session:
        if _noted(session, case_id, now):
            return False
    with database.transaction() as session:
        # The lock makes two looks at once one row.
        case = session.scalars(select(Case).where(Case.id == case_id).with_for_update()).one()
        if _noted(session, case_id, now):
            return False
        record_visit(session, case, SEEN, target=None, now=now)
    return True


def _noted(session: Session, case_id: int, now: datetime) -> bool:
    newest = session.scalar(
        select(Visit.at)
        .where(Visit.case_id == case_id, Visit.kind == SEEN)
        .order_by(Visit.at.desc())
        .limit(1)
    )
    return newest is not None and newest > now - SEEN_EVERY
