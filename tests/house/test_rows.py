"""The list of faults is whole, and names tests that exist."""

from pathlib import Path
from typing import Literal

import pytest

from tests.faults.figures import LONGEST, SUM
from tests.faults.reliability import Proof, Reliability
from tests.faults.rows import Row, rows, to_run

ROOT = Path(__file__).parents[2]


def test_every_fault_has_its_row_once() -> None:
    assert [row.number for row in rows()] == list(range(1, 48))


def test_every_row_says_what_holds_and_who_proves_it() -> None:
    assert [row.number for row in rows() if not (row.fault and row.holds and row.tests)] == []


def test_every_test_that_a_row_names_exists() -> None:
    missing = [test for row in rows() for test in row.tests if not exists(test)]
    assert missing == []


def exists(test: str) -> bool:
    path, _, name = test.partition("::")
    return (ROOT / path).exists() and (not name or f"def {name}(" in (ROOT / path).read_text("utf-8"))


def test_a_row_is_proven_by_its_tests_with_any_parameters_and_by_no_other() -> None:
    row = Row(1, "", "", "", ("tests/a.py::test_b", "tests/c.py", "tests/d"))
    proven = ["tests/a.py::test_b", "tests/a.py::test_b[1]", "tests/c.py::test_x", "tests/d/e.py::test_y"]
    others = ["tests/a.py::test_bc", "tests/cc.py::test_x", "tests/dd/e.py::test_y"]
    assert [row.proof_in(node) for node in proven] == [*row.tests[:1] * 2, *row.tests[1:]]
    assert [row.proof_in(node) for node in others] == [None] * 3


def test_a_row_has_passed_only_when_each_of_its_tests_has() -> None:
    proof = Proof(frozenset({"one", "other"}))
    assert proof.result == "not run"
    proof.add("one", "passed", [(f"{SUM}sends", 40), (f"{LONGEST}wait", 1.5), ("database", "SQLite")])
    proof.add("one", "passed", [(f"{SUM}sends", 2), (f"{LONGEST}wait", 0.25)])
    proof.add("other", "skipped", [])
    assert (proof.result, proof.runs) == ("passed in part", "2, 1 skipped")
    proof.add("other", "passed", [])
    assert (proof.result, proof.figures) == ("passed", "42 sends; wait 1.50 s")
    proof.add("other", "failed", [])
    assert proof.result == "**failed** (1)"


def test_no_test_is_run_twice() -> None:
    found = to_run()
    assert len(found) == len(set(found)) > 20
    assert not any(one.partition("::")[0] in found for one in found if "::" in one)
    assert to_run([23]) == list(rows()[22].tests)


def test_a_row_that_was_not_run_whole_keeps_what_an_earlier_run_has_told(tmp_path: Path) -> None:
    page = tmp_path / "reliability.md"
    row, other = rows()[:2]
    page.write_text(
        f"# Page\n| 1 | {row.fault} | {row.holds} | passed | 9 |\n| 2 | worded anew | x | passed | 9 |\n"
    )
    plugin = Reliability(page)
    assert plugin.line(row) == f"| 1 | {row.fault} | {row.holds} | passed | 9 |"
    assert "| not run |" in plugin.line(other)
    ran(plugin, row.tests[0])
    assert plugin.line(row).endswith("| 9 |"), "one of its tests was not run"
    ran(plugin, *row.tests[1:])
    assert f"| passed | {len(row.tests)} |" in plugin.line(row)
    ran(plugin, other.tests[0], outcome="failed")
    assert "| **failed** (1) |" in plugin.line(other)


def ran(plugin: Reliability, *tests: str, outcome: Literal["passed", "failed"] = "passed") -> None:
    for test in tests:
        plugin.pytest_runtest_logreport(pytest.TestReport(test, ("", None, ""), {}, outcome, None, "call"))
