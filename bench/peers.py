"""Two other programs doing the like in the same rounds: dj-stripe's webhook endpoint, and Celery with Redis that sends.

    python -m bench.peers --database URL        a PostgreSQL database that may be emptied

dj-stripe gets the bodies that our door gets, signed as Stripe signs, behind gunicorn with as many processes and
threads as ours. It does what our door does: verifies, stores, leaves the work for later. Its site has no middleware.

Celery's worker sends as many at once as ours, in the pool of processes that is its default. A task reads its row, hands
a fixed text to the mail server and then notes that it was sent; it is acknowledged late. It does not do what ours does
for each reminder: claim it under a lease, look afresh at the case right before, make the text of it, and note that it is
being sent, so that after a crash it never goes out a second time. Neither asks Whop.

Both live in a virtual environment of their own, which `make bench` makes; what is not there is left out with a line.
Redis is started where `redis-server` is installed; else it is that of REDIS_URL, or the one on loopback.
"""

import hashlib
import hmac
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from uuid import uuid4

from redis import Redis, RedisError
from sqlalchemy import text

from app.settings import Settings
from bench.channels import peer
from bench.due import open_cases
from bench.install import Install, cpu_seconds, installed, options
from bench.load import Line, closed_loop, request_bytes
from bench.results import Figure, Results
from bench.storm import mail_settings
from tests.support.processes import environment, free_port, wait_until
from tests.support.whop_events import encoded, payment_failed

HERE = Path(__file__).parent / "others"
SCHEMA, PREFIX = "bench_peers", "autocharge-bench-"
"""Where the others keep their tables in our database, and their keys in a Redis that may be somebody's."""
SECRET = "whsec_bench"
CONNECTIONS, WARM_UP = 16, 200
PATIENCE_S = 900.0
EVENTS, P50, P99 = (f"{what} at {CONNECTIONS} connections" for what in ("events", "p50", "p99"))
CPU = "CPU of the web processes for one event"
DOOR = [
    Figure(name=name, unit=unit, floor=f"dj-stripe: {name}")
    for name, unit in ((EVENTS, "/s"), (P50, "ms"), (P99, "ms"), (CPU, "ms"))
]
SENT, SEND_CPU = "reminders by one worker", "CPU of the worker for one reminder"
SENDS = [
    Figure(name=name, unit=unit, floor=f"Celery: {name}") for name, unit in ((SENT, "/s"), (SEND_CPU, "ms"))
]


def main() -> None:
    wish = options(__doc__, events=3_000, due=5_000)
    if not wish.database:
        raise SystemExit("name a PostgreSQL database: --database")
    others = Path(os.environ.get("BENCH_OTHERS", ".venv-bench")).absolute() / "peers" / "bin"
    results = Results("peers", wish.database)
    if _there(others / "gunicorn", "dj-stripe"):
        results.tell(DOOR, _doors(wish.database, others, wish.events, wish.rounds))
    with _redis() as redis:
        if not _pings(redis):
            print("Celery is left out: no Redis answers, and there is no redis-server", flush=True)
        elif _there(others / "celery", "Celery"):
            results.tell(SENDS, [_sends(wish.database, others, redis, wish.due) for _ in range(wish.rounds)])


def _there(program: Path, name: str) -> bool:
    if not program.exists():
        print(f"{name} is left out: it is not installed in {program.parent.parent}", flush=True)
    return program.exists()


def _doors(dsn: str, others: Path, events: int, rounds: int) -> list[dict[str, float]]:
    with installed(dsn) as install, _schema(install):
        env = _env(install) | {"ENDPOINT": str(uuid4()), "ENDPOINT_SECRET": SECRET}
        subprocess.run([str(others / "python"), "djstripe_site.py"], cwd=HERE, env=env, check=True)
        return [_our_door(install, events) | _their_door(install, others, env, events) for _ in range(rounds)]


def _our_door(install: Install, events: int) -> dict[str, float]:
    with install.web() as web:
        stored = partial(_count, install, "SELECT count(*) FROM inbox")
        return _door(install.address, install.posts, web, stored, events)


def _their_door(install: Install, others: Path, env: dict[str, str], events: int) -> dict[str, float]:
    address = f"http://127.0.0.1:{free_port()}"
    path = f"/stripe/webhook/{env['ENDPOINT']}/"
    command = [
        str(others / "gunicorn"), "--bind", address.removeprefix("http://"), "--workers", _ours("web_workers"),
        "--threads", _ours("web_threads"), "--keep-alive", "5", "--log-level", "error", "--no-control-socket",
        "djstripe_site:application",
    ]  # fmt: skip
    stored = f"SELECT count(*) FROM {SCHEMA}.djstripe_webhookeventtrigger WHERE valid AND exception = ''"
    with _child(command, env) as web:
        look = request_bytes("GET", address, path)
        wait_until(lambda: Line(address).ask(look) == 405, "dj-stripe", child=web)
        found = _door(
            address, partial(_stripe_posts, address, path), web, partial(_count, install, stored), events
        )
    return {f"dj-stripe: {name}": value for name, value in found.items()}


