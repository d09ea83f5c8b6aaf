"""Events as they came, from a file of JSON lines or from this install's inbox. Judges nothing about them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import InboxRow, Merchant
from app.recovery.facts import Ignored, Quarantined
from app.whop.envelope import merchant as merchant_named
from app.whop.envelope import provider_time
from app.whop.events import name_of, parse
from app.whop.fields import child, identifier, moment
from app.whop.json_body import JsonObject, Unreadable, load_object


@dataclass(frozen=True, slots=True)
class Heard:
    """One event. `at` is when it came, aware; `message_id` is Whop's name for it."""

    body: bytes
    at: datetime
    message_id: str


class BadLine(Exception):
    """A line that is no event: one sentence that names the line."""


def of_lines(lines: Iterable[str]) -> list[Heard]:
    """One webhook body a line, or {"body": …, "received_at": …}; empty lines are left out.

    A bare body came at the time that it speaks of. Raises `BadLine`.
    """
    return [_of_line(line, number) for number, line in enumerate(lines, start=1) if line.strip()]


def of_inbox(session: Session, biz_id: str) -> list[Heard]:
    """The raw rows of one merchant, oldest first. What this program looked up by itself is left out, as is
    what was emptied, being old or of an erased customer."""
    told = (InboxRow.origin.in_(("webhook", "simulated")), func.length(InboxRow.body) > 0)
    rows = session.scalars(
        select(InboxRow)
        .join(Merchant, InboxRow.merchant_id == Merchant.id)
        .where(Merchant.biz_id == biz_id, *told)
        .order_by(InboxRow.id)
    )
    return [Heard(row.body, row.received_at, row.message_id) for row in rows]


@dataclass(frozen=True, slots=True)
class Told:
    """What an event is about, and the time it speaks of: how its object stood then."""

    event_type: str
    biz_id: str
    subject: str
    """Merchant and object."""
    at: datetime
    data: JsonObject


def told_of(heard: Heard) -> Told:
    event = _event(heard.body)
    data, biz_id = child(event, "data"), _biz_id(event)
    at = provider_time(event, fallbacks=(), received_at=heard.at)
    subject = f"{biz_id}/{identifier(data.get('id')) or heard.message_id}"
    return Told(name_of(heard.body) or "", biz_id, subject, at, data)


def has_meaning(heard: Heard) -> bool:
    return not isinstance(parse(heard.body, received_at=heard.at), Ignored | Quarantined)


def _of_line(line: str, number: int) -> Heard:
    found = load_object(line.encode("utf-8", "surrogatepass"))
    if isinstance(found, Unreadable):
        raise BadLine(f"Line {number} is no event ({found.reason}).")
    body = found.get("body")
    if body is None:
        raw, event = line.strip().encode("utf-8", "surrogatepass"), found
    elif isinstance(body, str):
        raw, event = body.encode("utf-8", "surrogatepass"), _event(body.encode("utf-8", "surrogatepass"))
    elif isinstance(body, dict):
        event = body
        raw = json.dumps(json.loads(line)["body"]).encode()  # as written: a price keeps its form
    else:
        raise BadLine(f"Line {number} is no event: its body is neither text nor an object.")
    at = moment(found.get("received_at")) or moment(event.get("timestamp")) or _told(event)
    name = identifier(found.get("message_id")) or identifier(event.get("id"))
    return Heard(raw, at, name or f"line_{number}_{sha256(raw).hexdigest()[:16]}")


def _told(event: JsonObject) -> datetime:
    return provider_time(event, fallbacks=("created_at",), received_at=datetime(2200, 1, 1, tzinfo=UTC))


def _event(body: bytes) -> JsonObject:
    event = load_object(body)
    return {} if isinstance(event, Unreadable) else event


def _biz_id(event: JsonObject) -> str:
    view = merchant_named(event)
    return view.biz_id if view else ""
