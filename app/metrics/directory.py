"""Where the processes of an install on one machine keep their counts, so that any scrape shows the sums.

Imports nothing of prometheus_client at the top: the variable must be set before that is imported.
"""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
MEMORY = Path("/dev/shm")  # noqa: S108  a folder of our own in it, of which we check the owner


@contextmanager
def shared(instance: Path) -> Iterator[None]:
    """Use the folder that is named, else one for this install; whoever comes to it alone empties it.

    All who use it hold a lock on it, forked children with their parent.
    """
    owner = os.getpid()
    folder = Path(os.environ.get(VARIABLE) or _of_install(instance))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        folder = Path(tempfile.mkdtemp(prefix="autocharge-metrics-"))
    held = os.open(folder, os.O_RDONLY)
    with suppress(BlockingIOError):
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for left in folder.glob("*.db"):
            left.unlink()
    fcntl.flock(held, fcntl.LOCK_SH)
    os.environ[VARIABLE] = str(folder)
    try:
        yield
    finally:
        if os.getpid() == owner:  # a forked child comes by here as well, when it ends
            process_ended(owner)


def process_ended(pid: int) -> None:
    """Its counts stay, what it had in use at this moment does not."""
    if not os.environ.get(VARIABLE):
        return
    from prometheus_client.multiprocess import mark_process_dead

    with suppress(FileNotFoundError):
        mark_process_dead(pid)  # type: ignore[no-untyped-call]


def _of_install(instance: Path) -> Path:
    """In memory where there is such a place: the files are mapped, and a full disk would kill who writes."""
    base = os.environ.get("TMPDIR") or (MEMORY if os.access(MEMORY, os.W_OK) else tempfile.gettempdir())
    name = hashlib.sha256(str(instance.resolve()).encode()).hexdigest()[:12]
    return Path(base) / f"autocharge-metrics-{os.getuid()}-{name}"
