"""`make bench`: every part, on PostgreSQL and on SQLite, then the page. A part that fails ends nothing but itself.

python -m bench                     everything; hours
python -m bench --only door,start   some parts
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator

from bench import page, results
from tests.support import postgres

BOTH = ("door", "engine", "scale", "start", "overview", "lists", "retention", "servers")
POSTGRESQL = ("storm", "soak", "peers")
"""Several workers, what is said of connections, and the other programs need it."""
NEITHER = ("render", "channels")
SIZES: dict[str, tuple[tuple[str, ...], ...]] = {
    "lists": (("--cases", "10000"), ("--cases", "1000000")),
    "overview": (("--many", "100000"), ("--many", "1000000")),
}
"""Parts that are run with several sizes."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", default="", help="parts, by comma")
    parser.add_argument("--minutes", default="10", help="of the soak")
    wish = parser.parse_args()
    parts = wish.only.split(",") if wish.only else [*BOTH, *POSTGRESQL, *NEITHER]
    failed = []
    with postgres.server() as server, postgres.fresh_database(server) as url:
        for part, arguments in _runs(parts, url.render_as_string(hide_password=False), wish.minutes):
            print(f"\n== {part} {'on PostgreSQL' if '--database' in arguments else ''}", flush=True)
            command = [sys.executable, "-m", f"bench.{part}", *arguments]
            if subprocess.run(command, env={**os.environ, "LOG_LEVEL": "ERROR"}).returncode:
                failed.append(part)
    if results.FILE.exists():
        page.main()
    if failed:
        print(f"without figures, as their runs had errors: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _runs(parts: list[str], url: str, minutes: str) -> Iterator[tuple[str, list[str]]]:
    for part in parts:
        databases: list[list[str]] = [[]] if part in NEITHER else [["--database", url]]
        if part in BOTH:
            databases.append([])
        for database in databases:
            for size in SIZES.get(part, ((),)):
                yield part, [*database, *size, *(["--minutes", minutes] if part == "soak" else [])]


if __name__ == "__main__":
    sys.exit(main())
