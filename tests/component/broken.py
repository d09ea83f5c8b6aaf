"""A database in which one table is away for a while, as after a faulty release."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from app.db import Database


@contextmanager
def without_table(database: Database, name: str) -> Iterator[None]:
    _rename(database, name, f"{name}_away")
    try:
        yield
    finally:
        _rename(database, f"{name}_away", name)


def _rename(database: Database, old: str, new: str) -> None:
    with database.transaction() as session:
        session.execute(text(f'ALTER TABLE "{old}" RENAME TO "{new}"'))
