"""Alerts that only time shows: the daily digests and spikes of failures. Writes them; sends nothing."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from app.cases.alerting import write_alert
from app.cases.audit import Act
from app.db import Database
from app.models import Alert, Audit, Case, Merchant, Step
from app.models.case import LIVE
from app.models.merchant import lock_merchant
from app.recovery.alerts import FLOOD, SPIKE, AlertKind, FloodRule, Wanted, flood, spike
from app.recovery.decline import DeclineClass
from app.recovery.digest import CaseChange, Counted, Digest, digest, next_digest
from app.recovery.machine import CaseState
from app.recovery.money import Money, totals

MOST_AT_ONCE = 50
"""Merchants of one run; the rest follow in the next, a few seconds later."""
RUNNING = tuple(state.value for state in CaseState if state.running)


def write_digests(database: Database, *, now: datetime) -> int:
    """Each merchant whose hour has come, in a transaction of its own; how many digests were written."""
    with database.reading() as read:
        found = read.scalars(
            select(Merchant.id)
            .where(
                Merchant.digest_on,
                or_(Merchant.digest_due_at.is_(None), Merchant.digest_due_at <= now),
            )
            .order_by(Merchant.digest_due_at, Merchant.id)
            .limit(MOST_AT_ONCE)
        ).all()
    written = 0
    for merchant_id in found:
        with database.transaction() as session:
            lock_merchant(session, merchant_id)
            written += _write_digest(session, session.get_one(Merchant, merchant_id), now=now)
    return written


def _write_digest(session: Session, merchant: Merchant, *, now: datetime) -> bool:
    """Under the merchant's lock: nobody changes a case of theirs meanwhile, so no change is told twice."""
    zone = ZoneInfo(merchant.zone)
    last = session.scalar(select(func.max(Audit.id)).where(Audit.merchant_id == merchant.id)) or 0
    told, day = False, None
    if merchant.digest_from is None:  # nothing to look back on
        merchant.digest_from, merchant.digest_after_id = now, last
    elif merchant.digest_due_at is not None and merchant.digest_due_at <= now:
        day = now.astimezone(zone).date()
        figures = _figures(session, merchant, until=last)
        told = figures.worth_telling() and _tell(session, merchant, figures, day=day.isoformat(), now=now)
        if told or not figures.worth_telling():
            merchant.digest_from, merchant.digest_after_id = now, last
    merchant.digest_due_at = next_digest(now=now, zone=zone, hour=merchant.digest_hour, told_on=day)
    return told


def _tell(session: Session, merchant: Merchant, figures: Digest, *, day: str, now: datetime) -> bool:
    """False: this day has had its digest, and what is new waits for the next."""
    if write_alert(session, merchant, Wanted(AlertKind.DIGEST, day, figures.stored()), now=now) is None:
        return False
    kept = update(Alert).where(Alert.merchant_id == merchant.id, Alert.state == "kept")
    session.execute(kept.values(state="told"))
    return True


def _figures(session: Session, merchant: Merchant, *, until: int) -> Digest:
    assert merchant.digest_from is not None
    return digest(
        _changes(session, merchant, until=until),
        at_risk=_at_risk(session, merchant),
        needs=_needs(session, merchant, since=merchant.digest_from),
        since=merchant.digest_from,
    )


def _changes(session: Session, merchant: Merchant, *, until: int) -> Iterator[CaseChange]:
    """Read off the audit lines, which are in the order of the changes."""
    lines = session.execute(
        select(Audit.case_id, Audit.action, Audit.detail)
        .where(
            Audit.merchant_id == merchant.id,
            Audit.id > (merchant.digest_after_id or 0),
            Audit.id <= until,
            Audit.action.in_((Act.CASE_OPENED.value, Act.CASE_CHANGED.value)),
        )
        .order_by(Audit.id)
    ).all()
    opened = {case_id for case_id, action, _ in lines if action == Act.CASE_OPENED.value}
    was: dict[int | None, str] = {}
    for case_id, action, detail in lines:
        if action == Act.CASE_CHANGED.value:
            was.setdefault(case_id, detail["from"])
    for case in _cases(session, {case_id for case_id, _, _ in lines if case_id is not None}):
        yield CaseChange(
            opened=case.id in opened,
            opened_at=case.opened_at,
            was=CaseState(was[case.id]) if case.id in was else None,
            state=CaseState(case.state),
            amount=Money(case.currency, case.amount_minor) if case.currency and case.amount_minor else None,
            taken_back_minor=case.taken_back_minor,
        )


