"""What a rate may be after some cases, and by how much two rates may differ: Beta distributions, no chance.

Everything is computed by sums over a fixed grid, so the same figures always give the same answer.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, lgamma, log, log1p, sqrt

POINTS = 1024
"""Of the grid on which a distribution is laid out, evenly in log-odds: there it is smooth to its ends."""
EVERY = 2
"""Of them, those at which the first of two rates is summed over."""
HALVINGS = 16
"""Of the interval from -1 to 1, to find a quantile: to a hundredth of a point."""


@dataclass(frozen=True, slots=True)
class Beta:
    """What a rate may be; with no case at all it is Jeffreys' prior, a half and a half."""

    a: float
    b: float

    @classmethod
    def of_moments(cls, mean: float, variance: float) -> "Beta":
        size = mean * (1 - mean) / variance - 1
        return cls(mean * size, (1 - mean) * size)

    @property
    def mean(self) -> float:
        return self.a / (self.a + self.b)

    @property
    def variance(self) -> float:
        return self.mean * (1 - self.mean) / (self.a + self.b + 1)


@dataclass(frozen=True, slots=True)
class Difference:
    """Of a first rate less a second, as shares from -1 to 1."""

    mean: float
    low: float
    """2.5 % of all possibilities lie below."""
    high: float
    """2.5 % lie above."""
    positive: float
    """The probability that the first rate is the larger one."""


def difference(first: Beta, second: Beta) -> Difference:
    """By how much `first` is larger than `second`, which are independent of each other."""
    ground = _Laid(second)
    nodes = _nodes(first)

    def at_most(gap: float) -> float:
        return sum(mass * (1 - ground.below(rate - gap)) for rate, mass in nodes)

    return Difference(
        mean=first.mean - second.mean,
        low=_quantile(at_most, 0.025),
        high=_quantile(at_most, 0.975),
        positive=1 - at_most(0.0),
    )


class _Laid:
    """The probability below each rate, laid out once and looked up often."""

    def __init__(self, beta: Beta) -> None:
        self._start, self._step = _span(beta)
        density = [_density(beta, self._start + number * self._step) for number in range(POINTS)]
        self._below = [0.0]
        for left, right in pairwise(density):
            self._below.append(self._below[-1] + left + right)  # twice the mean; only its share counts
        self._all = self._below[-1]

    def below(self, rate: float) -> float:
        if rate <= 0:
            return 0.0
        if rate >= 1:
            return 1.0
        place = (log(rate / (1 - rate)) - self._start) / self._step
        if place <= 0:
            return 0.0
        if place >= POINTS - 1:
            return 1.0
        number = int(place)
        left, right = self._below[number], self._below[number + 1]
        return (left + (right - left) * (place - number)) / self._all


def _nodes(beta: Beta) -> Sequence[tuple[float, float]]:
    """Rates and how probable each is; together 1."""
    start, step = _span(beta)
    places = [start + number * step for number in range(0, POINTS, EVERY)]
    weights = [_density(beta, place) for place in places]
    total = sum(weights)
    return [(1 / (1 + exp(-place)), weight / total) for place, weight in zip(places, weights, strict=True)]


def _span(beta: Beta) -> tuple[float, float]:
    """Where the grid begins and its step, in log-odds: as far as anything is left of the distribution."""
    centre = log(beta.a / beta.b)
    around = 6 * sqrt(1 / beta.a + 1 / beta.b)
    left = centre - around - 12 / beta.a
    right = centre + around + 12 / beta.b
    return left, (right - left) / (POINTS - 1)


def _density(beta: Beta, place: float) -> float:
    """Of the log-odds, so that it goes to nothing at both ends."""
    log_beta = lgamma(beta.a) + lgamma(beta.b) - lgamma(beta.a + beta.b)
    return exp(-beta.a * _log1pexp(-place) - beta.b * _log1pexp(place) - log_beta)


def _log1pexp(value: float) -> float:
    return value + log1p(exp(-value)) if value > 0 else log1p(exp(value))


def _quantile(at_most: Callable[[float], float], wanted: float) -> float:
    low, high = -1.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if at_most(middle) < wanted:
            low = middle
        else:
            high = middle
    return (low + high) / 2
