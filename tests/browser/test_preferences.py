"""The customer's own page in a browser without scripts, and the ways that lead on from it under its policy."""

import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from app import create_app
from app.db import Database
from app.delivery.message import Links
from app.migrate import upgrade
from app.services import EXTENSION
from app.settings import Settings
from app.telegram.bot_name import EXTENSION as BOT_NAME
from tests.support.browser import complaints
from tests.support.clock import FixedClock
from tests.support.processes import free_port
from tests.web.linking import BOT, LINKING, Shop, shop

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def maria(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Served by this process: only the browser is real here."""
    port = free_port()
    env = {"INSTANCE_DIR": str(tmp_path_factory.mktemp("own")), "APP_HOST": f"http://localhost:{port}"}
    settings = Settings.load({**env, **LINKING}, env_file=None)
    database = Database(settings.database_dsn)
    upgrade(database)
    app: Flask = create_app(settings)
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    one = shop(app, database, FixedClock(), name="Maria", product="Options Lab Pro")
    app.extensions[BOT_NAME] = lambda: BOT
    one.path = f"{settings.app_host}{one.path}"
    yield one
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions[EXTENSION].database.close()
    database.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    for place in ("https://t.me/**", "https://discord.com/**"):
        context.route(place, lambda route: route.fulfill(body="not ours"))
    yield context.new_page()
    context.close()


def test_every_press_works_without_scripts_and_says_what_it_did(page: Page, maria: Shop) -> None:
    heard = complaints(page)
    page.goto(maria.path)
    page.get_by_role("combobox", name="Language").select_option("ru")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Сохранено")
    page.get_by_role("combobox", name="Язык").select_option("en")
    page.get_by_role("button", name="Сохранить").click()
    page.get_by_role("button", name="Stop reminders for this payment").click()
    expect(page.get_by_role("status")).to_contain_text("no more reminders about this payment")
    page.get_by_role("button", name="Stop reminders", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("You will get no more reminders")
    page.get_by_role("button", name="Allow reminders again").click()
    expect(page.get_by_role("status")).to_contain_text("allowed again")
    page.get_by_text("What is stored about you").click()
    expect(page.get_by_role("cell", name="Options Lab Pro")).to_be_visible()
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert (heard, width[0] <= width[1]) == ([], True)


@pytest.mark.parametrize(("channel", "host"), [("Telegram", "t.me"), ("Discord", "discord.com")])
def test_the_policy_lets_the_press_lead_to_the_channel(
    page: Page, maria: Shop, channel: str, host: str
) -> None:
    heard = complaints(page)
    page.goto(maria.path)
    page.get_by_role("button", name=f"Get reminders in {channel}").click()
    page.wait_for_url(f"https://{host}/**")
    assert (urlsplit(page.url).hostname, heard) == (host, [])


def test_the_merchant_copies_the_link(browser: Browser, maria: Shop) -> None:
    address = maria.path.partition("/preferences/")[0]
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    heard = complaints(page)
    page.goto(f"{address}/auth/dev?whop=biz_shop")
    page.goto(f"{address}/dashboard/connect")
    page.get_by_role("button", name="Copy: Your connect link").click()
    expect(page.locator("#connect-link-told")).to_have_text("Copied.")
    settings = maria.app.extensions[EXTENSION].settings
    assert page.evaluate("navigator.clipboard.readText()") == Links.of(settings).connect("biz_shop")
    assert heard == []
    context.close()