def _cases(session: Session, ids: Iterable[int]) -> Iterator[Case]:
    wanted = sorted(ids)
    for first in range(0, len(wanted), 500):
        some = Case.id.in_(wanted[first : first + 500])
        # What was learnt of the time before is no news.
        yield from session.scalars(select(Case).where(some, Case.origin == LIVE))


def _at_risk(session: Session, merchant: Merchant) -> Counted:
    rows = session.execute(
        select(Case.currency, func.count(), func.sum(Case.amount_minor))
        .where(Case.merchant_id == merchant.id, Case.state.in_(RUNNING), Case.origin == LIVE)
        .group_by(Case.currency)
    ).all()
    money = totals(Money(currency, int(minor)) for currency, _, minor in rows if currency and minor)
    return Counted(sum(cases for _, cases, _ in rows), money)


def _needs(session: Session, merchant: Merchant, *, since: datetime) -> dict[str, int]:
    mine = (Case.merchant_id == merchant.id, Case.state.in_(RUNNING), Case.origin == LIVE)
    count = select(func.count())
    sensitive = count.where(*mine, Case.decline_class == DeclineClass.SENSITIVE.value)
    # Steps, not sends: what one channel refused another one may have carried.
    unreached = (
        select(func.count(Step.case_id.distinct()))
        .join(Case, Step.case_id == Case.id)
        .where(Step.ended_at >= since, Step.state.in_(("gave_up", "dead")), *mine)
    )
    nobody_knows = (
        Case.decline_class == DeclineClass.UNKNOWN.value
    )  # still: a later decline may have said why
    kept = (
        select(func.count())
        .select_from(Alert)
        .join(Case, Alert.case_id == Case.id)
        .where(Alert.merchant_id == merchant.id, Alert.state == "kept", *mine, nobody_knows)
    )
    return {
        "sensitive": session.scalar(sensitive) or 0,
        "unknown_reason": session.scalar(kept) or 0,
        "unreached": session.scalar(unreached) or 0,
        "paused": session.scalar(count.where(*mine, Case.held)) or 0,
    }


def write_spikes(database: Database, *, now: datetime, flood_rule: FloodRule | None = FLOOD) -> int:
    """Merchants with far more failures in the last hour than usual; how many were told.

    `flood_rule`: None where no reminder is held back, whatever happens.
    """
    with database.reading() as read:
        # Cases of a spike still run: the index of running cases finds them, however many are over.
        found = read.scalars(
            select(Case.merchant_id)
            .where(Case.closed_at.is_(None), Case.opened_at > now - SPIKE.span)
            .group_by(Case.merchant_id)
            .having(func.count() > SPIKE.at_least)
        ).all()
    written = 0
    for merchant_id in found:
        with database.transaction() as session:
            lock_merchant(session, merchant_id)
            merchant = session.get_one(Merchant, merchant_id)
            written += _write_spike(session, merchant, now=now, flood_rule=flood_rule)
    return written


def _write_spike(
    session: Session, merchant: Merchant, *, now: datetime, flood_rule: FloodRule | None
) -> bool:
    began = now - SPIKE.span
    failures = _opened(session, merchant, after=began, until=now)
    before = _opened(session, merchant, after=began - SPIKE.usual_over, until=began)
    flooded = _told_at(session, merchant, AlertKind.FLOOD)
    if flood_rule is not None:
        wanted = flood(failures=failures, before=before, told_at=flooded, now=now, rule=flood_rule)
        if wanted is not None:
            merchant.flood_since = merchant.flood_since or now
            merchant.flood_until = now + flood_rule.rest
            return write_alert(session, merchant, wanted, now=now) is not None
    told_at = max(filter(None, (flooded, _told_at(session, merchant, AlertKind.SPIKE))), default=None)
    wanted = spike(failures=failures, before=before, told_at=told_at, now=now)
    return wanted is not None and write_alert(session, merchant, wanted, now=now) is not None


def _told_at(session: Session, merchant: Merchant, kind: AlertKind) -> datetime | None:
    told = select(func.max(Alert.at)).where(Alert.merchant_id == merchant.id, Alert.kind == kind.value)
    return session.scalar(told)


def _opened(session: Session, merchant: Merchant, *, after: datetime, until: datetime) -> int:
    counted = select(func.count()).where(
        Case.merchant_id == merchant.id, Case.opened_at > after, Case.opened_at <= until
    )
    return session.scalar(counted) or 0
