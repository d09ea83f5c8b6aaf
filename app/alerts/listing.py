"""A merchant's alerts as a list: what was told, when, where to and with which outcome. Reads only."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.alerts.letters import values_of, written_to
from app.models import Alert, AlertDelivery, Case, ChannelFault, Merchant
from app.recovery.alert_words import AlertContent, compose
from app.recovery.alerts import AlertKind

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class Told:
    """One alert at one place. `state` is that of its row, `reason` our word for what happened last."""

    place: str
    state: str
    reason: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    id: int
    kind: AlertKind
    at: datetime
    state: str
    case_id: int | None
    content: AlertContent
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class AlertPage:
    rows: tuple[AlertRow, ...]
    next: int | None
    """The id before which the next page begins; None: this is the last page."""


def alerts(
    session: Session, merchant: Merchant, *, language: str, before: int | None = None, size: int = PAGE_SIZE
) -> AlertPage:
    """Newest first, in the words of this language."""
    wanted = select(Alert).where(Alert.merchant_id == merchant.id).order_by(Alert.id.desc()).limit(size + 1)
    if before is not None:
        wanted = wanted.where(Alert.id < before)
    found = session.scalars(wanted).all()
    shown = found[:size]
    told = _told(session, [alert.id for alert in shown])
    ids = {alert.case_id for alert in shown if alert.case_id is not None}
    cases = session.scalars(select(Case).where(Case.id.in_(ids)).options(joinedload(Case.payment))).all()
    written = written_to(session, [case.id for case in cases])
    rows = tuple(
        AlertRow(
            id=alert.id,
            kind=AlertKind(alert.kind),
            at=alert.at,
            state=alert.state,
            case_id=alert.case_id,
            content=compose(
                AlertKind(alert.kind),
                values_of(session, alert, merchant, written=written),
                language=language,
            ),
            told=tuple(told.get(alert.id, ())),
        )
        for alert in shown
    )
    return AlertPage(rows, shown[-1].id if len(found) > size else None)


def open_faults(session: Session) -> dict[str, ChannelFault]:
    """The install's channels that do not work now, by name."""
    found = session.scalars(select(ChannelFault).where(ChannelFault.ended_at.is_(None)))
    return {fault.channel: fault for fault in found}


def _told(session: Session, ids: list[int]) -> dict[int, list[Told]]:
    found: dict[int, list[Told]] = {}
    wanted = select(AlertDelivery).where(AlertDelivery.alert_id.in_(ids)).order_by(AlertDelivery.id)
    for row in session.scalars(wanted):
        told = Told(row.place, row.state, row.reason, row.ended_at or row.due_at)
        found.setdefault(row.alert_id, []).append(told)
    return found
