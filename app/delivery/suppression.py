"""Addresses that must not be written to, kept as keyed hashes."""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from app.models import Merchant, Suppression
from app.models.base import insert_once

OPTED_OUT = "opted_out"
"""The one reason that the person themselves can take back."""


def address_hash(merchant: Merchant, channel: str, address: str) -> str:
    text = f"{channel}:{address.strip().lower()}".encode()
    return hmac.new(merchant.hash_key, text, hashlib.sha256).hexdigest()


def suppress(
    session: Session, merchant: Merchant, *, channel: str, address: str, reason: str, now: datetime
) -> None:
    """Never write to this address of this channel again for this merchant. Repeating it changes nothing.

    A person's own wish gives way to a cause that the person cannot take back.
    """
    fresh = insert_once(
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
    if fresh is None and reason != OPTED_OUT:
        theirs = _of(merchant, channel, address)
        session.execute(
            update(Suppression).where(*theirs, Suppression.reason == OPTED_OUT).values(reason=reason)
        )


def allow(session: Session, merchant: Merchant, *, channel: str, address: str) -> bool:
    """Take back what the person asked for, and nothing else. False: there was no such wish."""
    mine = delete(Suppression).where(*_of(merchant, channel, address), Suppression.reason == OPTED_OUT)
    return bool(session.scalars(mine.returning(Suppression.id)).all())


def lift(session: Session, merchant: Merchant, *, channel: str, address: str) -> None:
    """The account's owner has just linked it: whatever closed it, a block or an old wish, is over."""
    session.execute(delete(Suppression).where(*_of(merchant, channel, address)))


def suppressed(session: Session, merchant: Merchant, *, channel: str, address: str) -> str | None:
    """Why this address must not be written to, or None where it may."""
    return session.scalar(select(Suppression.reason).where(*_of(merchant, channel, address)))


def suppressed_among(
    session: Session, merchant: Merchant, addresses: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """Of these channels and addresses, those that must not be written to, each with its reason; one question."""
    hashed = {
        (channel, address_hash(merchant, channel, address)): (channel, address)
        for channel, address in addresses
    }
    if not hashed:
        return {}
    wanted = select(Suppression.channel, Suppression.address_hash, Suppression.reason).where(
        Suppression.merchant_id == merchant.id, Suppression.address_hash.in_([name for _, name in hashed])
    )
    found = session.execute(wanted).all()
    return {hashed[row.channel, row.address_hash]: row.reason for row in found if tuple(row)[:2] in hashed}


def _of(merchant: Merchant, channel: str, address: str) -> tuple[ColumnElement[bool], ...]:
    return (
        Suppression.merchant_id == merchant.id,
        Suppression.channel == channel,
        Suppression.address_hash == address_hash(merchant, channel, address),
    )
