"""A merchant's cases as a CSV file, written as it is read: the cost in memory does not grow with the cases.

Every text of somebody else is made harmless for programs that take a cell for a formula.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from app.cases.queries import CaseRow
from app.recovery.money import Money

BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes the file for one in the machine's old code page."""
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""The wide ones are taken for the others in East Asian settings."""
ROWS_A_CHUNK = 200

COLUMNS = (
    "case_id",
    "state",
    "reason",
    "class",
    "decline_code",
    "amount",
    "currency",
    "taken_back",
    "opened_at",
    "closed_at",
    "recovered_at",
    "attribution",
    "customer_name",
    "customer_email",
    "product",
    "payment_id",
    "arm",
    "origin",
)


def written_as_csv(rows: Iterable[CaseRow]) -> Iterator[str]:
    """Pieces of the file; times in UTC, money in major units."""
    buffer = io.StringIO()
    buffer.write(BYTE_ORDER_MARK)
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for number, row in enumerate(rows, start=1):
        writer.writerow(map(harmless, _cells(row)))
        if number % ROWS_A_CHUNK == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def rows_as_csv(rows: Iterable[Sequence[str]]) -> str:
    """A small file at once; the first row names the columns."""
    buffer = io.StringIO()
    buffer.write(BYTE_ORDER_MARK)
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow(map(harmless, row))
    return buffer.getvalue()


def harmless(cell: str) -> str:
    """The cell with a leading apostrophe where a spreadsheet would run it."""
    return f"'{cell}" if cell.startswith(FORMULA_SIGNS) else cell


def _cells(row: CaseRow) -> Iterator[str]:
    yield str(row.id)
    yield row.state.value
    yield row.reason.value if row.reason else ""
    yield row.decline_class.value
    yield row.decline_code or ""
    yield row.amount.plain() if row.amount else ""
    yield row.amount.currency if row.amount else ""
    yield Money(row.amount.currency, row.taken_back_minor).plain() if row.amount else ""
    yield _moment(row.opened_at)
    yield _moment(row.closed_at)
    yield _moment(row.recovered_at)
    yield row.attribution or ""
    yield row.customer_name or ""
    yield row.customer_email or ""
    yield row.product_title or ""
    yield row.payment_id
    yield row.arm
    yield row.origin


def _moment(at: datetime | None) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
