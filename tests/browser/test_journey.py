"""From a failed renewal to recovered money, as a person would click through it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import complaints
from tests.support.processes import answers, free_port, running, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.processes]

ARTEFACTS = Path(__file__).parents[1] / "artefacts"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("journey")
    port = free_port()
    env = {"INSTANCE_DIR": str(folder), "PORT": str(port), "APP_HOST": f"http://localhost:{port}"}
    with running("up", env, cwd=folder) as child:
        wait_until(lambda: answers(env["APP_HOST"]), "the web server", child=child)
        yield env["APP_HOST"]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
    # Whop itself is the one thing that is not ours.
    context.route("https://whop.com/**", lambda route: route.fulfill(body="Whop's own page"))
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    context.close()


def shot(page: Page, name: str) -> None:
    ARTEFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=True)


def reload_until(page: Page, text: str | re.Pattern[str]) -> None:
    """The worker needs a moment: look again until it has done its part."""

    def there() -> bool:
        page.reload()
        return page.get_by_text(text).first.is_visible()

    wait_until(there, f"{text} on {page.url}")


def test_a_failed_renewal_becomes_recovered_money(page: Page, address: str) -> None:
    heard = complaints(page)
    page.goto(f"{address}/auth/dev")
    expect(page.get_by_role("heading", level=1)).to_be_visible()

    page.goto(f"{address}/dev")
    page.get_by_label("Why the bank declines").select_option("expired_card")
    page.get_by_label("Customer", exact=True).fill("Maria Silva")
    page.get_by_label("E-mail").fill("maria@example.com")
    shot(page, "journey-1-simulator")
    page.get_by_role("button", name="Post the failed renewal").click()
    reload_until(page, "Maria Silva")

    page.goto(f"{address}/dev/clock")
    page.get_by_role("button", name="To the next message").click()
    page.goto(f"{address}/dev/outbox")
    reload_until(page, re.compile("Options Lab Pro"))
    page.get_by_role("link", name=re.compile("Options Lab Pro")).first.click()
    letter = page.frame_locator("iframe")
    expect(letter.get_by_text("Hi Maria Silva,")).to_be_visible()
    expect(letter.get_by_text("$49.00").first).to_be_visible()
    shot(page, "journey-2-message")

    page.get_by_role("link", name="Follow its button").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("needs an update")
    shot(page, "journey-3-fix-page")
    page.get_by_role("button", name="Continue to Whop").click()
    expect(page.get_by_text("Whop's own page")).to_be_visible()

    page.goto(f"{address}/dev")
    page.get_by_label("What happens to this payment").first.select_option("is_paid")
    page.get_by_role("button", name="Post", exact=True).first.click()
    page.goto(f"{address}/dashboard")
    reload_until(page, re.compile(r"\$49\.00"))
    shot(page, "journey-4-overview")

    page.goto(f"{address}/dashboard/cases")
    page.get_by_role("link", name=re.compile("Maria Silva")).first.click()
    for said in ("went on from the fix page", "The payment came in."):
        expect(page.get_by_text(said).first).to_be_visible()
    shot(page, "journey-5-case")
    assert heard == []
