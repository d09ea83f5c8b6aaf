"""What every table shares: ids, aware UTC times, money columns, constraint names and the job columns."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Index, Integer, MetaData, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """Aware in, aware UTC out, on both databases; a naive time is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


BigInt = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only where the type is spelled INTEGER."""

Json = JSON().with_variant(JSONB, "postgresql")

Key = String().with_variant(String(collation="C"), "postgresql")
"""A text that is compared and sorted character by character, whatever the database's language."""


def partial_index(name: str, columns: str | tuple[str, ...], condition: str) -> Index:
    """An index of only the rows that somebody looks for: it stays small however many others there are."""
    columns = (columns,) if isinstance(columns, str) else columns
    return Index(name, *columns, postgresql_where=text(condition), sqlite_where=text(condition))


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: Json}  # noqa: RUF012

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)


class Job:
    """The columns that make a row a job: see `app.claims`."""

    state: Mapped[str]
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    """Counts claims and is the fence: only the newest claim may complete the row."""


def insert_once(
    session: Session, row: type[Base], unique: tuple[str, ...], values: dict[str, Any]
) -> int | None:
    """Insert unless a row with the same `unique` columns is there; the new id, or None."""
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    statement = insert(row).values(**values).on_conflict_do_nothing(index_elements=unique).returning(row.id)
    return session.execute(statement).scalar_one_or_none()
