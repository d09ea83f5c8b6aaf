"""Every code of Whop has one class, every class one policy."""

from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

from app.recovery.decline import (
    ABOUT,
    CODES,
    CODES_BY_CLASS,
    POLICIES,
    Angle,
    DeclineClass,
    RetryRule,
    classify,
)

LIST = Path(__file__).parents[2] / "support" / "decline_codes.txt"
CARD_BARRED = (DeclineClass.FRAUD, DeclineClass.CUSTOMER_STOPPED, DeclineClass.SENSITIVE)


def listed_codes() -> list[str]:
    return LIST.read_text(encoding="utf-8").split()


def test_the_list_of_codes_is_sorted_and_has_all_87() -> None:
    assert listed_codes() == sorted(set(listed_codes()))
    assert len(listed_codes()) == 87


def test_the_table_and_the_list_have_the_same_codes() -> None:
    assert sorted(CODES) == listed_codes()


def test_no_code_is_in_two_classes() -> None:
    times = Counter(code for codes in CODES_BY_CLASS.values() for code in codes)
    assert [code for code, count in times.items() if count > 1] == []


def test_the_list_is_the_one_of_whops_own_sdk() -> None:
    types = pytest.importorskip("whop_sdk.types.payment_decline_codes", reason="whop-sdk is not installed")
    known, _anything = get_args(types.PaymentDeclineCodes)
    assert sorted(get_args(known)) == listed_codes()


@pytest.mark.parametrize(
    ("code", "decline_class"),
    [
        ("bank_insufficient_funds", DeclineClass.FUNDS),
        ("contact_issuer", DeclineClass.ISSUER),
        ("three_d_secure_timeout", DeclineClass.TECHNICAL),
        ("invalid_expiry_month", DeclineClass.CARD_DATA),
        ("three_d_secure_invalid_card_number", DeclineClass.CARD_DATA),
        ("pin_required_as", DeclineClass.AUTHENTICATION),
        ("three_d_secure_reported_lost_or_stolen", DeclineClass.FRAUD),
        ("bank_account_frozen", DeclineClass.ACCOUNT_GONE),
        ("sepa_mandate_data_invalid", DeclineClass.CUSTOMER_STOPPED),
        ("bank_account_holder_deceased", DeclineClass.SENSITIVE),
        ("three_d_secure_success", DeclineClass.NOT_A_FAILURE),
    ],
)
def test_a_code_has_the_class_of_its_meaning(code: str, decline_class: DeclineClass) -> None:
    assert classify(code) is decline_class


@pytest.mark.parametrize("code", [None, "", "brand_new_code", "INSUFFICIENT_FUNDS", "\x00", "x" * 10_000])
def test_a_code_that_nobody_knows_is_unknown_and_no_error(code: str | None) -> None:
    assert classify(code) is DeclineClass.UNKNOWN


def test_every_class_has_codes_a_policy_and_an_explanation() -> None:
    assert set(CODES_BY_CLASS) == set(POLICIES) == set(ABOUT) == set(DeclineClass)
    assert [name for name, codes in CODES_BY_CLASS.items() if not codes] == [DeclineClass.UNKNOWN]
    for about in ABOUT.values():
        assert about.title and about.sentence.endswith(".") and about.sentence.count(".") == 1


def test_every_angle_and_every_retry_rule_is_used() -> None:
    assert {policy.angle for policy in POLICIES.values()} == set(Angle) - {Angle.WINBACK, Angle.SWITCHED}
    assert {policy.retry for policy in POLICIES.values()} == set(RetryRule)


def test_messages_have_an_angle_and_silence_has_none() -> None:
    for policy in POLICIES.values():
        assert policy.messages is (policy.angle is not Angle.NONE)


def test_nothing_is_tried_again_where_only_the_customer_can_help_or_has_said_no() -> None:
    retried = {name for name, policy in POLICIES.items() if policy.retry is not RetryRule.NEVER}
    assert retried == {
        DeclineClass.FUNDS,
        DeclineClass.ISSUER,
        DeclineClass.TECHNICAL,
        DeclineClass.UNKNOWN,
    }
    assert not any(POLICIES[name].needs_customer for name in retried)


def test_another_card_is_never_charged_after_a_block_a_stop_or_a_death() -> None:
    assert not any(POLICIES[name].method_switch_allowed for name in CARD_BARRED)
    assert not POLICIES[DeclineClass.UNKNOWN].method_switch_allowed


def test_a_death_and_a_new_code_reach_the_merchant() -> None:
    alerting = {name for name, policy in POLICIES.items() if policy.alert_merchant}
    assert alerting == {DeclineClass.SENSITIVE, DeclineClass.UNKNOWN}


def test_only_what_is_no_failure_opens_no_case() -> None:
    assert [name for name, policy in POLICIES.items() if not policy.dunned] == [DeclineClass.NOT_A_FAILURE]
