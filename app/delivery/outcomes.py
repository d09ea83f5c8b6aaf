"""Writes into a delivery what became of its send: once, by the sender or, where that died, by who comes after.

Also what alerts and reminders have in common: what counts as an outcome, and how long a channel rests.
"""

import random
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.claims import BACKOFF_MOST, Times, backoff
from app.models import Delivery
from app.recovery.reasons import Why
from notifiers.base import GiveUp, Outcome, Retry, Sent, Unknown

CHANNEL_PAUSE = timedelta(minutes=5)
"""How long a channel rests that is down as a whole; such waits do not use up a message's tries."""


@dataclass(frozen=True, slots=True)
class Noted:
    """What was written of a send."""

    case_id: int
    channel: str
    outcome: str
    moved: bool
    """False: the step was cancelled meanwhile and kept its state."""
    first: bool
    """False: the send had been given up as unknown before."""


def complete(delivery: Delivery, outcome: Outcome, times: Times) -> None:
    delivery.ended_at = times.now
    match outcome:
        case Sent(provider_id=provider_id):
            delivery.outcome, delivery.provider_id = "sent", provider_id
        case Retry(reason=reason):
            delivery.outcome, delivery.reason = "retry", reason
        case GiveUp(reason=reason):
            delivery.outcome, delivery.reason = "gave_up", reason
        case Unknown(reason=reason):
            delivery.outcome, delivery.reason = "unknown", reason


def close_torn(session: Session, times: Times) -> list[str]:
    """Calls that never came back, also where a cancellation has taken their step; the channel of each."""
    closed = session.scalars(
        update(Delivery)
        .where(Delivery.outcome == "in_flight", Delivery.lease_until < times.wall)
        .values(outcome="unknown", reason=Why.WORKER_LOST.value, ended_at=times.now)
        .returning(Delivery.channel)
        .execution_options(synchronize_session=False)
    )
    return list(closed)


def honest(answer: object) -> Outcome:
    """What a channel's `send` gave back. Where that is no outcome, the peer may have the message."""
    match answer:
        case (
            Sent(provider_id=None | str())
            | Retry(reason=str(), after=None | timedelta())
            | GiveUp(reason=str())
            | Unknown(reason=str())
        ):
            return answer
    return Unknown("notifier_no_outcome")


def rest(retry: Retry) -> timedelta:
    """How long its channel is left alone; one that only keeps its rate is asked again just when it says."""
    if retry.busy and retry.after is not None:
        return min(max(retry.after, timedelta()), BACKOFF_MOST)
    return backoff(1, share=random.random(), wish=retry.after or CHANNEL_PAUSE)  # noqa: S311
