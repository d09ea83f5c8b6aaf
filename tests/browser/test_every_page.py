"""Every page of the dashboard, found in the URL map: open to all who read it, quiet, light and asking little."""

import gzip
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Response
from sqlalchemy import event, select
from werkzeug.routing import Rule
from werkzeug.serving import make_server

from app import create_app
from app.cases.policies import Draft, create_policy, edit_policy
from app.db import Database
from app.migrate import upgrade
from app.models import Case, Customer, Endpoint, Merchant
from app.ops.demo import Demo
from app.recovery.campaign import DEFAULT_CAMPAIGN
from app.recovery.segments import Matches
from app.security.access import Who, declared
from app.services import EXTENSION
from app.settings import Settings
from tests.support import seeded
from tests.support.browser import complaints
from tests.support.processes import free_port

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
MOST_BYTES = 250_000
"""As a proxy that compresses sends them; the program leaves that to the proxy."""
MOST_QUERIES = 12
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
NO_PAGES = {
    "dashboard.cases_csv": "a file",
    "dashboard.index": "leads on",
    "control.show": "leads on",
    "charges.show": "leads on",
    "alerts.show_settings": "leads on",
    "events.show_all": "leads on",
    "setup.show_months": "leads on",
    "figures.export": "a file",
    "letter.show": "a message of a customer, in a frame of the case's page",
}
RULES = """async () => {
    const found = await axe.run(document);
    return found.violations.map(one => one.id + ': ' + one.nodes.map(node => node.target.join(' ')).join(', '));
}"""

CUT_OFF = """() => [...document.querySelectorAll("table")]
    .filter(table => table.getBoundingClientRect().right > innerWidth)
    .filter(table => getComputedStyle(table.parentElement).overflowX !== "auto")
    .map(table => table.className + " of " + (table.closest(".card")?.querySelector("h2, h3")?.textContent ?? ""))"""
"""Tables that reach beyond the window and cannot be scrolled there."""


@dataclass
class Install:
    address: str
    app: Flask
    values: dict[str, Any]
    """What stands for an argument of an address."""
    queries: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def install(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Install]:
    """A merchant with lively cases, whose every kind of page has something to show."""
    port = free_port()
    env = {"INSTANCE_DIR": str(tmp_path_factory.mktemp("pages")), "APP_HOST": f"http://localhost:{port}"}
    settings = Settings.load(env, env_file=None)
    database = Database(settings.database_dsn)
    upgrade(database)
    app = create_app(settings)
    wired = app.extensions[EXTENSION]
    for _ in Demo(wired, biz_id="biz_dev", cases=60, seed=3).live():
        pass
    with database.transaction() as session:
        merchant = session.scalars(select(Merchant).where(Merchant.biz_id == "biz_dev")).one()
        now = wired.clock.now()
        for name in ("Long members", "Longer members"):
            draft = Draft(name, Matches(countries=("DE",)), DEFAULT_CAMPAIGN)
            policy = create_policy(session, merchant, draft, actor="user:1", now=now)
        assert policy is not None
        edit_policy(
            session,
            merchant,
            policy.key,
            Draft("Renamed", Matches(), DEFAULT_CAMPAIGN),
            actor="user:1",
            now=now,
        )
        aside = seeded.event(
            session,
            owner=merchant,
            at=now - timedelta(minutes=1),
            state="quarantined",
            reason="no_payment_id",
        )
        aside.body = b'{"type": "payment.failed", "data": {"customer_email": "ada@example.com"}}'
        case = session.scalars(select(Case.id).where(Case.merchant_id == merchant.id)).first()
        customer = session.scalars(select(Customer.id).where(Customer.merchant_id == merchant.id)).first()
        hook = Endpoint(
            merchant_id=merchant.id, name="n8n", url="https://hooks.example.com/in", events="case.opened",
            secret=b"sealed", created_at=now,
        )  # fmt: skip
        session.add(hook)
        session.flush()
        values = {
            "case_id": case, "event_id": aside.id, "policy": policy.key, "message": "funds.first",
            "customer": customer, "endpoint": hook.id,
        }  # fmt: skip
    made = Install(settings.app_host, app, values)

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            made.queries.append(statement)

    event.listen(wired.database.engine, "before_cursor_execute", note)
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()
    wired.close()
    database.close()


def pages(install: Install) -> list[str]:
    """The address of each page for signed-in people; a new one with an argument must say what stands for it."""
    with install.app.test_request_context():
        bound = install.app.url_map.bind("localhost")
        return [
            bound.build(
                rule.endpoint, {name: _value(install, rule, name) for name in rule.arguments}, method="GET"
            )
            for rule in install.app.url_map.iter_rules()
            if _is_page(rule)
        ]


def _is_page(rule: Rule) -> bool:
    access = declared(rule.endpoint)
    reads = access is not None and access.who is Who.SIGNED_IN and "GET" in (rule.methods or ())
    return reads and not rule.rule.startswith("/api/") and rule.endpoint not in NO_PAGES


def _value(install: Install, rule: Rule, name: str) -> Any:
    names = {
        ("campaign", "key"): "policy",
        ("messages", "key"): "message",
        ("compare", "key"): "message",
        ("customers", "row_id"): "customer",
        ("endpoints", "row_id"): "endpoint",
    }
    return install.values[names.get((rule.endpoint.partition(".")[0], name), name)]


@pytest.mark.timeout(600)  # a second a page, on a machine that has nothing else to do
def test_every_page_is_for_everybody_and_light(browser: Browser, install: Install) -> None:
    wrong: dict[str, list[str]] = {}
    addresses = pages(install)
    assert len(addresses) > 15 and f"/dashboard/events/{install.values['event_id']}" in addresses
    context = browser.new_context(viewport=WIDE, color_scheme="light", reduced_motion="reduce")
    context.add_init_script(path=AXE)
    page = context.new_page()
    page.goto(f"{install.address}/auth/dev")
    heard = complaints(page)
    for path in addresses:
        if found := [*_opened(page, install, path), *_looked_at(page), *heard]:
            wrong[path] = found
        heard.clear()
    context.close()
    told = [f"{path}: {one}" for path, found in wrong.items() for one in found]
    assert not told, "\n".join(told)


def _opened(page: Page, install: Install, path: str) -> Iterator[str]:
    answers: list[Response] = []
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light")
    install.queries.clear()

    def keep(response: Response) -> None:
        answers.append(response)

    page.on("response", keep)
    answer = page.goto(f"{install.address}{path}", wait_until="networkidle")
    page.remove_listener("response", keep)
    if answer is None or answer.status != 200:
        yield f"status {answer.status if answer else 'none'}"
    if len(install.queries) > MOST_QUERIES * max(1, _asking(answers)):
        yield f"{len(install.queries)} queries"
    size = sum(len(gzip.compress(one.body())) for one in answers if one.status == 200)
    if size > MOST_BYTES:
        yield f"{size} bytes"


def _asking(answers: list[Response]) -> int:
    """Answers that the database was asked for: the page, and parts that it fetches by itself."""
    return sum("/static/" not in one.url for one in answers)


def _looked_at(page: Page) -> Iterator[str]:
    """Both themes at both widths, without loading the page again."""
    for name, size in (("wide", WIDE), ("phone", PHONE)):
        page.set_viewport_size(size)
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            yield from (f"{name}, {theme}: {one}" for one in page.evaluate(RULES))
        needed = page.evaluate("document.documentElement.scrollWidth")
        if needed > size["width"]:
            yield f"{needed} wide at {size['width']}"
        yield from (f"{name}, cut off: {one}" for one in page.evaluate(CUT_OFF))
