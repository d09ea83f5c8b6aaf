"""The event loop that channels share: one for all threads, bounded, and gone with its last holder."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from notifiers.loop import EventLoop


async def where() -> tuple[int, int]:
    return threading.get_ident(), id(asyncio.get_running_loop())


def test_all_threads_use_one_loop() -> None:
    loop = EventLoop()
    loop.hold()
    with ThreadPoolExecutor(4) as threads:
        places = set(threads.map(lambda _: loop.run(where, seconds=5), range(20)))
    loop.release()
    assert len(places) == 1


def test_calls_run_side_by_side_and_not_longer_than_they_may() -> None:
    loop = EventLoop()
    loop.hold()
    met = asyncio.Event()

    async def first() -> bool:
        return await met.wait()

    async def second() -> None:
        met.set()

    with ThreadPoolExecutor(1) as other:
        waiting = other.submit(loop.run, first, seconds=30)
        loop.run(second, seconds=30)
        assert waiting.result(timeout=30)
    with pytest.raises(TimeoutError):
        loop.run(asyncio.Event().wait, seconds=0.01)
    loop.release()


def test_it_ends_with_its_last_holder_and_starts_again_for_the_next() -> None:
    loop = EventLoop()
    before = set(threading.enumerate())
    loop.hold()
    loop.hold()
    thread, _ = loop.run(where, seconds=5)
    loop.release()
    assert loop.run(where, seconds=5)[0] == thread, "another still holds it"
    loop.release()
    assert set(threading.enumerate()) == before
    loop.hold()
    assert loop.run(where, seconds=5)
    loop.release()
