"""The same application behind other web servers, in one run: events a second, whether SIGTERM costs a request, with
what status the server then ends, and how long clients that never finish a request keep the others waiting.

    python -m bench.servers [--database URL]

granian and waitress live in a virtual environment of their own, which `make bench` makes. Each server gets
as many threads as ours: two processes of four, waitress one of eight, as it knows no processes.
"""

import os
import signal
import socket
import subprocess
import sysconfig
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from sqlalchemy import text

from bench.floor import insert_loop
from bench.install import Install, installed, options
from bench.load import Line, closed_loop, request_bytes
from bench.results import Figure, Results
from tests.support.processes import ROOT, answers, environment, wait_until

INSERTS = "one connection's INSERT+COMMIT, rows/s"
OURS = "gunicorn, as this program runs it"
COMMANDS = {
    "granian": (
        "granian", "--interface", "wsgi", "--workers", "2", "--blocking-threads", "4", "--host", "127.0.0.1",
        "--port", "{port}", "--log-level", "error", "--http", "1", "wsgi:app",
    ),
    "waitress": ("waitress-serve", "--threads=8", "--listen=127.0.0.1:{port}", "wsgi:app"),
}  # fmt: skip


def main() -> None:
    wish = options(__doc__, events=2_000)
    others = Path(os.environ.get("BENCH_OTHERS", ".venv-bench")) / "servers"
    results = Results("servers", wish.database)
    found = [name for name in COMMANDS if (others / "bin" / COMMANDS[name][0]).exists()]
    for name in COMMANDS:
        if name not in found:
            print(f"{name} is left out: it is not installed in {others}", flush=True)
    servers = [OURS, *found]
    with installed(wish.database) as install:
        rounds = [_round(install, others, servers, wish.events) for _ in range(wish.rounds)]
        dripping = {f"{server}: {BESIDE}": _beside_drippers(install, others, server) for server in servers}
    figures = [
        Figure(name=f"{server}: {what}", unit=unit, floor=INSERTS if what == EVENTS else "", least=least)
        for server in servers
        for what, unit, least in (
            (EVENTS, "/s", None),
            (P99, "ms", None),
            (FINISHED, "", 1.0 if server == OURS else None),
            (STATUS, "", None),
        )
    ]
    results.tell(figures, rounds)
    results.tell([Figure(name=name, unit="s") for name in dripping], [dripping])


EVENTS, P99 = "events at 16 connections", "p99"
FINISHED, STATUS = "requests finished of 1 in hand at SIGTERM", "exit status after it"
DRIPPERS, LOOKERS, PATIENCE_S = 16, 8, 40.0
BESIDE = f"the last of {LOOKERS} answers beside {DRIPPERS} clients whose bodies drip (waited {PATIENCE_S:.0f} s at the most)"


def _round(install: Install, others: Path, servers: list[str], events: int) -> dict[str, float]:
    found = {INSERTS: events / insert_loop(install.database, events)}
    for server in servers:
        with _serving(install, others, server) as child:
            closed_loop(install.address, install.posts(100), connections=16).only(200)
            load = closed_loop(install.address, install.posts(events), connections=16).only(200)
            found[f"{server}: {EVENTS}"] = load.rate
            found[f"{server}: {P99}"] = load.ms(0.99)
            found[f"{server}: {FINISHED}"] = float(_finishes(install, child))
            found[f"{server}: {STATUS}"] = float(child.wait(timeout=PATIENCE_S))
    return found


def _finishes(install: Install, child: subprocess.Popen[bytes]) -> bool:
    """One request waits for a lock that is given up only after the signal."""
    statuses: list[int] = []
    (post,) = install.posts(1)
    asking = threading.Thread(target=lambda: statuses.append(Line(install.address).ask(post)))
    with install.database.transaction() as session:
        session.execute(text("SELECT 1" if install.database.sqlite else "LOCK TABLE inbox IN EXCLUSIVE MODE"))
        asking.start()
        asking.join(0.4)
        child.send_signal(signal.SIGTERM)
        asking.join(0.4)
    asking.join()
    return statuses == [200]


def _beside_drippers(install: Install, others: Path, server: str) -> float:
    """Seconds until looks at the empty route are all answered: where one process is free, the others may not be."""
    begun = request_bytes(
        "POST", install.address, "/webhooks/whop", headers={"Content-Type": "application/json"}
    )
    begun = begun.replace(b"Content-Length: 0", b"Content-Length: 3000")
    place = ("127.0.0.1", int(install.env["PORT"]))
    over = threading.Event()

    def drip(line: socket.socket) -> None:
        with suppress(OSError):  # the server has had enough
            line.sendall(begun)
            while not over.wait(0.5):
                line.sendall(b" ")

    with _serving(install, others, server), ExitStack() as lines:
        lines.callback(over.set)
        for _ in range(DRIPPERS):
            threading.Thread(
                target=drip, args=(lines.enter_context(socket.create_connection(place)),)
            ).start()
        time.sleep(1.0)
        began = time.perf_counter()
        lookers = [
            lines.enter_context(socket.create_connection(place, timeout=PATIENCE_S)) for _ in range(LOOKERS)
        ]
        for look, line in zip(install.looks(LOOKERS), lookers, strict=True):
            line.sendall(look)
        for line in lookers:
            line.settimeout(max(0.01, began + PATIENCE_S - time.perf_counter()))
            with suppress(TimeoutError):
                line.recv(1)
        return time.perf_counter() - began


@contextmanager
def _serving(install: Install, others: Path, server: str) -> Iterator[subprocess.Popen[bytes]]:
    if server == OURS:
        with install.web() as child:
            yield child
        return
    name, *arguments = COMMANDS[server]
    port = install.env["PORT"]
    command = [
        str((others / "bin" / name).absolute()),
        *(argument.format(port=port) for argument in arguments),
    ]
    paths = os.pathsep.join((str(ROOT), sysconfig.get_path("purelib")))  # ours come after its own
    log = (install.folder / "other.log").open("ab")
    child = subprocess.Popen(
        command, cwd=install.folder, env=environment({**install.env, "PYTHONPATH": paths}),
        stdout=log, stderr=log, start_new_session=True,
    )  # fmt: skip
    try:
        wait_until(lambda: answers(install.address), server, child=child)
        yield child
    finally:
        with log:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


if __name__ == "__main__":
    main()
