"""What a decline code means for us: every code of Whop in exactly one class, and one policy a class.

Owns the table and nothing else: it plans no message, reads no case and knows no channel. A code that is
not in the table is UNKNOWN, never an error: Whop adds codes without asking.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class DeclineClass(StrEnum):
    FUNDS = "A"
    ISSUER = "B"
    TECHNICAL = "C"
    CARD_DATA = "D"
    AUTHENTICATION = "E"
    FRAUD = "F"
    ACCOUNT_GONE = "G"
    CUSTOMER_STOPPED = "H"
    SENSITIVE = "I"
    NOT_A_FAILURE = "J"
    UNKNOWN = "U"


@dataclass(frozen=True, slots=True)
class About:
    """How a class is named and explained to a merchant; the interface translates both texts."""

    title: str
    sentence: str


ABOUT: Mapping[DeclineClass, About] = {
    DeclineClass.FUNDS: About(
        "Funds or limits",
        "The account did not cover the charge that day or a limit was reached; a later day often works.",
    ),
    DeclineClass.ISSUER: About(
        "Declined by the bank",
        "The bank said no without a clear reason; its approval, another hour or another card often works.",
    ),
    DeclineClass.TECHNICAL: About(
        "Technical problem",
        "Something between the payment systems failed; most of these charges go through soon after.",
    ),
    DeclineClass.CARD_DATA: About(
        "Card details out of date",
        "The card expired or its details are wrong; only the customer can put that right.",
    ),
    DeclineClass.AUTHENTICATION: About(
        "Bank asks for confirmation",
        "The bank wants the customer to confirm the payment in person; a charge without them cannot work.",
    ),
    DeclineClass.FRAUD: About(
        "Card blocked",
        "The card was reported or looks risky; it is never charged again and needs to be replaced.",
    ),
    DeclineClass.ACCOUNT_GONE: About(
        "Card or account cannot pay",
        "The account is closed or this kind of card cannot pay for this; another one is needed.",
    ),
    DeclineClass.CUSTOMER_STOPPED: About(
        "Stopped by the customer",
        "The customer told their bank to stop this payment; they get one plain note and nothing more.",
    ),
    DeclineClass.SENSITIVE: About(
        "Sensitive",
        "The bank reports that the account holder has died; nobody is written to, and you decide.",
    ),
    DeclineClass.NOT_A_FAILURE: About(
        "Not a failure",
        "A test, or a code that reports no failure at all; it opens no case and counts in no figure.",
    ),
    DeclineClass.UNKNOWN: About(
        "Unknown reason",
        "Whop gave no code, or one that is new to us; treated like a decline by the bank, with more care.",
    ),
}


def _codes(text: str) -> tuple[str, ...]:
    return tuple(text.split())


CODES_BY_CLASS: Mapping[DeclineClass, tuple[str, ...]] = {
    DeclineClass.FUNDS: _codes(
        "insufficient_funds bank_insufficient_funds card_velocity_exceeded "
        "withdrawal_count_limit_exceeded invalid_amount bank_amount_error"
    ),
    DeclineClass.ISSUER: _codes(
        "generic_decline card_declined_by_issuer bank_declined bank_generic_decline "
        "provider_declined cannot_authorize contact_issuer sepa_generic_decline"
    ),
    DeclineClass.TECHNICAL: _codes(
        "processing_error issuer_unavailable issuer_error reenter_transaction try_again_later "
        "bank_processing_error three_d_secure_timeout three_d_secure_generic_error "
        "duplicate_transaction bank_duplicate"
    ),
    DeclineClass.CARD_DATA: _codes(
        "expired_card invalid_expiry invalid_expiry_month invalid_expiry_year invalid_card_number "
        "three_d_secure_invalid_card_number invalid_cvc invalid_cvc_or_expiration invalid_zip "
        "invalid_country invalid_card_holder_name bank_invalid_routing_number bank_details_invalid "
        "sepa_invalid_iban"
    ),
    DeclineClass.AUTHENTICATION: _codes(
        "authentication_required three_d_secure_failed three_d_secure_canceled "
        "three_d_secure_card_not_enrolled three_d_secure_rejected_by_bank "
        "three_d_secure_too_many_attempts pin_required pin_required_as incorrect_pin invalid_pin "
        "pin_try_exceeded"
    ),
    DeclineClass.FRAUD: _codes(
        "lost_card stolen_card suspected_fraud high_risk merchant_blacklist three_d_secure_fraud "
        "three_d_secure_reported_lost_or_stolen restricted_card"
    ),
    DeclineClass.ACCOUNT_GONE: _codes(
        "closed_account invalid_account no_accounts issuer_not_found bank_account_closed "
        "bank_account_not_found bank_account_frozen bank_non_transaction_account card_not_supported "
        "card_type_not_supported currency_not_supported transaction_not_allowed "
        "transaction_not_permitted invalid_transaction regulatory_blocked bank_regulatory_blocked"
    ),
    DeclineClass.CUSTOMER_STOPPED: _codes(
        "blocked_by_cardholder transaction_stopped transaction_cancelled bank_payment_stopped "
        "bank_authorization_revoked bank_not_authorized sepa_no_mandate sepa_refused_by_customer "
        "sepa_disputed sepa_mandate_data_invalid"
    ),
    DeclineClass.SENSITIVE: _codes("bank_account_holder_deceased"),
    DeclineClass.NOT_A_FAILURE: _codes("test_mode_decline test_mode_test_card three_d_secure_success"),
    DeclineClass.UNKNOWN: (),
}
"""Whop's codes (whop-sdk 2.6.0, `types/payment_decline_codes.py`), sorted into our classes."""

