"""The few looks into the database that tell whether the install does its work: for watchdogs and metrics.

Each is answered from an index of what is due or amiss, however many rows there are; only the count of cases
walks an index of all of them.
"""

from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.models import BrokenRule, Case, Chore, InboxRow, Step
from app.recovery.machine import CaseState

AMISS = ("quarantined", "dead")
"""Events that somebody must look at."""


def worker_seen_at(read: Session) -> datetime | None:
    """The newest end of a chore, by the machine's time; None where no worker has ever run."""
    return read.scalar(select(func.max(Chore.done_at)))


def failing_chores(read: Session) -> int:
    return read.scalar(select(func.count(Chore.failed))) or 0


def oldest_event(read: Session) -> datetime | None:
    """When the oldest waiting event was due: one that waits for its next try is not late."""
    return read.scalar(select(func.min(InboxRow.due_at)).where(InboxRow.state == "waiting"))


def oldest_step(read: Session) -> datetime | None:
    """When the oldest planned step is or was due."""
    return read.scalar(select(func.min(Step.due_at)).where(Step.state == "planned"))


def events_by_state(read: Session) -> dict[str, int]:
    """Those that wait and those that are amiss; what went well is not counted."""
    waiting = read.scalar(select(func.count()).where(InboxRow.state == "waiting")) or 0
    # Spelled out in the statement: SQLite takes a partial index only where it sees the values.
    listed = InboxRow.state.in_(bindparam("amiss", AMISS, expanding=True, literal_execute=True))
    amiss = read.execute(select(InboxRow.state, func.count()).where(listed).group_by(InboxRow.state))
    return {"waiting": waiting, **dict.fromkeys(AMISS, 0), **dict(amiss.all())}


def rules_broken(read: Session) -> dict[str, int]:
    """Rows that break each rule of `app.invariants` that was ever broken, by the last look; 0: it holds again."""
    return dict(read.execute(select(BrokenRule.name, BrokenRule.found)).all())


def cases_by_state(read: Session) -> dict[str, int]:
    counted = read.execute(select(Case.state, func.count()).group_by(Case.state))
    return {**{state.value: 0 for state in CaseState}, **dict(counted.all())}
