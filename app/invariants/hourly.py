"""The worker's hourly look: what it finds is kept, logged, and told to the merchants whose rows they are.

It is no part of `/readyz`: a record that is wrong is no reason to send requests elsewhere.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.cases.alerting import write_alert
from app.claims import Times
from app.db import Database
from app.invariants.run import Verdict, verdicts
from app.log import get_logger
from app.models import BrokenRule, Chore, Merchant
from app.models.base import insert_once
from app.recovery.alerts import rules_broken
from app.settings import Settings

NAME = "look_at_invariants"
EVERY = timedelta(hours=1)
PAUSE = 2 * EVERY
"""Workers that were away for so long, or are here for the first time, have late work everywhere. `/readyz` tells of
that, and it is no fault: they look an hour later."""

log = get_logger(__name__)


class NotLookedAt(Exception):
    """The rules about which nothing is known; the chore has failed, and shows it."""


def look_every_hour(database: Database, settings: Settings, *, times: Times) -> int:
    """How many rules are broken. Raises `NotLookedAt` after all the others were looked at."""
    if _were_away(database, times):
        return 0
    found = list(verdicts(database, settings, times=times, whole=False))
    broken = [verdict for verdict in found if verdict.found]
    for verdict in broken:
        log.error(
            "invariant.broken", rule=verdict.rule.name, rows=verdict.found, examples=list(verdict.examples)
        )
    _keep(database, found, times)
    _tell(database, broken, times)
    missing = [verdict.rule.name for verdict in found if verdict.trouble]
    if missing:
        raise NotLookedAt(", ".join(missing))
    return len(broken)


def _were_away(database: Database, times: Times) -> bool:
    with database.reading() as read:
        before = read.scalar(select(Chore.done_at).where(Chore.name == NAME))
    return before is None or times.wall - before > PAUSE


def _keep(database: Database, found: Iterable[Verdict], times: Times) -> None:
    with database.transaction() as session:
        for verdict in found:
            if verdict.found:
                _open(session, verdict, times)
            elif verdict.holds:
                named = update(BrokenRule).where(BrokenRule.name == verdict.rule.name)
                over = named.where(BrokenRule.ended_at.is_(None))
                session.execute(over.values(found=0, examples=[], ended_at=times.wall))


def _open(session: Session, verdict: Verdict, times: Times) -> None:
    now = {"found": verdict.found, "examples": list(verdict.examples), "ended_at": None}
    fresh = {"name": verdict.rule.name, "since": times.wall, **now}
    if insert_once(session, BrokenRule, ("name",), fresh) is not None:
        return
    named = update(BrokenRule).where(BrokenRule.name == verdict.rule.name)
    session.execute(named.where(BrokenRule.ended_at.is_not(None)).values(since=times.wall))
    session.execute(named.values(**now))


def _tell(database: Database, broken: Iterable[Verdict], times: Times) -> None:
    """Each merchant once on a day of theirs. What is nobody's is told to the install's oldest account."""
    for merchant_id, rules in _by_merchant(broken).items():
        with database.transaction() as session:
            oldest = select(Merchant).order_by(Merchant.id).limit(1)
            wanted = oldest if merchant_id is None else oldest.where(Merchant.id == merchant_id)
            merchant = session.scalars(wanted).one_or_none()
            if merchant is not None:
                day = times.now.astimezone(ZoneInfo(merchant.zone)).date().isoformat()
                write_alert(session, merchant, rules_broken(day, rules=rules), now=times.now)


def _by_merchant(broken: Iterable[Verdict]) -> Mapping[int | None, dict[str, int]]:
    told: dict[int | None, dict[str, int]] = {}
    for verdict in broken:
        for merchant_id, rows in verdict.merchants.items():
            told.setdefault(merchant_id, {})[verdict.rule.name] = rows
    return told