CODES: Mapping[str, DeclineClass] = {
    code: decline_class for decline_class, codes in CODES_BY_CLASS.items() for code in codes
}


def classify(code: str | None) -> DeclineClass:
    """The class of Whop's `decline_code`; UNKNOWN for none and for one that the table does not have."""
    return CODES.get(code, DeclineClass.UNKNOWN) if code else DeclineClass.UNKNOWN


class RetryRule(StrEnum):
    """When the one retry that Whop allows is worth spending; it is planned elsewhere."""

    BEST_PAYDAY = "best_payday"
    OTHER_HOUR = "other_hour"
    SOON = "soon"
    NEVER = "never"


class Angle(StrEnum):
    """What the messages speak of; the first half of a wording key."""

    FUNDS = "funds"
    ISSUER = "issuer"
    TECHNICAL = "technical"
    CARD = "card"
    CONFIRM = "confirm"
    OTHER_CARD = "other_card"
    CARD_TYPE = "card_type"
    STOPPED = "stopped"
    WINBACK = "winback"
    """Of no decline: the offer to come back after a membership has ended."""
    SWITCHED = "switched"
    """Of no decline: the notice that another saved card was used."""
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    angle: Angle
    messages: bool = True
    """The customer may be written to."""
    retry: RetryRule = RetryRule.NEVER
    needs_customer: bool = False
    """True where no charge can work before the customer has done something."""
    method_switch_allowed: bool = False
    """May another saved card be charged, if merchant and customer agreed to that beforehand?"""
    alert_merchant: bool = False
    dunned: bool = True
    """False where a failed renewal with this code opens no case."""


POLICIES: Mapping[DeclineClass, Policy] = {
    DeclineClass.FUNDS: Policy(angle=Angle.FUNDS, retry=RetryRule.BEST_PAYDAY, method_switch_allowed=True),
    DeclineClass.ISSUER: Policy(angle=Angle.ISSUER, retry=RetryRule.OTHER_HOUR, method_switch_allowed=True),
    DeclineClass.TECHNICAL: Policy(angle=Angle.TECHNICAL, retry=RetryRule.SOON, method_switch_allowed=True),
    DeclineClass.CARD_DATA: Policy(angle=Angle.CARD, needs_customer=True, method_switch_allowed=True),
    # A charge on another card in the customer's absence would go round the bank's question.
    DeclineClass.AUTHENTICATION: Policy(angle=Angle.CONFIRM, needs_customer=True),
    DeclineClass.FRAUD: Policy(angle=Angle.OTHER_CARD, needs_customer=True),
    DeclineClass.ACCOUNT_GONE: Policy(angle=Angle.CARD_TYPE, needs_customer=True, method_switch_allowed=True),
    DeclineClass.CUSTOMER_STOPPED: Policy(angle=Angle.STOPPED),
    DeclineClass.SENSITIVE: Policy(angle=Angle.NONE, messages=False, alert_merchant=True),
    DeclineClass.NOT_A_FAILURE: Policy(angle=Angle.NONE, messages=False, dunned=False),
    # As ISSUER, but a new code may yet mean fraud or a stop, so no other card is charged.
    DeclineClass.UNKNOWN: Policy(angle=Angle.ISSUER, retry=RetryRule.OTHER_HOUR, alert_merchant=True),
}
