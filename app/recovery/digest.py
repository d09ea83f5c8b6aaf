"""The daily digest: what has become of a merchant's cases since the last one, and when the next is due.

Pure figures. A case counts by what it was before the first change and is after the last one, so a case that
went to and fro is told once, as it ended. Money is kept by currency and never summed over currencies.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from .machine import FAILED_AT_MOST_BEFORE, CaseState
from .money import Money, totals

LOST = frozenset({CaseState.LOST, CaseState.REVERSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseChange:
    """What happened to one case in the span, all its changes together."""

    opened: bool
    opened_at: datetime
    """Its first failure, in the provider's time."""
    was: CaseState | None
    """Before its first change of state; None where it has had none."""
    state: CaseState
    """After the last one."""
    amount: Money | None
    taken_back_minor: int = 0


@dataclass(frozen=True, slots=True)
class Counted:
    cases: int = 0
    money: tuple[Money, ...] = ()
    """One sum a currency; cases without an amount are only in the number."""

    def stored(self) -> dict[str, Any]:
        return {"cases": self.cases, "money": [[money.currency, money.minor] for money in self.money]}

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Counted":
        return cls(stored["cases"], tuple(Money(currency, minor) for currency, minor in stored["money"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    since: datetime
    opened: Counted
    recovered: Counted
    lost: Counted
    at_risk: Counted
    """All cases in progress, whenever they began."""
    needs: Mapping[str, int]
    """What needs a person, by code: sensitive, unknown_reason, unreached, paused."""

    def worth_telling(self) -> bool:
        news = self.opened.cases + self.recovered.cases + self.lost.cases
        return news > 0 or any(count for code, count in self.needs.items() if code in NEWS)

    def stored(self) -> dict[str, Any]:
        parts = {name: getattr(self, name).stored() for name in PARTS}
        return {"since": self.since.isoformat(), "needs": dict(self.needs), **parts}

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Digest":
        parts = {name: Counted.read(stored[name]) for name in PARTS}
        return cls(since=datetime.fromisoformat(stored["since"]), needs=stored["needs"], **parts)


PARTS = ("opened", "recovered", "lost", "at_risk")
NEWS = frozenset({"unknown_reason", "unreached"})
"""Needs that are new since the last digest; the others stand until somebody acts, and alone are no news."""


def digest(
    changes: Iterable[CaseChange], *, at_risk: Counted, needs: Mapping[str, int], since: datetime
) -> Digest:
    """`changes`: one for each case. One that was opened only now for an old failure is history, not news."""
    told = [change for change in changes if not (change.opened and change.opened_at < since - HISTORY)]
    return Digest(
        since=since,
        opened=_counted(change for change in told if change.opened),
        recovered=_counted(
            (change for change in told if _became(change, frozenset({CaseState.RECOVERED}))), net=True
        ),
        lost=_counted(change for change in told if _became(change, LOST)),
        at_risk=at_risk,
        needs={code: count for code, count in needs.items() if count},
    )


HISTORY = FAILED_AT_MOST_BEFORE


def next_digest(*, now: datetime, zone: ZoneInfo, hour: int, told_on: date | None) -> datetime:
    """The next time that this hour strikes there, after `now` and on a day without a digest yet.

    An hour that a change of the clocks leaves out is told an hour later, one that comes twice the first time.
    """
    day = now.astimezone(zone).date()
    while True:
        strikes = datetime.combine(day, time(hour), tzinfo=zone).astimezone(UTC)
        if strikes > now and day != told_on:
            return strikes
        day += timedelta(days=1)


def _became(change: CaseChange, states: frozenset[CaseState]) -> bool:
    return change.state in states and change.was is not None and change.was not in states


def _counted(changes: Iterable[CaseChange], *, net: bool = False) -> Counted:
    rows = list(changes)
    amounts = (
        Money(row.amount.currency, row.amount.minor - (row.taken_back_minor if net else 0))
        for row in rows
        if row.amount is not None
    )
    return Counted(len(rows), totals(amounts))
