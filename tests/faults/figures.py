"""What a test of faults has measured, for the page that `make faults` writes: numbers add up, spans keep the longest."""

from collections.abc import Callable

SUM, LONGEST = "sum:", "longest:"


class Figures:
    def __init__(self, record: Callable[[str, object], None]) -> None:
        """`record` is pytest's own, whose properties travel with the report of the test."""
        self._record = record

    def add(self, **numbers: int) -> None:
        """`sends=40`: a word of the page, `_` for each space."""
        for name, number in numbers.items():
            self._record(SUM + name.replace("_", " "), number)

    def longest(self, **seconds: float) -> None:
        """The longest of a row is shown, in seconds."""
        for name, span in seconds.items():
            self._record(LONGEST + name.replace("_", " "), round(span, 3))
