"""The faults that the program must live through, each with its tests, as rows.toml lists them.

`python -m tests.faults.rows` prints the tests that stand elsewhere, for `make faults` to run them too.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

FOLDERS = ("tests/faults", "tests/properties")
"""Run as a whole."""


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    part: str
    fault: str
    holds: str
    tests: tuple[str, ...]
    """Folders, files, or `file::test`."""

    def proof_in(self, node: str) -> str | None:
        """Which of its tests the one of this node id belongs to; any set of parameters does."""
        for test in self.tests:
            if node == test or node.startswith((f"{test}/", f"{test}::", f"{test}[")):
                return test
        return None


def rows() -> list[Row]:
    read = tomllib.loads(Path(__file__).with_name("rows.toml").read_text("utf-8"))
    return [Row(**{**row, "tests": tuple(row["tests"])}) for row in read["row"]]


def elsewhere() -> list[str]:
    """Each once, in order; a single test is left out where its whole file is run."""
    named = dict.fromkeys(test for row in rows() for test in row.tests if not test.startswith(FOLDERS))
    return [test for test in named if "::" not in test or test.partition("::")[0] not in named]


if __name__ == "__main__":
    print(*elsewhere())
