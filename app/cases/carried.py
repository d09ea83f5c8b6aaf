"""What the messages of a period's cases came to, by channel and by their place in the conversation. Reads only."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import false, func, literal, select
from sqlalchemy.orm import Session

from app.cases.tally_spans import Narrow, between, hours_columns, in_hours, rows
from app.models import Case, Delivery, Merchant, MessageTally, Step
from app.recovery.campaign import REMINDERS, Position
from app.recovery.edges import Edge
from app.recovery.machine import CaseState
from app.recovery.money import Money, totals
from app.recovery.winback import KIND

ORDER = (*REMINDERS, Position.NOTE)


@dataclass(frozen=True, slots=True)
class Messages:
    """Alike in channel and place in the conversation."""

    channel: str
    wording_key: str
    what: str
    """An outcome, or recovered: payments whose last message it was."""
    count: int
    currency: str
    amount_minor: int
    """Net of what was taken back; only of what was recovered."""


@dataclass(frozen=True, slots=True)
class Carried:
    name: str
    """A channel, or a position."""
    sent: int
    unclear: int
    """The peer may have it."""
    gave_up: int
    recovered: int
    """Payments whose last message it was, shortly before; no proof that it was the cause."""
    money: tuple[Money, ...]

    @property
    def share(self) -> float | None:
        """Of the messages that arrived, or may have."""
        return self.recovered / (self.sent + self.unclear) if self.sent + self.unclear else None


def message_figures(
    session: Session, merchant: Merchant, edges: Sequence[Edge], *, narrow: Narrow
) -> list[Messages]:
    """Of the cases between the first and the last edge."""
    tally = MessageTally
    alike = (tally.channel, tally.wording_key, tally.what, tally.currency)
    net = func.sum(tally.amount_minor - tally.taken_back_minor)
    whole = select(
        literal(0).label("place"), false().label("corrects"), *alike, func.sum(tally.messages), net
    )
    whole = whole.where(
        tally.merchant_id == merchant.id, *narrow.of(tally), *between(tally.day, edges)
    ).group_by(*alike)
    of_hours = (*in_hours(merchant, edges), *narrow.of_cases())
    currency = func.coalesce(Case.currency, "")
    sent = (
        select(*hours_columns(edges), Delivery.channel, Step.wording_key, Delivery.outcome, currency, func.count(), literal(0))
        .join(Delivery, Delivery.case_id == Case.id)
        .join(Step, Delivery.step_id == Step.id)
        .where(*of_hours, Step.kind != KIND)
        .group_by("place", Delivery.channel, Step.wording_key, Delivery.outcome, currency)
    )  # fmt: skip
    recovered = literal(CaseState.RECOVERED.value)
    paid = func.sum(func.coalesce(Case.amount_minor, 0) - Case.taken_back_minor)
    credited = (
        select(*hours_columns(edges), Step.channel, Step.wording_key, recovered, currency, func.count(), paid)
        .join(Step, Case.attribution_step_id == Step.id)
        .where(*of_hours, Case.state == CaseState.RECOVERED.value)
        .group_by("place", Step.channel, Step.wording_key, currency)
    )
    sums: dict[tuple[str, str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for place, sign, (*key, count, minor) in rows(session, whole, sent, edges, credited):
        if place == 0:
            figures = sums[key[0], key[1], key[2], key[3]]
            figures[0] += sign * int(count)
            figures[1] += sign * int(minor or 0)
    return [
        Messages(channel, wording_key, what, count, code, minor)
        for (channel, wording_key, what, code), (count, minor) in sums.items()
        if count
    ]


def by_channel(messages: Iterable[Messages]) -> tuple[Carried, ...]:
    return _grouped(messages, lambda one: one.channel, order=None)


def by_step(messages: Iterable[Messages]) -> tuple[Carried, ...]:
    return _grouped(
        messages, lambda one: one.wording_key.rpartition(".")[2], order=[str(one) for one in ORDER]
    )


def _grouped(
    messages: Iterable[Messages], name_of: Callable[[Messages], str], *, order: list[str] | None
) -> tuple[Carried, ...]:
    groups: dict[str, list[Messages]] = {}
    for one in messages:
        groups.setdefault(name_of(one), []).append(one)
    names = sorted(groups) if order is None else [name for name in order if name in groups]
    return tuple(_carried(name, groups[name]) for name in names)


def _carried(name: str, rows: list[Messages]) -> Carried:
    def count(*what: str) -> int:
        return sum(row.count for row in rows if row.what in what)

    recovered = [row for row in rows if row.what == CaseState.RECOVERED]
    return Carried(
        name=name,
        sent=count("sent"),
        unclear=count("unknown", "in_flight"),
        gave_up=count("gave_up"),
        recovered=count(CaseState.RECOVERED.value),
        money=totals(Money(row.currency, row.amount_minor) for row in recovered if row.currency),
    )
