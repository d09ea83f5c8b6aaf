"""`make mutants`: changes the heart in every small way, one at a time, and counts whom the unit tests let live.

mutmut does the functions, `outside` does what mutmut passes over. The report goes to `mutants/report.md`; exit 1
where fewer than nine in ten are killed. What is mutated is said in setup.cfg.
"""

import argparse
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

# Loaded once, before the trials part.
import alembic.command  # noqa: F401
import hypothesis  # noqa: F401
import pydantic_settings  # noqa: F401
import sqlalchemy.orm  # noqa: F401
import structlog.testing  # noqa: F401
from mutmut.configuration import config
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files

from tests.mutants.outside import Outsider, outsiders, survivors

NEEDED = 90
"""Per cent, of each kind."""
REPORT = Path("mutants/report.md")
ONLY = {"app/claims.py": ".x_backoff"}
"""Of a file that is mostly queries, the one pure function. Its tests need no database, those of the rest do."""
KILLED = ("killed", "timeout", "segfault")


@dataclass(frozen=True, slots=True)
class Count:
    module: str
    killed: int
    all: int

    @property
    def share(self) -> float:
        return 100 * self.killed / self.all if self.all else 100.0


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    asked.add_argument("--workers", type=int, default=2)
    asked.add_argument("--module", help="only files whose path holds this")
    asked.add_argument(
        "--skip-functions", action="store_true", help="the report counts the last run of mutmut"
    )
    options = asked.parse_args()
    files = [path for path in walk_mutatable_files() if (options.module or "") in str(path)]
    if not options.skip_functions:
        wanted = [f"{'.'.join(path.with_suffix('').parts)}{ONLY.get(str(path), '.')}*" for path in files]
        command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(options.workers), *wanted]
        subprocess.run(command, check=True)
    functions, alive_functions = _functions(files)
    outside, alive_outside = _outside(files, workers=options.workers)
    REPORT.write_text(
        "\n".join(
            [
                f"mutmut {version('mutmut')}",
                *_table("Functions", functions),
                *_table("Tables, defaults and decorated functions", outside),
                "## Survivors",
                *(f"```\n{diff}\n```" for diff in alive_functions),
                *(f"{mutant.path}\n```\n{mutant.diff}\n```" for mutant in alive_outside),
            ]
        )
        + "\n",
        encoding="utf-8",
    )
    print(f"\n{REPORT}")
    good = all(_sum(counts).share >= NEEDED for counts in (functions, outside))
    return 0 if good else 1


def _functions(files: Iterable[Path]) -> tuple[list[Count], list[str]]:
    counts, alive = [], []
    for path in files:
        data = SourceFileMutationData(path=path)
        data.load()
        results = {
            name: status_by_exit_code[code]
            for name, code in data.exit_code_by_key.items()
            if ONLY.get(str(path), "") in name
        }
        killed = sum(result in KILLED for result in results.values())
        counts.append(Count(str(path), killed, len(results)))
        alive += [
            f"{name}: {result}\n{get_diff_for_mutant(name, path=path)}"
            for name, result in results.items()
            if result not in KILLED
        ]
    return counts, alive


def _outside(files: Iterable[Path], *, workers: int) -> tuple[list[Count], list[Outsider]]:
    mutants = [mutant for path in files if str(path) not in ONLY for mutant in outsiders(path)]
    tests = config().pytest_add_cli_args_test_selection

    def told(ended: int) -> None:
        print(f"\r{ended}/{len(mutants)} outside of functions", end="", flush=True)

    alive = survivors(mutants, tests, workers=workers, told=told)
    made, left = (
        Counter(str(mutant.path) for mutant in mutants),
        Counter(str(mutant.path) for mutant in alive),
    )
    return [Count(path, made[path] - left[path], made[path]) for path in made], alive


def _sum(counts: Iterable[Count]) -> Count:
    rows = list(counts)
    return Count("all", sum(row.killed for row in rows), sum(row.all for row in rows))


def _table(title: str, counts: Iterable[Count]) -> list[str]:
    rows = [row for row in counts if row.all]
    lines = [
        f"| {row.module} | {row.all} | {row.killed} | {row.share:.1f} % |" for row in (*rows, _sum(rows))
    ]
    return [
        "",
        f"## {title}",
        "",
        "| module | mutants | killed | share |",
        "|---|---:|---:|---:|",
        *lines,
        "",
    ]


if __name__ == "__main__":
    sys.exit(main())
