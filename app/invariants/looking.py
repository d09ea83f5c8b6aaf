"""What a rule is, and how it looks at the records: all of them, or those that an hourly look can afford."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, literal, select
from sqlalchemy.orm import Session

from app.cases.tally_recount import opened_since
from app.claims import Times
from app.models import Case, Delivery, Retry
from app.models.base import Base
from app.privacy.retention import Kept

DAYS = 14
"""The hourly look's, where a rule would otherwise read everything: so long a case runs, and then it is over."""
MOST = 1_000
"""Rows that one question brings; more of them say nothing more."""
GRACE = timedelta(minutes=5)
"""Between two times of one order of events: each was read before its transaction had to wait for the other's."""

ALL = "all records"
LATELY = f"the last {DAYS} days"
NEXT = "what is next in line"


class Found(NamedTuple):
    """One row that breaks a rule."""

    row: str
    """Table and number, or what else names it; never what stands in it."""
    merchant_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look: a session that shows one moment, and what is to be looked at."""

    session: Session
    times: Times
    kept: Kept
    charges: bool
    """There is a key for Whop's API, so somebody carries out charges."""
    whole: bool
    """Every record, and not only the latest."""

    @property
    def since(self) -> datetime | None:
        return None if self.whole else self.times.now - timedelta(days=DAYS)

    def cases(self) -> tuple[ColumnElement[bool], ...]:
        """The condition of those whose first failure is new enough."""
        return opened_since(self.since) if self.since else ()

    def sent(self) -> tuple[ColumnElement[bool], ...]:
        """The same of messages, by their beginning."""
        return (Delivery.started_at >= self.since,) if self.since else ()

    def rows(self, *questions: Select[*tuple[Any, ...]]) -> Iterator[Found]:
        """What `of` names in each."""
        for wanted in questions:
            for what, row_id, merchant_id in self.session.execute(wanted.limit(MOST)):
                yield Found(f"{what} {row_id}", merchant_id)

    def too_late(self, *questions: Select[*tuple[Any, ...]]) -> Iterator[Found]:
        """What `of` names, beside two times: the second is after the first by more than the grace, or there is
        no first."""
        for wanted in questions:
            for what, row_id, merchant_id, limit, at in self.session.execute(wanted.limit(MOST)):
                if limit is None or at - limit > GRACE:
                    yield Found(f"{what} {row_id}", merchant_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    name: str
    meaning: str
    what_to_do: str
    hourly: str
    """What of it is looked at every hour: `ALL`, `LATELY` or `NEXT`."""
    search: Callable[[Look], Iterable[Found]]


def of(table: type[Base], merchant: Any) -> tuple[Any, ...]:
    """The columns that name a row and whose it is."""
    return literal(table.__tablename__), table.id, merchant


def spelled(column: Any, *values: str) -> ColumnElement[bool]:
    """One of these values, written out: SQLite takes a partial index only where it sees them."""
    if len(values) == 1:
        return column == literal(values[0], literal_execute=True)  # type: ignore[no-any-return]
    return column.in_([literal(value, literal_execute=True) for value in values])  # type: ignore[no-any-return]


def charges_of(look: Look, table: type[Any] = Retry) -> Select[*tuple[Any, ...]]:
    """Rows of `table` with their case, which is new enough."""
    return select(*of(table, Case.merchant_id)).join(Case, table.case_id == Case.id).where(*look.cases())
