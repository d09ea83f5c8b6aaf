"""The connect link: whoever proves at Whop who they are gets their own page at that merchant, and no dashboard."""

from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from sqlalchemy import func, select
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from app.db import Database
from app.models import Audit, Base, Customer, Merchant, MerchantUser, SessionRow, User, WhopGrant
from app.security.tokens import Purpose
from tests.support import seeded
from tests.support.clock import FixedClock
from tests.support.whop_server import FakeWhop
from tests.web.conftest import MakeWhopApp
from tests.web.linking import LINKING, tokens_of
from tests.web.whop_browser import BASE, Browser, broken, nobody_signed_in

FORGED = ["/connect/x", "/connect/biz_A", "/connect/biz_A.AAAA", "/connect/%00"]
DASHBOARD = (User, MerchantUser, WhopGrant)


@pytest.fixture
def whop_app(make_whop_app: MakeWhopApp) -> Flask:
    return make_whop_app(**LINKING)


@pytest.fixture
def link(whop_app: Flask, database: Database, machine_clock: FixedClock) -> str:
    with database.transaction() as write:
        for biz_id in ("biz_A", "biz_B"):
            seeded.merchant(write, biz_id, now=machine_clock.now(), title=f"Shop {biz_id[-1]}")
    return link_of(whop_app, "biz_A")


def link_of(app: Flask, biz_id: str) -> str:
    return f"/connect/{tokens_of(app).sign(Purpose.CONNECT, biz_id)}"


