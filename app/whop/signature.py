"""Webhook signatures: checks those that arrive, makes those that tools and tests send.

Owns the headers `webhook-id`, `webhook-timestamp` and `webhook-signature` (Standard Webhooks, HMAC-SHA256).
It must not read the body's JSON, the database or the clock, and must not raise for anything a stranger sends.
"""

import base64
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, Protocol

TOLERANCE = timedelta(seconds=300)
"""How far a message's time may lie from ours, both ways, both ends included."""
MAX_SIGNATURE_HEADER = 4096
MAX_SIGNATURES = 32
"""Entries of the signature header that are looked at; a rotation needs two."""

# Without a dot in the id and the time, `id.time.body` can be taken apart in one way only.
_ID = re.compile(r"[A-Za-z0-9_:+/=~-]{1,255}")
_SECONDS = re.compile(r"[1-9][0-9]{0,11}")


class Headers(Protocol):
    """What is needed of a request's headers; a plain dict must have lower-case names."""

    def get(self, name: str, /) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Verified:
    message_id: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """`status` is the HTTP answer: 400 for headers that cannot be read, 401 for the rest."""

    status: Literal[400, 401]
    reason: str


def signing_key(secret: str) -> bytes:
    """Whop signs with the bytes of the secret as shown, prefix `ws_` included; nothing is decoded.

    Source: whop-sdk 2.6.0 `lib/verify_webhook.py`.
    """
    return secret.encode("utf-8")


def verify(*, headers: Headers, body: bytes, secrets: Sequence[bytes], now: datetime) -> Verified | Refused:
    """Accept a message that any of the keys signed within the tolerance. Never raises."""
    message_id = headers.get("webhook-id")
    if not isinstance(message_id, str) or not _ID.fullmatch(message_id):
        return Refused(400, "bad_id" if message_id else "no_id")
    timestamp = headers.get("webhook-timestamp")
    if not isinstance(timestamp, str) or not _SECONDS.fullmatch(timestamp):
        return Refused(401, "bad_timestamp" if timestamp else "no_timestamp")
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        return Refused(401, "timestamp_outside_tolerance")
    signatures = headers.get("webhook-signature")
    if not isinstance(signatures, str) or not signatures:
        return Refused(400, "no_signature")
    if len(signatures) > MAX_SIGNATURE_HEADER or not signatures.isascii():
        return Refused(400, "unreadable_signature")
    offered = _known_entries(signatures)
    expected = [_signature(message_id, timestamp, body, key) for key in secrets if key]
    if not _any_equal(offered, expected):
        return Refused(401, "bad_signature")
    return Verified(message_id, datetime.fromtimestamp(int(timestamp), UTC))


def signature_headers(*, message_id: str, body: bytes, secret: bytes, now: datetime) -> dict[str, str]:
    """The three headers that Whop would send; `secret` is the key as `signing_key` makes it."""
    timestamp = str(int(now.timestamp()))
    signature = _signature(message_id, timestamp, body, secret).decode("ascii")
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{signature}",
    }


def _known_entries(header: str) -> list[bytes]:
    entries = header.split(" ", MAX_SIGNATURES)[:MAX_SIGNATURES]
    return [entry[3:].encode("ascii") for entry in entries if entry.startswith("v1,")]


def _signature(message_id: str, timestamp: str, body: bytes, key: bytes) -> bytes:
    # The header texts as they came: a number read and written again might differ from what was signed.
    signed = f"{message_id}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.digest(key, signed, "sha256"))


def _any_equal(offered: Sequence[bytes], expected: Sequence[bytes]) -> bool:
    # No early exit: the time taken must not tell which key or which entry was right.
    equal = False
    for want in expected:
        for have in offered:
            equal |= hmac.compare_digest(want, have)
    return equal
