"""The backup program makes a copy that is whole, private and usable, and leaves nothing half done behind."""

import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from app.db import Database
from app.migrate import current, newest
from tests.support.processes import ROOT, environment


@pytest.fixture
def env(tmp_path: Path, sqlite_template: Path) -> Mapping[str, str]:
    shutil.copy(sqlite_template, tmp_path / "live.db")
    return {"DATABASE_URL": f"sqlite:///{tmp_path}/live.db", "INSTANCE_DIR": str(tmp_path / "instance")}


def back_up(env: Mapping[str, str], folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "deploy/backup/backup.py"), str(folder), *more],
        env=environment(env),
        capture_output=True,
        text=True,
        timeout=60,
        cwd=folder.parent,
    )


def test_the_copy_holds_what_is_committed_while_somebody_writes(
    env: Mapping[str, str], tmp_path: Path
) -> None:
    writer = sqlite3.connect(tmp_path / "live.db", isolation_level=None)
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("CREATE TABLE mark (word TEXT)")
    writer.execute("INSERT INTO mark VALUES ('committed')")
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("INSERT INTO mark VALUES ('not yet')")
    done = back_up(env, tmp_path / "copies")
    writer.close()
    assert done.returncode == 0, done.stderr
    copy = Path(done.stdout.strip())
    assert list((tmp_path / "copies").iterdir()) == [copy]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(sqlite3.connect(copy)) as reader:
        assert reader.execute("SELECT word FROM mark").fetchall() == [("committed",)]
    database = Database(f"sqlite:///{copy}")
    assert current(database) == newest()
    database.close()


def test_only_the_newest_copies_stay(env: Mapping[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    for day in ("01", "02", "03"):
        (folder / f"autocharge-202601{day}T000000Z.db").touch()
    done = back_up(env, folder, "--keep", "2")
    kept = sorted(path.name for path in folder.iterdir())
    assert kept == ["autocharge-20260103T000000Z.db", Path(done.stdout.strip()).name]


def test_a_database_that_is_not_there_is_said_and_no_copy_is_left(
    env: Mapping[str, str], tmp_path: Path
) -> None:
    (tmp_path / "live.db").unlink()
    done = back_up(env, tmp_path / "copies")
    assert done.returncode == 1 and done.stderr.startswith("No backup was made")
    assert list((tmp_path / "copies").iterdir()) == []
