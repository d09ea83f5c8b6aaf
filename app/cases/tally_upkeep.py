"""Puts the rows of the tallies together, and counts everything anew to see whether they are right.

Nothing else writes to the tallies but the database's triggers (docs/adr/0020).
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import (
    Select,
    case,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.cases.counting import day_of_case, hours_of_case, month_of_case, on_postgresql, was_touched
from app.db import Database
from app.models import (
    TALLIES,
    Case,
    CaseTally,
    Delivery,
    DrawnTally,
    MessageTally,
    Payment,
    RecoveryTally,
    Step,
)
from app.models.case import BACKFILL, LIVE
from app.models.tally import ALL, NOT_PAID
from app.recovery import winback
from app.recovery.decline import DeclineClass
from app.recovery.machine import CaseState

ENOUGH = 100
"""Fresh rows of one merchant's day, above which they are put together."""
MOST_DAYS = 200
"""At once; the rest a moment later."""
DAYS_A_TRANSACTION = 20
"""A few milliseconds each, in which SQLite's other writers wait."""

AnyTally = type[CaseTally] | type[RecoveryTally] | type[DrawnTally] | type[MessageTally]
Column = InstrumentedAttribute[Any]
SUMS = ("cases", "people", "messages", "amount_minor", "taken_back_minor")
Counted = dict[tuple[Any, ...], tuple[int, ...]]


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


def differing_tallies(session: Session) -> list[str]:
    """Where a tally is not what counting the cases and messages themselves gives: one line each, none if all is well.

    Reads every case: for checks and tests, not for pages.
    """
    return [line for tally in TALLIES for line in _differences(session, tally)]


def _put_day_together(session: Session, tally: AnyTally, merchant_id: int, day: date) -> None:
    key, sums = _columns(tally)
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
    key, sums = ([column.key for column in columns] for columns in _columns(tally))
    alike = [old[name] for name in key]
    totals = [func.sum(old[name]) for name in sums]
    wanted = select(*alike, *totals, literal(False)).group_by(*alike)
    return insert(tally).from_select(
        [*key, *sums, "fresh"], wanted.having(or_(*(total != 0 for total in totals)))
    )


def _columns(tally: AnyTally) -> tuple[list[Column], list[Column]]:
    """Those of the key, and those that are summed."""
    own: list[Column] = [
        getattr(tally, column.key) for column in tally.__table__.columns if column.key not in ("id", "fresh")
    ]
    return [one for one in own if one.key not in SUMS], [one for one in own if one.key in SUMS]


def _differences(session: Session, tally: AnyTally) -> Iterator[str]:
    key, sums = _columns(tally)
    kept = _counted(session, select(*key, *(func.sum(one) for one in sums)).group_by(*key), parts=len(key))
    counted: Counted = {}
    names, nothing = [one.key for one in key], (0,) * len(sums)
    for wanted in _recounts(tally, postgresql=on_postgresql(session)):
        for alike, figures in _counted(session, wanted, parts=len(key)).items():
            for same in _with_all_products(alike, names):
                before = counted.get(same, nothing)
                counted[same] = tuple(one + more for one, more in zip(before, figures, strict=True))
    for alike in sorted(kept.keys() | counted.keys(), key=repr):
        ours, theirs = kept.get(alike, nothing), counted.get(alike, nothing)
        if ours != theirs:
            where = ", ".join(f"{name} {part}" for name, part in zip(names, alike, strict=True))
            yield f"{tally.__tablename__} of {where}: {ours} kept, {theirs} counted"


def _with_all_products(alike: tuple[Any, ...], names: list[str]) -> Iterator[tuple[Any, ...]]:
    """The key itself, and that of all products together."""
    yield alike
    if "product_id" in names:
        at = names.index("product_id")
        yield (*alike[:at], ALL, *alike[at + 1 :])


def _counted(session: Session, wanted: Select[*tuple[Any, ...]], *, parts: int) -> Counted:
    rows = session.execute(wanted).all()
    found = {tuple(row[:parts]): tuple(int(figure or 0) for figure in row[parts:]) for row in rows}
    return {alike: figures for alike, figures in found.items() if any(figures)}


def _recounts(tally: AnyTally, *, postgresql: bool) -> Iterator[Select[*tuple[Any, ...]]]:
    """What a tally should be, from the cases and messages themselves. No key is in two of them."""
    day = day_of_case(postgresql=postgresql)
    product, currency = func.coalesce(Payment.product_id, ""), func.coalesce(Case.currency, "")
    money = (func.sum(func.coalesce(Case.amount_minor, 0)), func.sum(Case.taken_back_minor))
    recovered = (Case.origin == LIVE, Case.state == CaseState.RECOVERED.value)
    if tally is CaseTally:
        month = month_of_case(postgresql=postgresql)
        for at, origin in ((day, LIVE), (month, BACKFILL)):
            alike: tuple[Any, ...] = (
                Case.merchant_id, at, Case.origin, Case.state, Case.decline_class, was_touched(), Case.arm, product,
                currency,
            )  # fmt: skip
            wanted = select(*alike, func.count(), *money).join(Payment, Case.payment_id == Payment.id)
            yield wanted.where(Case.origin == origin).group_by(*alike)
    elif tally is RecoveryTally:
        alike = (Case.merchant_id, day, product, currency, hours_of_case(postgresql=postgresql))
        recoveries = select(*alike, func.count()).join(Payment, Case.payment_id == Payment.id)
        counts = (Case.decline_class != DeclineClass.NOT_A_FAILURE.value, Case.recovered_at.is_not(None))
        yield recoveries.where(*recovered, *counts).group_by(*alike)
    elif tally is DrawnTally:
        paid_on = case(
            (Case.state == CaseState.RECOVERED.value, func.coalesce(Case.paid_on, NOT_PAID)), else_=NOT_PAID
        )
        running = Case.state.in_([state.value for state in CaseState if state.running])
        alike = (Case.merchant_id, day, Case.arm, Case.draw_share, paid_on, running)
        yield select(*alike, func.count()).where(Case.draw_share.is_not(None)).group_by(*alike)
    else:
        place = (Case.merchant_id, day, product, currency)
        alike = (*place, Delivery.channel, Step.wording_key, Delivery.outcome)
        sent = select(*alike, func.count(), literal(0), literal(0)).join(Case, Delivery.case_id == Case.id)
        sent = sent.join(Step, Delivery.step_id == Step.id).join(Payment, Case.payment_id == Payment.id)
        yield sent.where(Case.origin == LIVE, Step.kind != winback.KIND).group_by(*alike)
        alike = (*place, Step.channel, Step.wording_key, literal(CaseState.RECOVERED.value))
        paid = select(*alike, func.count(), *money).join(Step, Case.attribution_step_id == Step.id)
        yield paid.join(Payment, Case.payment_id == Payment.id).where(*recovered).group_by(*alike[:-1])
