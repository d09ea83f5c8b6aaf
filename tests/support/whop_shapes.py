"""The parts that Whop's test events are made of: sample files, options, and the differences of the shapes."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, TypedDict

from tests.support import whop_objects
from tests.support.whop_objects import Shape

PAYLOADS = Path(__file__).parent / "payloads"

Event = dict[str, Any]


class Options(TypedDict, total=False):
    shape: Shape
    at: datetime
    """Becomes `updated_at`; Whop sends the event a second later."""
    account_id: str
    message_id: str
    data: Mapping[str, Any]


class PaymentOptions(Options, total=False):
    payment_id: str
    membership_id: str
    member_id: str
    user_id: str
    name: str | None
    email: str | None
    amount: str
    """Major units, such as "49.00"."""
    currency: str
    billing_reason: str
    payments_failed: int
    next_attempt_at: datetime | None


class MembershipOptions(Options, total=False):
    membership_id: str
    status: str


def load(name: str) -> Event:
    """A sample file as it is: `load("payment_failed.pinned")`."""
    event: Event = json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))
    return event


def samples() -> list[str]:
    return sorted(path.stem for path in PAYLOADS.glob("*.json"))


def encoded(event: object) -> bytes:
    """UTF-8 as Whop sends it; half of a surrogate pair becomes the JSON escape that smuggles it in."""
    return json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "backslashreplace")


NO_FAULT: dict[str, Any] = {
    "decline_code": None,
    "failure_message": None,
    "retryable": False,
    "next_payment_attempt": None,
    "next_payment_attempt_at": None,
}


def payment(event_type: str, changes: Mapping[str, Any], options: PaymentOptions) -> Event:
    shape = options.get("shape", "pinned")
    event = load(f"payment_failed.{shape}")
    data = event["data"]
    other = "next_payment_attempt_at" if shape == "legacy" else "next_payment_attempt"
    data.update({name: value for name, value in changes.items() if name != other})
    for name in ("billing_reason", "payments_failed"):
        if name in options:
            data[name] = options[name]
    _set_people(data, shape, options)
    if "amount" in options or "currency" in options:
        _set_amount(
            data, shape, amount=options.get("amount", "49.00"), currency=options.get("currency", "usd")
        )
    _set_attempts(data, shape, options)
    return finish(event, event_type, options)


def _set_people(data: Event, shape: Shape, options: PaymentOptions) -> None:
    data["id"] = options.get("payment_id", data["id"])
    data["user"]["id"] = options.get("user_id", data["user"]["id"])
    data["user"]["name"] = options.get("name", data["user"]["name"])
    for noun, wanted in (("membership", options.get("membership_id")), ("member", options.get("member_id"))):
        if wanted and shape == "pinned":
            data[f"{noun}_id"] = wanted
        elif wanted:
            data[noun]["id"] = wanted
    if "email" in options and shape == "pinned":
        data["customer_email"] = options["email"]
    elif "email" in options:
        data["user"]["email"] = options["email"]


def _set_amount(data: Event, shape: Shape, *, amount: str, currency: str) -> None:
    data["currency"] = currency
    for name in ("subtotal", "total"):
        data[name] = {"amount": amount, "currency": currency} if shape == "pinned" else float(amount)


def _set_attempts(data: Event, shape: Shape, options: PaymentOptions) -> None:
    suffix = "_at" if shape == "pinned" else ""
    if "at" in options:
        data[f"last_payment_attempt{suffix}"] = data["created_at"] = iso(options["at"])
    if "next_attempt_at" in options:
        following = options["next_attempt_at"]
        data[f"next_payment_attempt{suffix}"] = iso(following) if following else None
    elif "at" in options and data[f"next_payment_attempt{suffix}"]:
        data[f"next_payment_attempt{suffix}"] = iso(options["at"] + timedelta(days=1))


def membership(event_type: str, changes: Mapping[str, Any], options: MembershipOptions) -> Event:
    event = load(f"membership_deactivated.{options.get('shape', 'pinned')}")
    event["data"].update(changes)
    for name, option in (("id", "membership_id"), ("status", "status")):
        event["data"][name] = options.get(option, event["data"][name])
    if "at" in options and event["data"]["canceled_at"]:
        event["data"]["canceled_at"] = iso(options["at"])
    return finish(event, event_type, options)


def wrapped(data: Event) -> Event:
    return {"id": "", "api_version": "v1", "timestamp": "2026-11-22T10:00:06.000Z", "data": data}


def finish(event: Event, event_type: str, options: Options) -> Event:
    """Type, merchant, times, overrides, and a message id that differs wherever the event does."""
    shape = options.get("shape", "pinned")
    account = options.get("account_id", whop_objects.ACCOUNT)
    for name in ("account_id", "company_id"):
        event.pop(name, None)
    event["type"] = event_type
    event["api_version_date"] = "2026-10-15-1" if shape == "pinned" else None
    event["account_id" if shape == "pinned" else "company_id"] = account
    data = event["data"]
    if "account_id" in data:
        data["account_id"] = account
    for place in ("account", "company"):
        if place in data:
            data[place]["id"] = account
    if "at" in options:
        event["timestamp"] = iso(options["at"] + timedelta(seconds=1))
        data["updated_at" if "updated_at" in data else "created_at"] = iso(options["at"])
    data.update(options.get("data", {}))
    event["id"] = ""
    event["id"] = options.get("message_id") or f"msg_{sha256(encoded(event)).hexdigest()[:22]}"
    return event


def iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
