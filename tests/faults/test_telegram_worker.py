"""A real worker asks a real server for updates, links a chat, answers in it, and still stops in time."""

from pathlib import Path

import pytest
from sqlalchemy import select

from app.cases import links
from app.clock import SystemClock
from app.db import Database
from app.models import Customer, LinkedAccount, Merchant
from app.models.base import insert_once
from tests.faults.conftest import process_env
from tests.support.processes import logged, run, running, terminated, wait_until
from tests.support.telegram_server import telegram_server
from tests.support.telegram_updates import CHAT, said

pytestmark = pytest.mark.processes


def fresh_code(database: Database) -> str:
    now = SystemClock().now()
    with database.transaction() as session:
        values = Merchant.fresh("biz_A", title="Fox Trading", now=now)
        merchant_id = insert_once(session, Merchant, ("biz_id",), values)
        customer = Customer(merchant_id=merchant_id, identity="user_1", seen_at=now, created_at=now)
        session.add(customer)
        session.flush()
        return links.fresh_code(session, customer, "telegram", wall=now)


def linked(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(LinkedAccount.address)))


def test_a_worker_links_by_start_answers_and_stops_in_time(database: Database, tmp_path: Path) -> None:
    code = fresh_code(database)
    with telegram_server() as fake:
        env = {
            **process_env(database, tmp_path),
            "ENABLE_TELEGRAM": "true",
            "TELEGRAM_BOT_TOKEN": fake.token,
            "TELEGRAM_API_URL": fake.address,
            "LOG_LEVEL": "DEBUG",
        }
        with running("worker", env, cwd=tmp_path) as child:
            wait_until(lambda: len(fake.asked("getUpdates")) > 0, "the first question", child=child)
            fake.happens(said(70, f"/start {code}"))
            wait_until(lambda: len(fake.texts(str(CHAT))) == 1, "the answer", child=child)
            assert linked(database) == [str(CHAT)]
            assert "Fox Trading" in fake.texts()[0]
            asked = len(fake.asked("getUpdates"))
            wait_until(lambda: len(fake.asked("getUpdates")) > asked, "the next question", child=child)
            assert terminated(child) == 0
        fake.webhook["url"] = "https://old.example/webhooks/telegram"
        told = [run("check", *more, env=env, cwd=tmp_path) for more in ((), ("--fix",), ())]
        assert [check.returncode for check in told] == [1, 0, 0], [check.stdout for check in told]
        assert all(fake.token not in check.stdout + check.stderr for check in told)
        assert len(fake.texts()) == 1
        log = (tmp_path / "worker.log").read_text("utf-8")
        assert logged("worker", "worker.stopped", cwd=tmp_path) == 1
        assert fake.token not in log and fake.token.partition(":")[2] not in log
        assert code not in log and str(CHAT) not in log
