"""What the messages of a period's cases came to, by channel and by their place in the conversation. Reads only."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from app.cases.tallied import Messages
from app.recovery.campaign import REMINDERS, Position
from app.recovery.machine import CaseState
from app.recovery.money import Money, totals

ORDER = (*REMINDERS, Position.NOTE)


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
