"""A merchant's own past instead of public figures, as far as it goes.

Few cases say little, so each figure leans on the public one with the weight of a few cases.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.recovery.decline import POLICIES, DeclineClass

from .world import Confidence, World

WEIGHT = 20
"""Cases that the public figures weigh."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    days: int
    by_class: Mapping[DeclineClass, int]
    """Failed renewals of those days."""
    untouched: int
    """Resolved cases for which nobody but Whop did anything: the control group's, and those learnt later."""
    untouched_paid: int
    """Of them, paid within Whop's five days."""

    @property
    def cases(self) -> int:
        return sum(self.by_class.values())


def of_past(past: Past, world: World) -> World:
    """The world in which this merchant's own figures take their place."""
    whole = past.cases + WEIGHT
    mix = {
        name: (past.by_class.get(name, 0) + WEIGHT * world.mix.get(name, 0.0)) / whole
        for name in DeclineClass
        if POLICIES[name].dunned
    }
    found = replace(
        world, mix=mix, mix_source=f"{past.cases} cases of your last {past.days} days, and {WEIGHT} of the public mix"
    )  # fmt: skip
    if not past.untouched:
        return found
    alone = (past.untouched_paid + WEIGHT * world.whop_alone) / (past.untouched + WEIGHT)
    return replace(
        found,
        whop_alone=alone,
        whop_source=(
            f"{past.untouched_paid} of your {past.untouched} cases that nobody but Whop touched, "
            f"and {WEIGHT} of the public figure"
        ),
        whop_confidence=Confidence.MEASURED if past.untouched >= 10 * WEIGHT else Confidence.MEDIUM,
    )
