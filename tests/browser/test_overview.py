"""The overview is brought up to date under the reader's eyes, who keeps their place in it."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from werkzeug.serving import make_server

from app import create_app
from app.db import Database
from app.migrate import upgrade
from app.models import Merchant
from app.services import EXTENSION
from app.settings import Settings
from tests.support import seeded
from tests.support.browser import complaints
from tests.support.clock import FixedClock
from tests.support.processes import free_port

pytestmark = pytest.mark.browser

HOUR = timedelta(hours=1)
PLACE = """() => [
    Math.round(document.getElementById("waiting").getBoundingClientRect().top),
    document.getElementById("waiting").open,
    document.activeElement.textContent,
    document.getElementById("waiting").contains(document.activeElement),
]"""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[tuple[str, Database, Merchant]]:
    port = free_port()
    env = {"INSTANCE_DIR": str(tmp_path / "instance"), "APP_HOST": f"http://localhost:{port}"}
    settings = Settings.load(env, env_file=None)
    database = Database(settings.database_dsn)
    upgrade(database)
    app = create_app(settings, FixedClock())
    with database.transaction() as write:
        owner = seeded.merchant(write, "biz_A", now=FixedClock().now())
        seeded.case(
            write,
            owner,
            at=FixedClock().now() - 5 * HOUR,
            state="recovered",
            reason="paid",
            recovered_after=HOUR,
        )
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield settings.app_host, database, owner
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions[EXTENSION].database.close()
    database.close()


def test_a_refresh_brings_new_figures_and_takes_no_place_away(
    browser: Browser, shop: tuple[str, Database, Merchant]
) -> None:
    address, database, owner = shop
    page = browser.new_page(viewport={"width": 1280, "height": 500})
    wrong = complaints(page)
    page.clock.install()
    page.goto(f"{address}/auth/dev?whop=biz_A&email=owner@example.com")
    page.goto(f"{address}/dashboard?days=7")
    page.locator("#waiting summary").click()
    before = page.evaluate(PLACE)
    assert before[1:] == [True, "The same as a table", True]
    with database.transaction() as write:
        # One that asks for attention, so that a warning appears above all.
        seeded.case(write, write.get_one(Merchant, owner.id), at=FixedClock().now() - HOUR, decline_class="I")
    page.clock.run_for(61_000)
    expect(page.locator("#figures")).to_contain_text("needs your attention")
    after = page.evaluate(PLACE)
    assert abs(after[0] - before[0]) <= 1 and after[1:] == before[1:]
    assert wrong == []
    page.close()
