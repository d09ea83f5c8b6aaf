"""Two versions of one message text against each other: who gets which, how long it takes, and what came of it.

A customer gets the same version whenever they are asked about. Nothing is said of a winner before as many
cases are resolved as were planned: who looks early and stops at a good moment finds differences that are none.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from .posterior import Beta, Difference, difference
from .power import USUAL_RATE, cases_needed, months_needed

UPLIFT = 0.05
"""The difference that an experiment is planned to show: five points."""
WORTH_MONTHS = 12
"""A test that takes longer is not worth it: much else changes meanwhile."""
ENOUGH_FOR_BASE = 50
"""Resolved cases from which on the merchant's own rate is planned with."""


class Side(StrEnum):
    A = "a"
    B = "b"


@dataclass(frozen=True, slots=True)
class Count:
    resolved: int = 0
    recovered: int = 0


@dataclass(frozen=True, slots=True)
class Outlook:
    """What an experiment takes, told before it begins."""

    monthly: float
    """Messages of this kind and language a month."""
    cases: int
    """To be resolved, of both versions together."""
    months: int | None
    """None: for ever."""

    @property
    def worth_it(self) -> bool:
        return self.months is not None and self.months <= WORTH_MONTHS


@dataclass(frozen=True, slots=True)
class Result:
    resolved: int
    planned: int
    difference: Difference | None
    """Of B less A; None before the planned number is reached."""


def side_of(*, key: bytes, experiment: int, customer: str) -> Side:
    """By the merchant's key and the customer's name alone; half of the customers get each."""
    digest = hmac.digest(key, f"experiment:{experiment}:{customer}".encode(), hashlib.sha256)
    return Side.B if digest[0] & 1 else Side.A


def outlook(*, monthly: float, past: Count) -> Outlook:
    """`past`: what became of those who got such a message before."""
    base = past.recovered / past.resolved if past.resolved >= ENOUGH_FOR_BASE else USUAL_RATE
    cases = cases_needed(uplift=UPLIFT, share=0.5, base=base) or cases_needed(uplift=UPLIFT, share=0.5)
    assert cases is not None  # the usual rate leaves room for the uplift
    return Outlook(monthly, cases, months_needed(cases=cases, monthly=monthly))


def result(counts: Mapping[Side, Count], *, planned: int) -> Result:
    sides = [counts.get(side, Count()) for side in (Side.B, Side.A)]
    resolved = sum(side.resolved for side in sides)
    if resolved < planned:
        return Result(resolved, planned, None)
    beliefs = [Beta(side.recovered + 0.5, side.resolved - side.recovered + 0.5) for side in sides]
    return Result(resolved, planned, difference(*beliefs))
