"""Which columns hold a customer's data, and what becomes of them: told when exported, and emptied when erased.

The one list. A column that it does not name fails a test, so whoever adds one decides.
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

OTHERS: Mapping[type[Base], str] = {
    # Of customers, but without a name: keyed hashes of addresses and ids that must not be written to or stored.
    models.Suppression: "id merchant_id channel address_hash reason created_at",
    models.Erasure: "id merchant_id customer_id at after_id until_id ended_at",
    models.ErasedName: "id merchant_id customer_id name_hash",
    # Of merchants. A view that was saved for one person is deleted with them: see `app.privacy.erasing`.
    models.SavedView: "id merchant_id name query actor saved_at",
    models.AlertDelivery: f"id alert_id place tries reason ended_at {JOB}",
    models.ApiToken: "id merchant_id user_id name token_hash hint scopes created_at expires_at used_at ended_at"
    " ended_why",
    models.Backfill: "id merchant_id state begins_at ends_at month_at cursor listed kept started_at done_at months"
    " due_at trouble",
    models.Comparison: "id merchant_id due_at began_at phase cursor found done_at compared_until healed trouble"
    " trouble_at webhook_trouble webhook_id webhook_since replay_until replayed_at",
    models.Endpoint: "id merchant_id name url events on off_why secret old_secret old_until created_at"
    " failing_since last_ok_at removed_at",
    models.EndpointTry: "id delivery_id at status reason milliseconds",
    models.Experiment: "id merchant_id key channel language number_a number_b planned started_at ended_at actor",
    models.Learned: "id merchant_id day decision arm resolved recovered cancelled unsubscribed complained disputed"
    " dropped probability",
    models.Merchant: "id biz_id title zone locale sender_name reply_to hash_key created_at alert_email"
    " alert_amounts digest_on digest_hour digest_due_at digest_after_id digest_from retries_on other_card_on"
    " wording_number control_share launch_cases launch_drawn learning_on winback_on winback_url winback_code"
    " erasures",
    models.MerchantUser: "id merchant_id user_id role checked_at",
    models.Policy: "id merchant_id number key name matches campaign position active saved_at actor",
    models.Proof: "id merchant_id name ok code text at",
    models.SavedWording: "id merchant_id key channel language number text actor saved_at",
    models.SessionRow: "id sid_hash data user_id created_at seen_at expires_at label",
    models.User: "id email name whop_user_id created_at signed_in_at",
    models.WhopGrant: "id user_id sealed expires_at held_until version",
    # Of the install, and sums.
    models.ChannelFault: "id channel reason times since ended_at",
    models.Chore: f"id name done_at failed {JOB}",
    models.RetentionMark: "id name after_id at",
    models.TelegramUpdate: "id bot_id update_id handled_at",
    models.CaseTally: "id merchant_id day origin state decline_class touched arm product_id currency cases"
    " amount_minor taken_back_minor fresh",
    models.RecoveryTally: "id merchant_id day product_id currency hours cases fresh",
    models.DrawnTally: "id merchant_id day arm share paid_on running people fresh",
    models.MessageTally: "id merchant_id day product_id currency channel wording_key what messages amount_minor"
    " taken_back_minor fresh",
}
"""Tables without a column that says who a customer is."""


def unnamed_columns() -> list[str]:
    """Columns that the lists do not name, and names in the lists that are no columns (any more)."""
    listed = {one.table: one.columns for one in STORES}
    listed |= {table: frozenset(names.split()) for table, names in OTHERS.items()}
    wrong: list[str] = []
    for mapper in Base.registry.mappers:
        names = frozenset(column.key for column in mapper.local_table.columns)
        here = listed.get(mapper.class_, frozenset())
        wrong += [f"{mapper.class_.__name__}.{name}" for name in sorted(names ^ here)]
    return wrong


def empty(row: Any, store: Store) -> None:
    """Take what is personal from one loaded row."""
    # All are worked out before one is set: a name's copies follow the name.
    after = {name: value(row) for name, value in store.goes.items()}
    for name, value in after.items():
        setattr(row, name, value)
