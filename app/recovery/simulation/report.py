"""The result of a simulation as a page for a terminal: a table, two charts, what it means, what it rests on.

English: it is a tool's output. Only says what the numbers say, also where they are against us.
"""

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap
from typing import Any

from app.recovery.learning import MINIMUM, RESOLVED_AFTER, Decision

from .run import Block, Result, Summary
from .ways import NAMES, Way
from .world import World, stated

WIDTH = 100
BAR = 40
CAUTION = "It shows what follows from the assumptions at the end, and proves nothing about real customers."
FULL, PART = "█", "▌"
DECISIONS: Mapping[Decision, str] = {
    Decision.SEND_HOUR: "hour",
    Decision.FIRST_CHANNEL: "channel",
    Decision.FIRST_DELAY: "delay",
}


def report(result: Result, world: World, *, title: str) -> str:
    parts = [[title, CAUTION], _table(result), _rates(result), _curve(result.blocks), _learned(result)]
    parts += [_meaning(result), list(_assumptions(world))]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def as_json(result: Result, world: World, *, title: str) -> dict[str, Any]:
    return {
        "title": title,
        "ways": [
            {
                "way": summary.way.value,
                "cases": summary.cases,
                "recovered": summary.recovered,
                "rate": round(summary.rate, 4),
                "rate_95": [round(summary.low, 4), round(summary.high, 4)],
                "messages_per_case": round(summary.messages / summary.cases, 3),
                "cancelled": summary.cancelled,
                "unsubscribed": summary.unsubscribed,
                "complained": summary.complained,
                "more_than_whop_alone": round(summary.more, 4),
                "more_95_half": round(summary.more_half, 4),
            }
            for summary in result.summaries
        ],
        "learner": {
            "blocks": [
                {
                    "until": block.until,
                    "regret_per_100": round(block.regret, 3),
                    "gained_per_100": round(block.gained, 3),
                }
                for block in result.blocks
            ],
            "truth": {
                decision.value: {arm: round(rate, 4) for arm, rate in arms.items()}
                for decision, arms in result.truth.items()
            },
            "gained_by_cases": {str(size): round(points, 2) for size, points in result.gained_by.items()},
            "added": round(result.learned_more[0], 4),
            "added_95_half": round(result.learned_more[1], 4),
            "adds_where_channels_are_alike": round(result.flat, 4),
        },
        "fixed_with_full_words": round(result.fixed_full_words, 4),
        "assumptions": [
            {"text": one.text, "source": one.source, "confidence": one.confidence.value}
            for one in stated(world)
        ],
    }


def _table(result: Result) -> list[str]:
    head = f"{'':31}{'cases':>7}{'recovered':>11}{'95 %':>15}{'vs. Whop alone':>16}{'messages':>10}{'per 100 cases:':>16}"
    second = f"{'':64}{'points':>16}{'a case':>10}{'cancel, complain':>18}"
    return [head, second, *(_row(summary) for summary in result.summaries)]


def _row(summary: Summary) -> str:
    more = "–"
    if summary.way is not Way.WHOP_ALONE:
        more = f"{100 * summary.more:+.1f} ± {100 * summary.more_half:.1f}"
    cancelled = 100 * summary.cancelled / summary.cases
    complained = 100 * summary.complained / summary.cases
    return (
        f"{NAMES[summary.way]:31}{summary.cases:>7,}{summary.rate:>11.1%}"
        f"{f'{summary.low:.1%}–{summary.high:.1%}':>15}{more:>16}"
        f"{summary.messages / summary.cases:>10.2f}{f'{cancelled:.2f}, {complained:.2f}':>18}"
    )


def _rates(result: Result) -> list[str]:
    most = max(summary.rate for summary in result.summaries) or 1.0
    return [
        "Recovered",
        *(
            f"  {NAMES[summary.way]:30} {_bar(summary.rate / most)} {summary.rate:.1%}"
            for summary in result.summaries
        ),
    ]


def _curve(blocks: Sequence[Block]) -> list[str]:
    most = max((block.regret for block in blocks), default=0.0) or 1.0
    return [
        "What the learner still misses: recoveries for 100 cases, against always using the truly best arms",
        *(
            f"  to case {block.until:>7,}  {_bar(block.regret / most)} {block.regret:4.2f}   "
            f"against the default {block.gained:+.1f}"
            for block in blocks
        ),
    ]


def _learned(result: Result) -> list[str]:
    lines = ["What there was to learn, and what was learned"]
    for lesson in result.lessons:
        truth = result.truth[lesson.decision]
        arms = ", ".join(
            f"{arm.name} {truth[arm.name]:.1%} (believed {arm.belief.mean:.1%}, used in {arm.probability:.0%})"
            for arm in lesson.arms
        )
        state = (
            f"{lesson.resolved:,} resolved cases"
            if lesson.on
            else f"off: {lesson.resolved} of {MINIMUM} resolved cases"
        )
        lines += _folded(f"{DECISIONS[lesson.decision]} ({state}): {arms}")
    return lines


def _meaning(result: Result) -> list[str]:
    by_way = {summary.way: summary for summary in result.summaries}
    default, fixed = by_way[Way.DEFAULT], by_way[Way.FIXED]
    more, half = (100 * points for points in result.learned_more)
    by_size = ", ".join(f"{size:,} cases {points:+.1f}" for size, points in result.gained_by.items())
    lines = ["What it means, if the assumptions below hold"]
    lines += _folded(
        f"Our default against fixed reminders: {100 * (default.rate - fixed.rate):+.1f} points. If fixed "
        f"reminders had words that fit every reason: {100 * (default.rate - result.fixed_full_words):+.1f} points."
    )
    lines += _folded(
        f"Learning against our default, in these lives: {more:+.1f} ± {half:.1f} points"
        f"{', which may be chance' if abs(more) <= half else ''}. By the arms' true rates, on average over a "
        f"merchant's first {by_size} points."
    )
    lines += _folded(
        f"Learning is off below {MINIMUM} resolved cases of a decision, and a case resolves after "
        f"{RESOLVED_AFTER.days} days. Fewer cannot tell the arms apart: it would cost as often as it gains."
    )
    lines += _folded(
        f"Where no channel is noticed better than another, there is little to find: learning would have "
        f"brought {100 * result.flat:+.1f} points."
    )
    return lines


def _assumptions(world: World) -> Iterator[str]:
    yield "Assumptions"
    for one in stated(world):
        yield from _folded(f"{one.text}. Source: {one.source}. Confidence: {one.confidence.value}.")


def _folded(text: str) -> list[str]:
    return wrap(text, WIDTH, initial_indent="  - ", subsequent_indent="    ")


def _bar(share: float) -> str:
    halves = round(max(0.0, min(1.0, share)) * BAR * 2)
    return (FULL * (halves // 2) + PART * (halves % 2)).ljust(BAR)
