"""Counts anew what the tallies say, from the cases and messages themselves, and puts right where one is wrong."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, insert, literal, select
from sqlalchemy.orm import Session

from app.cases.counting import day_of_case, hours_of_case, month_of_case, on_postgresql, was_touched
from app.cases.tally_upkeep import AnyTally, columns_of
from app.db import Database
from app.models import (
    TALLIES,
    Case,
    CaseTally,
    Delivery,
    DrawnTally,
    Merchant,
    Payment,
    RecoveryTally,
    Step,
)
from app.models.case import BACKFILL, LIVE
from app.models.tally import ALL, NOT_PAID
from app.recovery import winback
from app.recovery.decline import DeclineClass
from app.recovery.machine import CaseState

Counted = dict[tuple[Any, ...], tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Difference:
    """A key of a tally that is not what counting gives."""

    tally: AnyTally
    key: Mapping[str, Any]
    missing: Mapping[str, int]
    """What has to be added to each sum."""
    line: str
    """For people to read."""


def differing_tallies(session: Session) -> list[str]:
    """Where a tally is not what counting the cases and messages themselves gives: one line each, none if all is well.

    Reads every case: for checks and tests, not for pages.
    """
    return [difference.line for difference in differences(session)]


def differences(session: Session, *, since: date | None = None) -> Iterator[Difference]:
    """As `differing_tallies`. `since`: only days from this one on, of cases that we lived with."""
    for tally in TALLIES:
        yield from _differences(session, tally, since)


def put_right(database: Database) -> int:
    """Add what is missing; how many keys were wrong. A row more is right whatever others count meanwhile."""
    with database.snapshot() as read:
        found = list(differences(read))
    if found:
        with database.transaction() as session:
            for difference in found:
                session.execute(insert(difference.tally).values(**difference.key, **difference.missing))
    return len(found)


def opened_since(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    """Which cases: the merchants stand in it so that the index by merchant and time answers."""
    return Case.merchant_id.in_(select(Merchant.id)), Case.opened_at >= moment


def _differences(session: Session, tally: AnyTally, since: date | None) -> Iterator[Difference]:
    key, sums = columns_of(tally)
    sums_kept = select(*key, *(func.sum(one) for one in sums)).where(*_lately(tally, since)).group_by(*key)
    kept = _counted(session, sums_kept, parts=len(key))
    counted: Counted = {}
    names, nothing = [one.key for one in key], (0,) * len(sums)
    for wanted in _recounts(tally, postgresql=on_postgresql(session), since=since):
        for alike, figures in _counted(session, wanted, parts=len(key)).items():
            for same in _with_all_products(alike, names):
                before = counted.get(same, nothing)
                counted[same] = tuple(one + more for one, more in zip(before, figures, strict=True))
    for alike in sorted(kept.keys() | counted.keys(), key=repr):
        ours, theirs = kept.get(alike, nothing), counted.get(alike, nothing)
        if ours != theirs:
            where = ", ".join(f"{name} {part}" for name, part in zip(names, alike, strict=True))
            yield Difference(
                tally,
                dict(zip(names, alike, strict=True)),
                {one.key: new - old for one, new, old in zip(sums, theirs, ours, strict=True)},
                f"{tally.__tablename__} of {where}: {ours} kept, {theirs} counted",
            )


def _lately(tally: AnyTally, since: date | None) -> list[ColumnElement[bool]]:
    if since is None:
        return []
    live = [CaseTally.origin == LIVE] if tally is CaseTally else []
    return [tally.day >= since, *live]


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


def _recounts(tally: AnyTally, *, postgresql: bool, since: date | None) -> Iterator[Select[*tuple[Any, ...]]]:
    """What a tally should be, from the cases and messages themselves. No key is in two of them."""
    lately = opened_since(datetime.combine(since, time(), UTC)) if since else ()
    for wanted in _recounts_of(tally, postgresql=postgresql, before_us=since is None):
        yield wanted.where(*lately)


def _recounts_of(tally: AnyTally, *, postgresql: bool, before_us: bool) -> Iterator[Select[*tuple[Any, ...]]]:
    day = day_of_case(postgresql=postgresql)
    product, currency = func.coalesce(Payment.product_id, ""), func.coalesce(Case.currency, "")
    money = (func.sum(func.coalesce(Case.amount_minor, 0)), func.sum(Case.taken_back_minor))
    recovered = (Case.origin == LIVE, Case.state == CaseState.RECOVERED.value)
    if tally is CaseTally:
        month = month_of_case(postgresql=postgresql)
        for at, origin in ((day, LIVE), (month, BACKFILL))[: 1 + before_us]:
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
