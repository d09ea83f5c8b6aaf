"""What we add: people with our reminders against those left to Whop alone, drawn by chance.

The unit is the person, as the draw is: each counts once, with the payment that failed first, in the group
they were drawn into, whatever happened later. Later payments are left out on both sides, for who is still
there to have one depends on what we did before. Nothing is claimed before the figures can carry it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .followed import Watched, followed, people_in, rate_within
from .money import Money
from .posterior import Beta, Difference, difference
from .power import USUAL_RATE, cases_needed

LEAST_FOLLOWED = 30
"""People watched to the end, in each group, or as many days of more people."""
WIDEST = 0.40
"""An interval wider than this, 20 points up and down, tells nothing."""
USUAL_UPLIFT = 0.10
SMALLEST_UPLIFT, LARGEST_UPLIFT = 0.05, 0.20
"""Between these the measured difference says how many cases it takes; a lucky start promises no less."""

DEFINITION = (
    "Incremental = the share of people with our reminders who pay, minus the share of those left to Whop alone. "
    "Chance draws the groups, by person, before anything is decided. "
    "Each person counts once, in their group: with the first payment that fails after the draw, "
    "as paid if it comes within 14 days and is not taken back. "
    "Nobody is dropped: lost and voided cases count as not paid, young ones for the days that are over. "
    "All people drawn up to the end of the period are compared."
)
"""English message id; printed beside the figure."""


class Status(StrEnum):
    NOT_ENOUGH_DATA = "not_enough_data"
    ESTIMATE = "estimate"


@dataclass(frozen=True, slots=True)
class Drawn:
    """People of one group, drawn while it had this share."""

    control: bool
    share: float
    watched: Watched


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    people: int
    paid: int
    """So far, within the window; `rate` makes of it what the whole window brings."""
    in_progress: int
    rate: float | None
    """Share that pays within the window, both groups weighed alike; None before there is an estimate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incremental:
    """The difference that the program itself makes."""

    status: Status
    since: datetime | None
    """The first failure of the first person who was drawn; None: nobody was."""
    treated: Group
    control: Group
    difference: Difference | None
    """None as long as there is no estimate."""
    uplift: float
    """The difference that `needed` is for: the measured one, or a usual one."""
    needed: int | None
    """People of both groups; None: no number is enough while nobody is drawn into the control group."""

    @property
    def people(self) -> int:
        return self.treated.people + self.control.people

    @property
    def reached(self) -> bool:
        """Enough people were drawn to see such a difference. Before that nothing is called proven."""
        return self.needed is not None and self.people >= self.needed

    @property
    def proven(self) -> bool:
        """The reminders help: enough people, and all of the interval lies above nothing."""
        return self.reached and self.difference is not None and self.difference.low > 0

    @property
    def harmful(self) -> bool:
        """The same the other way round."""
        return self.reached and self.difference is not None and self.difference.high < 0


def compare(rows: Iterable[Drawn], *, share: float, since: datetime | None) -> Incremental:
    """`share` is the control group's for the next case: it says what is to come where little is known."""
    drawn = tuple(rows)
    rates = _rates(drawn)
    gap = difference(*rates) if rates else None
    if gap is not None and gap.high - gap.low > WIDEST:
        gap, rates = None, None
    treated, control = (_group(drawn, control=control, rates=rates) for control in (False, True))
    base = rates[1].mean if rates else USUAL_RATE
    uplift = USUAL_UPLIFT if gap is None else min(max(abs(gap.mean), SMALLEST_UPLIFT), LARGEST_UPLIFT)
    together = treated.people + control.people
    return Incremental(
        status=Status.ESTIMATE if gap else Status.NOT_ENOUGH_DATA,
        since=since,
        treated=treated,
        control=control,
        difference=gap,
        uplift=uplift,
        needed=cases_needed(
            uplift=uplift, share=control.people / together if gap else share, base=min(base, 0.99 - uplift)
        ),
    )


def added(found: Incremental, *, cases: int, most: int) -> tuple[int, int, int] | None:
    """Payments among so many decided cases with reminders that would not have come without us.

    The middle and both ends of the interval; never more than `most`, those that came after a touch of
    ours: what we did not touch we did not cause. None: there is no estimate.
    """
    if found.difference is None:
        return None
    gap = found.difference
    middle, low, high = (min(round(share * cases), most) for share in (gap.mean, gap.low, gap.high))
    return middle, low, high


def added_money(
    found: Incremental, *, money: Sequence[Money], most: Sequence[Money]
) -> tuple[tuple[Money, Money, Money], ...]:
    """The same in money, one entry a currency: as if the payments that we bring were of the usual size."""
    if found.difference is None:
        return ()
    gap, at_most = found.difference, {one.currency: one.minor for one in most}
    return tuple(
        (
            _part(one, gap.mean, at_most),
            _part(one, gap.low, at_most),
            _part(one, gap.high, at_most),
        )
        for one in money
    )


def _part(money: Money, share: float, most: dict[str, int]) -> Money:
    # A share is known to a tenth of a point at best; thousandths of it are whole numbers.
    return Money(money.currency, min(money.minor * round(share * 1000) // 1000, most.get(money.currency, 0)))


def _rates(drawn: Sequence[Drawn]) -> tuple[Beta, Beta] | None:
    """Both groups' rates; None where too little was watched.

    While the control group has another share, other people are drawn at another time. So people are
    compared within one share, and the shares are put together by how much each of them can tell.
    """
    strata: dict[float, list[Drawn]] = defaultdict(list)
    for row in drawn:
        strata[row.share].append(row)
    parts: list[tuple[float, Beta, Beta]] = []
    watched = [0.0, 0.0]
    for rows in strata.values():
        arms = [[row.watched for row in rows if row.control is control] for control in (False, True)]
        seen = [followed(arm) for arm in arms]
        if not all(seen):
            continue  # nobody to compare with
        watched = [total + more for total, more in zip(watched, seen, strict=True)]
        weight = seen[0] * seen[1] / sum(seen)
        parts.append((weight, rate_within(arms[0]), rate_within(arms[1])))
    if min(watched) < LEAST_FOLLOWED:
        return None
    return _together([(weight, rate) for weight, rate, _ in parts]), _together(
        [(weight, rate) for weight, _, rate in parts]
    )


def _together(parts: Sequence[tuple[float, Beta]]) -> Beta:
    whole = sum(weight for weight, _ in parts)
    return Beta.of_moments(
        sum(weight / whole * rate.mean for weight, rate in parts),
        sum((weight / whole) ** 2 * rate.variance for weight, rate in parts),
    )


def _group(drawn: Sequence[Drawn], *, control: bool, rates: tuple[Beta, Beta] | None) -> Group:
    rows = [row.watched for row in drawn if row.control is control]
    return Group(
        people=people_in(rows),
        paid=people_in(row for row in rows if row.paid_on is not None),
        in_progress=people_in(row for row in rows if row.open),
        rate=rates[control].mean if rates else None,
    )
