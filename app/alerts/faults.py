"""Which channels do not work: seen at every send, kept in one row a channel, and told to whom it concerns."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from pydantic import BaseModel
from sqlalchemy import ColumnElement, case, func, or_, select, update
from sqlalchemy.orm import Session

from app.cases.alerting import write_alert
from app.claims import Times
from app.db import Database
from app.models import Case, ChannelFault, Delivery, Merchant, Step
from app.models.base import insert_once
from app.recovery.alerts import FAILING, channel_down, failing
from notifiers.base import Capabilities, Check, Message, Notifier, Outcome, Recipient, Rendering, Retry, Sent

MOSTLY_REFUSED = "mostly_refused"
ENDED = ("sent", "gave_up", "unknown")
REPEAT = timedelta(minutes=1)
"""How often at most one worker writes down the same sign of a channel."""
SOON = timedelta(hours=1)
"""A message that is put off while its channel rests is due again within this time."""


@dataclass(frozen=True, slots=True)
class _Sign:
    """What the newest send says of its channel. `reason` is None where it works."""

    reason: str | None


class Watch:
    """Collects the signs in memory, so that no send ever waits for the database; `keep` writes them."""

    def __init__(self) -> None:
        self._signs: dict[str, _Sign] = {}
        self._kept: dict[str, tuple[_Sign, datetime]] = {}
        self._lock = threading.Lock()

    def note(self, channel: str, outcome: Outcome) -> None:
        match outcome:
            case Sent():
                sign = _Sign(None)
            case Retry(reason=reason, whole_channel=True, busy=False):
                sign = _Sign(reason)
            case _:
                return  # speaks of one message only
        with self._lock:
            self._signs[channel] = sign

    def keep(self, database: Database, *, wall: datetime) -> None:
        """Write down what the sends since the last time say, where it is new or was said a minute ago."""
        with self._lock:
            seen = dict(self._signs)
        fresh = {name: sign for name, sign in seen.items() if self._is_news(name, sign, wall)}
        if fresh:
            with database.transaction() as session:
                for channel, sign in fresh.items():
                    if sign.reason is None:
                        close_fault(session, channel, wall=wall)
                    else:
                        open_fault(session, channel, sign.reason, wall=wall)
            self._kept |= {name: (sign, wall) for name, sign in fresh.items()}
        with self._lock:
            self._signs = {name: sign for name, sign in self._signs.items() if seen.get(name) is not sign}

    def _is_news(self, channel: str, sign: _Sign, wall: datetime) -> bool:
        """Another worker may have written something else meanwhile, and be gone: so not only changes count."""
        before, at = self._kept.get(channel, (None, wall))
        return sign != before or wall - at >= REPEAT


class Watched(Notifier):
    """A channel whose every outcome the watch sees. It does what the channel does, and nothing else."""

    settings_model: ClassVar[type[BaseModel]] = BaseModel
    variables: ClassVar[str] = ""

    def __init__(self, inner: Notifier, watch: Watch) -> None:
        self._inner, self._watch = inner, watch
        self.name = inner.name  # type: ignore[misc]
        self.capabilities: Capabilities = inner.capabilities  # type: ignore[misc]
        self.send_timeout = inner.send_timeout

    def send(self, message: Message, recipient: Recipient) -> Outcome:
        outcome = self._inner.send(message, recipient)
        self._watch.note(self.name, outcome)
        return outcome

    @classmethod
    def render(cls, message: Message) -> Rendering:
        """Each channel has its own form; ask that."""
        raise NotImplementedError

    def check(self) -> Check:
        return self._inner.check()

    def close(self) -> None:
        self._inner.close()


def open_fault(session: Session, channel: str, reason: str, *, wall: datetime) -> None:
    """The channel does not work. Repeating it changes nothing."""
    values = {"channel": channel, "reason": reason, "since": wall, "times": 1, "ended_at": None}
    if insert_once(session, ChannelFault, ("channel",), values) is not None:
        return
    over = update(ChannelFault).where(ChannelFault.channel == channel, ChannelFault.ended_at.is_not(None))
    again = {"reason": reason, "since": wall, "times": ChannelFault.times + 1, "ended_at": None}
    session.execute(over.where(ChannelFault.ended_at < wall - FAILING.calm).values(**again))
    session.execute(over.values(ended_at=None, reason=reason))


def close_fault(session: Session, channel: str, *, wall: datetime) -> None:
    """A message got through. Of a channel that refuses most of them, that is no proof."""
    _close(session, ChannelFault.channel == channel, ChannelFault.reason != MOSTLY_REFUSED, wall=wall)


def look_at_channels(database: Database, *, times: Times) -> int:
    """Find channels that refuse most of what they get, and tell the merchants whose messages wait."""
    with database.transaction() as session:
        bad = [name for name, sends in _sends(session, times) if failing(refused=sends[0], sends=sends[1])]
        for channel in bad:
            open_fault(session, channel, MOSTLY_REFUSED, wall=times.wall)
        _close(
            session,
            ChannelFault.channel.not_in(bad),
            ChannelFault.reason == MOSTLY_REFUSED,
            wall=times.wall,
        )
        faults = session.scalars(select(ChannelFault).where(ChannelFault.ended_at.is_(None))).all()
        return sum(_tell(session, fault, times) for fault in faults)


def _close(session: Session, *which: ColumnElement[bool], wall: datetime) -> None:
    session.execute(update(ChannelFault).where(ChannelFault.ended_at.is_(None), *which).values(ended_at=wall))


def _sends(session: Session, times: Times) -> Iterator[tuple[str, tuple[int, int]]]:
    """By channel: how many sends of the span were refused for good, of how many that ended."""
    refused = func.sum(case((Delivery.outcome == "gave_up", 1), else_=0))
    found = session.execute(
        select(Delivery.channel, refused, func.count())
        .where(Delivery.started_at > times.now - FAILING.span, Delivery.outcome.in_(ENDED))
        .group_by(Delivery.channel)
    )
    for channel, bad, sends in found:
        yield channel, (int(bad), sends)


def _tell(session: Session, fault: ChannelFault, times: Times) -> int:
    wanted = channel_down(fault.channel, number=fault.times, reason=fault.reason, since=fault.since)
    waiting = (
        select(Case.merchant_id)
        .join(Step, Step.case_id == Case.id)
        .where(
            Step.state == "planned",
            Step.channel == fault.channel,
            Step.planned_at <= times.now,
            Step.due_at <= times.now + SOON,
        )
    )
    refused = (
        select(Case.merchant_id)
        .join(Delivery, Delivery.case_id == Case.id)
        .where(
            Delivery.channel == fault.channel,
            Delivery.outcome == "gave_up",
            Delivery.started_at > times.now - FAILING.span,
        )
    )
    concerned = select(Merchant).where(or_(Merchant.id.in_(waiting), Merchant.id.in_(refused)))
    written = [
        write_alert(session, merchant, wanted, now=times.now) for merchant in session.scalars(concerned)
    ]
    return sum(alert is not None for alert in written)
