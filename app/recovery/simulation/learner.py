"""The real learner in the simulation: customers come in order of time, and their outcomes stand later.

It learns once a day. Beside it stands the truth, which only the simulation knows.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date

from app.recovery.learning import ARMS, AS_PLANNED, RESOLVED_AFTER, Choice, Decision, Tally, choose, learn
from app.recovery.wish import open_decisions

from .lives import Life, live
from .people import Person
from .ways import OurWay
from .world import World

KEY = b"simulation"


class Learner:
    """Meets customers in the order in which they fail, and learns from those whose outcome stands."""

    def __init__(self, world: World, ours: OurWay, truth: Mapping[Decision, Mapping[str, float]]) -> None:
        self._world = world
        self._ours = ours
        self.truth = truth
        self._today: date | None = None
        self._waiting: deque[tuple[Person, Sequence[Choice], Life]] = deque()
        self._tallies: dict[Decision, dict[str, Tally]] = {
            decision: {arm: Tally() for arm in ARMS[decision]} for decision in Decision
        }
        self.lessons = {decision: learn(decision, {}) for decision in Decision}
        self.regrets: list[float] = []
        """For each case, the recoveries missed on average by not using the truly best arms."""
        self.gains: list[float] = []
        """For each case, those gained on average by not using the default's arms alone."""

    def meet(self, person: Person) -> Life:
        if person.failed_at.date() != self._today:
            self._today = person.failed_at.date()
            self._learn(person)
        choices = {
            decision: choose(
                decision, self.lessons[decision].probabilities, key=KEY, case=person.name
            )
            for decision in open_decisions(person.decline_class)
        }  # fmt: skip
        life = live(person, self._ours.treat(person, choices), self._world)
        self._waiting.append((person, tuple(choices.values()), life))
        self._compare(choices)
        return life

    def _learn(self, person: Person) -> None:
        heard = False
        while self._waiting and self._waiting[0][0].failed_at + RESOLVED_AFTER <= person.failed_at:
            _, choices, life = self._waiting.popleft()
            for choice in choices:
                arms = self._tallies[choice.decision]
                arms[choice.arm] = added(arms[choice.arm], life)
            heard = True
        if heard:
            self.lessons = {decision: learn(decision, self._tallies[decision]) for decision in Decision}

    def _compare(self, decisions: Iterable[Decision]) -> None:
        regret = gain = 0.0
        for decision in decisions:
            truth = self.truth.get(decision)
            if truth:
                used = self.lessons[decision].probabilities
                found = sum(used[arm] * rate for arm, rate in truth.items())
                regret += max(truth.values()) - found
                gain += found - truth[AS_PLANNED]
        self.regrets.append(regret)
        self.gains.append(gain)


def added(tally: Tally, life: Life) -> Tally:
    return Tally(
        resolved=tally.resolved + 1,
        **{
            name.name: getattr(tally, name.name) + getattr(life, name.name)
            for name in fields(Tally)
            if name.name != "resolved"
        },
    )
