"""Names and addresses as they are searched by: what a reader takes for the same has one spelling."""

import pytest

from app.recovery.folding import AFTER_ALL, folded, turned


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Ana@Example.COM", "ana@example.com"),
        ("  Ana \t Maria\n López ", "ana maria lópez"),
        ("Lo\u0301pez", "lópez"),  # an accent of its own
        ("\uff21\uff4e\uff41", "ana"),  # as wide as Chinese characters
        ("\ufb01nn", "finn"),  # a ligature
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("ÅSA", "åsa"),
        ("ИВАНОВ", "иванов"),
        ("Ana\u00a0Maria", "ana maria"),
        (" \t", ""),
    ],
)
def test_the_same_name_has_one_spelling(text: str, key: str) -> None:
    assert folded(text) == key


@pytest.mark.parametrize(("length", "kept"), [(119, 119), (120, 120), (121, 120), (5000, 120)])
def test_a_key_is_as_long_as_an_index_takes(length: int, kept: int) -> None:
    assert folded("A" * length) == "a" * kept


@pytest.mark.parametrize("rest", ["", "a", "zz", "я", "\uffff", "\U0010fffe", "\U0010fffe" * 3])
def test_all_that_begins_with_a_key_sorts_before_its_end(rest: str) -> None:
    assert "ana" <= "ana" + rest < "ana" + AFTER_ALL < "anb"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Ana López", "lópez ana"),
        ("Ana Maria  LÓPEZ ", "lópez ana maria"),
        ("Ana", None),
        ("  Ana ", None),
        ("", None),
    ],
)
def test_a_name_can_be_searched_by_its_last_word_too(name: str, key: str | None) -> None:
    assert turned(name) == key
