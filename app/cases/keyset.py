"""Pages that follow the last row seen, not a number of rows: a deep page costs what the first one does.

An order is made of sections, one after the other; within each the columns alone decide, and the last is the row's id.
Knows no table.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, literal, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session


@dataclass(frozen=True, slots=True)
class Section:
    columns: tuple[InstrumentedAttribute[Any], ...]
    where: tuple[ColumnElement[bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    sections: tuple[Section, ...]
    descending: bool


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins: beyond the row with these values, which is not on it."""

    values: tuple[Any, ...]
    section: int = 0
    backward: bool = field(default=False, kw_only=True)
    """The page before that row, not after it."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Ids of one page, in its order."""

    ids: tuple[int, ...]
    before: bool
    """There are rows before these."""
    after: bool


def keys_of_page(
    session: Session, wanted: Callable[[], Select[int]], order: Order, cursor: Cursor | None, *, size: int
) -> Keys:
    """`wanted` selects the ids of all rows that may be shown, in no order."""
    backward = cursor is not None and cursor.backward
    found: list[int] = []
    sections = list(enumerate(order.sections))
    for number, section in reversed(sections) if backward else sections:
        if cursor is not None and (number > cursor.section if backward else number < cursor.section):
            continue
        part = wanted().where(*section.where)
        if cursor is not None and number == cursor.section:
            part = part.where(_beyond(section, cursor, descending=order.descending))
        part = part.order_by(*_ordered(section, descending=order.descending != backward))
        found += session.scalars(part.limit(size + 1 - len(found)))
        if len(found) > size:
            break
    more, ids = len(found) > size, found[:size]
    if backward:
        return Keys(tuple(reversed(ids)), before=more, after=True)
    return Keys(tuple(ids), before=cursor is not None, after=more)


def _beyond(section: Section, cursor: Cursor, *, descending: bool) -> ColumnElement[bool]:
    row = tuple_(*section.columns)
    pairs = zip(section.columns, cursor.values, strict=True)
    mark = tuple_(*(literal(value, column.type) for column, value in pairs))
    return row < mark if descending != cursor.backward else row > mark


def _ordered(section: Section, *, descending: bool) -> Sequence[ColumnElement[Any]]:
    return [column.desc() if descending else column.asc() for column in section.columns]
