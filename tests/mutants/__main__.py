"""`make mutants`: changes the heart in every small way, one at a time, and counts whom the unit tests let live.

The table goes to the screen, and with the diff of every survivor to `mutants/report.md`; exit 1 where fewer than
nine in ten of a module are killed. What is mutated is said in setup.cfg.
"""

import argparse
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import pytest
from mutmut.configuration import config
from mutmut.utils.file_utils import walk_mutatable_files

from tests.mutants.making import Mutant, mutants_of
from tests.mutants.trials import Outcome, Trials

NEEDED = 90
"""Per cent, of each module."""
FOLDER = Path("mutants")
Counts = dict[str, Counter[str]]


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    asked.add_argument("--workers", type=int, default=2)
    asked.add_argument("--module", help="only files whose path ends so; the others' last figures are kept")
    options = asked.parse_args()
    began = time.monotonic()
    files = sorted(path for path in walk_mutatable_files() if str(path).endswith(options.module or ""))
    mutants = [mutant for path in files for mutant in mutants_of(path)]
    counts: Counts = defaultdict(Counter)
    alive: dict[str, list[str]] = {str(path): [] for path in files}

    def told(mutant: Mutant, outcome: Outcome) -> None:
        counts[str(mutant.path)][outcome.name.lower()] += 1
        if outcome is Outcome.SURVIVED:
            alive[str(mutant.path)].append(f"{mutant.function or '-'}\n{mutant.diff}")
        tried = sum(one.total() for one in counts.values())
        if tried % 50 == 0 or tried == len(mutants):
            print(f"{tried}/{len(mutants)} tried, {sum(map(len, alive.values()))} alive", file=sys.__stderr__)

    settings = config()
    arguments = [*settings.pytest_add_cli_args_test_selection, *settings.pytest_add_cli_args]
    arguments += ["-o", "addopts=", "-p", "no:cacheprovider", "-p", "no:terminal"]
    pytest.main(arguments, plugins=[Trials(mutants, workers=options.workers, told=told)])
    if sum(one.total() for one in counts.values()) != len(mutants):
        return 2
    known = _kept(counts, alive)
    rows = _table(known["counts"])
    took = round((time.monotonic() - began) / 60)
    head = f"mutmut {version('mutmut')}, {len(mutants):,} mutants tried in {took} minutes"
    survivors = [f"{path}: {one}" for path, some in known["alive"].items() for one in some]
    (FOLDER / "report.md").write_text(
        "\n\n".join([head, "\n".join(rows), "## Survivors", *(f"```\n{one}\n```" for one in survivors)]) + "\n",
        encoding="utf-8",
    )
    print("\n".join(rows), f"\n{head}\n{FOLDER / 'report.md'}")
    return 0 if all(_share(counts[path]) >= NEEDED for path in counts) else 1


def _kept(counts: Counts, alive: Mapping[str, list[str]]) -> dict[str, dict[str, list[str]]]:
    """With what earlier runs have found for other modules."""
    file = FOLDER / "found.json"
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {"counts": {}, "alive": {}}
    known["counts"].update(counts)
    known["alive"].update(alive)
    FOLDER.mkdir(exist_ok=True)
    file.write_text(json.dumps(known), encoding="utf-8")
    return {kind: dict(sorted(found.items())) for kind, found in known.items()}


def _share(count: Mapping[str, int]) -> float:
    killed = count.get("killed", 0) + count.get("timeout", 0)
    return 100 * killed / ((killed + count.get("survived", 0)) or 1)


def _table(counts: Mapping[str, Mapping[str, int]]) -> list[str]:
    whole: Counter[str] = sum((Counter(one) for one in counts.values()), Counter())
    rows = ["| module | mutants | killed | of them by the clock | survived | share |", "|---|---:|---:|---:|---:|---:|"]
    for name, one in [*counts.items(), ("all", whole)]:
        killed, clock, survived = (one.get(kind, 0) for kind in ("killed", "timeout", "survived"))
        if killed + clock + survived:
            rows.append(
                f"| `{name}` | {killed + clock + survived:,} | {killed + clock:,} | {clock} | {survived} "
                f"| {_share(one):.1f} % |"
            )
    return rows


if __name__ == "__main__":
    sys.exit(main())
