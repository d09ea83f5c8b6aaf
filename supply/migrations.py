"""Lints every migration as PostgreSQL would run it, with squawk; part of `make check`."""

import subprocess
import sys
import tempfile
from pathlib import Path

from app.migrate import as_sql, revisions
from supply.vendored import ROOT


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, f"{revision}.sql") for revision in revisions()]
        for file in files:
            file.write_text(as_sql(file.stem), "utf-8")
        squawk = Path(sys.executable).with_name("squawk")
        return subprocess.run([squawk, "--config", ROOT / ".squawk.toml", *files]).returncode


if __name__ == "__main__":
    sys.exit(main())
