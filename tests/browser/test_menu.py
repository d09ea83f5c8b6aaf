"""The menu has room in every language and at every width, however long a merchant's name is."""

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from app import create_app
from app.db import Database
from app.language import LANGUAGES
from app.migrate import upgrade
from app.models import Merchant
from app.services import EXTENSION
from app.settings import Settings
from tests.support import seeded
from tests.support.clock import FixedClock
from tests.support.processes import free_port

pytestmark = pytest.mark.browser

WIDTHS = (320, 390, 768, 992, 1199, 1200, 1280, 1399, 1400, 1920)
NAME = "The Extraordinarily Long Name of an Options Lab and Its Many Friends"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    env = {"INSTANCE_DIR": str(tmp_path_factory.mktemp("menu")), "APP_HOST": f"http://localhost:{port}"}
    settings = Settings.load(env, env_file=None)
    database = Database(settings.database_dsn)
    upgrade(database)
    with database.transaction() as write:
        owner: Merchant = seeded.merchant(write, "biz_long", now=FixedClock().now(), title=NAME)
        owner.sender_name = NAME[:60]
    app = create_app(settings)
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield settings.app_host
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions[EXTENSION].database.close()
    database.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_is_wider_than_its_window(browser: Browser, address: str, language: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/auth/dev?whop=biz_long&email=owner@example.com")
    page.goto(f"{address}/dashboard/connect?lang={language}")
    wide, broken = {}, {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        needed = page.evaluate("document.documentElement.scrollWidth")
        heights = page.evaluate(
            "[...document.querySelectorAll('.pages-menu .nav-link')].map(link => link.offsetHeight)"
        )
        # The pages' names end before the account's begins.
        room = page.evaluate(
            "(menu => menu.scrollWidth - menu.clientWidth)(document.querySelector('.pages-menu'))"
        )
        if needed > width or room > 0:
            wide[width] = needed, room
        if len(set(heights)) > 1:
            broken[width] = heights
    page.close()
    assert (wide, broken) == ({}, {})
