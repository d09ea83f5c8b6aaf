"""A production install of real processes on loopback: web, worker, or both in one tree."""

from pathlib import Path

import pytest

from app.db import Database
from tests.support import whop_events as whop
from tests.support.processes import free_port

TOKEN = "scrape-token-of-this-install"


@pytest.fixture
def env(database: Database, tmp_path: Path) -> dict[str, str]:
    port = free_port()
    return {
        "APP_ENV": "production",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "APP_HOST": f"http://127.0.0.1:{port}",
        "DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
        "INSTANCE_DIR": str(tmp_path / "instance"),
        "SESSION_SECRET": "s" * 40,
        "WHOP_WEBHOOK_SECRET": whop.SECRET,
        "ENABLE_EMAIL": "false",
        "METRICS_TOKEN": TOKEN,
    }
