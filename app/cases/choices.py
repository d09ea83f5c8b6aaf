"""What a merchant's figures can be narrowed to: the currencies and products that cases of the period had. Reads only."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import CaseTally, Merchant, Payment
from app.models.case import LIVE
from app.models.tally import ALL
from app.recovery.edges import edge
from app.recovery.period import Period

MOST = 200
"""Products that are offered; those with most cases."""


@dataclass(frozen=True, slots=True)
class Product:
    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Choices:
    currencies: tuple[str, ...]
    products: tuple[Product, ...]


def choices(session: Session, merchant: Merchant, period: Period) -> Choices:
    """Those with most cases first; to the day of UTC, which is near enough for a choice."""
    alike = (
        select(CaseTally.product_id, CaseTally.currency, func.sum(CaseTally.cases).label("cases"))
        .where(
            CaseTally.merchant_id == merchant.id, CaseTally.origin == LIVE, CaseTally.product_id != ALL,
            CaseTally.day >= edge(period.start).day, CaseTally.day <= edge(period.end).day,
        )
        .group_by(CaseTally.product_id, CaseTally.currency)
        .having(func.sum(CaseTally.cases) > 0)
        .order_by(func.sum(CaseTally.cases).desc())
        .limit(MOST)
        .subquery()
    )  # fmt: skip
    title = (
        select(Payment.product_title)
        .where(
            Payment.merchant_id == merchant.id,
            Payment.product_id == alike.c.product_id,
            Payment.product_title.is_not(None),
        )
        .order_by(Payment.seen_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(alike.c.product_id, alike.c.currency, title).order_by(alike.c.cases.desc())
    ).all()
    products = {product_id: name or product_id for product_id, _, name in rows if product_id}
    return Choices(
        currencies=tuple(dict.fromkeys(currency for _, currency, _ in rows if currency)),
        products=tuple(Product(product_id, name) for product_id, name in products.items()),
    )
