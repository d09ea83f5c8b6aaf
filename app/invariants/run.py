"""Looks at the records by every rule, in one read-only snapshot: nothing half done is seen, and nobody is kept waiting."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.exc import DBAPIError

from app.claims import Times
from app.db import Database
from app.invariants.looking import Look, Rule
from app.invariants.rules import RULES
from app.log import get_logger
from app.privacy.retention import Kept
from app.settings import Settings

EXAMPLES = 5
HOURLY = timedelta(seconds=20)
"""Less than a chore's lease. A snapshot that stays open keeps PostgreSQL from tidying up behind writers."""
WHOLE = timedelta(minutes=15)

log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    rule: Rule
    found: int = 0
    examples: tuple[str, ...] = ()
    merchants: Mapping[int | None, int] = field(default_factory=dict)
    """How many are whose."""
    trouble: str | None = None
    """Why it could not be looked at; then nothing is known of it."""

    @property
    def holds(self) -> bool:
        return self.found == 0 and self.trouble is None


def verdicts(
    database: Database, settings: Settings, *, times: Times, whole: bool, patience: timedelta | None = None
) -> Iterator[Verdict]:
    """One for each rule, in their order. `patience`: for all of them together."""
    kept, charges = Kept.of(settings), settings.whop_api_key is not None
    patience = (WHOLE if whole else HOURLY) if patience is None else patience
    until = time.monotonic() + patience.total_seconds()
    with database.snapshot() as session:
        look = Look(session=session, times=times, kept=kept, charges=charges, whole=whole)
        for rule in RULES:
            left = until - time.monotonic()
            if left <= 0:
                yield Verdict(rule=rule, trouble="no time was left")
                continue
            database.allow(session, left)
            yield verdict_of(rule, look)


def verdict_of(rule: Rule, look: Look) -> Verdict:
    """A rule whose question fails or takes too long spoils nothing for the others."""
    try:
        with look.session.begin_nested():
            found = list(rule.search(look))
    except DBAPIError as error:
        log.warning("invariant.not_looked_at", rule=rule.name, exc_info=True)
        return Verdict(rule=rule, trouble=type(error.orig).__name__)
    return Verdict(
        rule=rule,
        found=len(found),
        examples=tuple(one.row for one in found[:EXAMPLES]),
        merchants=Counter(one.merchant_id for one in found),
    )
