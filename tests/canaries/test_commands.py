"""Commands that cannot do their work say so without the secrets with which they tried."""

from pathlib import Path

import pytest

from tests.support import canaries
from tests.support.marked_install import environment, mail_server
from tests.support.processes import free_port, run
from tests.support.smtp_peer import PeerLine, SmtpPeer

pytestmark = pytest.mark.processes


@pytest.mark.parametrize("app_env", ["development", "production"])
def test_a_database_that_is_away_is_told_without_its_password(app_env: str, tmp_path: Path) -> None:
    dsn = f"postgresql://user:{canaries.secret('database', hard='+-')}@127.0.0.1:{free_port()}/db"
    env = environment(app_env, dsn=dsn, mail=mail_server(), folder=tmp_path)
    done = run("migrate", env={**env, "SMTP_PORT": "1", "DB_START_TIMEOUT": "1"}, cwd=tmp_path)
    assert done.returncode == 1 and "The database cannot be used" in done.stderr
    assert canaries.traces(done.stdout + done.stderr) == []


def refuse_and_repeat(line: PeerLine) -> None:
    """A mail server that refuses the sign-in and repeats what it was told."""
    line.say(b"220 peer\r\n")
    line.hear()
    line.say(b"250-peer\r\n250 AUTH PLAIN LOGIN\r\n")
    while heard := line.hear():
        line.say(b"535 5.7.8 refused: " + heard.strip() + b"\r\n")


def test_a_mail_server_that_repeats_the_password_is_told_without_it(tmp_path: Path) -> None:
    env = environment("production", dsn=f"sqlite:///{tmp_path / 'x.db'}", mail=mail_server(), folder=tmp_path)
    with SmtpPeer(refuse_and_repeat) as peer:
        done = run("check", env={**env, "SMTP_PORT": str(peer.port)}, cwd=tmp_path)
    assert done.returncode == 1 and "FAIL email" in done.stdout
    assert peer.connections == 1
    assert canaries.traces(done.stdout + done.stderr) == []


def test_settings_that_cannot_be_used_are_told_without_their_values(tmp_path: Path) -> None:
    env = environment(
        "production", dsn=f"oracle://{canaries.secret('dsn')}", mail=mail_server(), folder=tmp_path
    )
    wrong = {
        "SESSION_SECRET": canaries.secret("s", hard="")[:20],
        "SMTP_FROM": f"{canaries.NAME} <{canaries.EMAIL}>",
    }
    done = run("check", env={**env, **wrong}, cwd=tmp_path)
    assert done.returncode == 2
    assert all(name in done.stderr for name in ("DATABASE_URL", "SESSION_SECRET", "SMTP_FROM"))
    assert canaries.traces(done.stdout + done.stderr) == []
