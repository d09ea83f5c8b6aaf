"""Notes that a merchant's people write on a case, for each other. The words are in the note alone, in no audit line."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.cases.audit import Act, note_case
from app.models import Case, Note

LONGEST = 2_000
"""Characters."""


def add_note(session: Session, case: Case, text: str, *, actor: str, now: datetime) -> Note:
    """To any case, whatever its state or group: a note does nothing. `text` has been checked."""
    row = Note(case_id=case.id, actor=actor, text=text, at=now)
    session.add(row)
    session.flush()
    note_case(session, case, Act.NOTE_ADDED, actor=actor, at=now, detail={"note": row.id})
    return row
