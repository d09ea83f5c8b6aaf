"""Marked secrets and marked people, and the search for any trace of them in what a process has written.

The marks are letters only, so they survive every encoding but base64, which is searched for as well. The
search shares no code with the masker.
"""

import base64
import re
import sqlite3
from collections.abc import Iterator, Mapping
from secrets import token_hex

import psycopg2
from sqlalchemy.engine import make_url

FIRST, LAST = "Kanari", "Iranak"
"""A secret begins with the one and ends with the other: half of it is a leak, too."""
HARD = "\"'/+ü% &\\#"
"""What quoting, addresses, JSON and base64 change."""
PERSONAL = ("zwitscher", "gesangova", "1577 731", "1577731", "1577%20731", "203.0.113.77", "73zw")
"""Pieces of the people in the marked events: name, address, phone, network address, card."""
EMAIL = "zwitscher.gesangova@voliere.example.com"
NAME = "Zwitschera Gesangova"
PHONE = "+49 1577 7310246"
IP_ADDRESS = "203.0.113.77"
LAST4 = "73zw"


def secret(name: str, *, hard: str = HARD) -> str:
    """A marked secret with hard characters inside, another one at each call."""
    return f"{FIRST}{name}{token_hex(6)}{hard}{token_hex(6)}{LAST}"


def address(user: str) -> str:
    """Another address of the marked people."""
    return f"{user}.{EMAIL}"


def traces(text: str, *, people: bool = True) -> list[str]:
    """Each place where a mark is found, with what stands around it; none is what we want."""
    return [text[max(0, found.start() - 120) : found.end() + 60] for found in _marks(people).finditer(text)]


def _marks(people: bool) -> re.Pattern[str]:
    whole = [FIRST, LAST, *(PERSONAL if people else ())]
    encoded = [
        form for mark in (FIRST, LAST, *(("zwitscher", NAME) if people else ())) for form in _base64(mark)
    ]
    return re.compile(f"(?i:{'|'.join(map(re.escape, whole))})|{'|'.join(encoded)}")


def _base64(mark: str) -> Iterator[str]:
    for before, skipped in ((0, 0), (1, 2), (2, 3)):
        text = b"\0" * before + mark.encode()
        kept = text[: len(text) // 3 * 3]
        yield re.escape(base64.b64encode(kept).decode()[skipped:])


def stored(dsn: str) -> Mapping[str, str]:
    """Everything that stands in a database, as one text a table."""
    if dsn.startswith("sqlite"):
        connection = sqlite3.connect(dsn.removeprefix("sqlite:///"))
        tables = "SELECT name FROM sqlite_master WHERE type = 'table'"
    else:
        url = make_url(dsn).set(drivername="postgresql").render_as_string(hide_password=False)
        connection = psycopg2.connect(url)
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    try:
        cursor = connection.cursor()
        cursor.execute(tables)
        names = [name for (name,) in cursor.fetchall()]
        return {name: _all_of(cursor, name) for name in names}
    finally:
        connection.close()


def _all_of(cursor: sqlite3.Cursor, table: str) -> str:
    cursor.execute(f'SELECT * FROM "{table}"')
    return "\n".join(repr([_readable(value) for value in row]) for row in cursor.fetchall())


def _readable(value: object) -> object:
    return bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else value
