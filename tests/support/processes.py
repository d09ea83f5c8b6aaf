"""Starts the real worker as its own process, so that a test can kill it, and waits without guessing."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psutil

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0


@contextmanager
def running(
    command: str, env: Mapping[str, str], *, cwd: Path, prelude: str = ""
) -> Iterator[subprocess.Popen[bytes]]:
    """`autocharge <command>` as a child; killed at the end if it still runs.

    `prelude` is run in the child before the program, as a library that misbehaves would be.
    """
    log = (cwd / f"{command}.log").open("ab")
    program = ["-m", "app.cli", command]
    if prelude:
        program = ["-c", f"{prelude}\nfrom app.cli import main\nmain()", command]
    child = subprocess.Popen(
        [sys.executable, *program],
        cwd=cwd,
        env=environment({"TMPDIR": str(cwd), **env}),
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    try:
        yield child
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)  # with the processes that it has made
        child.wait(timeout=10)
        log.close()


def logged(command: str, event: str, *, cwd: Path) -> int:
    """How many lines of this event that command has written by now."""
    return sum(event in line for line in (cwd / f"{command}.log").read_text("utf-8").splitlines())


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def descendants(child: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """The processes below it that run; the dead that nobody has taken note of are none."""
    with suppress(psutil.NoSuchProcess):
        below = psutil.Process(child.pid).children(recursive=True)
        return [process for process in below if process.status() != psutil.STATUS_ZOMBIE]
    return []


def run(*arguments: str, env: Mapping[str, str], cwd: Path) -> subprocess.CompletedProcess[str]:
    """`autocharge <arguments>` to its end."""
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        cwd=cwd,
        env=environment({"TMPDIR": str(cwd), **env}),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        input="",
    )


def environment(env: Mapping[str, str]) -> dict[str, str]:
    """What a child sees: nothing of this process's settings; and nobody is left alone by chance."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**inherited, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "CONTROL_SHARE": "0", **env}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(address: str) -> bool:
    """Something listens there and says that it is well."""
    try:
        return httpx.get(f"{address}/healthz", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def wait_until(
    true: Callable[[], bool],
    what: str,
    *,
    child: subprocess.Popen[bytes] | None = None,
    patience: float = PATIENCE_S,
) -> None:
    """Look again and again; fails after `patience` seconds, or when the child that should bring it about has died."""
    deadline = time.monotonic() + patience
    while not true():
        assert time.monotonic() < deadline, f"waited in vain for: {what}"
        assert child is None or child.poll() is None, f"the process died while waiting for: {what}"
        time.sleep(0.02)


def terminated(child: subprocess.Popen[bytes]) -> int:
    """Ask the child to stop; its exit status."""
    child.send_signal(signal.SIGTERM)
    return child.wait(timeout=15)