def _door(
    address: str,
    posts: Callable[[int], Sequence[bytes]],
    web: subprocess.Popen[bytes],
    stored: Callable[[], int],
    events: int,
) -> dict[str, float]:
    """Every event is answered with 200 and stored, or nothing counts."""
    closed_loop(address, posts(WARM_UP), connections=CONNECTIONS).only(200)
    ready, there, before = posts(events), stored(), cpu_seconds(web)
    load = closed_loop(address, ready, connections=CONNECTIONS).only(200)
    spent = cpu_seconds(web) - before
    if stored() - there != events:
        raise SystemExit(f"{stored() - there} of {events} events were stored: the figures do not count")
    return {EVENTS: load.rate, P50: load.ms(0.5), P99: load.ms(0.99), CPU: spent * 1_000 / events}


def _stripe_posts(address: str, path: str, count: int) -> Sequence[bytes]:
    """Our door's bodies, with what makes an event of Stripe of them, signed now: https://docs.stripe.com/webhooks/signature"""
    posts, now = [], int(time.time())
    for _ in range(count):
        body = encoded({**payment_failed(), "id": f"evt_{uuid4().hex}", "object": "event", "livemode": False})
        signature = hmac.new(SECRET.encode(), f"{now}.".encode() + body, hashlib.sha256).hexdigest()
        headers = {"Stripe-Signature": f"t={now},v1={signature}", "Content-Type": "application/json"}
        posts.append(request_bytes("POST", address, path, body=body, headers=headers))
    return posts


def _sends(dsn: str, others: Path, redis: str, due: int) -> dict[str, float]:
    """Everything is due before the worker starts; the time counts from the first that was sent."""
    with peer("email", delay=0.0) as (port, told), installed(dsn, **mail_settings(port)) as install:
        open_cases(install.database, 0, due=due)
        sent = partial(_count, install, "SELECT count(*) FROM step WHERE state = 'sent'")
        with install.worker() as worker:
            ours = _sending(worker, sent, due)
    _once_each(told, due)
    with peer("email", delay=0.0) as (port, told), installed(dsn) as install, _schema(install):
        env = _env(install) | {"REDIS_URL": redis, "REDIS_PREFIX": PREFIX, "SMTP_PORT": str(port)}
        _clear(redis)
        subprocess.run([str(others / "python"), "celery_sends.py", str(due)], cwd=HERE, env=env, check=True)
        command = [str(others / "celery"), "-A", "celery_sends", "worker", "--loglevel", "ERROR"]
        sent = partial(_count, install, f"SELECT count(*) FROM {SCHEMA}.reminder WHERE state = 'sent'")
        with _child([*command, "--concurrency", _ours("worker_threads")], env) as worker:
            theirs = _sending(worker, sent, due)
        _clear(redis)
    _once_each(told, due)
    return ours | {f"Celery: {name}": value for name, value in theirs.items()}


def _sending(worker: subprocess.Popen[bytes], sent: Callable[[], int], due: int) -> dict[str, float]:
    wait_until(lambda: sent() > 0, "the first reminder", child=worker)
    began, before, first = time.perf_counter(), cpu_seconds(worker), sent()
    while sent() < due:
        if worker.poll() is not None or time.perf_counter() - began > PATIENCE_S:
            raise SystemExit(f"{sent()} of {due} were sent: the figures do not count")
        time.sleep(0.1)
    many = due - first
    return {
        SENT: many / (time.perf_counter() - began),
        SEND_CPU: (cpu_seconds(worker) - before) * 1_000 / many,
    }


def _once_each(told: dict[str, int], due: int) -> None:
    if told["taken"] != due:
        raise SystemExit(f"{told['taken']} mails for {due} reminders: the figures do not count")


@contextmanager
def _redis() -> Iterator[str]:
    """The address of one; whether a foreign one answers is not known."""
    program = shutil.which("redis-server")
    if program is None:
        yield os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")
        return
    port = free_port()
    address = f"redis://127.0.0.1:{port}/0"
    command = [program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
    with _child(command, environment({})) as child:
        wait_until(lambda: _pings(address), "Redis", child=child)
        yield address


def _pings(address: str) -> bool:
    try:
        with Redis.from_url(address, socket_timeout=5) as redis:
            return bool(redis.ping())
    except RedisError:
        return False


def _clear(address: str) -> None:
    """What a run has left there, or one before it that was broken off."""
    with Redis.from_url(address) as redis:
        for key in redis.scan_iter(f"{PREFIX}*"):
            redis.delete(key)


@contextmanager
def _schema(install: Install) -> Iterator[None]:
    """A place of its own for the other program's tables."""
    with install.database.transaction() as session:
        session.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))
        session.execute(text(f"CREATE SCHEMA {SCHEMA}"))
    try:
        yield
    finally:
        with install.database.transaction() as session:
            session.execute(text(f"DROP SCHEMA {SCHEMA} CASCADE"))


@contextmanager
def _child(command: Sequence[str], env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """It speaks only of what is wrong; killed at the end with the processes that it has made."""
    child = subprocess.Popen(command, cwd=HERE, env=env, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        yield child
    finally:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _env(install: Install) -> dict[str, str]:
    url = install.database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    search = f"-c search_path={SCHEMA}"
    return environment({"DATABASE_URL": url, "PGOPTIONS": search, "PYTHONPATH": str(HERE)})


def _count(install: Install, question: str) -> int:
    with install.database.reading() as session:
        return session.scalar(text(question)) or 0


def _ours(setting: str) -> str:
    """Its default, which is what ours runs with here."""
    return str(Settings.model_fields[setting].default)


if __name__ == "__main__":
    main()
