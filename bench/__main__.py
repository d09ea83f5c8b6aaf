"""`make bench`: the door, the worker and the overview, each beside its floor, on both databases; then the channels."""

import os
import subprocess
import sys

from tests.support import postgres

PARTS = ("bench.door", "bench.engine", "bench.overview")


def main() -> int:
    with postgres.server() as server, postgres.fresh_database(server) as url:
        for part in PARTS:
            for database in ("", url.render_as_string(hide_password=False)):
                print(f"\n== {part} on {'PostgreSQL' if database else 'SQLite'}", flush=True)
                arguments = [sys.executable, "-m", part, *(["--database", database] if database else [])]
                finished = subprocess.run(arguments, env={**os.environ, "LOG_LEVEL": "ERROR"})
                if finished.returncode:
                    return finished.returncode
    print("\n== bench.channels", flush=True)
    return subprocess.run([sys.executable, "-m", "bench.channels"]).returncode


if __name__ == "__main__":
    sys.exit(main())
