"""The tables of the heart, entry by entry: a number, a code or a rule that changes by mistake is seen here."""

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import time, timedelta
from enum import StrEnum

import pytest

import app.recovery
from app.recovery import facts
from app.recovery.alerts import FAILING, FRESH, LOSSES_TOLD, SPIKE, URGENCY, FailingRule, SpikeRule, Urgency
from app.recovery.announced import Announced
from app.recovery.campaign import DEFAULT_CAMPAIGN, LIMITS, Limits
from app.recovery.decline import CODES_BY_CLASS, POLICIES, Angle, DeclineClass, Policy, RetryRule
from app.recovery.digest import HISTORY, LOST, NEWS, PARTS
from app.recovery.facts import BillingReason, CardView
from app.recovery.machine import (
    DUNNED,
    FAILED_AT_MOST_BEFORE,
    REFUNDS_WITHOUT_EFFECT,
    CaseReason,
    CaseState,
)
from app.recovery.measure import COUNTS_AS, Outcome
from app.recovery.money import MAX_MINOR
from app.recovery.placeholders import MAX_LENGTH, MAX_PROBLEMS, NAMES, OPTIONAL, PLACEHOLDERS
from app.recovery.plan import MORNING
from app.recovery.reasons import Reason, Why
from app.recovery.taken_back import DISPUTES_OVER

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

CODES = {
    "A": """insufficient_funds bank_insufficient_funds card_velocity_exceeded withdrawal_count_limit_exceeded
        invalid_amount bank_amount_error""",
    "B": """generic_decline card_declined_by_issuer bank_declined bank_generic_decline provider_declined
        cannot_authorize contact_issuer sepa_generic_decline""",
    "C": """processing_error issuer_unavailable issuer_error reenter_transaction try_again_later
        bank_processing_error three_d_secure_timeout three_d_secure_generic_error duplicate_transaction
        bank_duplicate""",
    "D": """expired_card invalid_expiry invalid_expiry_month invalid_expiry_year invalid_card_number
        three_d_secure_invalid_card_number invalid_cvc invalid_cvc_or_expiration invalid_zip invalid_country
        invalid_card_holder_name bank_invalid_routing_number bank_details_invalid sepa_invalid_iban""",
    "E": """authentication_required three_d_secure_failed three_d_secure_canceled
        three_d_secure_card_not_enrolled three_d_secure_rejected_by_bank three_d_secure_too_many_attempts
        pin_required pin_required_as incorrect_pin invalid_pin pin_try_exceeded""",
    "F": """lost_card stolen_card suspected_fraud high_risk merchant_blacklist three_d_secure_fraud
        three_d_secure_reported_lost_or_stolen restricted_card""",
    "G": """closed_account invalid_account no_accounts issuer_not_found bank_account_closed
        bank_account_not_found bank_account_frozen bank_non_transaction_account card_not_supported
        card_type_not_supported currency_not_supported transaction_not_allowed transaction_not_permitted
        invalid_transaction regulatory_blocked bank_regulatory_blocked""",
    "H": """blocked_by_cardholder transaction_stopped transaction_cancelled bank_payment_stopped
        bank_authorization_revoked bank_not_authorized sepa_no_mandate sepa_refused_by_customer sepa_disputed
        sepa_mandate_data_invalid""",
    "I": "bank_account_holder_deceased",
    "J": "test_mode_decline test_mode_test_card three_d_secure_success",
    "U": "",
}


def test_every_code_is_in_the_class_of_its_meaning_and_in_no_other() -> None:
    assert {name.value: set(codes) for name, codes in CODES_BY_CLASS.items()} == {
        letter: set(codes.split()) for letter, codes in CODES.items()
    }


NAMES_OF_CLASSES = {
    "A": "FUNDS", "B": "ISSUER", "C": "TECHNICAL", "D": "CARD_DATA", "E": "AUTHENTICATION", "F": "FRAUD",
    "G": "ACCOUNT_GONE", "H": "CUSTOMER_STOPPED", "I": "SENSITIVE", "J": "NOT_A_FAILURE", "U": "UNKNOWN",
}  # fmt: skip


def test_a_class_is_stored_by_its_letter() -> None:
    assert {name.value: name.name for name in DeclineClass} == NAMES_OF_CLASSES


