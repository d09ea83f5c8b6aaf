"""Which message a customer gets after another card of theirs was used."""

import pytest

from app.recovery import card_notice, winback
from app.recovery.wording import KEYS


@pytest.mark.parametrize(
    ("what", "key"),
    [(card_notice.CHARGED, "switched.charged"), (card_notice.DECLINED, "switched.declined")],
)
def test_each_outcome_has_words_of_its_own(what: str, key: str) -> None:
    assert card_notice.key_of(what) == key
    assert key in KEYS


def test_its_step_is_stored_as_a_kind_of_its_own() -> None:
    assert card_notice.KIND == "card_notice" != winback.KIND
