"""Signing in as people do it: through Whop's pages, and inside Whop's frame."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.support.browser import complaints
from tests.support.processes import answers, free_port, running, wait_until
from tests.support.whop_server import API_KEY, CLIENT_ID, CLIENT_SECRET, FakeWhop, whop_server

pytestmark = [pytest.mark.browser, pytest.mark.processes]

APP = "app_embedded"


@dataclass
class Install:
    address: str
    whop: FakeWhop


@pytest.fixture(scope="module")
def install(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Install]:
    folder = tmp_path_factory.mktemp("sign-in")
    port = free_port()
    with whop_server() as whop:
        env = {
            "INSTANCE_DIR": str(folder),
            "PORT": str(port),
            "APP_HOST": f"http://localhost:{port}",
            "WHOP_API_URL": whop.address,
            "WHOP_CLIENT_ID": CLIENT_ID,
            "WHOP_CLIENT_SECRET": CLIENT_SECRET,
            "WHOP_APP_ID": APP,
            "WHOP_API_KEY": API_KEY,
        }
        with running("up", env, cwd=folder) as child:
            wait_until(lambda: answers(env["APP_HOST"]), "the web server", child=child)
            yield Install(env["APP_HOST"], whop)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    context.close()


@pytest.fixture(autouse=True)
def two_accounts(install: Install) -> None:
    install.whop.team = {("user_dana", "biz_A"): "owner", ("user_dana", "biz_B"): "admin"}
    install.whop.denies = False


def test_one_signs_in_chooses_an_account_and_signs_out(page: Page, install: Install) -> None:
    heard = complaints(page)
    page.goto(f"{install.address}/dashboard")
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose an account")
    page.get_by_role("link", name="Fox Cooking").click()
    expect(page).to_have_url(f"{install.address}/dashboard/biz_B/dashboard/setup")
    page.get_by_role("link", name="Cases").first.click()
    expect(page).to_have_url(f"{install.address}/dashboard/biz_B/dashboard/cases")
    page.locator("details.menu summary").first.click()
    page.get_by_role("button", name="Sign out").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
    assert heard == []


def test_who_says_no_sees_a_page_and_may_try_again(page: Page, install: Install) -> None:
    install.whop.denies = True
    page.goto(f"{install.address}/dashboard")
    expect(page.get_by_role("heading", level=1)).to_have_text("You did not give your consent")
    install.whop.denies = False
    page.get_by_role("link", name="Sign in with Whop").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose an account")


def framed(page: Page, install: Install, outer: str) -> None:
    """Open our pages in a frame of this site, with the token that Whop's proxy adds to each request."""

    def with_token(route: Route) -> None:
        token = install.whop.embedded_token("user_dana", app=APP)
        route.continue_(headers={**route.request.headers, "x-whop-user-token": token})

    frame = f'<title>outer</title><iframe src="{install.address}/dashboard/biz_A" width="1200" height="800"></iframe>'
    page.route(f"{install.address}/**", with_token)
    page.route(f"{outer}/**", lambda route: route.fulfill(body=frame, content_type="text/html"))
    page.goto(f"{outer}/hub/")


def test_inside_whop_one_works_without_signing_in(page: Page, install: Install) -> None:
    heard = complaints(page)
    framed(page, install, "https://whop.com")
    inside = page.frame_locator("iframe")
    expect(inside.get_by_role("heading", level=1)).to_be_visible()
    inside.get_by_role("link", name="Settings").first.click()
    inside.get_by_label("Your name as customers know it").fill("Fox & Friends")
    inside.get_by_role("button", name="Save", exact=True).click()
    expect(inside.get_by_text("Saved.")).to_be_visible()
    expect(inside.get_by_label("Your name as customers know it")).to_have_value("Fox & Friends")
    assert page.context.cookies() == []
    # The outer page is https, as Whop's is, and this install is not.
    assert [line for line in heard if "Mixed Content" not in line] == []


def test_nobody_else_can_frame_the_pages(page: Page, install: Install) -> None:
    heard = complaints(page)
    framed(page, install, "https://evil.example")
    wait_until(lambda: (page.wait_for_timeout(20), bool(heard))[1], "the browser's refusal")
    assert "frame-ancestors" in heard[0]
    expect(page.frame_locator("iframe").get_by_role("heading", level=1)).to_have_count(0)
