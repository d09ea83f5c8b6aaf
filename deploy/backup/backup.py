# ruff: noqa: S603, S607, T201  a program of its own, that starts PostgreSQL's and prints
"""Copies the install's database into one file that is whole, checked and readable by its owner only.

    cd /etc/autocharge && /opt/autocharge/bin/python backup.py /var/backups/autocharge --keep 14

Reads the settings as `autocharge` does. SQLite is copied while it is written to; PostgreSQL needs pg_dump of
the server's version or newer. The last line on stdout names the file.
"""

import argparse
import os
import sqlite3
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.engine import URL, make_url

from app.errors import SettingsError
from app.settings import Settings


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path, help="where the copies are kept")
    parser.add_argument("--keep", type=int, default=14, help="how many copies stay (14)")
    options = parser.parse_args()
    os.umask(0o077)  # customers' addresses are in it
    try:
        url = make_url(Settings.load().database_dsn)
        print(back_up(url, options.folder, keep=max(1, options.keep)))
    except SettingsError as error:
        print(*error.lines, sep="\n", file=sys.stderr)
        return 2
    except (OSError, sqlite3.Error, subprocess.CalledProcessError) as error:
        print(f"No backup was made: {error}", file=sys.stderr)
        return 1
    return 0


def back_up(url: URL, folder: Path, *, keep: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    sqlite = url.get_backend_name() == "sqlite"
    ending = "db" if sqlite else "dump"
    copy = folder / f"autocharge-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.{ending}"
    unfinished = copy.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    try:
        (_copy_sqlite if sqlite else _dump_postgres)(url, unfinished)
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())
        unfinished.rename(copy)
    finally:
        unfinished.unlink(missing_ok=True)
    for old in sorted(folder.glob(f"autocharge-*.{ending}"))[:-keep]:
        old.unlink()
    return copy


def _copy_sqlite(url: URL, target: Path) -> None:
    """One consistent moment, the write-ahead log included; writers go on meanwhile."""
    source = Path(url.database or "").resolve(strict=True)
    reader = sqlite3.connect(f"file:{source}?mode=rw", uri=True, timeout=30)
    reader.execute("VACUUM INTO ?", (str(target),))
    reader.close()
    copied = sqlite3.connect(target)
    (verdict,) = copied.execute("PRAGMA integrity_check").fetchone()
    with suppress(sqlite3.OperationalError), copied:  # a database that was never migrated has no such table
        copied.execute("UPDATE install SET place = 'copy'")  # so app.hold knows it, wherever it is put
    copied.close()
    if verdict != "ok":
        raise sqlite3.DatabaseError(f"the copy is damaged ({verdict})")


def _dump_postgres(url: URL, target: Path) -> None:
    password = (
        {"PGPASSWORD": url.password} if url.password else {}
    )  # not in the arguments: others can read those
    address = URL.create(
        "postgresql", url.username, host=url.host, port=url.port, database=url.database, query=url.query
    ).render_as_string()
    dump = ["pg_dump", "--format=custom", "--no-owner", f"--file={target}", f"--dbname={address}"]
    subprocess.run(dump, check=True, env={**os.environ, **password})
    subprocess.run(["pg_restore", "--list", str(target)], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
