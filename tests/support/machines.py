"""Several machines on one: each has its own folder, environment and lines, so that one can be cut off alone.

What they share is what a fleet shares: the secrets, the public address, and one PostgreSQL, one Redis and one mail
server, to which each has a line of its own that can go wrong.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from subprocess import Popen
from typing import Literal

from sqlalchemy.engine import URL

from tests.support import whop_events as whop
from tests.support.fault_proxy import Fault, FaultProxy
from tests.support.processes import free_port, listens, running, wait_until
from tests.support.redis_server import RedisServer
from tests.support.scrape import Scraped, scraped
from tests.support.smtp_server import SmtpServer
from tests.support.visitor import OUTSIDE

TOKEN = "scrape-token-of-the-fleet"
SHARED = {
    "APP_ENV": "production",
    "APP_HOST": OUTSIDE,
    "HOST": "127.0.0.1",
    "SESSION_SECRET": "a-session-secret-of-all-machines-of-one-install",
    "WHOP_WEBHOOK_SECRET": whop.SECRET,
    "METRICS_TOKEN": TOKEN,
    "MOCK_LOGIN": "true",
    "SMTP_SECURITY": "none",
    "SMTP_FROM": "billing@example.com",
    "WEB_WORKERS": "1",
    "FIRST_MESSAGE_DELAY_MINUTES": "0",
}
Line = Literal["database", "redis", "mail"]


@dataclass
class Machine:
    folder: Path
    env: dict[str, str]
    lines: dict[Line, FaultProxy]
    process: "Popen[bytes]"

    @property
    def port(self) -> int:
        """Of its web, or the one on which its worker answers scrapes."""
        return int(self.env.get("METRICS_PORT") or self.env["PORT"])

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self, *names: Line) -> None:
        """Nothing passes on these lines from now on, nor on new ones; on all of them where none is named."""
        for name in names or tuple(self.lines):
            self.lines[name].fault = Fault(hole=True)

    def mend(self) -> None:
        for line in self.lines.values():
            line.fault = Fault()

    def counts(self) -> Scraped:
        """Of this machine alone."""
        return scraped(self.address, TOKEN)


class Fleet:
    """Starts machines of one install; `running_on` ends them."""

    def __init__(
        self, stack: ExitStack, folder: Path, database: URL, redis: RedisServer, mail: SmtpServer
    ) -> None:
        self._stack = stack
        self._folder = folder
        self._database = database
        self._redis = redis
        self._mail = mail

    def start(self, command: Literal["web", "worker"], *names: str, **env: str) -> list[Machine]:
        """A machine with each name, all up at the end."""
        machines = [self._started(command, name, env) for name in names]
        for machine in machines:
            wait_until(partial(listens, machine.port), f"a {command}", child=machine.process)
        return machines

    def _started(self, command: str, name: str, env: dict[str, str]) -> Machine:
        folder = self._folder / name
        folder.mkdir()
        assert self._database.host and self._database.port
        peers: dict[Line, tuple[str, int]] = {
            "database": (self._database.host, self._database.port),
            "redis": (self._redis.host, self._redis.port),
            "mail": (self._mail.host, self._mail.port),
        }
        lines = {peer: self._stack.enter_context(FaultProxy(place)) for peer, place in peers.items()}
        at = {peer: {"host": line.host, "port": line.port} for peer, line in lines.items()}
        whole = {
            **SHARED,
            "DATABASE_URL": self._database.set(**at["database"]).render_as_string(hide_password=False),
            "REDIS_URL": "redis://{host}:{port}/0".format(**at["redis"]),
            "SMTP_HOST": str(lines["mail"].host),
            "SMTP_PORT": str(lines["mail"].port),
            "INSTANCE_DIR": str(folder / "instance"),
            "PORT": str(free_port()),
            **({"METRICS_PORT": str(free_port())} if command == "worker" else {}),
            **env,
        }
        process = self._stack.enter_context(running(command, whole, cwd=folder))
        return Machine(folder, whole, lines, process)


@contextmanager
def fleet(folder: Path, database: URL, redis: RedisServer, mail: SmtpServer) -> Iterator[Fleet]:
    with ExitStack() as stack:
        yield Fleet(stack, folder, database, redis, mail)
