"""Made-up customers: everything about one that does not depend on how they are treated is drawn beforehand.

So every way of dealing with them meets the same people with the same luck, and ways differ by themselves
alone.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from app.recovery.campaign import LIMITS
from app.recovery.decline import DeclineClass
from app.recovery.ladder import HOUR, payday

from .world import TOLD_MORE, ZONES, World

RUNWAY = LIMITS.runway / HOUR
BEGIN = datetime(2026, 1, 5, tzinfo=UTC)
PAY_MORNING = time(8)
MOST_MESSAGES = 3


@dataclass(frozen=True, slots=True)
class Luck:
    """How one message meets a person; each from 0 to 1, but the hours."""

    notices: float
    lag_hours: float
    cancels: float
    unsubscribes: float
    complains: float


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    decline_class: DeclineClass
    failed_at: datetime
    zone: ZoneInfo
    linked: bool
    clears_after: float | None
    """Hours until Whop's charge works by itself; None: not within the five days."""
    would_act: bool
    """If a message told them what to do."""
    understands: float
    """From 0 to 1; below the share of words that fit, the message told them."""
    luck: tuple[Luck, ...]
    """For each message they may get."""
    retry: float
    returns: float


def people(world: World, *, count: int, days: float, seed: int) -> Iterator[Person]:
    """So many failures in so many days, in the order in which they happen."""
    chance = random.Random(seed)  # noqa: S311  the same seed makes the same customers
    moments = sorted(chance.uniform(0, days) for _ in range(count))
    natural = world.natural
    classes, zones = list(world.mix), [ZoneInfo(name) for name in ZONES]
    by_class, by_zone = list(accumulate(world.mix.values())), list(accumulate(ZONES.values()))
    for number, moment in enumerate(moments):
        name = chance.choices(classes, cum_weights=by_class)[0]
        zone = chance.choices(zones, cum_weights=by_zone)[0]
        failed_at = BEGIN + timedelta(days=moment)
        clears = _clears(world, name, failed_at=failed_at, zone=zone, chance=chance)
        by_itself = chance.random() < natural[name]
        told = min(1.0, TOLD_MORE.get(name, 0.0) * world.told_scale / (1 - natural[name]))
        yield Person(
            name=f"{seed}.{number}",
            decline_class=name,
            failed_at=failed_at,
            zone=zone,
            linked=chance.random() < world.linked,
            clears_after=clears if by_itself else None,
            would_act=not by_itself and chance.random() < told,
            understands=chance.random(),
            luck=tuple(_luck(world, chance) for _ in range(MOST_MESSAGES)),
            retry=chance.random(),
            returns=chance.random(),
        )


def _luck(world: World, chance: random.Random) -> Luck:
    lag = chance.expovariate(0.6931 / world.lag_hours)  # the median of an exponential is ln 2 of its mean
    return Luck(chance.random(), lag, chance.random(), chance.random(), chance.random())


def _clears(
    world: World, name: DeclineClass, *, failed_at: datetime, zone: ZoneInfo, chance: random.Random
) -> float:
    """Hours after the failure, within the five days."""
    slowly = chance.expovariate(1 / world.fast_fix_hours) % RUNWAY
    if name is DeclineClass.FUNDS and chance.random() < world.payday_share:
        payday = next_payday(failed_at, zone)
        after = (payday - failed_at) / HOUR
        return after if after < RUNWAY else slowly
    return slowly


def next_payday(after: datetime, zone: ZoneInfo) -> datetime:
    """The morning of the next 1st, 15th or Friday there."""
    day = after.astimezone(zone).date()
    while True:
        morning = datetime.combine(day, PAY_MORNING, tzinfo=zone)
        if payday(day) and morning > after:
            return morning.astimezone(UTC)
        day += timedelta(days=1)
