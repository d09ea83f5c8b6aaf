"""Asks a running install as Whop and its operators would, and reads the lines that it has written."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select

from app.db import Database
from app.models import InboxRow
from tests.support import whop_events as whop


def post(address: str, event: whop.Event, **headers: str) -> httpx.Response:
    """As Whop posts it, at this moment."""
    body, signed = whop.signed(event, now=datetime.now(UTC))
    return httpx.post(f"{address}/webhooks/whop", content=body, headers={**signed, **headers}, timeout=10)


def lines(log: Path, event: str) -> list[dict[str, Any]]:
    """The JSON lines of this event, in their order."""
    found = (json.loads(line) for line in log.read_text().splitlines() if line.startswith("{"))
    return [line for line in found if line["event"] == event]


def states(database: Database) -> list[str]:
    with database.reading() as read:
        return list(read.scalars(select(InboxRow.state).order_by(InboxRow.id)))
