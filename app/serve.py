"""Starts and stops processes: the worker, or web server and worker in one process tree.

SIGTERM and SIGINT ask for an orderly end within ten seconds, a second one ends everything at once.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from types import FrameType

from app.log import get_logger
from app.worker import Worker

GRACE_SECONDS = 10
POLL_SECONDS = 0.1
_PARENT_DIES = 1
"""Linux's PR_SET_PDEATHSIG."""

log = get_logger(__name__)


def run_worker(worker: Worker) -> int:
    """Work until a signal comes; the exit status."""
    asked = 0

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        asked += 1
        if asked > 1:
            os._exit(1)
        worker.stop()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    return worker.run()


class ProcessTree:
    """Children that live and end together."""

    def __init__(self, commands: Sequence[str]) -> None:
        self._commands = commands
        self._children: list[subprocess.Popen[bytes]] = []
        self._asked = 0

    def run(self) -> int:
        """Until a signal comes or a child ends: 0 after an orderly stop, else 1."""
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, self._on_signal)
        self._children = [self._start(command) for command in self._commands]
        while not self._asked and all(child.poll() is None for child in self._children):
            time.sleep(POLL_SECONDS)
        if not self._asked:
            log.error("up.child_ended", statuses=[child.poll() for child in self._children])
        return self._stop()

    def _stop(self) -> int:
        orderly = self._asked > 0
        self._send(signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        while any(child.poll() is None for child in self._children):
            if self._asked > 1 or time.monotonic() >= deadline:
                self._send(signal.SIGKILL)
                orderly = False
                break
            time.sleep(POLL_SECONDS)
        statuses = [child.wait() for child in self._children]
        return 0 if orderly and not any(statuses) else 1

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._asked += 1

    def _send(self, number: signal.Signals) -> None:
        for child in self._children:
            if child.poll() is None:
                child.send_signal(number)

    @staticmethod
    def _start(command: str) -> subprocess.Popen[bytes]:
        # A session of its own: Ctrl-C in a terminal reaches only the parent, which asks once.
        return subprocess.Popen(  # noqa: S603  our own program
            [sys.executable, "-m", "app.cli", command],
            start_new_session=True,
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,
        )


def _end_with_parent() -> None:
    """Should the parent be killed, the kernel asks the child to stop: no port stays taken."""
    ctypes.CDLL(None).prctl(_PARENT_DIES, signal.SIGTERM)
