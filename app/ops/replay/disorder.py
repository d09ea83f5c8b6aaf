"""Puts a history into disorder: mixed, doubled, late, or with events that never come. Pure, by a seed.

Events are delivered in spells: what Whop sent within one spell comes at the spell's end, all at one moment.
So a mixed spell differs from a clean one in nothing but the order.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from app.ops.replay.heard import Heard, has_meaning
from app.whop.events import name_of

SPELL = timedelta(hours=1)
LATEST_SPELLS = 96
"""How many spells late an event may come, at most: four days, as Whop goes on trying for three."""
LOOKED_UP = ("payment.", "membership.")
"""Kinds of events that may be missing: a look at Whop's own records tells the same later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disorder:
    shuffle: bool = False
    double: bool = False
    """Every event comes a second time: at once or later, under its own name or a new one."""
    drop: float = 0.0
    """The share of events that never come, 0 to 1."""
    late: float = 0.0
    """The share of events that come some spells late, 0 to 1."""

    @property
    def keeps_time(self) -> bool:
        """Each event is first heard in its own spell: then everything must be the same, messages too."""
        return not self.drop and not self.late


@dataclass(frozen=True, slots=True)
class Arrival:
    """One delivery to the door, or the answer to a look of ours."""

    at: datetime
    heard: Heard
    origin: str = "webhook"


def clean(history: Iterable[Heard], *, spell: timedelta = SPELL) -> list[Arrival]:
    """In the order of time, each once, at the end of its spell."""
    ordered = sorted(history, key=lambda heard: (heard.at, heard.message_id))
    return [Arrival(_spell_end(heard.at, spell), heard) for heard in ordered]


def disordered(
    history: Sequence[Heard], disorder: Disorder, *, seed: int, spell: timedelta = SPELL
) -> tuple[list[Arrival], list[Arrival]]:
    """What comes, and what does not: events that only a look can bring, at the time of their spell."""
    chance = random.Random(seed)  # noqa: S311  the same seed makes the same disorder
    came: list[Arrival] = []
    missing: list[Arrival] = []
    for arrival in clean(history, spell=spell):
        if chance.random() < disorder.drop and can_be_looked_up(arrival.heard):
            missing.append(arrival)
            continue
        if chance.random() < disorder.late:
            arrival = _later(arrival, chance, spell)
        came.append(arrival)
        if disorder.double:
            came.append(_again(arrival, chance, spell))
    came.sort(key=lambda arrival: arrival.at)
    if disorder.shuffle:
        came = [one for _, at_once in groupby(came, lambda one: one.at) for one in _mixed(at_once, chance)]
    return came, missing


def can_be_looked_up(heard: Heard) -> bool:
    return has_meaning(heard) and (name_of(heard.body) or "").startswith(LOOKED_UP)


def _spell_end(at: datetime, spell: timedelta) -> datetime:
    return at - (at - datetime.min.replace(tzinfo=at.tzinfo)) % spell + spell


def _later(arrival: Arrival, chance: random.Random, spell: timedelta) -> Arrival:
    return replace(arrival, at=arrival.at + chance.randint(1, LATEST_SPELLS) * spell)


def _again(arrival: Arrival, chance: random.Random, spell: timedelta) -> Arrival:
    copy = _later(arrival, chance, spell) if chance.random() < 0.5 else arrival
    if chance.random() < 0.5:
        heard = replace(copy.heard, message_id=f"{copy.heard.message_id}_again")
        copy = replace(copy, heard=heard)
    return copy


def _mixed(at_once: Iterable[Arrival], chance: random.Random) -> list[Arrival]:
    mixed = list(at_once)
    chance.shuffle(mixed)
    return mixed
