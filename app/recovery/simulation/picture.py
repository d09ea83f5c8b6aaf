"""The two charts of a simulation as one SVG file, for a page or a talk. No script, no font of its own."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from .run import Block, Result
from .ways import NAMES

WIDTH, HEIGHT = 760, 470
LEFT, BARS, ROW = 230, 420, 34
CURVE_TOP, CURVE_HEIGHT = 240, 180


def picture(result: Result, *, title: str) -> str:
    return drawing([*_bars(result), *_curve(result.blocks)], title=title, width=WIDTH, height=HEIGHT)


def drawing(parts: Iterable[str], *, title: str, width: int, height: int) -> str:
    """A whole file of these elements, on white, so that it is read on dark pages as well."""
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'font-family="sans-serif" font-size="14">\n<title>{escape(title)}</title>\n'
        f'<rect width="{width}" height="{height}" fill="#fff"/>\n{body}\n</svg>\n'
    )


def _bars(result: Result) -> Iterator[str]:
    most = max(summary.high for summary in result.summaries) or 1.0
    yield words(20, 28, "Recovered, with the 95 percent interval", bold=True)
    for number, summary in enumerate(result.summaries):
        top = 44 + number * ROW
        middle = top + 12
        low, high = (LEFT + BARS * bound / most for bound in (summary.low, summary.high))
        yield words(20, top + 17, NAMES[summary.way])
        yield f'<rect x="{LEFT}" y="{top}" width="{BARS * summary.rate / most:.1f}" height="24" fill="#4299e1"/>'
        yield f'<path d="M{low:.1f} {middle}H{high:.1f}" stroke="#182433" stroke-width="3"/>'
        yield words(LEFT + BARS + 14, top + 17, f"{summary.rate:.1%}")


def _curve(blocks: Sequence[Block]) -> Iterator[str]:
    most = max((block.regret for block in blocks), default=0.0) or 1.0
    last = blocks[-1].until
    bottom = CURVE_TOP + CURVE_HEIGHT
    yield words(20, CURVE_TOP - 22, "What the learner still misses: recoveries for 100 cases", bold=True)
    points = " ".join(
        f"{60 + 660 * block.until / last:.1f},{bottom - CURVE_HEIGHT * block.regret / most:.1f}"
        for block in blocks
    )
    yield f'<path d="M60 {CURVE_TOP}V{bottom}H720" fill="none" stroke="#667382"/>'
    yield f'<polyline points="{points}" fill="none" stroke="#d63939" stroke-width="3"/>'
    yield words(20, CURVE_TOP + 6, f"{most:.1f}")
    yield words(20, bottom, "0")
    yield words(620, bottom + 22, f"{last:,} cases")


def words(x: float, y: float, text: str, *, bold: bool = False) -> str:
    """One line of text, its left end on the baseline there."""
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:g}" y="{y:g}" fill="#182433"{weight}>{escape(text)}</text>'
