"""What a part has measured: printed, and kept as one JSON line a figure, from which `bench.page` makes the page.

A figure is measured in rounds; its floor in the same rounds, so that the ratio is of figures taken side by side.
"""

import json
import os
import platform
import statistics
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILE = ROOT / "docs" / "performance.jsonl"
Round = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`name` and `floor` are names in each round; a target holds for the median of the figure, or of the ratio."""

    name: str
    unit: str
    floor: str = ""
    least: float | None = None
    most: float | None = None
    least_ratio: float | None = None
    most_ratio: float | None = None
    row: str = ""
    """The load row of the acceptance list, such as L1."""


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of one run, as it is kept."""

    subject: str
    database: str
    figure: Figure
    values: list[float]
    floors: list[float]
    commit: str
    at: str
    machine: str
    load: float
    """Of the machine, over the last minute, right before the first round: whoever else uses it shows here."""

    @property
    def ratios(self) -> list[float]:
        return [value / floor for value, floor in zip(self.values, self.floors, strict=False)]

    @property
    def met(self) -> bool | None:
        """None: it has no target."""
        figure = self.figure
        bounds = [
            (self.values, figure.least, figure.most),
            (self.ratios, figure.least_ratio, figure.most_ratio),
        ]
        asked = [
            (statistics.median(values), least, most)
            for values, least, most in bounds
            if least is not None or most is not None
        ]
        if not asked:
            return None
        return all(
            (least is None or middle >= least) and (most is None or middle <= most)
            for middle, least, most in asked
        )


class Results:
    """Opened before the first round of a part."""

    def __init__(self, subject: str, database: str) -> None:
        """`database`: a DSN, or nothing for SQLite; a part without any says so with `-`."""
        self._subject = subject
        self._database = "-" if database == "-" else "PostgreSQL" if database else "SQLite"
        self._load = os.getloadavg()[0]

    def tell(self, figures: Sequence[Figure], rounds: Sequence[Round]) -> None:
        """Print and keep them. Where a run had errors its part has ended before, so nothing of it is kept."""
        for figure in figures:
            line = Line(
                self._subject, self._database, figure,
                [one[figure.name] for one in rounds], [one[figure.floor] for one in rounds] if figure.floor else [],
                _commit(), f"{datetime.now(UTC):%Y-%m-%d}", _machine(), round(self._load, 1),
            )  # fmt: skip
            print(_printed(line), flush=True)
            with FILE.open("a", encoding="utf-8") as kept:
                kept.write(json.dumps(asdict(line)) + "\n")


def read(path: Path = FILE) -> list[Line]:
    """The newest of each figure, in the order in which they were first measured."""
    newest: dict[tuple[str, str, str], Line] = {}
    for text in path.read_text(encoding="utf-8").splitlines():
        fields = json.loads(text)
        line = Line(**{**fields, "figure": Figure(**fields["figure"])})
        newest[line.subject, line.database, line.figure.name] = line
    return list(newest.values())


def spread(values: Sequence[float]) -> str:
    """The median, and the least and the most where there are several."""
    low, middle, high = min(values), statistics.median(values), max(values)
    if len(values) == 1:
        return short(middle)
    return f"{short(middle)} ({short(low)}, {short(high)})"


def short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _printed(line: Line) -> str:
    parts = [
        f"{line.database:10}",
        f"{line.figure.name:44}",
        f"{spread(line.values):28}",
        f"{line.figure.unit:10}",
    ]
    if line.floors:
        parts.append(f"ratio {spread(line.ratios):24}")
    if line.met is not None:
        parts.append("met" if line.met else "NOT met")
    return " ".join(parts)


def _commit() -> str:
    """The figures themselves, which grow while a run goes on, make no other program of it."""
    commit = _git("rev-parse", "--short", "HEAD")
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs")
    return f"{commit or 'unknown'}{'-dirty' if changed else ''}"


def _git(*asked: str) -> str:
    return subprocess.run(["git", *asked], cwd=ROOT, capture_output=True, text=True).stdout.strip()


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.system()}, Python {platform.python_version()}"
