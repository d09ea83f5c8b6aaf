"""A merchant's first day, and what comes after: set up and protected, a text refused, the control group, a phone.

One install for all; each journey has an account of its own. Beside it stands Whop's API, as one key sees it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from app.whop.permissions import NEEDED, OPTIONAL
from tests.support import whop_events as whop
from tests.support.browser import complaints
from tests.support.processes import answers, free_port, running, wait_until
from tests.support.whop_api import KEY, WhopApi, a_webhook

pytestmark = [pytest.mark.browser, pytest.mark.processes]

ARTEFACTS = Path(__file__).parents[1] / "artefacts"
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@dataclass
class Install:
    address: str
    api: WhopApi

    def hear(self, event: whop.Event) -> None:
        """As Whop posts it."""
        body, headers = whop.signed(event, now=datetime.now(UTC))
        httpx.post(f"{self.address}/webhooks/whop", content=body, headers=headers).raise_for_status()

    def failed(self, owner: str, name: str) -> None:
        at = datetime.now(UTC) - timedelta(minutes=5)
        ids = {"payment_id": f"pay_{owner}", "membership_id": f"mem_{owner}", "member_id": f"mber_{owner}"}
        self.hear(whop.payment_failed(account_id=owner, at=at, name=name, user_id=f"user_{owner}", **ids))


@pytest.fixture(scope="module")
def install(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Install]:
    folder = tmp_path_factory.mktemp("journeys")
    port = free_port()
    with WhopApi() as api:
        api.account, api.grants = "biz_first", {*NEEDED, *OPTIONAL}
        env = {
            "INSTANCE_DIR": str(folder),
            "PORT": str(port),
            "APP_HOST": f"http://localhost:{port}",
            "WHOP_API_KEY": KEY,
            "WHOP_API_URL": api.url,
            "WHOP_WEBHOOK_SECRET": whop.SECRET,
            "CONTROL_SHARE": "0",
        }
        with running("up", env, cwd=folder) as child:
            wait_until(lambda: answers(env["APP_HOST"]), "the web server", child=child)
            yield Install(env["APP_HOST"], api)


def opened(
    browser: Browser, install: Install, owner: str, *, size: dict[str, int] = WIDE, locale: str = "en-US"
) -> Page:
    """A fresh browser in which the owner of this account is signed in."""
    width, height = size["width"], size["height"]
    context = browser.new_context(viewport={"width": width, "height": height}, locale=locale)
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{install.address}/auth/dev?whop={owner}&email=owner@example.com")
    return page


def shot(page: Page, name: str) -> None:
    ARTEFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=True)


def reload_until(page: Page, text: str | re.Pattern[str]) -> None:
    """The worker needs a moment: look again until it has done its part."""

    def there() -> bool:
        page.reload()
        return page.get_by_text(text).first.is_visible()

    wait_until(there, f"{text} on {page.url}")


def test_from_the_first_sign_in_to_the_first_protected_payment(browser: Browser, install: Install) -> None:
    page = opened(browser, install, "biz_first")
    heard = complaints(page)
    expect(page.get_by_role("heading", name="Nothing heard from Whop yet")).to_be_visible()
    page.get_by_role("link", name="Set it up").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Set-up")
    webhook, key, first = (page.locator(f"#line-{name}") for name in ("webhook", "key", "first"))
    expect(webhook).to_contain_text("To do")
    shot(page, "first-day-1-set-up")

    key.get_by_role("button").click()
    expect(key.locator(".badge")).to_have_text("Works")
    install.api.add(a_webhook(url=f"{install.address}/webhooks/whop"))
    webhook.get_by_role("button", name="Send a test event").click()
    expect(page.get_by_text("Whop was asked for a test event.")).to_be_visible()
    assert install.api.tested == [("hook_1", "payment.succeeded")]
    install.hear(whop.payment_succeeded(account_id="biz_first", payment_id="pay_test"))
    reload_until(page, "Last event:")
    expect(webhook.locator(".badge")).to_have_text("Works")
    expect(first).not_to_contain_text("Works")

    install.failed("biz_first", "Maria Silva")
    reload_until(page, "Failed renewals are being looked after.")
    shot(page, "first-day-2-protected")
    first.get_by_role("link", name="See the cases").click()
    page.get_by_role("link", name=re.compile("Maria Silva")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("$49.00")
    expect(page.get_by_role("heading", name="What comes next")).to_be_visible()
    shot(page, "first-day-3-case")
    assert heard == []
    page.context.close()


@pytest.mark.parametrize(
    ("locale", "subject", "save", "told"),
    [
        ("en-US", "Subject", "Save", "There is no placeholder “{naem}”."),
        ("ru-RU", "Тема", "Сохранить", "Вставки «{naem}» нет."),
    ],
)
def test_a_wrong_wording_is_refused_where_it_is_wrong(
    browser: Browser, install: Install, locale: str, subject: str, save: str, told: str
) -> None:
    page = opened(browser, install, "biz_words", locale=locale)
    page.goto(f"{install.address}/dashboard/messages/funds.first?language=en")
    field = page.get_by_label(subject, exact=True)
    field.fill("Hello {naem}, your payment failed")
    page.get_by_role("button", name=save, exact=True).click()
    wrong = page.locator("#subject-wrong")
    expect(wrong).to_contain_text(told)
    expect(field).to_have_value("Hello {naem}, your payment failed")
    expect(field).to_have_attribute("aria-invalid", "true")
    assert "subject-wrong" in (field.get_attribute("aria-describedby") or "")
    assert page.locator(".wrong-list").count() == 1
    above, below = field.bounding_box(), wrong.bounding_box()
    assert above and below and 0 <= below["y"] - above["y"] - above["height"] < 20
    shot(page, f"wrong-wording-{locale}")
    page.context.close()


def test_the_control_group_is_explained_where_one_meets_it(browser: Browser, install: Install) -> None:
    install.failed("biz_control", "Ada King")
    page = opened(browser, install, "biz_control")
    page.goto(f"{install.address}/dashboard")
    reload_until(page, "With and without reminders")
    expect(page.get_by_text("There is no control group, so nobody can prove")).to_be_visible()
    shot(page, "control-group-1-none")
    page.get_by_role("main").get_by_role("link", name="Control group", exact=True).click()
    expect(page).to_have_url(f"{install.address}/dashboard/settings#control")
    share = page.get_by_label("Customers left to Whop alone, in percent")
    share.fill("80")
    page.get_by_role("button", name="Save control group").click()
    expect(page.get_by_text("Write a whole number from 0 to 50.")).to_be_visible()
    share.fill("20")
    page.get_by_role("button", name="Save control group").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(share).to_have_value("20")
    shot(page, "control-group-2-settings")
    page.goto(f"{install.address}/dashboard")
    expect(page.get_by_text("There is no control group")).to_be_hidden()
    shot(page, "control-group-3-some")
    page.context.close()


@pytest.mark.parametrize(
    ("locale", "menu", "cases", "pause", "resume"),
    [("en-US", "Menu", "Cases", "Pause", "Resume"), ("ru-RU", "Меню", "Дела", "На паузу", "Возобновить")],
)
def test_a_case_is_paused_on_a_phone(
    browser: Browser, install: Install, locale: str, menu: str, cases: str, pause: str, resume: str
) -> None:
    owner = f"biz_phone_{locale[:2]}"
    install.failed(owner, "Grace Hopper")
    page = opened(browser, install, owner, size=PHONE, locale=locale)
    heard = complaints(page)
    page.goto(f"{install.address}/dashboard")
    page.locator("summary").and_(page.get_by_label(menu, exact=True)).click()
    expect(page.get_by_role("link", name=cases, exact=True)).to_be_visible()
    shot(page, f"phone-1-menu-{locale}")
    page.get_by_role("link", name=cases, exact=True).click()
    reload_until(page, "Grace Hopper")
    page.get_by_role("link", name=re.compile("Grace Hopper")).click()
    page.get_by_role("button", name=pause, exact=True).click()
    expect(page.get_by_role("button", name=resume, exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    shot(page, f"phone-2-paused-{locale}")
    assert heard == []
    page.context.close()