def words() -> Iterator[StrEnum]:
    for found in pkgutil.walk_packages(app.recovery.__path__, "app.recovery."):
        module = importlib.import_module(found.name)
        for thing in vars(module).values():
            if isinstance(thing, type) and issubclass(thing, StrEnum) and thing.__module__ == found.name:
                yield from thing


def test_what_is_stored_and_shown_is_spelled_like_its_name() -> None:
    found = [word for word in words() if not isinstance(word, (DeclineClass, Announced))]
    assert [str(word).replace(" ", "_") for word in found] == [word.name.lower() for word in found]
    assert [str(word).partition(".")[2] for word in Announced] == [word.name.lower() for word in Announced]


@pytest.mark.parametrize(
    ("letter", "policy"),
    [
        ("A", Policy(angle=Angle.FUNDS, messages=True, retry=RetryRule.BEST_PAYDAY, needs_customer=False,
                     method_switch_allowed=True, alert_merchant=False, dunned=True)),
        ("B", Policy(angle=Angle.ISSUER, messages=True, retry=RetryRule.OTHER_HOUR, needs_customer=False,
                     method_switch_allowed=True, alert_merchant=False, dunned=True)),
        ("C", Policy(angle=Angle.TECHNICAL, messages=True, retry=RetryRule.SOON, needs_customer=False,
                     method_switch_allowed=True, alert_merchant=False, dunned=True)),
        ("D", Policy(angle=Angle.CARD, messages=True, retry=RetryRule.NEVER, needs_customer=True,
                     method_switch_allowed=True, alert_merchant=False, dunned=True)),
        ("E", Policy(angle=Angle.CONFIRM, messages=True, retry=RetryRule.NEVER, needs_customer=True,
                     method_switch_allowed=False, alert_merchant=False, dunned=True)),
        ("F", Policy(angle=Angle.OTHER_CARD, messages=True, retry=RetryRule.NEVER, needs_customer=True,
                     method_switch_allowed=False, alert_merchant=False, dunned=True)),
        ("G", Policy(angle=Angle.CARD_TYPE, messages=True, retry=RetryRule.NEVER, needs_customer=True,
                     method_switch_allowed=True, alert_merchant=False, dunned=True)),
        ("H", Policy(angle=Angle.STOPPED, messages=True, retry=RetryRule.NEVER, needs_customer=False,
                     method_switch_allowed=False, alert_merchant=False, dunned=True)),
        ("I", Policy(angle=Angle.NONE, messages=False, retry=RetryRule.NEVER, needs_customer=False,
                     method_switch_allowed=False, alert_merchant=True, dunned=True)),
        ("J", Policy(angle=Angle.NONE, messages=False, retry=RetryRule.NEVER, needs_customer=False,
                     method_switch_allowed=False, alert_merchant=False, dunned=False)),
        ("U", Policy(angle=Angle.ISSUER, messages=True, retry=RetryRule.OTHER_HOUR, needs_customer=False,
                     method_switch_allowed=False, alert_merchant=True, dunned=True)),
    ],
)  # fmt: skip
def test_a_class_is_treated_by_its_policy(letter: str, policy: Policy) -> None:
    assert POLICIES[DeclineClass(letter)] == policy


QUIET = [
    ("first", 24, Why.QUIET_DAY_OVER),
    ("second", 72, Why.SECOND_REMINDER),
    ("last", 105, Why.LAST_NOTICE),
]
MUST_ACT = [
    ("first", 1, Why.NEEDS_CUSTOMER),
    ("second", 24, Why.SECOND_REMINDER),
    ("last", 105, Why.LAST_NOTICE),
]


@pytest.mark.parametrize(
    ("letters", "messages"),
    [("ABCU", QUIET), ("DEFG", MUST_ACT), ("H", [("note", 24, Why.PLAIN_NOTE)]), ("IJ", [])],
)
def test_a_class_has_its_messages_with_hour_and_reason(
    letters: str, messages: list[tuple[str, int, Why]]
) -> None:
    for letter in letters:
        offsets = DEFAULT_CAMPAIGN.offsets[DeclineClass(letter)]
        assert [(each.position.value, each.after / HOUR, each.why) for each in offsets] == messages


