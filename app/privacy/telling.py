"""All that is stored about one customer, as one JSON object: table by table, as `app.cases.personal` lists them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.cases.audit import Act, note
from app.cases.personal import Store
from app.models import Customer
from app.privacy.rows import rows_of_customer

FORMAT = 1
"""Rises when a reader of the file would have to change."""


def export(session: Session, customer: Customer, *, actor: str, now: datetime) -> dict[str, Any]:
    """Leaves an audit line."""
    told = {
        store.table.__tablename__: [_row(store, row) for row in rows]
        for store, rows in rows_of_customer(session, customer)
    }
    detail = {"customer": customer.id, "rows": sum(map(len, told.values()))}
    note(session, Act.CUSTOMER_EXPORTED, merchant_id=customer.merchant_id, actor=actor, at=now, detail=detail)
    return {
        "format": FORMAT,
        "exported_at": now.isoformat(),
        "merchant": {"id": customer.merchant.biz_id, "name": customer.merchant.public_name},
        "stored": told,
    }


def _row(store: Store, row: object) -> Mapping[str, Any]:
    names = sorted(store.columns - store.hidden)
    return {
        name: _value(store.told[name](row) if name in store.told else getattr(row, name)) for name in names
    }


def _value(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value
