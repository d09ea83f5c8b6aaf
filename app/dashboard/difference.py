"""What we add, and what was before us, as the API answers it: plain values, nothing without its uncertainty."""

from typing import Any

from app.cases.queries import Analytics
from app.recovery.measure import Baseline

Answer = dict[str, Any]
ENDS = ("about", "at_least", "at_most")
"""Of an estimate: its middle and the ends of its interval."""


def incremental(found: Analytics, *, since: str | None) -> Answer:
    """Points are percentage points; `treated` and `control` count the people who are compared."""
    compared = found.incremental
    gap = compared.difference
    return {
        "status": compared.status.value,
        "points": points(gap.mean if gap else None),
        "low": points(gap.low if gap else None),
        "high": points(gap.high if gap else None),
        "treated": compared.treated.people,
        "control": compared.control.people,
        "since": since,
        "groups": {
            name: {
                "people": group.people,
                "paid": group.paid,
                "in_progress": group.in_progress,
                "rate": share(group.rate),
            }
            for name, group in (("treated", compared.treated), ("control", compared.control))
        },
        "probability": share(gap.positive if gap else None),
        "needed": compared.needed,
        "needed_for_points": points(compared.uplift),
        "proven": compared.proven,
        "payments": None if found.added is None else dict(zip(ENDS, found.added, strict=True)),
        "money": [
            {name: amount.plain() for name, amount in zip(ENDS, amounts, strict=True)}
            | {"currency": amounts[0].currency}
            for amounts in found.added_money
        ],
    }


def baseline(found: Baseline | None) -> Answer | None:
    if found is None:
        return None
    return {
        "opened": found.opened,
        "recovered": found.recovered,
        "recovery_rate": share(found.recovery_rate),
    }


def points(share: float | None) -> float | None:
    return None if share is None else round(share * 100, 1)


def share(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
