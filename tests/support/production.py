"""A whole install in production mode on this machine: its own database, a merchant with a past, web and worker.

Loopback stands in for https, the mock sign-in for Whop's; nothing else is different from a real install.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.migrate import upgrade
from app.ops.demo import Demo
from app.services import Services
from app.settings import Settings
from tests.support import whop_events as whop
from tests.support.processes import answers, free_port, running, wait_until

MERCHANT = "biz_dev"


@dataclass(frozen=True, slots=True)
class Install:
    address: str
    env: dict[str, str]
    folder: Path
    command: str

    @property
    def log(self) -> str:
        return (self.folder / f"{self.command}.log").read_text("utf-8")


def environment(folder: Path, **more: str) -> dict[str, str]:
    port = free_port()
    return {
        "APP_ENV": "production",
        "APP_HOST": f"http://127.0.0.1:{port}",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "INSTANCE_DIR": str(folder),
        "SESSION_SECRET": "a-session-secret-of-the-scan-and-the-tests",
        "WHOP_WEBHOOK_SECRET": whop.SECRET,
        "MOCK_LOGIN": "true",
        "ENABLE_EMAIL": "false",
        **more,
    }


@contextmanager
def installed(folder: Path, *, command: str = "web", cases: int = 0, **more: str) -> Iterator[Install]:
    """Runs until the block ends. How a process ends in an orderly way is for the tests of faults."""
    env = environment(folder, **more)
    folder.mkdir(parents=True, exist_ok=True)
    _prepare(env, cases)
    local = f"http://127.0.0.1:{env['PORT']}"
    with running(command, env, cwd=folder) as child:
        wait_until(lambda: answers(local), "the web server", child=child)
        yield Install(local, env, folder, command)


def _prepare(env: dict[str, str], cases: int) -> None:
    services = Services.make(Settings.load(env, env_file=None))
    upgrade(services.database)
    for _ in Demo(services, biz_id=MERCHANT, cases=cases, seed=1).live():
        pass
    services.database.close()
