"""Two other programs doing the like in the same run: dj-stripe's webhook endpoint, and a Celery with Redis that sends.

    python -m bench.peers --database URL        a PostgreSQL database that may be emptied

Each lives in a virtual environment of its own, which `make bench` makes; what is not there is left out with a line.
"""

import hashlib
import hmac
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import text

from bench.due import open_cases
from bench.floor import insert_loop
from bench.install import Install, installed, options
from bench.load import closed_loop, request_bytes
from bench.results import Figure, Results
from bench.storm import mail_server, mail_settings, wait_for_sends
from tests.support.processes import environment, free_port, listens, wait_until
from tests.support.whop_events import encoded, payment_failed

HERE = Path(__file__).parent / "others"
SECRET = "whsec_bench"
INSERTS = "one connection's INSERT+COMMIT, rows/s"
OURS, DJSTRIPE = "events at 16 connections", "dj-stripe: events at 16 connections"
SENDS, CELERY = (
    "reminders of one worker with 8 threads",
    "Celery and Redis: mails of one worker with 8 threads",
)


def main() -> None:
    wish = options(__doc__, events=2_000, due=1_000)
    others = Path(os.environ.get("BENCH_OTHERS", ".venv-bench")).absolute() / "peers" / "bin"
    results = Results("peers", wish.database)
    rounds = _doors(wish.database, others, wish.events, wish.rounds)
    results.tell(
        [Figure(name=n, unit="/s", floor=INSERTS) for n in (OURS, DJSTRIPE) if n in rounds[0]], rounds
    )
    rounds = [_sends(wish.database, others, wish.due) for _ in range(wish.rounds)]
    results.tell([Figure(name=n, unit="/s") for n in (SENDS, CELERY) if n in rounds[0]], rounds)


def _doors(dsn: str, others: Path, events: int, rounds: int) -> list[dict[str, float]]:
    with installed(dsn) as install:
        if not (others / "gunicorn").exists():
            print(f"dj-stripe is left out: it is not installed in {others}", flush=True)
            return [_our_door(install, events) for _ in range(rounds)]
        with _emptied_beside(install, "djstripe"):
            env = _djstripe_env(install)
            subprocess.run([str(others / "python"), "djstripe_site.py"], cwd=HERE, env=env, check=True)
            return [
                _our_door(install, events) | _their_door(install, others, env, events) for _ in range(rounds)
            ]


def _our_door(install: Install, events: int) -> dict[str, float]:
    found = {INSERTS: events / insert_loop(install.database, events)}
    with install.web():
        closed_loop(install.address, install.posts(100), connections=16).only(200)
        found[OURS] = closed_loop(install.address, install.posts(events), connections=16).only(200).rate
    return found


def _their_door(install: Install, others: Path, env: dict[str, str], events: int) -> dict[str, float]:
    """Served by gunicorn with as many processes and threads as ours."""
    port = int(install.env["PORT"])
    command = [
        str(others / "gunicorn"),
        "-w",
        "2",
        "--threads",
        "4",
        "-b",
        f"127.0.0.1:{port}",
        "--log-level",
        "error",
    ]
    path = f"/stripe/webhook/{env['ENDPOINT']}/"
    with _child([*command, "djstripe_site:application"], env):
        wait_until(lambda: listens(port), "dj-stripe")
        closed_loop(install.address, _stripe_posts(install, path, 100), connections=16).only(200)
        posts = _stripe_posts(install, path, events)
        return {DJSTRIPE: closed_loop(install.address, posts, connections=16).only(200).rate}


def _djstripe_env(install: Install) -> dict[str, str]:
    return _env(install) | {
        "ENDPOINT": str(uuid4()),
        "ENDPOINT_SECRET": SECRET,
        "PGOPTIONS": "-c search_path=djstripe",
    }


@contextmanager
def _emptied_beside(install: Install, schema: str) -> Iterator[None]:
    """A place of its own for the other program's tables, in the same database."""
    with install.database.transaction() as session:
        session.execute(text(f"DROP SCHEMA IF EXISTS {schema} CASCADE"))
        session.execute(text(f"CREATE SCHEMA {schema}"))
    try:
        yield
    finally:
        with install.database.transaction() as session:
            session.execute(text(f"DROP SCHEMA {schema} CASCADE"))


def _stripe_posts(install: Install, path: str, count: int) -> Sequence[bytes]:
    """The same bodies, signed as Stripe does."""
    posts, now = [], int(time.time())
    for _ in range(count):
        body = encoded({**payment_failed(), "id": f"evt_{uuid4().hex}", "object": "event", "livemode": False})
        signature = hmac.new(SECRET.encode(), f"{now}.".encode() + body, hashlib.sha256).hexdigest()
        headers = {"Stripe-Signature": f"t={now},v1={signature}", "Content-Type": "application/json"}
        posts.append(request_bytes("POST", install.address, path, body=body, headers=headers))
    return posts


def _sends(dsn: str, others: Path, due: int) -> dict[str, float]:
    with mail_server(0.0) as mail, installed(dsn, **mail_settings(mail)) as install:
        open_cases(install.database, 0, due=due)
        began = time.perf_counter()
        with install.worker():
            wait_for_sends(install, due)
            found = {SENDS: due / (time.perf_counter() - began)}
        redis = shutil.which("redis-server")
        if redis is None or not (others / "celery").exists():
            print(f"Celery is left out: no redis-server, or it is not installed in {others}", flush=True)
            return found
        with _redis(redis) as url:
            env = _env(install) | {"REDIS_URL": url, "SMTP_PORT": str(mail)}
            subprocess.run(
                [str(others / "python"), "celery_sends.py", str(due)], cwd=HERE, env=env, check=True
            )
            command = [str(others / "celery"), "-A", "celery_sends", "worker", "-P", "threads", "-c", "8"]
            began = time.perf_counter()
            with _child([*command, "--loglevel", "ERROR"], env):
                wait_until(lambda: _mailed(install) == due, "Celery's mails")
                found[CELERY] = due / (time.perf_counter() - began)
        with install.database.transaction() as session:
            session.execute(text("DROP TABLE reminder"))
    return found


def _mailed(install: Install) -> int:
    with install.database.reading() as session:
        return session.scalar(text("SELECT count(*) FROM reminder WHERE state = 'sent'")) or 0


@contextmanager
def _redis(program: str) -> Iterator[str]:
    port = free_port()
    with _child(
        [program, "--port", str(port), "--save", "", "--appendonly", "no", "--loglevel", "warning"],
        environment({}),
    ):
        wait_until(lambda: listens(port), "Redis")
        yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def _child(command: Sequence[str], env: dict[str, str]) -> Iterator[None]:
    child = subprocess.Popen(command, cwd=HERE, env=env, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        child.terminate()
        child.wait(timeout=30)


def _env(install: Install) -> dict[str, str]:
    url = install.database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    return environment({"DATABASE_URL": url, "PYTHONPATH": str(HERE)})


if __name__ == "__main__":
    main()
