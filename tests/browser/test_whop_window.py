"""The card about unpaid memberships: fetched into the settings by itself, a page of its own without scripts."""

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from werkzeug.serving import make_server

from app import create_app
from app.db import Database
from app.migrate import upgrade
from app.services import EXTENSION
from app.settings import Settings
from tests.support.browser import complaints
from tests.support.json_peer import Reply
from tests.support.processes import free_port
from tests.support.whop_api import API, KEY, WhopApi

pytestmark = pytest.mark.browser

SIGN_IN = "/auth/dev?whop=biz_window&email=owner@example.com"
KEEP, CANCEL = "Keep unpaid memberships past due", "Let Whop cancel unpaid memberships"


@pytest.fixture(scope="module")
def api() -> Iterator[WhopApi]:
    with WhopApi() as peer:
        peer.account = "biz_window"
        yield peer


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, api: WhopApi) -> Iterator[str]:
    port = free_port()
    env = {"INSTANCE_DIR": str(tmp_path_factory.mktemp("window")), "APP_HOST": f"http://localhost:{port}"}
    settings = Settings.load({**env, "WHOP_API_KEY": KEY, "WHOP_API_URL": api.url}, env_file=None)
    database = Database(settings.database_dsn)
    upgrade(database)
    app = create_app(settings)
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield settings.app_host
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions[EXTENSION].close()
    database.close()


def test_the_settings_fetch_the_card_and_one_press_changes_it(
    browser: Browser, address: str, api: WhopApi
) -> None:
    page = browser.new_page()
    heard = complaints(page)
    page.goto(f"{address}{SIGN_IN}")
    page.goto(f"{address}/dashboard/settings")
    card = page.locator("#whop-window")
    expect(card).to_have_count(1)
    card.get_by_role("button", name=KEEP).click()
    expect(page.get_by_text("Changed at Whop.")).to_be_visible()
    expect(page.get_by_role("button", name=CANCEL)).to_be_visible()
    assert api.preferences["subscription_failure_behavior"] == "none"
    assert heard == []
    page.close()


def test_the_settings_stand_as_they_are_while_whop_is_away(
    browser: Browser, address: str, api: WhopApi
) -> None:
    api.replies[f"GET {API}/accounts/biz_window/preferences"] = Reply(500)
    page = browser.new_page()
    page.goto(f"{address}{SIGN_IN}")
    page.goto(f"{address}/dashboard/settings")
    expect(page.locator("#whop-window")).to_contain_text("Whop does not answer at the moment")
    expect(page.get_by_label("Your name as customers know it")).to_be_visible()
    api.replies.clear()
    page.close()


def test_without_scripts_it_is_a_page_of_its_own(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}{SIGN_IN}")
    page.goto(f"{address}/dashboard/settings")
    page.get_by_role("link", name="See what is set, and what it has cost").click()
    expect(page.locator("#whop-window")).to_contain_text("Set at Whop now")
    context.close()
