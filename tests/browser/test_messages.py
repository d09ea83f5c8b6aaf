"""Writing a message as a merchant does: placeholders offered while typing, and the letter beside it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import complaints
from tests.support.processes import answers, free_port, running, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.processes]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("messages")
    port = free_port()
    env = {"INSTANCE_DIR": str(folder), "PORT": str(port), "APP_HOST": f"http://localhost:{port}"}
    with running("up", env, cwd=folder) as child:
        wait_until(lambda: answers(env["APP_HOST"]), "the web server", child=child)
        yield env["APP_HOST"]


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-US")
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{address}/auth/dev?email=owner@example.com")
    yield page
    context.close()


def test_a_text_is_shown_as_a_letter_while_it_is_written(page: Page, address: str) -> None:
    heard = complaints(page)
    page.goto(f"{address}/dashboard/messages/funds.first")
    letter = page.frame_locator("iframe")
    expect(letter.get_by_text("Hi Maria Silva,")).to_be_visible()

    text = page.get_by_label("Text", exact=True)
    text.fill("")
    text.press_sequentially("Dear {cust")
    expect(page.get_by_role("option", name="{customer_name}")).to_have_attribute("aria-selected", "true")
    text.press("Enter")
    expect(text).to_have_value("Dear {customer_name}")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(letter.get_by_text("Dear Maria Silva", exact=True)).to_be_visible()
    expect(page.get_by_text("1 thing keeps this from being saved")).to_be_visible()
    expect(text).to_be_focused()

    text.press_sequentially("\n\nYours, ")
    page.get_by_role("button", name="{merchant}").click()
    expect(text).to_have_value("Dear {customer_name}\n\nYours, {merchant}")
    expect(page.get_by_text("keeps this from being saved")).to_be_hidden()
    expect(letter.get_by_text("Yours, Options Lab", exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved. Cases from now on")).to_be_visible()
    earlier = page.get_by_role("region", name="Earlier versions")
    expect(earlier.get_by_text("Version 1")).to_be_visible()
    assert heard == []
