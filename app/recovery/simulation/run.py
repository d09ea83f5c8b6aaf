"""Lives through the same customers in every way, and sums up.

Ways are compared customer by customer, so that what differs is the way and not the luck.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt

from app.recovery.learning import (
    ARMS,
    Choice,
    Decision,
    Lesson,
)
from app.recovery.wish import open_decisions

from .learner import Learner
from .lives import Life, live
from .people import Person, people
from .ways import OurWay, Way, fixed_reminders, whop_alone
from .world import World

BLOCKS = 20
"""Of cases, in the learner's curve."""
TRIED_ON = 3000
"""Customers on whom every arm is tried to know the truth that the learner does not."""
SIZES = (60, 200, 600, 2000, 10_000)
"""Numbers of cases for which it is told what learning has brought by then."""
SURE = 1.96


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    way: Way
    cases: int
    recovered: int
    rate: float
    low: float
    high: float
    """Of the 95 percent interval (Wilson)."""
    messages: int
    cancelled: int
    unsubscribed: int
    complained: int
    more: float
    """Of the rate, than Whop alone; the same customers on both sides."""
    more_half: float
    """Half of its 95 percent interval."""


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive cases of the learner."""

    until: int
    """Cases lived through by its end."""
    regret: float
    """Recoveries missed per 100 cases, against the arms that are truly best."""
    gained: float
    """Recoveries more per 100 cases than by the default's arms alone. Both are by the arms' true rates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    summaries: tuple[Summary, ...]
    blocks: tuple[Block, ...]
    gained_by: Mapping[int, float]
    """By `SIZES`: points gained on average over so many first cases, by the arms' true rates."""
    learned_more: tuple[float, float]
    """Of the rate, what learning added to our default in these lives, and half its 95 percent interval."""
    lessons: tuple[Lesson, ...]
    """The last day's."""
    truth: Mapping[Decision, Mapping[str, float]]
    """The rate that each arm brings where it is used for everybody."""
    fixed_full_words: float
    """The rate of fixed reminders if their words had the full effect."""
    flat: float
    """What learning adds to the rate where no channel is noticed better than another: it can only cost."""


def simulate(world: World, *, count: int, days: float, seed: int) -> Result:
    """`count` failures spread over so many days; at least one."""
    crowd = list(people(world, count=count, days=days, seed=seed))
    ours = OurWay()
    alone = [live(person, whop_alone(person), world) for person in crowd]
    fixed = [live(person, fixed_reminders(person), world) for person in crowd]
    default = [live(person, ours.treat(person), world) for person in crowd]
    learner = Learner(world, ours, _truth(crowd[:TRIED_ON], world, ours))
    learned = [learner.meet(person) for person in crowd]
    lives = {Way.WHOP_ALONE: alone, Way.FIXED: fixed, Way.DEFAULT: default, Way.LEARNING: learned}
    return Result(
        summaries=tuple(_summary(way, found, alone) for way, found in lives.items()),
        blocks=tuple(_blocks(learner)),
        gained_by={size: 100 * sum(learner.gains[:size]) / size for size in SIZES if size <= count},
        learned_more=_paired(learned, default),
        lessons=tuple(learner.lessons.values()),
        truth=learner.truth,
        fixed_full_words=_fixed_with_full_words(crowd, world),
        flat=_learning_nothing(crowd, world, ours),
    )


def _truth(crowd: Sequence[Person], world: World, ours: OurWay) -> Mapping[Decision, Mapping[str, float]]:
    """For each arm, the rate among those for whom there is something to choose."""
    found: dict[Decision, dict[str, float]] = {}
    for decision in Decision:
        asked = [person for person in crowd if decision in open_decisions(person.decline_class)]
        found[decision] = {
            arm: sum(
                live(person, ours.treat(person, {decision: Choice(decision, arm, 1.0)}), world).recovered
                for person in asked
            )
            / max(1, len(asked))
            for arm in ARMS[decision]
        }
    return found


def _fixed_with_full_words(crowd: Sequence[Person], world: World) -> float:
    fair = replace(world, same_words=1.0)
    return _rate([live(person, fixed_reminders(person), fair) for person in crowd])


def _learning_nothing(crowd: Sequence[Person], world: World, ours: OurWay) -> float:
    """What the learner adds where every channel is noticed as often as a mail."""
    flat = replace(world, noticed=dict.fromkeys(world.noticed, world.noticed["email"]))
    learner = Learner(flat, ours, {})
    learned = [learner.meet(person) for person in crowd]
    return _rate(learned) - _rate([live(person, ours.treat(person), flat) for person in crowd])


def _rate(lives: Sequence[Life]) -> float:
    return sum(life.recovered for life in lives) / len(lives)


def _summary(way: Way, lives: Sequence[Life], alone: Sequence[Life]) -> Summary:
    cases, recovered = len(lives), sum(life.recovered for life in lives)
    low, high = wilson(recovered, cases)
    more, half = _paired(lives, alone)
    return Summary(
        way=way,
        cases=cases,
        recovered=recovered,
        rate=recovered / cases,
        low=low,
        high=high,
        messages=sum(life.messages for life in lives),
        cancelled=sum(life.cancelled for life in lives),
        unsubscribed=sum(life.unsubscribed for life in lives),
        complained=sum(life.complained for life in lives),
        more=more,
        more_half=half,
    )


def _paired(lives: Sequence[Life], others: Sequence[Life]) -> tuple[float, float]:
    """How much the rates of the same customers differ, and half the 95 percent interval of that."""
    gained = [one.recovered - other.recovered for one, other in zip(lives, others, strict=True)]
    more = sum(gained) / len(gained)
    spread = sum(gain * gain for gain in gained) / len(gained) - more * more
    return more, SURE * sqrt(max(0.0, spread) / len(gained))


def _blocks(learner: Learner) -> Iterable[Block]:
    size = max(1, len(learner.regrets) // BLOCKS)
    for start in range(0, len(learner.regrets) - size + 1, size):
        part = slice(start, start + size)
        regret, gained = sum(learner.regrets[part]), sum(learner.gains[part])
        yield Block(start + size, 100 * regret / size, 100 * gained / size)


def wilson(good: int, cases: int) -> tuple[float, float]:
    """The 95 percent interval of a share."""
    share, square = good / cases, SURE * SURE
    middle = share + square / (2 * cases)
    width = SURE * sqrt(share * (1 - share) / cases + square / (4 * cases * cases))
    whole = 1 + square / cases
    return (middle - width) / whole, (middle + width) / whole
