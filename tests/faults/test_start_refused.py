"""In production no command begins without its database: one clear line, status 1, and no password in it."""

from pathlib import Path

import pytest

from tests.support.processes import free_port, run

pytestmark = pytest.mark.processes

PASSWORD = "hunter2-and-longer"


@pytest.mark.parametrize("command", ["up", "web", "worker", "migrate", "check"])
def test_a_database_that_is_away_is_refused_with_one_line(command: str, tmp_path: Path) -> None:
    port = free_port()
    env = {
        "APP_ENV": "production",
        "APP_HOST": "https://recover.example.com",
        "SESSION_SECRET": "s" * 40,
        "WHOP_WEBHOOK_SECRET": "ws_" + "0" * 40,
        "ENABLE_EMAIL": "false",
        "INSTANCE_DIR": str(tmp_path),
        "DATABASE_URL": f"postgresql://anna:{PASSWORD}@127.0.0.1:{port}/shop",
        "DB_START_TIMEOUT": "1",
        "PORT": str(free_port()),
    }
    told = run(command, env=env, cwd=tmp_path)
    assert told.returncode == 1
    lines = [line for line in (told.stdout + told.stderr).splitlines() if "cannot be used" in line]
    assert len(lines) == 1
    assert f"PostgreSQL at 127.0.0.1, port {port}, database shop, user anna" in lines[0]
    assert "Check DATABASE_URL" in lines[0] and "leave DATABASE_URL empty" not in lines[0]
    assert PASSWORD not in told.stdout + told.stderr
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize("command", ["web", "worker"])
def test_tables_that_were_never_made_are_refused_with_the_way_to_make_them(
    command: str, tmp_path: Path
) -> None:
    told = run(command, env={"INSTANCE_DIR": str(tmp_path / "instance")}, cwd=tmp_path)
    assert told.returncode == 1
    assert "Run `autocharge migrate` first" in told.stderr and "Traceback" not in told.stderr
