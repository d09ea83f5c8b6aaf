"""Histories in disorder, lived to their end: the same messages, charges and alerts at the same moments, or the same end."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from app.delivery.message import Links
from app.ops.replay.disorder import Disorder, clean
from app.ops.replay.heard import Heard
from app.ops.replay.rehearsal import Rehearsal, empty_install
from app.security.tokens import Tokens
from tests.properties.lively import MANY, PATIENCE
from tests.properties.stories import any_story, plain_story
from tests.support.world import RULES, SECRET

pytestmark = PATIENCE

STORIES = 2_000 if MANY else 20
PARTS = 8 if MANY else 1
"""Each a test, so that they share the processors."""
EACH_PART = pytest.mark.parametrize("part", range(PARTS))
AT_ONCE = 50
"""Stories lived side by side in one database, each at a merchant of its own."""


@pytest.fixture(scope="module")
def rehearsal() -> Iterator[Rehearsal]:
    with capture_logs(), empty_install() as template:
        links = Links("http://localhost:3000", Tokens((SECRET,)))
        yield Rehearsal(template, rules=replace(RULES, retries=True), links=links)


def batches(count: int, part: int) -> Iterator[range]:
    for first in range(part * AT_ONCE, count, PARTS * AT_ONCE):
        yield range(first, min(first + AT_ONCE, count))


def what_differs(rehearsal: Rehearsal, history: list[Heard], *disorders: Disorder, seed: int) -> list[str]:
    with capture_logs():
        as_clean = rehearsal.live(clean(history))
        return [
            line
            for disorder in disorders
            for line in rehearsal.compare(history, as_clean, disorder, seed=seed)
        ]


@EACH_PART
def test_mixed_and_doubled_events_bring_the_same_effects_and_late_ones_the_same_end(
    rehearsal: Rehearsal, part: int
) -> None:
    mixed = Disorder(shuffle=True, double=True)
    late = Disorder(shuffle=True, double=True, late=0.4)
    for seeds in batches(STORIES, part):
        history = [heard for seed in seeds for heard in any_story(seed)]
        assert what_differs(rehearsal, history, mixed, late, seed=seeds[0]) == []


@EACH_PART
def test_what_never_comes_is_made_good_by_a_look_at_whops_records(rehearsal: Rehearsal, part: int) -> None:
    disorder = Disorder(shuffle=True, double=True, drop=0.5)
    for seeds in batches(STORIES // 2, part):
        history = [heard for seed in seeds for heard in plain_story(seed)]
        assert what_differs(rehearsal, history, disorder, seed=seeds[0]) == []


def test_the_comparison_sees_what_cannot_be_made_good(rehearsal: Rehearsal) -> None:
    story = plain_story(10)
    lost = [heard for heard in story if b"payment.failed" not in heard.body]
    assert lost != story
    with capture_logs():
        as_clean = rehearsal.live(clean(story))
        found = rehearsal.compare(lost, as_clean, Disorder(shuffle=True), seed=1)
    assert any(line.startswith("cases: only in the clean order: biz_10 pay_") for line in found)
    for kind in ("messages", "charges", "alerts"):
        assert any(line.startswith(f"{kind}: only in the clean order: biz_10") for line in found), kind
