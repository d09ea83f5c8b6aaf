"""What surrounds every event: its type, the merchant it belongs to, the time it speaks of.

Reads the pinned form (`account_id`), the unpinned one (`company_id`) and old spellings. What the event
itself says is for the reader of its type.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.recovery.facts import MerchantView
from app.whop.fields import child, identifier, moment, text
from app.whop.json_body import JsonObject

MAX_AHEAD = timedelta(days=1)
"""A provider's time further ahead of receipt than this is wrong and would outrank every later event."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One event, ready for the reader of its type."""

    event_type: str
    merchant: MerchantView
    at: datetime
    data: JsonObject


@dataclass(frozen=True, slots=True)
class Unusable:
    """The event lacks what its fact cannot do without."""

    reason: str


def type_name(event: JsonObject) -> str | None:
    """As written. Older guides call the field `event`; `action` marks the retired v2 form."""
    return text(event.get("type"), limit=100) or text(event.get("event"), limit=100)


def is_v2(event: JsonObject) -> bool:
    return type_name(event) is None and isinstance(event.get("action"), str)


def merchant(event: JsonObject) -> MerchantView | None:
    data = child(event, "data")
    account, company = child(data, "account"), child(data, "company")
    biz_id = (
        identifier(event.get("account_id"))
        or identifier(event.get("company_id"))
        or identifier(data.get("account_id"))
        or identifier(data.get("company_id"))
        or identifier(account.get("id"))
        or identifier(company.get("id"))
    )
    if biz_id is None:
        return None
    titles = (text(view.get("title")) for view in (account, company) if view.get("id") == biz_id)
    return MerchantView(biz_id, next((title for title in titles if title), None))


def provider_time(event: JsonObject, *, fallbacks: tuple[str, ...], received_at: datetime) -> datetime:
    """When Whop says that this became so: `updated_at`, else the first fallback, else when it was sent."""
    data = child(event, "data")
    candidates = [data.get(name) for name in ("updated_at", *fallbacks)]
    found = next((at for at in map(moment, [*candidates, event.get("timestamp")]) if at), None)
    received = received_at.astimezone(UTC)
    if found is None or found - received > MAX_AHEAD:
        return received
    return found
