"""Which columns hold a customer's data, and what becomes of them: told when exported, and emptied when erased.

This list and that of the other tables (`app.cases.impersonal`) name every column there is: a test sees to it, so
whoever adds one decides.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app import models
from app.models.base import Base

After = Callable[[Any], object]
"""What stands in a column afterwards, by its row."""


def nothing(row: object) -> None:
    return None


def _no_text(row: object) -> str:
    return ""


def _no_words(row: "models.Delivery") -> dict[str, object]:
    """The language stays: comparisons of two texts count by it."""
    return {name: row.content[name] for name in ("language",) if name in row.content}


def _without_keys(row: "models.Delivery") -> dict[str, object]:
    """The message as it was read; its links open the customer's own pages, and are nobody else's."""
    hidden = ("message_id", "action", "unsubscribe")
    return {name: value for name, value in row.content.items() if name not in hidden}


def _numbered(row: "models.Customer") -> dict[str, object]:
    """Complaints keep their weight and lose their names at Whop."""
    return {str(number): word for number, word in enumerate(row.complaints.values())}


EMPTY: Mapping[str, After] = {}


@dataclass(frozen=True, slots=True)
class Store:
    """A table with rows of customers. Every column is in `stays` or in `goes`."""

    table: type[Base]
    by: str
    """The column that leads to the person: id of the customer, or the number of their customer, case or payment."""
    stays: str
    """Columns that tell of an amount, a time or a decision and that totals may need."""
    goes: Mapping[str, After] = field(default_factory=lambda: EMPTY)
    """Personal columns, with what stands there afterwards."""
    hidden: frozenset[str] = frozenset()
    """Left out of an export: keys to pages, and copies by which lists are sorted."""
    told: Mapping[str, After] = field(default_factory=lambda: EMPTY)
    """What an export says of a column that is not told as it stands."""
    deleted: bool = False
    """Erasing deletes the rows; no total needs them."""

    @property
    def columns(self) -> frozenset[str]:
        return frozenset((*self.stays.split(), *self.goes))


def _all(names: str) -> Mapping[str, After]:
    return dict.fromkeys(names.split(), nothing)


JOB = "state due_at lease_until attempts"
CUSTOMER = Store(
    models.Customer,
    "id",
    "id merchant_id contact_stopped excluded_at seen_at created_at arm drawn_at erased_at",
    {
        **_all(
            "member_id name username email country locale zone preferred_channel token winback_consent_at"
            " card_consent_at card_consent_version card_consent_language"
        ),
        "identity": lambda row: f"erased_{secrets.token_hex(12)}",
        "name_key": _no_text,
        "name_turned": nothing,
        "email_key": nothing,
        "complaints": _numbered,
    },
    frozenset({"token", "name_key", "name_turned", "email_key"}),
)
CASE = Store(
    models.Case,
    "customer_id",
    "id merchant_id customer_id payment_id leader_id state reason stop held decline_class amount_minor currency"
    " opened_at closed_at recovered_at paid_on taken_back_minor attribution attribution_step_id arm draw_share"
    " origin policy_version policy_id created_at anonymised_at",
    {"token": lambda row: secrets.token_urlsafe(15)},
    frozenset({"token"}),
)
PAYMENT = Store(
    models.Payment,
    "customer_id",
    # The payment's number stays as that of the amount: a late event finds the case and opens no other one.
    "id merchant_id customer_id payment_id billing_reason plan_id product_id product_title amount_minor currency"
    " decline_code retryable payments_failed next_attempt_at seen_at failed_at last_failed_at pending_at paid_at"
    " voided_at uncollectible_at looked_at refunds disputes",
    _all(
        "membership_id failure_message recovery_url method_id card_brand card_last4 card_exp_month card_exp_year"
    ),
)
DELIVERY = Store(
    models.Delivery,
    "case_id",
    "id step_id case_id fence channel outcome reason started_at lease_until ended_at",
    {"content": _no_words, "recipient": _no_text, "provider_id": nothing},
    told={"content": _without_keys},
)
INBOX = Store(
    models.InboxRow,
    "case_id",
    # The message's id stays: a late copy of an old event must not count as a new one.
    f"id message_id origin received_at request_id event_type reason merchant_id case_id tries done_at {JOB}",
    {"body": lambda row: b""},
)
OF_CASES = (
    DELIVERY,
    INBOX,
    Store(models.Note, "case_id", "id case_id actor at", {"text": _no_text}, deleted=True),
    Store(models.Visit, "case_id", "id case_id kind target at"),
    Store(
        models.Step,
        "case_id",
        "id case_id position kind wording_key wording_version wording_number channel planned_at why outcome_why"
        f" tries ended_at {JOB}",
    ),
    Store(
        models.Retry,
        "case_id",
        "id case_id payment_id kind key actor why outcome_why refusals not_before decided_at started_at ended_at"
        f" {JOB}",
        hidden=frozenset({"key"}),
    ),
    Store(
        models.MethodSwitch,
        "case_id",
        "id case_id payment_id kind key actor why outcome_why told not_before decided_at started_at ended_at"
        f" {JOB}",
        _all(
            "method_id former_id card_brand card_last4 card_exp_month card_exp_year former_brand former_last4"
            " former_exp_month former_exp_year"
        ),
        frozenset({"key"}),
    ),
    Store(models.ChosenArm, "case_id", "id merchant_id case_id decision arm probability day created_at"),
    Store(models.Exposure, "case_id", "id experiment_id case_id side at"),
    Store(models.Alert, "case_id", "id merchant_id case_id kind key urgency detail state at"),
    Store(models.Audit, "case_id", "id merchant_id case_id actor action detail at"),
    Store(
        models.EndpointDelivery,
        "case_id",
        # Codes, figures and our own numbers; signed as it stands, and deleted after some days anyway.
        f"id endpoint_id merchant_id case_id message_id event body tries status reason at ended_at {JOB}",
    ),
)
OF_PAYMENTS = (
    Store(
        models.Attempt,
        "payment_id",
        "id payment_id at outcome trigger decline_code",
        {"failure_message": nothing},
    ),
)
OF_CUSTOMERS = (
    Store(
        models.Membership,
        "customer_id",
        "id merchant_id customer_id",
        _all(
            "membership_id status cancel_at_period_end manage_url plan_id product_title started_at"
            " current_period_end seen_at looked_at endings"
        ),
        deleted=True,
    ),
    Store(
        models.LinkedAccount,
        "customer_id",
        "id customer_id",
        _all("channel address label linked_at"),
        deleted=True,
    ),
    Store(
        models.LinkCode,
        "customer_id",
        "id customer_id",
        _all("code_hash channel expires_at used_at"),
        frozenset({"code_hash"}),
        deleted=True,
    ),
)
STORES = (CUSTOMER, *OF_CUSTOMERS, PAYMENT, *OF_PAYMENTS, CASE, *OF_CASES)


def empty(row: Any, store: Store) -> None:
    """Take what is personal from one loaded row."""
    # All are worked out before one is set: a name's copies follow the name.
    after = {name: value(row) for name, value in store.goes.items()}
    for name, value in after.items():
        setattr(row, name, value)
