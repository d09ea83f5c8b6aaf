"""Makes docs/performance.md and its charts from what the parts have kept: `python -m bench.page`."""

import statistics
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from app.recovery.simulation.picture import drawing, words
from bench.results import FILE, ROOT, Figure, Line, read, short, spread

PAGE = ROOT / "docs" / "performance.md"
IMAGES = ROOT / "docs" / "images"
SUBJECTS = {
    "door": "Webhooks taken",
    "engine": "Inbox and reminders",
    "scale": "Cost by what exists",
    "storm": "Many at once, and slow neighbours",
    "overview": "The overview",
    "lists": "Lists",
    "render": "Messages",
    "start": "Start and memory",
    "retention": "Forgetting",
    "channels": "Channels",
    "soak": "Hours of work",
    "servers": "Web servers",
    "peers": "Beside peers",
}
HEAD = """# Performance

Made by `make bench` (commit {commits}; {machines}). Each figure is the median of its rounds, with the least and the most
in brackets. A floor is what the same machine does in the same round without this program's code; the ratio is of the
two. A target holds for the median. A part whose run had any error keeps no figure; a part that is missing here has not been
run to its end on a machine that does nothing else.

Load of the machine over the minute before each part: {load}. Clients, program and database share the machine.
"""
WIDTH, LEFT, BARS, ROW = 960, 510, 300, 26


def main() -> None:
    lines = read(FILE)
    PAGE.write_text(page(lines), encoding="utf-8")
    for subject, some in by_subject(lines):
        if any(line.floors for line in some):
            IMAGES.joinpath(f"performance-{subject}.svg").write_text(picture(subject, some), encoding="utf-8")


def by_subject(lines: Sequence[Line]) -> Iterator[tuple[str, list[Line]]]:
    """In the order of the page; a subject that nobody has named comes last."""
    order = list(SUBJECTS)
    named = sorted(lines, key=lambda line: order.index(line.subject) if line.subject in order else len(order))
    for subject, some in groupby(named, key=lambda line: line.subject):
        yield subject, list(some)


def page(lines: Sequence[Line]) -> str:
    loads = [line.load for line in lines]
    parts = [
        HEAD.format(
            commits=_each(f"{line.commit} on {line.at}" for line in lines),
            machines=_each(line.machine for line in lines),
            load=f"{min(loads)} to {max(loads)}",
        )
    ]
    for subject, some in by_subject(lines):
        parts += [f"## {SUBJECTS.get(subject, subject)}\n", *_table(some)]
        if any(line.floors for line in some):
            parts.append(f"![Each figure as a share of its floor](images/performance-{subject}.svg)\n")
    return "\n".join(parts)


def _each(texts: Iterable[str]) -> str:
    """Parts may have been measured at different times."""
    return ", ".join(dict.fromkeys(texts))


def _table(lines: Sequence[Line]) -> Iterator[str]:
    yield "| figure | database | measured | floor | ratio | target | met |"
    yield "|---|---|---:|---:|---:|---|---|"
    for line in lines:
        figure = line.figure
        name = f"{figure.name} ({figure.row})" if figure.row else figure.name
        floor = f"{spread(line.floors)}, {figure.floor}" if line.floors else ""
        ratio = spread(line.ratios) if line.ratios else ""
        met = {None: "", True: "yes", False: "no"}[line.met]
        yield (
            f"| {name} | {line.database} | {spread(line.values)} {figure.unit} | {floor} | {ratio} "
            f"| {target(figure)} | {met} |"
        )
    yield ""


def target(figure: Figure) -> str:
    unit = f" {figure.unit}" if figure.unit else ""
    bounds = (
        ("≥", figure.least, unit),
        ("≤", figure.most, unit),
        ("ratio ≥", figure.least_ratio, ""),
        ("ratio ≤", figure.most_ratio, ""),
    )
    return ", ".join(f"{sign} {short(bound)}{after}" for sign, bound, after in bounds if bound is not None)


def picture(subject: str, lines: Sequence[Line]) -> str:
    """A bar for the ratio of each figure to its floor, with its least and most.

    Where some of the ratios have a target it shows these alone: beside an empty route they would be specks.
    """
    all_beside = [line for line in lines if line.floors]
    asked = [line for line in all_beside if line.figure.least_ratio or line.figure.most_ratio]
    beside = asked or all_beside
    most = max(max(line.ratios) for line in beside)
    body = []
    for number, line in enumerate(beside):
        top = 16 + number * ROW
        middle = statistics.median(line.ratios)
        low, high = (LEFT + BARS * bound / most for bound in (min(line.ratios), max(line.ratios)))
        body += [
            words(16, top + 15, f"{line.figure.name}, {line.database}"),
            f'<rect x="{LEFT}" y="{top}" width="{BARS * middle / most:.1f}" height="18" fill="#4299e1"/>',
            f'<path d="M{low:.1f} {top + 9}H{high:.1f}" stroke="#182433" stroke-width="3"/>',
            words(LEFT + BARS + 14, top + 15, f"{short(middle)} of its floor"),
        ]
    return drawing(body, title=SUBJECTS.get(subject, subject), width=WIDTH, height=32 + ROW * len(beside))


if __name__ == "__main__":
    main()
