"""Learns, merchant by merchant, which hour, channel and delay of the first message brings money in most often.

Thompson sampling in daily batches: an option is used as often as it is probable that it is the best. Only
cases whose outcome stands count, and the control group takes no part. Draws nothing by chance of its own:
the same case gets the same option every time.
"""

import hashlib
import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from . import best
from .posterior import Beta


class Decision(StrEnum):
    """What is learned, each by itself: what is drawn for one says nothing of the others."""

    SEND_HOUR = "send_hour"
    FIRST_CHANNEL = "first_channel"
    FIRST_DELAY = "first_delay"


AS_PLANNED = "as_planned"
ARMS: Mapping[Decision, tuple[str, ...]] = {
    Decision.SEND_HOUR: (AS_PLANNED, "9", "13", "18"),
    Decision.FIRST_CHANNEL: (AS_PLANNED, "whop_chat"),
    Decision.FIRST_DELAY: (AS_PLANNED, "6", "12"),
}
"""The default first; four at most. Hours of the customer's day; a channel; hours beyond the campaign's own.

Both arms of the channel are open to the same customers, so that nothing but the channel differs between them.
"""

MINIMUM = 200
"""Resolved cases of a decision below which only its default is used: fewer cannot tell the arms apart."""
STRENGTH = 20
"""Cases that the prior of each arm weighs. Its mean is the pooled rate of all arms of this merchant."""
RESOLVED_AFTER = timedelta(days=14)
"""A case counts once it is so old, whatever became of it.

Paid cases end sooner than lost ones. Counted at their end, an arm that has just been tried would look better
than it is.
"""
_FIRST_GUESS = 0.4
"""Where a merchant has no cases: 1,108 of 2,682 failed orders were recovered at Polar."""


class Guardrail(StrEnum):
    """What an arm must not do more often than the default, whatever money it brings."""

    CANCELLED = "cancelled"
    UNSUBSCRIBED = "unsubscribed"
    COMPLAINED = "complained"
    DISPUTED = "disputed"


WORSE_BY = 0.01
CLEARLY = 0.975
SEEN_ENOUGH = 50
"""An arm is dropped when it has so many resolved cases and one of its guardrail rates lies, with a probability
of at least `CLEARLY`, more than `WORSE_BY` (one point) above the default's. The default itself stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """An arm's resolved cases, and of how many of them each is true."""

    resolved: int = 0
    recovered: int = 0
    """Paid and not taken back by refund or dispute."""
    cancelled: int = 0
    unsubscribed: int = 0
    complained: int = 0
    disputed: int = 0

    def of(self, guardrail: Guardrail) -> int:
        found: int = getattr(self, guardrail.value)
        return found


@dataclass(frozen=True, slots=True)
class Arm:
    name: str
    tally: Tally
    belief: Beta
    dropped: Guardrail | None
    probability: float
    """With which the next case gets it, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is known of a decision on one day."""

    decision: Decision
    arms: tuple[Arm, ...]
    resolved: int
    on: bool
    """False below `MINIMUM` cases: only the default is used."""

    @property
    def probabilities(self) -> Mapping[str, float]:
        return {arm.name: arm.probability for arm in self.arms}


@dataclass(frozen=True, slots=True)
class Choice:
    decision: Decision
    arm: str
    probability: float
    """With which this case got it."""

    def stored(self) -> dict[str, Any]:
        return {"decision": self.decision.value, "arm": self.arm, "probability": round(self.probability, 4)}


def learn(decision: Decision, tallies: Mapping[str, Tally], *, minimum: int = MINIMUM) -> Lesson:
    """The lesson of a day's tallies. Arms without a tally have no cases yet."""
    return learn_of(ARMS[decision], tallies, decision=decision, minimum=minimum)


def learn_of(
    names: tuple[str, ...], tallies: Mapping[str, Tally], *, decision: Decision, minimum: int
) -> Lesson:
    """As `learn`, with other arms; the first is the default."""
    known = [tallies.get(name, Tally()) for name in names]
    resolved = sum(tally.resolved for tally in known)
    pooled = (sum(tally.recovered for tally in known) + STRENGTH * _FIRST_GUESS) / (resolved + STRENGTH)
    beliefs = [
        best.after(
            prior_mean=pooled, prior_strength=STRENGTH, successes=tally.recovered, trials=tally.resolved
        )
        for tally in known
    ]
    on = resolved >= minimum
    dropped = [None, *(_worse(tally, known[0]) for tally in known[1:])]
    used = [number for number in range(len(names)) if dropped[number] is None] if on else [0]
    chances = dict(
        zip(used, best.chances_to_be_best([beliefs[number] for number in used]), strict=True)
    )  # fmt: skip
    arms = tuple(
        Arm(name, known[number], beliefs[number], dropped[number], chances.get(number, 0.0))
        for number, name in enumerate(names)
    )
    return Lesson(decision, arms, resolved, on)


def untaught(decision: Decision) -> Mapping[str, float]:
    """The probabilities before the first lesson: the default, always."""
    return {name: 1.0 if name == AS_PLANNED else 0.0 for name in ARMS[decision]}


def choose(decision: Decision, probabilities: Mapping[str, float], *, key: bytes, case: str) -> Choice:
    """The arm for a case, by `key` and the case's own name alone: asked again, it is the same one.

    `probabilities` are in the order of the arms and add up to 1.
    """
    at = _place(decision, key=key, case=case)
    reached, chosen = 0.0, None
    for name, probability in probabilities.items():
        if probability > 0.0:
            reached, chosen = reached + probability, name
            if at < reached:
                break
    assert chosen is not None  # rounding at the very end falls to the last arm that is used
    return Choice(decision, chosen, probabilities[chosen])


def _place(decision: Decision, *, key: bytes, case: str) -> float:
    """A number from 0 to 1, 1 excluded, spread evenly over cases."""
    digest = hmac.digest(key, f"learning:{decision.value}:{case}".encode(), hashlib.sha256)
    return (int.from_bytes(digest[:8], "big") >> 11) / (1 << 53)


def _worse(tally: Tally, default: Tally) -> Guardrail | None:
    """The first guardrail that this arm clearly breaks."""
    if tally.resolved < SEEN_ENOUGH:
        return None
    broken: Collection[Guardrail] = [
        guardrail
        for guardrail in Guardrail
        if tally.of(guardrail) * default.resolved > default.of(guardrail) * tally.resolved
        and best.chance_above(_rate(tally, guardrail), _rate(default, guardrail), margin=WORSE_BY) >= CLEARLY
    ]
    return next(iter(broken), None)


def _rate(tally: Tally, guardrail: Guardrail) -> Beta:
    """From a flat prior that weighs two cases."""
    found = tally.of(guardrail)
    return Beta(found + 1, tally.resolved - found + 1)
