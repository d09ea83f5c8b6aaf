"""The commands say what they did, and errors are sentences with a status other than zero."""

import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import cli
from app.migrate import newest
from tests.support.processes import run

pytestmark = pytest.mark.processes


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {"INSTANCE_DIR": str(tmp_path / "instance"), "LOG_LEVEL": "WARNING"}


@pytest.mark.parametrize("command", ["", "up", "web", "worker", "migrate", "demo", "check", "clock"])
def test_every_command_explains_itself(command: str) -> None:
    told = CliRunner().invoke(cli, [*filter(None, [command]), "--help"], prog_name="autocharge")
    assert told.exit_code == 0
    assert "Usage: autocharge" in told.output


def test_check_lists_what_is_wrong_and_then_what_is_right(env: dict[str, str], tmp_path: Path) -> None:
    before = run("check", env=env, cwd=tmp_path)
    assert before.returncode == 1
    assert "FAIL database: The database's tables have not been made" in before.stdout
    assert run("migrate", env=env, cwd=tmp_path).returncode == 0
    after = run("check", env=env, cwd=tmp_path)
    assert after.returncode == 0
    assert f"ok   database: SQLite at revision {newest()}" in after.stdout


def test_check_looks_at_all_records_where_it_is_asked_to(env: dict[str, str], tmp_path: Path) -> None:
    run("migrate", env=env, cwd=tmp_path)
    with sqlite3.connect(next((tmp_path / "instance").glob("*.db"))) as database:
        at = "'2026-01-01 00:00:00.000000'"
        database.execute(
            f"INSERT INTO session (sid_hash, data, created_at, seen_at, expires_at) VALUES ('x', x'', {at}, {at}, {at})"
        )
    told = run("check", "--invariants", env=env, cwd=tmp_path)
    assert told.returncode == 1
    assert [line for line in told.stdout.splitlines() if line.startswith("FAIL")] == [
        "FAIL old_rows_are_deleted: Webhooks of a month ago, sessions and codes that are over are deleted. "
        "Not so: 1 (session 1). Restart the workers and look at their log for chore.failed; report it if it comes back."
    ]
    assert "ok   one_message_a_step: A step reaches a person once at the most." in told.stdout


def test_check_names_a_mail_server_that_does_not_answer(env: dict[str, str], tmp_path: Path) -> None:
    run("migrate", env=env, cwd=tmp_path)
    mail = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": "9", "SMTP_FROM": "a@example.com", "SMTP_SECURITY": "none"}
    told = run("check", env={**env, **mail}, cwd=tmp_path)
    assert told.returncode == 1
    assert "FAIL email: No mail server answers at 127.0.0.1:9" in told.stdout


def test_wrong_settings_stop_every_command_with_their_names_and_no_value(
    env: dict[str, str], tmp_path: Path
) -> None:
    told = run("worker", env={**env, "PORT": "secret-port", "SESSION_SECRET": "hunter2"}, cwd=tmp_path)
    assert told.returncode == 2
    assert "PORT:" in told.stderr and "SESSION_SECRET:" in told.stderr
    assert "secret-port" not in told.stderr and "hunter2" not in told.stderr
    assert "Traceback" not in told.stderr


def test_production_without_its_needs_does_not_start(env: dict[str, str], tmp_path: Path) -> None:
    told = run("up", env={**env, "NODE_ENV": "production"}, cwd=tmp_path)
    assert told.returncode == 2
    for name in ("SESSION_SECRET", "WHOP_WEBHOOK_SECRET", "SMTP_HOST", "SMTP_FROM"):
        assert name in told.stderr


def test_a_database_that_is_away_is_one_sentence(env: dict[str, str], tmp_path: Path) -> None:
    away = {"DATABASE_URL": "postgresql://u:hunter2@127.0.0.1:1/x", "DB_START_TIMEOUT": "0"}
    told = run("migrate", env={**env, **away}, cwd=tmp_path)
    assert told.returncode == 1
    assert "Check DATABASE_URL" in told.stderr
    assert "hunter2" not in told.stderr and "Traceback" not in told.stderr


def test_the_clock_moves_for_all_processes(env: dict[str, str], tmp_path: Path) -> None:
    assert "6:00:00 ahead" in run("clock", "advance", "6h", env=env, cwd=tmp_path).stdout
    assert "6:00:00 ahead" in run("clock", "show", env=env, cwd=tmp_path).stdout
    assert "0:00:00 ahead" in run("clock", "reset", env=env, cwd=tmp_path).stdout


@pytest.mark.parametrize("span", ["6", "6w", "-6h"])
def test_what_is_no_span_is_refused(env: dict[str, str], tmp_path: Path, span: str) -> None:
    told = run("clock", "advance", "--", span, env=env, cwd=tmp_path)
    assert told.returncode == 1
    assert "Write 30m, 6h or 2d" in told.stderr


def test_neither_the_clock_nor_the_demo_is_for_production(env: dict[str, str], tmp_path: Path) -> None:
    production = {
        **env,
        "APP_ENV": "production",
        "APP_HOST": "https://recover.example.com",
        "SESSION_SECRET": "s" * 40,
        "WHOP_WEBHOOK_SECRET": "ws_" + "0" * 40,
        "ENABLE_EMAIL": "false",
    }
    for command in (("clock", "advance", "6h"), ("demo",)):
        told = run(*command, env=production, cwd=tmp_path)
        assert told.returncode == 1
        assert "development" in told.stderr


def test_the_demo_fills_a_merchant_in_seconds(env: dict[str, str], tmp_path: Path) -> None:
    told = run("demo", "--cases", "20", env=env, cwd=tmp_path)
    assert told.returncode == 0
    assert "/auth/dev?whop=biz_dev" in told.stdout


def test_going_back_asks_first(env: dict[str, str], tmp_path: Path) -> None:
    run("migrate", env=env, cwd=tmp_path)
    assert run("migrate", "--down", "base", env=env, cwd=tmp_path).returncode == 1
    assert run("check", env=env, cwd=tmp_path).returncode == 0
