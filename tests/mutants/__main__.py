"""`make mutants`: changes the heart in every small way, one at a time, and counts whom the unit tests let live.

The table goes to the screen, and with the diff of every survivor to `mutants/report.md`; exit 1 where fewer than
nine in ten of a module are killed. What is mutated, and the tests, are named in setup.cfg.
"""

import argparse
import sys
import time

import pytest
from mutmut.configuration import config
from mutmut.utils.file_utils import walk_mutatable_files

from tests.mutants.found import REPORT, Found
from tests.mutants.making import Mutant, mutants_of
from tests.mutants.trials import Outcome, Trials

NEEDED = 90
"""Per cent, of each module."""


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    asked.add_argument("--workers", type=int, default=2)
    asked.add_argument(
        "--only", nargs="+", default=[""], help="ends of paths; the figures of others are kept"
    )
    asked.add_argument(
        "--again", action="store_true", help="of what was tried before only those that survived"
    )
    options = asked.parse_args()
    began = time.monotonic()
    ends = options.only
    asked_for = [path for path in walk_mutatable_files() if str(path).endswith(tuple(ends))]
    files = sorted(asked_for, key=lambda path: ([str(path).endswith(end) for end in ends].index(True), path))
    mutants = [mutant for path in files for mutant in mutants_of(path)]
    found = Found(mutants, again=options.again)

    def told(mutant: Mutant, outcome: Outcome) -> None:
        if found.add(mutant, outcome):
            name = str(mutant.path)
            print(found.now[name].row(name), f"{found.left} left", file=sys.__stderr__, flush=True)
            found.keep()

    settings = config()
    arguments = [*settings.pytest_add_cli_args_test_selection, *settings.pytest_add_cli_args]
    arguments += ["-o", "addopts=", "-p", "no:cacheprovider", "-p", "no:terminal"]
    pytest.main(arguments, plugins=[Trials(found.mutants, workers=options.workers, told=told)])
    if found.left:
        return 2
    print(*found.table(), sep="\n")
    print(
        f"\n{len(found.mutants):,} changes tried in {(time.monotonic() - began) / 60:.0f} minutes; survivors: {REPORT}"
    )
    return 0 if all(module.share >= NEEDED for module in found.now.values() if module.mutants) else 1


if __name__ == "__main__":
    sys.exit(main())
