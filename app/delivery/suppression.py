"""Addresses that must not be written to, kept as keyed hashes."""

import hashlib
import hmac
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Merchant, Suppression
from app.models.base import insert_once


def address_hash(merchant: Merchant, channel: str, address: str) -> str:
    text = f"{channel}:{address.strip().lower()}".encode()
    return hmac.new(merchant.hash_key, text, hashlib.sha256).hexdigest()


def suppress(
    session: Session, merchant: Merchant, *, channel: str, address: str, reason: str, now: datetime
) -> None:
    """Never write to this address of this channel again for this merchant. Repeating it changes nothing."""
    insert_once(
        session,
        Suppression,
        ("merchant_id", "channel", "address_hash"),
        {
            "merchant_id": merchant.id,
            "channel": channel,
            "address_hash": address_hash(merchant, channel, address),
            "reason": reason,
            "created_at": now,
        },
    )


def suppressed(session: Session, merchant: Merchant, *, channel: str, address: str) -> str | None:
    """Why this address must not be written to, or None where it may."""
    return session.scalar(
        select(Suppression.reason).where(
            Suppression.merchant_id == merchant.id,
            Suppression.channel == channel,
            Suppression.address_hash == address_hash(merchant, channel, address),
        )
    )
