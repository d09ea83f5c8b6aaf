"""The page of the figures says what was measured: floor, ratio, target, and whether it was met."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from bench.page import page, picture
from bench.results import Figure, Line

FIGURE = Figure(name="events", unit="/s", floor="bare inserts, /s", least_ratio=0.7, row="L1")
LINE = Line(
    "door",
    "SQLite",
    FIGURE,
    [700.0, 500.0, 900.0],
    [1000.0, 1000.0, 1000.0],
    "abc123",
    "2026-11-20",
    "a machine",
    9.5,
)


def test_a_row_tells_figure_floor_ratio_target_and_verdict() -> None:
    text = page([LINE])
    row = "| events (L1) | SQLite | 700 (500, 900) /s | 1,000 (1,000, 1,000), bare inserts, /s | 0.7 (0.5, 0.9) |"
    assert f"{row} ratio ≥ 0.7 | yes |" in text
    assert "abc123" in text and "a machine" in text
    assert "9.5 to 9.5" in text, "who else used the machine"


@pytest.mark.parametrize(
    ("target", "met"),
    [
        ({"least": 700}, True), ({"least": 701}, False), ({"most": 700}, True), ({"most": 699}, False),
        ({"least_ratio": 0.71}, False), ({"most_ratio": 0.7}, True), ({"most": 700, "most_ratio": 0.6}, False), ({}, None),
    ],
)  # fmt: skip
def test_a_target_holds_for_the_median(target: dict[str, float], met: bool | None) -> None:
    figure = Figure(name="events", unit="/s", floor="bare inserts, /s", **target)
    assert replace(LINE, figure=figure).met is met


def test_the_picture_is_a_drawing_with_a_bar_for_each_figure() -> None:
    other = replace(LINE, database="PostgreSQL")
    without = replace(LINE, floors=[])
    drawn = ElementTree.fromstring(picture("door", [LINE, other, without]))
    named = "{http://www.w3.org/2000/svg}"
    assert len(drawn.findall(f"{named}path")) == 2
    assert len(drawn.findall(f"{named}rect")) == 3, "two bars and the ground"
