"""The faults that the program must live through, each with its tests, as rows.toml lists them.

`python -m tests.faults.rows` prints what `make faults` runs; with numbers of rows, what it runs of these.
"""

import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

FOLDERS = ("tests/faults", "tests/properties")
"""Run as a whole where all rows are."""


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


def to_run(numbers: Sequence[int] = ()) -> list[str]:
    """Each once, in order; a single test is left out where its whole file or folder is run."""
    named = [test for row in rows() if not numbers or row.number in numbers for test in row.tests]
    whole = dict.fromkeys([*(() if numbers else FOLDERS), *named])
    return [test for test in whole if not any(other in whole for other in _around(test))]


def _around(test: str) -> Iterator[str]:
    """The file and the folders in which it stands."""
    file = test.partition("::")[0]
    if file != test:
        yield file
    yield from map(str, PurePosixPath(file).parents)


if __name__ == "__main__":
    print(*to_run([int(number) for number in sys.argv[1:]]))
