"""Puts the rows of the tallies together. Nothing else of ours writes to them but `app.cases.tally_recount`, where
one is wrong; what is right is kept by the database's triggers (docs/adr/0020).
"""

from datetime import date
from typing import Any

from sqlalchemy import delete, func, insert, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.cases.counting import on_postgresql
from app.db import Database
from app.models import TALLIES, CaseTally, DrawnTally, MessageTally, RecoveryTally

ENOUGH = 100
"""Fresh rows of one merchant's day, above which they are put together."""
MOST_DAYS = 200
"""At once; the rest a moment later."""
DAYS_A_TRANSACTION = 20
"""A few milliseconds each, in which SQLite's other writers wait."""

AnyTally = type[CaseTally] | type[RecoveryTally] | type[DrawnTally] | type[MessageTally]
Column = InstrumentedAttribute[Any]
SUMS = ("cases", "people", "messages", "amount_minor", "taken_back_minor")


def put_together(database: Database, *, enough: int = ENOUGH) -> int:
    """One row for each key of the days that have many; readers see the same sums before, meanwhile and after."""
    done = 0
    for tally in TALLIES:
        with database.reading() as read:
            wanted = (
                select(tally.merchant_id, tally.day)
                .where(tally.fresh)
                .group_by(tally.merchant_id, tally.day)
                .having(func.count() >= enough)
                .limit(MOST_DAYS)
            )
            found = read.execute(wanted).all()
        for start in range(0, len(found), DAYS_A_TRANSACTION):
            with database.transaction() as session:
                for merchant_id, day in found[start : start + DAYS_A_TRANSACTION]:
                    _put_day_together(session, tally, merchant_id, day)
        done += len(found)
    return done


def columns_of(tally: AnyTally) -> tuple[list[Column], list[Column]]:
    """Those of the key, and those that are summed."""
    own: list[Column] = [
        getattr(tally, column.key) for column in tally.__table__.columns if column.key not in ("id", "fresh")
    ]
    return [one for one in own if one.key not in SUMS], [one for one in own if one.key in SUMS]


def _put_day_together(session: Session, tally: AnyTally, merchant_id: int, day: date) -> None:
    key, sums = columns_of(tally)
    theirs = (tally.merchant_id == merchant_id, tally.day == day)
    old: Any
    if on_postgresql(session):
        # What this statement deletes is what it sums, whoever else writes meanwhile.
        old = delete(tally).where(*theirs).returning(*key, *sums).cte("old")
        session.execute(_sums_of(tally, old.c))
        return
    # Nobody else writes in SQLite's transaction.
    last = session.scalar(select(func.max(tally.id)))
    old = select(*key, *sums).where(*theirs, tally.id <= last).subquery("old")
    session.execute(_sums_of(tally, old.c))
    session.execute(delete(tally).where(*theirs, tally.id <= last))


def _sums_of(tally: AnyTally, old: Any) -> Any:
    key, sums = ([column.key for column in columns] for columns in columns_of(tally))
    alike = [old[name] for name in key]
    totals = [func.sum(old[name]) for name in sums]
    wanted = select(*alike, *totals, literal(False)).group_by(*alike)
    return insert(tally).from_select(
        [*key, *sums, "fresh"], wanted.having(or_(*(total != 0 for total in totals)))
    )
