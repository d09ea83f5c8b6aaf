"""A plug-in of pytest for `make faults`: writes what the run has shown, row by row, to docs/reliability.md.

The page is also the memory: a row whose tests were not all part of this run keeps the line of an earlier one.

    python -m pytest -p tests.faults.reliability --reliability docs/reliability.md …

With xdist each worker adds the database to the reports of its tests, and the controller writes.
"""

import os
import platform
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from sqlalchemy import create_engine, text

from tests.faults.figures import LONGEST, SUM
from tests.faults.rows import Row, rows
from tests.support.postgres import own_server, server
from tests.support.processes import ROOT

CROWD = "crowd"
"""xdist adds the group's name to those of its tests."""
DATABASE = "database"
SQLITE = {"sqlite", "sqlite_database"}
POSTGRESQL = {"postgresql", "postgres_database", "away", "seeded"}
HEAD = """# Reliability

Written by `make faults`; not to be edited by hand. Each row is a fault, what must hold, and what the tests of that row
measured; `tests/faults/rows.toml` names them. A run is one test with one set of values. Numbers are sums over all runs of
a row, spans the longest of them. Where a row has no figures its tests assert alone. *Passed in part*: some of its tests
were skipped or not run. The last column tells when, and of which commit.
"""
COLUMNS = "| row | fault | must hold | result | runs | measured | database | proven |\n|---|---|---|---|---|---|---|---|"


@dataclass
class Proof:
    """What has become of one row's tests."""

    wanted: frozenset[str]
    """Its tests, each of which has to pass at least once."""
    met: set[str] = field(default_factory=set)
    """Those of its tests that were part of this run, however they went."""
    seen: set[str] = field(default_factory=set)
    outcomes: Counter[str] = field(default_factory=Counter)
    sums: Counter[str] = field(default_factory=Counter)
    longest: dict[str, float] = field(default_factory=dict)
    databases: set[str] = field(default_factory=set)

    def add(self, test: str, outcome: str, properties: Sequence[tuple[str, object]]) -> None:
        self.outcomes[outcome] += 1
        self.met.add(test)
        if outcome == "passed":
            self.seen.add(test)
        for name, value in properties:
            if name == DATABASE:
                self.databases.add(str(value))
            elif name.startswith(SUM) and isinstance(value, int):
                self.sums[name.removeprefix(SUM)] += value
            elif name.startswith(LONGEST) and isinstance(value, int | float):
                known = self.longest.get(name.removeprefix(LONGEST), 0.0)
                self.longest[name.removeprefix(LONGEST)] = max(known, value)

    @property
    def counts(self) -> bool:
        """Whether this run says more of the row than an earlier one."""
        return self.met == self.wanted or bool(self.outcomes["failed"])

    @property
    def result(self) -> str:
        if self.outcomes["failed"]:
            return f"**failed** ({self.outcomes['failed']})"
        if not self.seen:
            return "not run"
        return "passed" if self.seen == self.wanted else "passed in part"

    @property
    def runs(self) -> str:
        skipped = f", {self.outcomes['skipped']} skipped" if self.outcomes["skipped"] else ""
        return f"{self.outcomes['passed'] + self.outcomes['failed']}{skipped}"

    @property
    def figures(self) -> str:
        numbers = [f"{number:,} {name}" for name, number in self.sums.items()]
        spans = [f"{name} {span:.2f} s" for name, span in self.longest.items()]
        return "; ".join(numbers + spans)


class Reliability:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows = rows()
        self._earlier = earlier(path)
        self._proofs = {row.number: Proof(frozenset(row.tests)) for row in self._rows}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Of a test's three parts, its call counts, and another one where it did not go well."""
        if report.when != "call" and report.outcome == "passed":
            return
        if report.failed:  # at once: the run goes on for long
            print(f"\n{report.nodeid} failed\n{report.longreprtext}", file=sys.__stderr__, flush=True)
        for row in self._rows:
            if test := row.proof_in(report.nodeid.removesuffix(f"@{CROWD}")):
                self._proofs[row.number].add(test, report.outcome, report.user_properties)

    def pytest_sessionfinish(self) -> None:
        self._path.write_text(self._page(), encoding="utf-8")

    def _page(self) -> str:
        lines = [HEAD, *self._circumstances()]
        for part in dict.fromkeys(row.part for row in self._rows):
            lines += ["", f"## {part}", "", COLUMNS]
            lines += [self.line(row) for row in self._rows if row.part == part]
        return "\n".join(lines) + "\n"

    def line(self, row: Row) -> str:
        """Of the table."""
        proof, told = self._proofs[row.number], (str(row.number), row.fault, row.holds)
        if told in self._earlier and not proof.counts:
            return self._earlier[told]
        databases, when = " and ".join(sorted(proof.databases)), f"{datetime.now(UTC):%Y-%m-%d}, {commit()}"
        return _joined([*told, proof.result, proof.runs, proof.figures, databases, when])

    def _circumstances(self) -> list[str]:
        memory = psutil.virtual_memory().total / 2**30
        return [
            f"- Machine: {os.cpu_count()} cores, {memory:.0f} GB, {platform.system()} {platform.machine()}",
            f"- Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, PostgreSQL "
            + " and ".join(postgres_versions()),
        ]


def earlier(page: Path) -> dict[tuple[str, ...], str]:
    """Its lines by number, fault and what must hold: a row that has been worded anew has to be proven anew."""
    if not page.exists():
        return {}
    lines = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    return {tuple(line.strip("| ").split(" | ")[:3]): line for line in lines}


def _joined(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def commit() -> str:
    """As git names it, and whether files differed from it."""
    told = ["git", "describe", "--always", "--dirty= with changes", "--exclude=*"]
    return subprocess.run(told, cwd=ROOT, capture_output=True, text=True).stdout.strip() or "unknown"


def postgres_versions() -> list[str]:
    """Of the suite's server, and of the one that is stopped and started."""
    found = []
    for start in (server, own_server):
        with start() as started:
            engine = create_engine(getattr(started, "url", started))
            with engine.connect() as connection:
                found.append(str(connection.scalar(text("SHOW server_version"))).partition(" ")[0])
            engine.dispose()
    return list(dict.fromkeys(found))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--reliability", type=Path, help="where to write what was proven")


def pytest_configure(config: pytest.Config) -> None:
    path = config.getoption("--reliability")
    if path is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Reliability(path), "reliability")


def pytest_runtest_setup(item: pytest.Function) -> None:
    uses = set(item.fixturenames)
    if hasattr(item, "callspec"):
        chosen = {str(getattr(value, "__name__", value)) for value in item.callspec.params.values()}
        uses = chosen if chosen & (SQLITE | POSTGRESQL) else uses
        uses |= {name.removeprefix("on_") for name in chosen}
    for name, known in (("SQLite", SQLITE), ("PostgreSQL", POSTGRESQL)):
        if uses & known:
            item.user_properties.append((DATABASE, name))
