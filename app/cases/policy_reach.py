"""How many of the last days' cases a policy would have got, and which plans only the default campaign looks after.

Reads only. The figures are recounted from the cases, as if today's policies had been there when they opened.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.cases.subjects import Seen, lately_seen
from app.models import Merchant, Policy
from app.recovery.segments import Matches, choose

DAYS = 90
MOST_CASES = 2_000
"""The newest of them are counted; more would make the page slow and say no more."""


@dataclass(frozen=True, slots=True)
class PlanLeft:
    """A plan that no policy names."""

    plan_id: str | None
    """None: events named no plan."""
    title: str | None
    cases: int
    by_default: int
    """Of them, those that no policy matches for another reason either."""


@dataclass(frozen=True, slots=True)
class Reach:
    cases: int
    """Counted at all."""
    whole: bool
    """False: there were more than `MOST_CASES`, and the newest are counted."""
    by_key: dict[int, int]
    """Cases that each policy would have got, in today's order."""
    by_default: int
    plans_left: tuple[PlanLeft, ...]
    """The most cases first."""


def reach_of(session: Session, merchant: Merchant, own: Sequence[Policy], *, now: datetime) -> Reach:
    """`own` are the newest versions in their order."""
    seen = _lately(session, merchant, now)
    active = [(one.key, Matches.of(one.matches)) for one in own if one.active]
    got = [choose(active, one.subject) for one in seen]
    named = {plan for _, matches in active for plan in matches.plans}
    left: dict[str | None, list[tuple[Seen, int | None]]] = {}
    for one, key in zip(seen, got, strict=True):
        if one.subject.plan_id not in named:
            left.setdefault(one.subject.plan_id, []).append((one, key))
    plans = [
        PlanLeft(plan, rows[0][0].product_title, len(rows), sum(key is None for _, key in rows))
        for plan, rows in left.items()
    ]
    return Reach(
        cases=len(seen),
        whole=len(seen) < MOST_CASES,
        by_key={key: got.count(key) for key, _ in active},
        by_default=got.count(None),
        plans_left=tuple(sorted(plans, key=lambda plan: (-plan.cases, plan.plan_id or ""))),
    )


def preview(
    session: Session,
    merchant: Merchant,
    own: Sequence[Policy],
    wanted: Matches,
    *,
    key: int | None,
    now: datetime,
) -> tuple[int, int, int]:
    """Cases that would match, those of them that it would get in its place in the order, and all that are counted.

    `key` is the policy that is being edited; None: a new one, which stands behind all others.
    """
    seen = _lately(session, merchant, now)
    order = [
        (one.key, wanted if one.key == key else Matches.of(one.matches))
        for one in own
        if one.active or one.key == key
    ]
    if key is None:
        order.append((0, wanted))
    matching = [one for one in seen if wanted.match(one.subject)]
    got = sum(choose(order, one.subject) == (key or 0) for one in matching)
    return len(matching), got, len(seen)


def _lately(session: Session, merchant: Merchant, now: datetime) -> Sequence[Seen]:
    return lately_seen(session, merchant, since=now - timedelta(days=DAYS), limit=MOST_CASES)
