"""Starts and stops processes: the worker, or web server and worker in one process tree.

SIGTERM and SIGINT ask for an orderly end within ten seconds, a second one ends everything at once.
"""

import ctypes
import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from types import FrameType

from app.log import get_logger
from app.worker import Worker

GRACE_SECONDS = 10
POLL_SECONDS = 0.1
_PARENT_DIES = 1
"""Linux's PR_SET_PDEATHSIG."""
STOPS = (signal.SIGTERM, signal.SIGINT)
ASKED_BY_PARENT = signal.SIGURG
"""Means a stop as well, but never a second one: whoever asks all processes of the tree has asked once."""

log = get_logger(__name__)


def end_at_once_on_signal() -> None:
    """Until there is something in flight, a signal ends the process in good order.

    As the first process of a container it would not even be heard without a handler.
    """
    for number in (*STOPS, ASKED_BY_PARENT):
        signal.signal(number, _leave)


def _leave(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def run_worker(worker: Worker) -> int:
    """Work until a signal comes; the exit status."""
    asked, stopping = 0, False

    def on_signal(number: int, _frame: FrameType | None) -> None:
        nonlocal asked, stopping
        asked += number in STOPS
        if asked > 1:
            os._exit(1)
        if not stopping:
            stopping = True
            signal.alarm(GRACE_SECONDS)
            worker.stop()

    def on_alarm(_number: int, _frame: FrameType | None) -> None:
        os._exit(1)  # even where closing takes longer than it may

    def on_uncaught(uncaught: threading.ExceptHookArgs) -> None:
        if uncaught.exc_value is not None:
            worker.crashed(uncaught.exc_value)

    for number in (*STOPS, ASKED_BY_PARENT):
        signal.signal(number, on_signal)
    signal.signal(signal.SIGALRM, on_alarm)
    threading.excepthook = on_uncaught
    try:
        return worker.run()
    except Exception:
        log.critical("worker.crashed", thread=threading.current_thread().name, exc_info=True)
        return 1


class ProcessTree:
    """Children that live and end together. They are forks: what is imported is imported once."""

    def __init__(self, parts: Mapping[str, Callable[[], object]]) -> None:
        """`parts`: by name, what each child runs. No thread may run and no connection be open yet."""
        fork = multiprocessing.get_context("fork")
        self._children = [
            fork.Process(target=_child, args=(part, os.getpid()), name=name) for name, part in parts.items()
        ]
        self._asked = 0

    def run(self) -> int:
        """Until a signal comes or a child ends: 0 after an orderly stop, else 1."""
        gc.freeze()  # else the first search for garbage in a child copies every page
        # Until a child has handlers of its own it would take a signal with ours, and lose it.
        signal.pthread_sigmask(signal.SIG_BLOCK, (*STOPS, ASKED_BY_PARENT))
        for child in self._children:
            child.start()
        for number in STOPS:
            signal.signal(number, self._on_signal)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (*STOPS, ASKED_BY_PARENT))
        while not self._asked and all(child.is_alive() for child in self._children):
            time.sleep(POLL_SECONDS)
        if not self._asked:
            log.error("up.child_ended", statuses=self._statuses())
        return self._stop()

    def _stop(self) -> int:
        orderly = self._asked > 0
        for child in self._children:
            if child.is_alive() and child.pid is not None:
                os.kill(child.pid, ASKED_BY_PARENT)
        deadline = time.monotonic() + GRACE_SECONDS
        while any(child.is_alive() for child in self._children):
            if self._asked > 1 or time.monotonic() >= deadline:
                self._kill()
                orderly = False
                break
            time.sleep(POLL_SECONDS)
        for child in self._children:
            child.join()
        log.info("up.stopped", statuses=self._statuses(), cut=not orderly)
        return 0 if orderly and not any(child.exitcode for child in self._children) else 1

    def _statuses(self) -> dict[str, int | None]:
        return {child.name: child.exitcode for child in self._children}

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._asked += 1

    def _kill(self) -> None:
        """With all that they have started: each child leads a group of its own."""
        for child in self._children:
            if child.is_alive() and child.pid is not None:
                os.killpg(child.pid, signal.SIGKILL)


def _child(part: Callable[[], object], parent: int) -> None:
    os.setsid()  # Ctrl-C in a terminal reaches only the parent, which asks once
    if sys.platform == "linux":
        # Should the parent be killed, the kernel asks the child to stop: no port stays taken.
        ctypes.CDLL(None).prctl(_PARENT_DIES, signal.SIGTERM)
        if os.getppid() != parent:
            sys.exit(1)
    end_at_once_on_signal()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, (*STOPS, ASKED_BY_PARENT))
    try:
        part()
    except Exception as error:  # the library would print it unmasked
        sys.excepthook(type(error), error, error.__traceback__)
        sys.exit(1)