def test_the_limits_are_those_of_five_days() -> None:
    assert (
        Limits(
            messages=3,
            gap=18 * HOUR,
            runway=120 * HOUR,
            too_late=48 * HOUR,
            window=14 * DAY,
            clearing=30 * DAY,
        )
        == LIMITS
    )
    quiet = DEFAULT_CAMPAIGN.quiet_from, DEFAULT_CAMPAIGN.quiet_until, DEFAULT_CAMPAIGN.quiet_email
    assert quiet == (time(21), time(8), False)
    assert (DEFAULT_CAMPAIGN.messages, DEFAULT_CAMPAIGN.gap) == (3, 18 * HOUR)
    assert time(9) == MORNING


def test_only_renewals_are_reminded_of() -> None:
    assert {BillingReason.SUBSCRIPTION_CYCLE, BillingReason.SUBSCRIPTION_UPDATE} == DUNNED


def test_the_words_of_whop_on_refunds_and_disputes_are_known() -> None:
    assert {"failed", "canceled", "cancelled"} == REFUNDS_WITHOUT_EFFECT
    assert {"won", "warning_closed", "closed"} == DISPUTES_OVER
    assert timedelta(days=5) == FAILED_AT_MOST_BEFORE == HISTORY


def test_a_case_counts_by_its_state() -> None:
    assert COUNTS_AS == {
        CaseState.OPEN: Outcome.IN_PROGRESS,
        CaseState.PENDING: Outcome.IN_PROGRESS,
        CaseState.PAUSED: Outcome.IN_PROGRESS,
        CaseState.RECOVERED: Outcome.RECOVERED,
        CaseState.LOST: Outcome.LOST,
        CaseState.REVERSED: Outcome.LOST,
        CaseState.VOID: Outcome.LEFT_OUT,
    }


def test_alerts_have_their_thresholds() -> None:
    assert SpikeRule(span=HOUR, usual_over=7 * DAY, times_usual=5, at_least=10, rest=12 * HOUR) == SPIKE
    assert FailingRule(span=HOUR, at_least=10, calm=HOUR, refused_share=(1, 2)) == FAILING
    assert 48 * HOUR == FRESH
    assert {kind.value for kind, urgency in URGENCY.items() if urgency is Urgency.DIGEST} == {
        "unknown_reason"
    }
    assert {
        CaseReason.CUSTOMER_CANCELED, CaseReason.MEMBERSHIP_ENDED, CaseReason.WINDOW_ENDED,
        CaseReason.UNCOLLECTIBLE, CaseReason.DISPUTED,
    } == LOSSES_TOLD  # fmt: skip


def test_a_digest_has_its_parts_and_tells_needs_that_are_new() -> None:
    assert PARTS == ("opened", "recovered", "lost", "at_risk")
    assert {"unknown_reason", "unreached"} == NEWS
    assert {CaseState.LOST, CaseState.REVERSED} == LOST


SAMPLES = {
    "merchant": "Options Lab",
    "failed_on": "Nov 20",
    "product": "Options Lab Pro",
    "amount": "$49.00",
    "card": "Visa ending 4242",
    "last4": "4242",
    "expired": "10/26",
    "customer_name": "Maria Silva",
    "next_attempt": "Nov 23",
    "cutoff": "Nov 25, 09:00 UTC",
    "confirm_page": "the confirmation page",
    "other_payments": "1 more open payment",
    "promo_code": "COMEBACK",
}


def test_a_text_may_ask_for_these_and_only_two_of_them_are_always_known() -> None:
    assert {each.name: each.sample for each in PLACEHOLDERS} == SAMPLES
    assert set(SAMPLES) == NAMES
    assert {"merchant", "failed_on"} == NAMES - OPTIONAL
    assert {each.name for each in PLACEHOLDERS if each.optional} == OPTIONAL


def test_texts_and_amounts_have_an_upper_end() -> None:
    assert (MAX_LENGTH, MAX_PROBLEMS, MAX_MINOR) == (5_000, 20, 1_000_000_000_000_000)


def kinds() -> list[type]:
    return [thing for thing in vars(facts).values() if isinstance(thing, type) and is_dataclass(thing)]


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_what_an_event_does_not_say_is_none(kind: type) -> None:
    def assumed(field: "Field[object]") -> object:
        return field.default if field.default is not MISSING else None

    said = {"card": CardView(), "warning": False}
    for field in fields(kind):
        assert assumed(field) == said.get(field.name)


def test_a_reason_without_details_has_none() -> None:
    assert Reason(Why.PUT_OFF).stored() == {"code": "put_off"}
