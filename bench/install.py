"""An install to be measured: an emptied database, and real processes of web and worker on it."""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from subprocess import Popen

import psutil

from app.db import Database
from app.log import configure
from app.migrate import downgrade, upgrade
from app.settings import Settings
from bench.load import request_bytes
from tests.support.processes import answers, descendants, free_port, logged, running, wait_until
from tests.support.whop_events import SECRET, payment_failed, signed

MERCHANTS = 20


def options(about: str | None, **numbers: int) -> argparse.Namespace:
    """`--database`, `--rounds`, and a whole number for each of `numbers`, with its default."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(
        "--database", default="", help="PostgreSQL; it is emptied. Default: a fresh SQLite file"
    )
    parser.add_argument("--rounds", type=int, default=5)
    for name, default in numbers.items():
        parser.add_argument(
            f"--{name.replace('_', '-')}", type=int, default=default, help=f"default: {default:,}"
        )
    return parser.parse_args()


@dataclass
class Install:
    folder: Path
    env: dict[str, str]
    database: Database
    _numbers: int = field(default=0)

    @property
    def address(self) -> str:
        return self.env["APP_HOST"]

    @contextmanager
    def web(self, **env: str) -> Iterator[Popen[bytes]]:
        """Two processes of four threads, answering."""
        with running("web", {**self.env, **env}, cwd=self.folder) as child:
            wait_until(lambda: answers(self.address), "the web server", child=child)
            yield child

    @contextmanager
    def worker(self, **env: str) -> Iterator[Popen[bytes]]:
        before = self.workers_started()
        with running("worker", {**self.env, "LOG_LEVEL": "INFO", **env}, cwd=self.folder) as child:
            wait_until(lambda: self.workers_started() > before, "the worker", child=child)
            yield child

    def workers_started(self) -> int:
        """So many have said so by now."""
        return (
            logged("worker", "worker.started", cwd=self.folder)
            if (self.folder / "worker.log").exists()
            else 0
        )

    def posts(self, count: int, *, secret: str = SECRET) -> Sequence[bytes]:
        """So many new events, each as the bytes of its request."""
        first, self._numbers = self._numbers + 1, self._numbers + count
        return [self._post(number, secret) for number in range(first, first + count)]

    def _post(self, number: int, secret: str) -> bytes:
        event = payment_failed(
            payment_id=f"pay_{number}", user_id=f"user_{number}", membership_id=f"mem_{number}",
            member_id=f"mber_{number}", email=f"customer{number}@example.com",
        )  # fmt: skip
        event |= {"id": f"msg_{number}", "account_id": f"biz_{number % MERCHANTS}"}
        body, headers = signed(event, secret=secret, now=datetime.now(UTC))
        return request_bytes("POST", self.address, "/webhooks/whop", body=body, headers=headers)

    def looks(self, count: int) -> Sequence[bytes]:
        """The empty route, so often."""
        return [request_bytes("GET", self.address, "/healthz")] * count


@contextmanager
def installed(dsn: str, **env: str) -> Iterator[Install]:
    """On that PostgreSQL database, which is emptied, or on a SQLite file of its own."""
    with tempfile.TemporaryDirectory(prefix="autocharge-bench-") as name:
        folder, port = Path(name), free_port()
        whole = {
            "DATABASE_URL": dsn or f"sqlite:///{folder}/bench.db",
            "INSTANCE_DIR": str(folder),
            "WHOP_WEBHOOK_SECRET": SECRET,
            "PORT": str(port),
            "APP_HOST": f"http://127.0.0.1:{port}",
            "LOG_LEVEL": "ERROR",
            **env,
        }
        settings = Settings.load(whole, env_file=None)
        configure(settings)
        database = Database(settings.database_dsn)
        downgrade(database, "base")
        upgrade(database)
        try:
            yield Install(folder, whole, database)
        finally:
            database.close()


def family(child: Popen[bytes]) -> list[psutil.Process]:
    """Itself and the processes that it has made."""
    return [psutil.Process(child.pid), *descendants(child)]


def cpu_seconds(child: Popen[bytes]) -> float:
    """What it and the processes that it has made have used of the processors."""
    spent = [process.cpu_times() for process in family(child)]
    return sum(one.user + one.system for one in spent)


def megabytes(process: psutil.Process) -> float:
    """Proportional set size: what it shares with others is divided among them."""
    return float(process.memory_full_info().pss) / 2**20
