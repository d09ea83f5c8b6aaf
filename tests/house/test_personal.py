"""Every column is in the list of what is personal, so an export and an erasure forget none."""

from app.cases.personal import OTHERS, STORES, unnamed_columns


def test_every_column_is_named_in_the_list_of_what_is_personal() -> None:
    assert unnamed_columns() == []


def test_no_column_both_stays_and_goes() -> None:
    assert [one.table for one in STORES if set(one.stays.split()) & set(one.goes)] == []
    assert [one.table for one in STORES if one.table in OTHERS] == []
    assert [one.table for one in STORES if not one.hidden <= one.columns] == []
