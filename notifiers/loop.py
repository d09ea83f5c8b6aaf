"""The one event loop of a process, for the channels whose libraries are asynchronous.

Made at the first call, so after any fork, and ended when the last channel that holds it is closed. No loop is
made per message: that would make a new connection each time, some forty times slower.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from typing import TypeVar

from anyio.from_thread import BlockingPortal, start_blocking_portal

Result = TypeVar("Result")


class EventLoop:
    """Runs coroutines for threads that wait. Safe to use from many at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holders = 0
        self._running: ExitStack | None = None
        self._portal: BlockingPortal | None = None

    def hold(self) -> None:
        """Announce a user; each calls `release` once."""
        with self._lock:
            self._holders += 1

    def release(self) -> None:
        """The last one ends the loop; a later `run` starts a new one."""
        with self._lock:
            self._holders -= 1
            if self._holders > 0 or self._running is None:
                return
            running, self._running, self._portal = self._running, None, None
        running.close()

    def run(self, call: Callable[[], Awaitable[Result]], *, seconds: float) -> Result:
        """The coroutine's result. Raises `TimeoutError` after `seconds`, or whatever it raises."""

        async def bounded() -> Result:
            async with asyncio.timeout(seconds):
                return await call()

        return self._started().call(bounded)

    def _started(self) -> BlockingPortal:
        with self._lock:
            if self._portal is None:
                self._running = ExitStack()
                self._portal = self._running.enter_context(start_blocking_portal("asyncio"))
            return self._portal


shared = EventLoop()
"""What all channels of this process use."""


class Holder:
    """One user of the shared loop: holds it from its first call until it is closed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holding = False

    def run(self, call: Callable[[], Awaitable[Result]], *, seconds: float) -> Result:
        """As `EventLoop.run`."""
        with self._lock:
            if not self._holding:
                shared.hold()
                self._holding = True
        return shared.run(call, seconds=seconds)

    def close(self, last: Callable[[], Awaitable[object]], *, seconds: float) -> None:
        """Runs `last` in the loop and lets go of it. Does nothing where the loop was never used."""
        with self._lock:
            holding, self._holding = self._holding, False
        if not holding:
            return
        try:
            shared.run(last, seconds=seconds)
        except TimeoutError:
            pass  # what hangs there ends with its peer
        finally:
            shared.release()
