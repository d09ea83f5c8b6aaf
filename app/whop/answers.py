"""What Whop's API answers, as values that can be trusted: pages, saved payment methods, preferences, webhooks.

Payments and memberships stay as Whop sent them: `app.whop.payments`, `memberships` and `snapshots` read those.
Total, as the readers of events are: a field that cannot be used is None.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.whop import fields
from app.whop.fields import child
from app.whop.json_body import JsonObject


class FailureBehavior(StrEnum):
    """What becomes of a membership after Whop's last retry (whop-sdk `types/account_preferences.py`)."""

    CANCEL = "cancel"
    NONE = "none"
    """It stays past due and is billed again each period."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Seen:
    """An object as Whop sent it."""

    data: JsonObject
    at: datetime | None
    """When it last changed, by its `updated_at`; None where it does not say."""


@dataclass(frozen=True, slots=True)
class Page:
    rows: tuple[JsonObject, ...]
    next: str | None
    """The cursor to ask for the following page with; None on the last one."""


@dataclass(frozen=True, slots=True)
class SavedMethod:
    """A way to pay that a customer left at Whop."""

    method_id: str
    kind: str | None
    """card, us_bank_account, cashapp, ideal, sepa_debit …"""
    brand: str | None = None
    last4: str | None = None
    exp_month: int | None = None
    exp_year: int | None = None
    """Four digits."""
    fingerprint: str | None = None
    """The same for two that are one card."""
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Preferences:
    failure_behavior: FailureBehavior


@dataclass(frozen=True, slots=True)
class Webhook:
    webhook_id: str
    url: str | None
    enabled: bool
    events: tuple[str, ...]
    pinned_to: str | None
    """The version of its payloads; None: the legacy shape."""
    failing_since: datetime | None
    disabled_at: datetime | None
    """When Whop switched it off; None where it did not."""


def seen(data: JsonObject) -> Seen:
    return Seen(data, fields.moment(data.get("updated_at")))


def rows_of(answer: JsonObject) -> tuple[JsonObject, ...]:
    rows = answer.get("data")
    return tuple(row for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()


def page_of(answer: JsonObject, *, after: str | None) -> Page:
    """`after`: the cursor that was asked with; the same one again ends the list, or it would never end."""
    info = child(answer, "page_info")
    cursor = info.get("end_cursor") if info.get("has_next_page") is True else None
    return Page(rows_of(answer), cursor if isinstance(cursor, str) and cursor != after else None)


def saved_method(data: JsonObject) -> SavedMethod | None:
    """None where it has no id, or is a card that has expired."""
    method_id, card = fields.identifier(data.get("id")), child(data, "card")
    if method_id is None or card.get("expired") is True:
        return None
    return SavedMethod(
        method_id,
        kind=fields.word(data.get("payment_method_type")),
        brand=fields.word(card.get("brand")),
        last4=fields.last4(card.get("last4")),
        exp_month=fields.month(card.get("exp_month")),
        exp_year=fields.year(card.get("exp_year")),
        fingerprint=fields.text(card.get("fingerprint")),
        created_at=fields.moment(data.get("created_at")),
    )


def preferences(data: JsonObject) -> Preferences:
    try:
        return Preferences(FailureBehavior(fields.word(data.get("subscription_failure_behavior")) or ""))
    except ValueError:
        return Preferences(FailureBehavior.UNKNOWN)


def webhook(data: JsonObject) -> Webhook | None:
    webhook_id, events = fields.identifier(data.get("id")), data.get("events")
    if webhook_id is None:
        return None
    return Webhook(
        webhook_id,
        url=fields.text(data.get("url"), limit=2048),
        enabled=data.get("enabled") is True,
        events=tuple(filter(None, map(fields.word, events))) if isinstance(events, list) else (),
        pinned_to=fields.word(data.get("api_version_date")),
        failing_since=fields.moment(data.get("failing_since")),
        disabled_at=fields.moment(data.get("disabled_at")),
    )
