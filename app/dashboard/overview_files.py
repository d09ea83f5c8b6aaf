"""The figures behind each chart and table of the overview, as rows of a file: plain values, the columns first.

Money is written in major units, one column a currency; shares from 0 to 1.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from app.cases.at_risk import LEFT
from app.cases.carried import Carried, by_channel, by_step
from app.cases.queries import Overview
from app.dashboard.difference import share
from app.recovery.cohorts import MARKS
from app.recovery.measure import Measure
from app.recovery.money import Money
from app.recovery.waiting import LONGEST, length_of

Cell = str | int | float | None
Rows = Iterator[Sequence[Cell]]
COUNTS = ("cases", "recovered", "touched_then_recovered", "in_progress", "lost", "recovery_rate")


def compared(shown: Overview) -> Rows:
    found = shown.analytics
    yield ("period", "from", "to", "cases", "recovered", "recovery_rate", *_names("recovered", found.whole))
    for name, period, part in (
        ("this", found.period, found.whole),
        ("before", found.period.before, found.before),
    ):
        money = _moneys(part.recovered_money, found.whole)
        yield (
            name, str(period.first), str(period.last), part.opened, part.recovered, share(part.recovery_rate), *money,
        )  # fmt: skip
    if found.baseline is not None:
        rate = share(found.baseline.recovery_rate)
        yield ("baseline", None, None, found.baseline.opened, found.baseline.recovered, rate)


def at_risk(shown: Overview) -> Rows:
    whole = shown.analytics.at_risk_now.whole
    yield ("hours_left_more_than", "hours_left_at_most", "cases", *_names("at_risk", whole))
    ends = [int(left.total_seconds() // 3600) for left in LEFT]
    for start, end, part in zip(
        [None, *ends], [*ends, None], shown.analytics.at_risk_now.by_left, strict=True
    ):
        yield (start, end, part.in_progress, *_moneys(part.at_risk, whole))


def weeks(shown: Overview) -> Rows:
    yield from _measured("week_of", ((str(monday), part) for monday, part in shown.analytics.by_week), shown)


def classes(shown: Overview) -> Rows:
    yield from _measured("class", ((name.value, part) for name, part in shown.analytics.by_class), shown)


def groups(shown: Overview) -> Rows:
    found = shown.analytics.incremental
    yield ("group", "people", "paid", "in_progress", "rate")
    for name, group in (("treated", found.treated), ("control", found.control)):
        yield (name, group.people, group.paid, group.in_progress, share(group.rate))


def channels(shown: Overview) -> Rows:
    yield from _carried("channel", by_channel(shown.messages), shown)


def steps(shown: Overview) -> Rows:
    yield from _carried("step", by_step(shown.messages), shown)


def waiting(shown: Overview) -> Rows:
    yield ("hours_from", "hours_to", "recovered")
    for span, cases in sorted(shown.analytics.waiting.items()):
        yield (span, None if span == LONGEST else span + length_of(span), cases)


def cohorts(shown: Overview) -> Rows:
    yield ("week_of", "cases", *(f"recovered_within_{mark}_days" for mark in MARKS))
    for week in shown.analytics.cohorts:
        yield (str(week.monday), week.opened, *(share(week.within(mark)) for mark in MARKS))


FILES: Mapping[str, Callable[[Overview], Rows]] = {
    "compared": compared,
    "at-risk": at_risk,
    "weeks": weeks,
    "classes": classes,
    "groups": groups,
    "channels": channels,
    "steps": steps,
    "waiting": waiting,
    "cohorts": cohorts,
}


def _measured(first: str, parts: Iterable[tuple[str, Measure]], shown: Overview) -> Rows:
    whole = shown.analytics.whole
    yield (first, *COUNTS, *_names("recovered", whole), *_names("lost", whole), *_names("at_risk", whole))
    for name, part in parts:
        yield (
            name, part.opened, part.recovered, part.touched_then_recovered, part.in_progress, part.lost,
            share(part.recovery_rate), *_moneys(part.recovered_money, whole), *_moneys(part.lost_money, whole),
            *_moneys(part.at_risk, whole),
        )  # fmt: skip


def _carried(first: str, rows: Sequence[Carried], shown: Overview) -> Rows:
    whole = shown.analytics.whole
    yield (first, "sent", "unclear", "gave_up", "recovered_after", "share", *_names("recovered", whole))
    for row in rows:
        money = _moneys(row.money, whole)
        yield (row.name, row.sent, row.unclear, row.gave_up, row.recovered, share(row.share), *money)


def _names(what: str, whole: Measure) -> tuple[str, ...]:
    return tuple(f"{what}_{money.currency}" for money in whole.opened_money)


def _moneys(amounts: Sequence[Money], whole: Measure) -> tuple[str, ...]:
    """In the order of `_names`."""
    found = {money.currency: money for money in amounts}
    return tuple(found.get(money.currency, Money(money.currency, 0)).plain() for money in whole.opened_money)
