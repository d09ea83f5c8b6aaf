"""Which of several rates is the highest, and how sure that is, after so many successes and failures of each.

Deterministic: each answer is a sum over a grid that is finer than the narrowest curve, not a draw. A chance
comes out within 0.01 of what draws give (a test compares them); the grid's own error is far below that.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

from .posterior import Beta

_REACH = 6
"""Standard deviations on either side of the mean; what lies beyond weighs nothing."""
_FEWEST, _MOST = 128, 8192
"""Points of a grid."""
_FINE = 2
"""Points within one standard deviation of the narrowest curve."""
_TAIL = 0.025


def after(*, prior_mean: float, prior_strength: float, successes: int, trials: int) -> Beta:
    """Beliefs after `trials`, from a prior that weighs as much as `prior_strength` trials.

    `prior_mean` lies between 0 and 1, both excluded.
    """
    return Beta(
        prior_mean * prior_strength + successes,
        (1 - prior_mean) * prior_strength + trials - successes,
    )


def interval(belief: Beta) -> tuple[float, float]:
    """The central 95 percent."""
    points = _grid((belief,))
    below = _below(belief, points)
    last = len(points) - 1
    return points[bisect_left(below, _TAIL, hi=last)], points[bisect_left(below, 1 - _TAIL, hi=last)]


def chances_to_be_best(beliefs: Sequence[Beta]) -> tuple[float, ...]:
    """For each rate, how probable it is that it is the highest of all. They add up to 1."""
    points = _grid(beliefs)
    below = [_below(belief, points) for belief in beliefs]
    chances = []
    for number, belief in enumerate(beliefs):
        weights = _weights(belief, points)
        others = below[:number] + below[number + 1 :]
        chances.append(sum(map(math.prod, zip(weights, *others, strict=True))))
    whole = sum(chances)
    return tuple(chance / whole for chance in chances)


def chance_above(one: Beta, other: Beta, *, margin: float = 0.0) -> float:
    """How probable it is that the first rate lies more than `margin`, 0 or more, above the second."""
    points = _grid((one, other))
    weights = _weights(one, points)
    step = points[1] - points[0]
    below = _below(other, points)
    total = 0.0
    for weight, point in zip(weights, points, strict=True):
        place = (point - margin - points[0]) / step
        if place >= 0:
            whole = min(int(place), len(points) - 2)
            total += weight * (below[whole] + (place - whole) * (below[whole + 1] - below[whole]))
    return total


def _grid(beliefs: Sequence[Beta]) -> list[float]:
    """Midpoints of equal cells that cover every curve."""
    low = max(0.0, min(belief.mean - _REACH * math.sqrt(belief.variance) for belief in beliefs))
    high = min(1.0, max(belief.mean + _REACH * math.sqrt(belief.variance) for belief in beliefs))
    narrowest = min(math.sqrt(belief.variance) for belief in beliefs)
    cells = min(_MOST, max(_FEWEST, math.ceil(_FINE * (high - low) / narrowest)))
    width = (high - low) / cells
    return [low + (cell + 0.5) * width for cell in range(cells)]


def _weights(belief: Beta, points: Sequence[float]) -> list[float]:
    """How much of the curve lies in each cell; together 1."""
    good, bad = belief.a - 1, belief.b - 1
    logs = [good * math.log(point) + bad * math.log1p(-point) for point in points]
    top = max(logs)
    heights = [math.exp(height - top) for height in logs]
    whole = sum(heights)
    return [height / whole for height in heights]


def _below(belief: Beta, points: Sequence[float]) -> list[float]:
    """How much of the curve lies below each point."""
    weights = _weights(belief, points)
    return [reached - weight / 2 for reached, weight in zip(accumulate(weights), weights, strict=True)]
