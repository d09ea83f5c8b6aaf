"""Every column is in the list of what is personal, so an export and an erasure forget none."""

from app.cases.impersonal import OTHERS
from app.cases.personal import STORES
from app.models import Base


def test_every_column_is_named_in_the_list_of_what_is_personal() -> None:
    listed = {one.table: one.columns for one in STORES}
    listed |= {table: frozenset(names.split()) for table, names in OTHERS.items()}
    differ: list[str] = []
    for mapper in Base.registry.mappers:
        there = {column.key for column in mapper.class_.__table__.columns}
        named = listed.get(mapper.class_, frozenset())
        differ += [f"{mapper.class_.__name__}.{name}" for name in there ^ named]
    assert differ == [], "say in app.cases.personal or app.cases.impersonal what becomes of them"


def test_no_column_both_stays_and_goes() -> None:
    assert [one.table for one in STORES if set(one.stays.split()) & set(one.goes)] == []
    assert [one.table for one in STORES if one.table in OTHERS] == []
    assert [one.table for one in STORES if not one.hidden <= one.columns] == []
