"""How many cases a comparison needs before it can show a difference, and how long that takes."""

from math import ceil, sqrt
from statistics import NormalDist

SURE = NormalDist().inv_cdf(1 - 0.05 / 2)
"""5 %, two-sided: so often a difference is seen where there is none."""
POWER = NormalDist().inv_cdf(0.80)
"""80 %: so often one that is there is seen."""
USUAL_RATE = 0.40
"""Recovered without us, where nothing is measured yet: 41 % of 2,682 failed orders in Polar's design note."""


def cases_needed(*, uplift: float, share: float, base: float = USUAL_RATE) -> int | None:
    """Cases of both groups together; `uplift`, `share` of the control group and `base` are shares of 1.

    The normal approximation for two proportions, pooled under no difference. None: without a control
    group, or where a rate would leave what is possible, no number of cases is enough.
    """
    treated = base + uplift
    if not (0 < share < 1 and 0 < base < 1 and 0 < treated < 1 and uplift):
        return None
    pooled = share * base + (1 - share) * treated
    alike = SURE * sqrt(pooled * (1 - pooled) * (1 / share + 1 / (1 - share)))
    unlike = POWER * sqrt(base * (1 - base) / share + treated * (1 - treated) / (1 - share))
    return ceil(((alike + unlike) / uplift) ** 2)


def months_needed(*, cases: int, monthly: float) -> int | None:
    """Whole months in which so many cases come together; None where none come."""
    return ceil(cases / monthly) if monthly > 0 else None
