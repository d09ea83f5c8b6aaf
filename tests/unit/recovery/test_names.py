"""Names that must come out the same every time, and the fixed words of reasons."""

import pytest

from app.recovery.keys import customer_identity, mail_name, wording_key
from app.recovery.reasons import Reason, Why


def test_a_message_keeps_its_name_and_no_other_has_it() -> None:
    assert mail_name("token", 2) == "token.2" == mail_name("token", 2)
    assert len({mail_name(token, position) for token in ("a", "b") for position in (1, 2, 12)}) == 6


def test_a_text_is_named_by_angle_and_position() -> None:
    assert wording_key("funds", "first") == "funds.first"


@pytest.mark.parametrize(
    ("user", "member", "payment", "identity"),
    [
        ("user_1", "mber_1", "pay_1", "user_1"),
        (None, "mber_1", "pay_1", "mber_1"),
        ("", "", "pay_1", "pay_1"),
        (None, None, None, None),
    ],
)
def test_a_person_is_named_by_the_best_id_that_is_known(
    user: str | None, member: str | None, payment: str | None, identity: str | None
) -> None:
    assert customer_identity(user_id=user, member_id=member, payment_id=payment) == identity


def test_a_reason_is_stored_as_its_code_and_details() -> None:
    assert Reason(Why.TOO_LATE, {"hours": 50}).stored() == {"code": "too_late", "hours": 50}
    assert Reason(Why.PAST_CUTOFF).stored() == {"code": "past_cutoff"}


def test_codes_are_stored_with_rows_and_never_change_their_spelling() -> None:
    assert [why.value for why in Why] == [why.name.lower() for why in Why]
