"""What became of the mutants, module by module: kept from run to run, shown as the table of docs/mutation.md."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.mutants.making import Mutant
from tests.mutants.trials import Outcome

FOLDER = Path("mutants")
KEPT = FOLDER / "found.json"
REPORT = FOLDER / "report.md"


@dataclass
class Module:
    killed: int = 0
    timeout: int = 0
    survived: int = 0
    no_change: int = 0
    alive: list[str] = field(default_factory=list)
    """The diffs of those that survived."""

    @property
    def mutants(self) -> int:
        return self.killed + self.timeout + self.survived

    @property
    def share(self) -> float:
        """Killed, of a hundred. A mutant that hangs is noticed as well."""
        return 100 * (self.killed + self.timeout) / (self.mutants or 1)

    def row(self, name: str) -> str:
        killed = self.killed + self.timeout
        return f"| {name} | {self.mutants:,} | {killed:,} | {self.timeout} | {self.survived} | {self.share:.1f} % |"


class Found:
    """The figures of this run, and beneath them those of earlier ones for modules that were not asked about."""

    def __init__(self, mutants: Sequence[Mutant], *, again: bool) -> None:
        """`again`: of a module that was tried before only those that survived are."""
        self._before = dict(_kept())
        known = self._before if again else {}
        self.mutants = [
            mutant
            for mutant in mutants
            if (module := known.get(str(mutant.path))) is None
            or (module.alive and _told(mutant) in module.alive)
        ]
        self._left = Counter(str(mutant.path) for mutant in self.mutants)
        self.now = {str(mutant.path): Module() for mutant in mutants}
        for name, module in self.now.items():
            if name in known:
                module.killed, module.timeout = known[name].killed, known[name].timeout
        self.all = self._before | self.now

    def add(self, mutant: Mutant, outcome: Outcome) -> bool:
        """True where it was the module's last."""
        name = str(mutant.path)
        module = self.now[name]
        setattr(module, outcome.name.lower(), getattr(module, outcome.name.lower()) + 1)
        if outcome is Outcome.SURVIVED:
            module.alive.append(_told(mutant))
        self._left[name] -= 1
        return not self._left[name]

    @property
    def left(self) -> int:
        return self._left.total()

    def keep(self) -> None:
        FOLDER.mkdir(exist_ok=True)
        done = self._before | {name: module for name, module in self.now.items() if not self._left[name]}
        KEPT.write_text(json.dumps({name: asdict(module) for name, module in done.items()}), encoding="utf-8")
        REPORT.write_text(
            "\n\n".join(["\n".join(self.table()), "## Survivors", *self._survivors()]) + "\n",
            encoding="utf-8",
        )

    def table(self) -> list[str]:
        whole = Module()
        for module in self.all.values():
            whole.killed += module.killed
            whole.timeout += module.timeout
            whole.survived += module.survived
        rows = [module.row(f"`{name}`") for name, module in sorted(self.all.items()) if module.mutants]
        head = "| module | mutants | killed | of them by the clock | survived | killed |"
        return [head, "|---|---:|---:|---:|---:|---:|", *rows, whole.row("all")]

    def _survivors(self) -> Iterator[str]:
        for _, module in sorted(self.all.items()):
            yield from (f"```\n{one}\n```" for one in module.alive)


def _told(mutant: Mutant) -> str:
    return f"{mutant.path}: {mutant.function or 'at the import'}\n{mutant.diff}"


def _kept() -> Iterator[tuple[str, Module]]:
    if KEPT.exists():
        for name, values in json.loads(KEPT.read_text(encoding="utf-8")).items():
            yield name, Module(**values)
