"""Begins and ends experiments with two versions of a text, and tells what they take and what came of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from app.cases.audit import Act, note
from app.cases.wordings import Slot, version
from app.models import Case, Delivery, Experiment, Exposure, Merchant, Step
from app.models.contact import REACHED
from app.models.merchant import lock_merchant
from app.recovery.experiment import Count, Outlook, Result, Side, outlook, result
from app.recovery.learning import RESOLVED_AFTER
from app.recovery.machine import CaseState

LATELY = timedelta(days=90)
MONTH = timedelta(days=30)
DEFAULT = 0
"""The number of the default text."""


@dataclass(frozen=True, slots=True)
class Compared:
    experiment: Experiment
    result: Result

    @property
    def running(self) -> bool:
        return self.experiment.ended_at is None


def begin(
    session: Session, merchant: Merchant, slot: Slot, numbers: tuple[int, int], *, actor: str, now: datetime
) -> int | None:
    """Let A and B run against each other from the next case on; the experiment's id.

    None where one runs already, the versions are the same, or one of them is not there.
    """
    lock_merchant(session, merchant.id)
    there = all(number == DEFAULT or version(session, merchant, slot, number) for number in numbers)
    if numbers[0] == numbers[1] or not there or _open(session, merchant, slot):
        return None
    row = Experiment(
        merchant_id=merchant.id,
        key=slot.key,
        channel=slot.channel,
        language=slot.language,
        number_a=numbers[0],
        number_b=numbers[1],
        planned=outlook_of(session, merchant, slot, now=now).cases,
        started_at=now,
        actor=actor,
    )
    session.add(row)
    session.flush()
    _note(session, row, Act.EXPERIMENT_BEGUN, actor=actor, now=now)
    return row.id


def end(session: Session, merchant: Merchant, slot: Slot, *, actor: str, now: datetime) -> bool:
    """Cases from now on get the text in force again; False where none runs."""
    lock_merchant(session, merchant.id)
    found = _open(session, merchant, slot)
    if found is None:
        return False
    found.ended_at = now
    _note(session, found, Act.EXPERIMENT_ENDED, actor=actor, now=now)
    return True


def latest(session: Session, merchant: Merchant, slot: Slot, *, now: datetime) -> Compared | None:
    """The newest experiment with this text, and how far it is or what came of it."""
    found = session.scalars(_of_slot(merchant, slot).order_by(Experiment.id.desc()).limit(1)).one_or_none()
    if found is None:
        return None
    return Compared(found, result(_counts(session, found, now=now), planned=found.planned))


def outlook_of(session: Session, merchant: Merchant, slot: Slot, *, now: datetime) -> Outlook:
    """What an experiment with this text would take, by the messages of the last 90 days."""
    sent = (
        select(Case.id, Case.opened_at, Case.state)
        .join(Step, Step.case_id == Case.id)
        .join(Delivery, Delivery.step_id == Step.id)
        .where(
            Case.merchant_id == merchant.id,
            Step.wording_key == slot.key,
            Delivery.outcome.in_(REACHED),
            Delivery.started_at > now - LATELY,
            Delivery.content["language"].as_string() == slot.language,
        )
        .distinct()
    )
    if slot.channel:
        sent = sent.where(Delivery.channel == slot.channel)
    cases = sent.subquery()
    resolved = cases.c.opened_at <= now - RESOLVED_AFTER
    recovered = resolved & (cases.c.state == CaseState.RECOVERED.value)
    whole, old, paid = session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(case((resolved, 1), else_=0)), 0),
            func.coalesce(func.sum(case((recovered, 1), else_=0)), 0),
        ).select_from(cases)
    ).one()
    return outlook(monthly=whole * (MONTH / LATELY), past=Count(old, paid))


def _open(session: Session, merchant: Merchant, slot: Slot) -> Experiment | None:
    return session.scalars(_of_slot(merchant, slot).where(Experiment.ended_at.is_(None))).one_or_none()


def _of_slot(merchant: Merchant, slot: Slot) -> Select[Experiment]:
    return select(Experiment).where(
        Experiment.merchant_id == merchant.id,
        Experiment.key == slot.key,
        Experiment.channel == slot.channel,
        Experiment.language == slot.language,
    )


def _counts(session: Session, experiment: Experiment, *, now: datetime) -> Mapping[Side, Count]:
    return {
        Side(side): Count(resolved, recovered)
        for side, resolved, recovered in session.execute(_resolved(experiment, now=now))
    }


def _resolved(experiment: Experiment, *, now: datetime) -> Select[str, int, int]:
    paid = case((Case.state == CaseState.RECOVERED.value, 1), else_=0)
    return (
        select(Exposure.side, func.count(), func.sum(paid))
        .join(Case, Exposure.case_id == Case.id)
        .where(
            Exposure.experiment_id == experiment.id,
            Case.opened_at <= now - RESOLVED_AFTER,
            Case.state != CaseState.VOID.value,
        )
        .group_by(Exposure.side)
    )


def _note(session: Session, row: Experiment, act: Act, *, actor: str, now: datetime) -> None:
    detail = {
        "experiment": row.id,
        "key": row.key,
        "channel": row.channel,
        "language": row.language,
        "versions": [row.number_a, row.number_b],
    }
    note(session, act, merchant_id=row.merchant_id, actor=actor, at=now, detail=detail)
