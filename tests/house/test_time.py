"""Time is an argument: only the clock reads the machine's, and only it may be moved."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.processes import ROOT

MAY_READ = {"app/clock.py", "notifiers/smtp.py", "app/security/limits.py"}
"""The clock; the mail's own Date header, as channels know no clock of ours; the rate limits' store, which
counts by the machine's."""
READERS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")}
READERS |= {("time", "time"), ("time", "time_ns"), ("time", "localtime"), ("time", "gmtime")}
FILES = sorted(
    str(path.relative_to(ROOT)) for room in ("app", "notifiers") for path in (ROOT / room).rglob("*.py")
)


def reads(source: str) -> Iterator[int]:
    """Lines that ask the machine for the time."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
            owner = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
            if (owner, node.attr) in READERS:
                yield node.lineno


@pytest.mark.parametrize("path", [path for path in FILES if path not in MAY_READ])
def test_nobody_but_the_clock_reads_the_time(path: str) -> None:
    assert list(reads((ROOT / path).read_text("utf-8"))) == []


def test_the_search_itself_finds_every_way_of_asking() -> None:
    asked = "datetime.now(UTC); datetime.datetime.utcnow(); date.today(); time.time()"
    assert len(list(reads(asked))) == 4


def test_the_exceptions_are_still_needed() -> None:
    assert all(list(reads(Path(ROOT, path).read_text("utf-8"))) for path in MAY_READ)
