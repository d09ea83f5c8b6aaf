"""The assumptions: how charges fail, clear by themselves and follow messages, each with its source.

Data and the sentences about it. Few of these have ever been measured in public; where a figure is ours, it
says so. A merchant's own past takes the place of what it can tell.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.recovery.decline import ABOUT, DeclineClass


class Confidence(StrEnum):
    MEASURED = "measured"
    MEDIUM = "medium"
    LOW = "low"
    VERY_LOW = "very low"


@dataclass(frozen=True, slots=True)
class Assumption:
    """One line under the result."""

    text: str
    source: str
    confidence: Confidence


MIX: Mapping[DeclineClass, float] = {
    DeclineClass.FUNDS: 0.45,
    DeclineClass.ISSUER: 0.20,
    DeclineClass.UNKNOWN: 0.05,
    DeclineClass.CARD_DATA: 0.13,
    DeclineClass.AUTHENTICATION: 0.07,
    DeclineClass.FRAUD: 0.03,
    DeclineClass.ACCOUNT_GONE: 0.03,
    DeclineClass.CUSTOMER_STOPPED: 0.01,
    DeclineClass.TECHNICAL: 0.03,
}
RETRY_ALONE: Mapping[DeclineClass, float] = {
    DeclineClass.FUNDS: 0.70,
    DeclineClass.ISSUER: 0.30,
    DeclineClass.UNKNOWN: 0.25,
    DeclineClass.CARD_DATA: 0.05,
    DeclineClass.AUTHENTICATION: 0.05,
    DeclineClass.TECHNICAL: 0.80,
}
"""Relative: scaled so that Whop alone brings in `whop_alone` of all. Classes that are not here: none."""
TOLD_MORE: Mapping[DeclineClass, float] = {
    DeclineClass.FUNDS: 0.05,
    DeclineClass.ISSUER: 0.20,
    DeclineClass.UNKNOWN: 0.15,
    DeclineClass.CARD_DATA: 0.80,
    DeclineClass.AUTHENTICATION: 0.70,
    DeclineClass.FRAUD: 0.75,
    DeclineClass.ACCOUNT_GONE: 0.60,
    DeclineClass.CUSTOMER_STOPPED: 0.05,
    DeclineClass.TECHNICAL: 0.05,
}
"""What messages add to that, before `told_scale`."""
ONE_RETRY: Mapping[DeclineClass, float] = {
    DeclineClass.FUNDS: 0.03,
    DeclineClass.ISSUER: 0.06,
    DeclineClass.UNKNOWN: 0.04,
    DeclineClass.TECHNICAL: 0.15,
}
"""How often one more charge by us goes through, where Whop's own did not."""
HOURS: tuple[tuple[int, int, float], ...] = ((7, 12, 1.0), (12, 17, 0.9), (17, 22, 1.2))
"""From, to (local hours), and how much more or less often a message is noticed."""
NIGHT = 0.75
NOTICED: Mapping[str, float] = {"email": 0.30, "whop_chat": 0.55, "linked": 0.65}
ZONES: Mapping[str, float] = {
    "America/New_York": 0.3,
    "America/Los_Angeles": 0.15,
    "Europe/London": 0.2,
    "Europe/Berlin": 0.2,
    "Asia/Kolkata": 0.1,
    "Australia/Sydney": 0.05,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    mix: Mapping[DeclineClass, float] = field(default_factory=lambda: MIX)
    mix_source: str = "public decline mixes, which disagree (31 to 47 % for lack of funds)"
    whop_alone: float = 0.26
    """Share of all cases that is paid within the five days if nobody but Whop does anything."""
    whop_source: str = "our cut of 40 % in 21 days (1,108 of 2,682 orders at Polar) at five days"
    whop_confidence: Confidence = Confidence.LOW
    fast_fix_hours: float = 48.0
    """Mean of the waiting time until a charge clears by itself."""
    payday_share: float = 0.5
    """Of clearing for lack of funds: on the morning of the next 1st, 15th or Friday."""
    told_scale: float = 0.5
    lag_hours: float = 24.0
    """Median from noticing a message to having paid."""
    noticed: Mapping[str, float] = field(default_factory=lambda: NOTICED)
    same_words: float = 0.85
    """How much of its effect a message keeps that does not say what is wrong and what to do."""
    payday_retry: float = 0.10
    """Instead of `ONE_RETRY`, for lack of funds, where our retry falls on a payday's morning."""
    cancels: float = 0.007
    """Further cancellations for each message."""
    unwanted: float = 3.0
    """Times as many of those where the customer has stopped the payment on purpose."""
    unsubscribes: float = 0.005
    complains: float = 0.001
    taken_back: float = 0.02
    """Of what came in: refunded or disputed later."""
    linked: float = 0.15
    """Customers with a linked Telegram or Discord account."""

    @property
    def natural(self) -> Mapping[DeclineClass, float]:
        """By class, the chance that a case is paid within the five days by Whop alone."""
        whole = sum(share * RETRY_ALONE.get(name, 0.0) for name, share in self.mix.items())
        scale = self.whop_alone / whole if whole else 0.0
        return {name: min(0.95, scale * RETRY_ALONE.get(name, 0.0)) for name in DeclineClass}


def stated(world: World) -> tuple[Assumption, ...]:
    """Every assumption in words, as it stands in this world."""
    very_low, low = Confidence.VERY_LOW, Confidence.LOW
    ours = "ours; nobody has measured it in public"
    mix = ", ".join(
        f"{ABOUT[name].title.lower()} {share:.0%}"
        for name, share in sorted(world.mix.items(), key=lambda item: -item[1])
    )
    channels = ", ".join(f"{name.replace('_', ' ')} {share:.0%}" for name, share in world.noticed.items())
    return (
        Assumption(f"Decline mix: {mix}", world.mix_source, low),
        Assumption(
            f"Whop alone brings in {world.whop_alone:.0%} within five days; {natural_by_class(world)}",
            f"{world.whop_source}; the classes by dunningkit's assumed table",
            world.whop_confidence,
        ),
        Assumption(
            f"It clears after {world.fast_fix_hours:.0f} h on average; for lack of funds "
            f"{world.payday_share:.0%} on the morning of the next 1st, 15th or Friday",
            "shape from vendors' descriptions",
            low,
        ),
        Assumption(
            f"Whoever notices a message pays in addition: {told_by_class(world)}",
            f"dunningkit's assumed table, times {world.told_scale:g}: its levels are too high",
            very_low,
        ),
        Assumption(f"A message is noticed: {channels}; in the evening a fifth more, by night a quarter less", ours, very_low),
        Assumption(f"From noticing to paying: {world.lag_hours:.0f} h (median)", "vendors' descriptions", low),
        Assumption(
            f"A message that is the same for every reason has {world.same_words:.0%} of the effect", ours, very_low
        ),
        Assumption(
            f"One more charge by us goes through in 3 to 15 % by class, on a payday's morning in "
            f"{world.payday_retry:.0%}; Whop is taken to announce its own next try for a day later",
            ours,
            very_low,
        ),
        Assumption(
            f"Each message makes {world.cancels:.1%} cancel, {world.unsubscribes:.1%} unsubscribe and "
            f"{world.complains:.1%} complain; {world.unwanted:g} times as many where the customer stopped the payment",
            "1 to 3 points for a campaign, direction stated by vendors; the rest is ours",
            very_low,
        ),
        Assumption(
            f"{world.taken_back:.0%} of what came in is refunded or disputed later; {world.linked:.0%} have linked an account",
            ours,
            very_low,
        ),
    )  # fmt: skip


def natural_by_class(world: World) -> str:
    natural = world.natural
    return _listed({name: natural[name] for name in world.mix})


def told_by_class(world: World) -> str:
    return _listed({name: TOLD_MORE.get(name, 0.0) * world.told_scale for name in world.mix})


def _listed(shares: Mapping[DeclineClass, float]) -> str:
    return ", ".join(f"{name.value} {share:.0%}" for name, share in sorted(shares.items()))