def count(database: Database, *tables: type[Base]) -> int:
    with database.reading() as read:
        return sum(read.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


def to_whop(browser: Browser, link: str) -> str:
    """From the page's button to Whop."""
    pressed = browser.client.post(link, base_url=BASE)
    assert pressed.status_code == 303 and "Set-Cookie" not in pressed.headers
    return browser.to_whop(pressed.headers["Location"])


def come(browser: Browser, link: str) -> TestResponse:
    """All the way to Whop and back."""
    return browser.get(browser.back_from(to_whop(browser, link)))


def customers(database: Database) -> list[tuple[str, str, str | None, str | None]]:
    with database.reading() as read:
        wanted = select(Merchant.biz_id, Customer.identity, Customer.name, Customer.email)
        found = read.execute(wanted.join(Customer, Customer.merchant_id == Merchant.id).order_by(Customer.id))
        return [(biz_id, identity, name, email) for biz_id, identity, name, email in found]


def test_the_page_says_why_in_the_merchants_name_and_sets_no_cookie(browser: Browser, link: str) -> None:
    page = browser.get(f"{link}?lang=en", Cookie="sid=made-up")
    assert page.status_code == 200 and "Set-Cookie" not in page.headers
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    for said in ("Shop A", "Discord", "Sign in with Whop", "only ever concern payments to Shop A"):
        assert said in page.text
    assert 'lang="ru"' in browser.get(f"{link}?lang=ru").text


def test_who_signs_in_gets_their_own_page_and_nothing_of_the_dashboard(
    browser: Browser, link: str, database: Database, fake_whop: FakeWhop
) -> None:
    answer = come(browser, link)
    assert answer.status_code == 303
    own = answer.headers["Location"]
    assert own.startswith("/preferences/") and own.endswith("?done=known")
    assert customers(database) == [("biz_A", "user_dana", "Dana Fox", "dana@example.com")]
    assert nobody_signed_in(database) and count(database, *DASHBOARD, SessionRow) == 0
    assert browser.sid() is None
    assert len(fake_whop.revoked) == 1 and fake_whop.paths("/api/v1/accounts") == []
    page = browser.get(own)
    assert page.status_code == 200 and "this page is yours" in page.text and "Shop A" in page.text
    assert browser.get("/dashboard").status_code == 302


def test_whop_is_asked_only_who_it_is_and_at_the_registered_address(browser: Browser, link: str) -> None:
    asked = {name: values[0] for name, values in parse_qs(urlsplit(to_whop(browser, link)).query).items()}
    assert asked["scope"] == "openid profile"
    assert asked["redirect_uri"] == f"{BASE}/auth/whop/callback"
    assert asked["code_challenge_method"] == "S256" and len(asked["state"].partition("~")[0]) >= 32


def test_a_customer_who_is_known_is_found_again_and_of_each_merchant_one(
    browser: Browser, whop_app: Flask, link: str, database: Database, fake_whop: FakeWhop
) -> None:
    first = come(browser, link).headers["Location"]
    assert come(browser, link).headers["Location"] == first
    fake_whop.people["user_dana"] = {}
    come(browser, link)
    other = come(browser, link_of(whop_app, "biz_B")).headers["Location"]
    assert other != first
    assert customers(database) == [
        ("biz_A", "user_dana", "Dana Fox", "dana@example.com"),
        ("biz_B", "user_dana", None, None),
    ]
    with database.reading() as read:
        acts = read.execute(select(Audit.action, Audit.detail).order_by(Audit.id)).all()
    assert [act for act, _ in acts] == ["customer_identified"] * 4
    assert "dana" not in str([detail for _, detail in acts])


def test_a_merchant_who_tries_their_own_link_stays_signed_in(
    browser: Browser, link: str, database: Database
) -> None:
    browser.sign_in()
    sid, before = browser.sid(), count(database, *DASHBOARD)
    assert come(browser, link).headers["Location"].startswith("/preferences/")
    assert browser.sid() == sid and count(database, *DASHBOARD) == before
    assert browser.get("/dashboard").status_code == 200


@pytest.mark.parametrize("path", FORGED)
def test_a_link_that_is_not_ours_leads_nowhere(browser: Browser, link: str, path: str) -> None:
    assert browser.get(path).status_code == 404
    assert browser.client.post(path, base_url=BASE).status_code == 404
    assert browser.get(f"/auth{path}").status_code == 404


def test_a_link_of_a_merchant_who_is_gone_or_of_another_purpose_leads_nowhere(
    browser: Browser, whop_app: Flask, link: str
) -> None:
    assert browser.get(link_of(whop_app, "biz_never")).status_code == 404
    for purpose in (Purpose.PREFERENCES, Purpose.FIX):
        assert browser.get(f"/connect/{tokens_of(whop_app).sign(purpose, 'biz_A')}").status_code == 404


def test_a_scanner_that_follows_the_link_makes_nobody(
    browser: Browser, link: str, database: Database, fake_whop: FakeWhop
) -> None:
    for _ in range(3):
        browser.get(link)
    browser.client.head(link, base_url=BASE)
    assert count(database, Customer, SessionRow, Audit) == 0 and fake_whop.calls == []


def test_who_says_no_comes_back_to_the_merchants_page(
    browser: Browser, link: str, database: Database, fake_whop: FakeWhop
) -> None:
    fake_whop.denies = True
    answer = come(browser, link)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{link}?trouble=denied")
    assert "You said no at Whop" in browser.get(answer.headers["Location"]).text
    assert customers(database) == [] and nobody_signed_in(database)


@pytest.mark.parametrize(
    ("path", "status", "trouble"),
    [
        ("/oauth/token", 500, "away"),
        ("/oauth/token", 200, "untrusted"),
        ("/.well-known/jwks.json", 500, "away"),
    ],
)
def test_a_broken_answer_of_whop_comes_back_with_a_word_and_makes_nobody(
    browser: Browser, link: str, database: Database, fake_whop: FakeWhop, path: str, status: int, trouble: str
) -> None:
    back = browser.back_from(to_whop(browser, link))
    fake_whop.answers[path] = lambda: broken(status)
    assert browser.get(back).headers["Location"] == f"{link}?trouble={trouble}"
    assert customers(database) == []


def test_an_answer_works_once_and_only_in_the_browser_that_asked(
    browser: Browser, whop_app: Flask, link: str, database: Database, fake_whop: FakeWhop
) -> None:
    back = browser.back_from(to_whop(browser, link))
    assert Browser(whop_app).get(back).headers["Location"] == f"{link}?trouble=state"
    assert customers(database) == []
    assert browser.get(back).headers["Location"].startswith("/preferences/")
    assert browser.get(back).headers["Location"] == f"{link}?trouble=state"
    assert len(fake_whop.paths("/oauth/token")) == 1


def test_a_sign_in_and_a_customers_way_cannot_be_finished_as_each_other(
    browser: Browser, link: str, database: Database, fake_whop: FakeWhop
) -> None:
    state = parse_qs(urlsplit(browser.back_from(to_whop(browser, link))).query)["state"][0]
    random, _, token = state.partition("~")
    for other in (random, f"{random}~x{token}", f"{random}~", f"~~{token}"):
        answer = browser.get(f"/auth/whop/callback?code=x&state={other}")
        assert answer.status_code == 400 and "was not begun here" in answer.text
    theirs = parse_qs(urlsplit(browser.back_from(browser.to_whop())).query)["state"][0]
    answer = browser.get(f"/auth/whop/callback?code=x&state={theirs}~{token}")
    assert answer.headers["Location"] == f"{link}?trouble=state"
    assert fake_whop.paths("/oauth/token") == []
    assert nobody_signed_in(database) and count(database, *DASHBOARD, Customer) == 0


def test_another_merchants_token_in_the_state_changes_nothing_about_whose_customer_it_is(
    browser: Browser, whop_app: Flask, link: str, database: Database
) -> None:
    back = browser.back_from(to_whop(browser, link))
    mine, other = link.rpartition("/")[2], link_of(whop_app, "biz_B").rpartition("/")[2]
    assert browser.get(back.replace(mine, other)).headers["Location"].endswith("?trouble=state")
    assert customers(database) == []


@pytest.mark.parametrize(
    "hostile",
    ["https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
     "https:evil.example", "/%09/evil.example", "http://127.0.0.1", "data:text/html,x", "%2F%2Fevil.example",
     "https://recover.example.com@evil.example", "///evil.example"],
)  # fmt: skip
def test_nothing_that_is_sent_along_leads_elsewhere(browser: Browser, link: str, hostile: str) -> None:
    query = {"next": hostile, "lang": hostile, "done": hostile, "trouble": hostile, "redirect_uri": hostile}
    page = browser.client.get(link, base_url=BASE, query_string=query)
    assert page.status_code == 200 and "Location" not in page.headers
    pressed = browser.client.post(link, base_url=BASE, query_string=query)
    assert pressed.headers["Location"] == f"/auth{link}"
    own = come(browser, link).headers["Location"].partition("?")[0]
    for act in ("stop", "allow"):
        where = browser.client.post(own, base_url=BASE, query_string=query, data={"act": act})
        assert where.headers["Location"].partition("?")[0] == own
        assert "evil" not in where.headers["Location"]


def test_no_code_no_token_and_no_name_stands_in_a_line(
    browser: Browser, link: str, fake_whop: FakeWhop
) -> None:
    with capture_logs() as lines:
        back = browser.back_from(to_whop(browser, link))
        browser.get(back)
        browser.get(back)
    query = parse_qs(urlsplit(back).query)
    secrets = [*query["code"], query["state"][0].partition("~")[0], *fake_whop.access, *fake_whop.revoked]
    said = str(lines)
    assert "auth.connect_failed" in said
    assert [one for one in [*secrets, "Dana Fox", "dana@example.com"] if one in said] == []


def test_without_whops_sign_in_the_page_says_which_link_leads_there(
    client: FlaskClient, app: Flask, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as write:
        seeded.merchant(write, "biz_A", now=clock.now(), title="<b>Shop</b>")
    link = link_of(app, "biz_A")
    page = client.get(link).get_data(as_text=True)
    assert "Choose how you are reminded" in page and "Sign in with Whop" not in page
    assert "<b>Shop" not in page and "&lt;b&gt;Shop" in page
    assert client.post(link).headers["Location"] == link
    assert client.get(f"/auth{link}").status_code == 404


def test_the_way_in_is_limited(browser: Browser, link: str) -> None:
    answers = [browser.get(f"/auth{link}").status_code for _ in range(21)]
    assert answers == [302] * 20 + [429]


def test_a_provider_that_is_away_before_it_begins_is_told_on_the_page(
    browser: Browser, link: str, fake_whop: FakeWhop
) -> None:
    fake_whop.answers["/.well-known/openid-configuration"] = lambda: Response("", 500)
    assert browser.get(f"/auth{link}").headers["Location"] == f"{link}?trouble=away"
