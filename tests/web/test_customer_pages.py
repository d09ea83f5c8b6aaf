"""The customer's pages: right words for each state, Whop's right page behind the button, and nothing by accident."""

import re
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.db import Database
from app.models import Case, Customer, Membership, Merchant, Payment, Suppression, Visit
from app.recovery.wording import LANGUAGES
from app.security.tokens import Purpose, Tokens
from app.services import EXTENSION, Services
from tests.support import seeded
from tests.support.clock import FixedClock


@pytest.fixture
def tokens(app: Flask) -> Tokens:
    wired = app.extensions[EXTENSION]
    assert isinstance(wired, Services)
    return Tokens(wired.settings.session_secrets)


def add_case(database: Database, clock: FixedClock, **changes: object) -> str:
    """A case of merchant biz_shop; its random name."""
    with database.transaction() as write:
        shop = write.scalars(select(Merchant).where(Merchant.biz_id == "biz_shop")).one_or_none()
        shop = shop or seeded.merchant(write, "biz_shop", now=clock.now(), title="Options Lab")
        case = seeded.case(write, shop, at=clock.now() - timedelta(days=1), **changes)  # type: ignore[arg-type]
        return case.token


@pytest.fixture
def fix(database: Database, clock: FixedClock, tokens: Tokens) -> str:
    return f"/r/{tokens.sign(Purpose.FIX, add_case(database, clock))}"


@pytest.fixture
def unsubscribe(database: Database, clock: FixedClock, tokens: Tokens) -> str:
    return f"/unsubscribe/{tokens.sign(Purpose.UNSUBSCRIBE, add_case(database, clock))}"


def visits(database: Database) -> list[tuple[str, str | None]]:
    with database.reading() as read:
        return [(visit.kind, visit.target) for visit in read.scalars(select(Visit).order_by(Visit.id))]


def test_the_page_says_what_happened_and_asks_for_no_card(client: FlaskClient, fix: str) -> None:
    page = client.get(fix)
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    for said in ("Options Lab", "$49.00", "did not go through", "whop.com/@me/settings/memberships"):
        assert said in text
    assert "<input" not in text
    assert "Set-Cookie" not in page.headers and "Cookie" not in page.headers.get("Vary", "")
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_who_is_left_to_whop_alone_and_comes_by_an_old_link_is_helped_like_anybody(
    client: FlaskClient, tokens: Tokens, database: Database, clock: FixedClock
) -> None:
    path = f"/r/{tokens.sign(Purpose.FIX, add_case(database, clock, arm='control', draw_share=0.1))}"
    assert "did not go through" in client.get(path).get_data(as_text=True)
    assert client.post(path).status_code == 303
    assert [kind for kind, _ in visits(database)] == ["seen", "continued"]


def test_a_mere_look_is_noted_apart_and_once_a_minute(
    client: FlaskClient, fix: str, database: Database, clock: FixedClock
) -> None:
    for _ in range(3):
        client.get(fix)
    client.head(fix)
    assert visits(database) == [("seen", None)]
    clock.advance(timedelta(minutes=2))
    client.get(fix)
    assert visits(database) == [("seen", None)] * 2


def test_the_button_counts_as_a_visit_and_leads_to_whop(
    client: FlaskClient, fix: str, database: Database
) -> None:
    answer = client.post(fix)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "https://whop.com/@me/settings/memberships"
    assert visits(database) == [("continued", "https://whop.com/@me/settings/memberships")]


def membership(database: Database, *, manage_url: str, at: datetime) -> None:
    with database.transaction() as write:
        case = write.scalars(select(Case)).one()
        case.payment.membership_id = "mem_1"
        write.add(
            Membership(
                merchant_id=case.merchant_id,
                customer_id=case.customer_id,
                membership_id="mem_1",
                status="past_due",
                manage_url=manage_url,
                seen_at=at,
            )
        )


def test_the_card_page_is_preferred_to_the_list(
    client: FlaskClient, fix: str, database: Database, clock: FixedClock
) -> None:
    membership(database, manage_url="https://whop.com/billing/manage/mem_1", at=clock.now())
    assert client.post(fix).headers["Location"] == "https://whop.com/billing/manage/mem_1"


@pytest.mark.parametrize(
    "hostile",
    ["https://evil.example/", "http://whop.com/x", "https://whop.com@evil.example", "javascript:alert(1)"],
)
def test_nothing_but_whop_stands_behind_the_button(
    client: FlaskClient, fix: str, database: Database, clock: FixedClock, hostile: str
) -> None:
    membership(database, manage_url=hostile, at=clock.now())
    assert client.post(fix).headers["Location"] == "https://whop.com/@me/settings/memberships"


def test_a_bank_that_waits_for_the_customer_comes_first(
    client: FlaskClient, database: Database, clock: FixedClock, tokens: Tokens
) -> None:
    page = "https://whop.com/pay/confirm/pay_1"
    token = add_case(database, clock, decline_class="E", payment={"recovery_url": page})
    assert client.post(f"/r/{tokens.sign(Purpose.FIX, token)}").headers["Location"] == page


@pytest.mark.parametrize(
    ("state", "reason", "said"),
    [
        ("recovered", "paid", "All paid"),
        ("lost", "customer_canceled", "is ending"),
        ("lost", "membership_ended", "has ended"),
        ("pending", "clearing", "on its way"),
        ("lost", "disputed", "with your bank"),
        ("reversed", "refunded", "refunded"),
        ("void", "voided", "called off"),
    ],
)
def test_a_settled_payment_has_its_own_page_without_a_button(
    client: FlaskClient,
    database: Database,
    clock: FixedClock,
    tokens: Tokens,
    state: str,
    reason: str,
    said: str,
) -> None:
    path = f"/r/{tokens.sign(Purpose.FIX, add_case(database, clock, state=state, reason=reason))}"
    text = client.get(path).get_data(as_text=True)
    assert said in text
    assert "<form" not in text
    answer = client.post(path)
    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    assert ("continued", None) not in visits(database)


@pytest.mark.parametrize(
    "change", [lambda path: path[:-1], lambda path: path + "x", lambda _: "/r/x", lambda _: "/r/a.b"]
)
def test_an_incomplete_link_says_so(
    client: FlaskClient, fix: str, change: object, database: Database
) -> None:
    assert callable(change)
    for answer in (client.get(change(fix)), client.post(change(fix))):
        assert answer.status_code == 404
        assert "not complete" in answer.get_data(as_text=True)
    assert visits(database) == []


@pytest.mark.parametrize(
    ("browsers", "spoken"),
    [("de-AT,de;q=0.9,en;q=0.5", "de"), ("pt-BR", "pt"), ("ru", "ru"), ("ja", "en"), ("", "en")],
)
def test_who_is_not_known_is_answered_in_the_language_of_their_browser(
    client: FlaskClient, browsers: str, spoken: str
) -> None:
    page = client.get("/r/x", headers={"Accept-Language": browsers}).get_data(as_text=True)
    assert f'<html lang="{spoken}">' in page
    offered = {code for code in LANGUAGES if f'hreflang="{code}"' in page}
    assert offered == set(LANGUAGES) - {spoken}


def test_a_chosen_language_goes_along_from_page_to_page(client: FlaskClient, fix: str) -> None:
    page = client.get(f"{fix}?lang=fr").get_data(as_text=True)
    ways = [
        way for way in re.findall(r'href="([^"]+)"', page) if "/preferences/" in way or "/unsubscribe/" in way
    ]
    assert len(ways) == 2 and all(way.endswith("?lang=fr") for way in ways)
    for way in ways:
        assert f"{fix}?lang=fr" in client.get(way).get_data(as_text=True)


def test_a_token_of_one_purpose_opens_nothing_of_another(
    client: FlaskClient, fix: str, unsubscribe: str
) -> None:
    assert client.get(fix.replace("/r/", "/unsubscribe/")).status_code == 404
    assert client.get(unsubscribe.replace("/unsubscribe/", "/r/")).status_code == 404


def test_a_link_signed_with_an_older_secret_still_works(
    database: Database, clock: FixedClock, app: Flask
) -> None:
    both, old = Tokens(("n" * 32, "o" * 32)), Tokens(("o" * 32,))
    name = add_case(database, clock)
    assert both.read(Purpose.FIX, old.sign(Purpose.FIX, name)) == name
    assert old.read(Purpose.FIX, both.sign(Purpose.FIX, name)) is None


def test_it_speaks_the_customers_language_and_the_one_asked_for(
    client: FlaskClient, fix: str, database: Database
) -> None:
    with database.transaction() as write:
        write.scalars(select(Customer)).one().locale = "ru"
    assert 'lang="ru"' in client.get(fix).get_data(as_text=True)
    assert 'lang="en"' in client.get(f"{fix}?lang=en").get_data(as_text=True)


def test_a_hostile_name_is_shown_as_text(
    client: FlaskClient, database: Database, clock: FixedClock, tokens: Tokens
) -> None:
    with database.transaction() as write:
        shop = seeded.merchant(write, "biz_evil", now=clock.now(), title="<script>alert(1)</script>{{7*7}}")
        case = seeded.case(write, shop, at=clock.now(), product="<b>{amount}</b>")
        token = case.token
    text = client.get(f"/r/{tokens.sign(Purpose.FIX, token)}").get_data(as_text=True)
    assert "<script>alert" not in text and "<b>{amount}" not in text
    assert "&lt;script&gt;" in text and "{{7*7}}" in text


def test_another_open_payment_is_named_with_its_own_link(
    client: FlaskClient, fix: str, database: Database, clock: FixedClock
) -> None:
    add_case(database, clock, product="Morning Notes")
    with database.transaction() as write:
        first, second = write.scalars(select(Case).order_by(Case.id))
        second.customer_id = first.customer_id
        write.get_one(Payment, second.payment_id).customer_id = first.customer_id
    text = client.get(fix).get_data(as_text=True)
    assert "Morning Notes" in text
    assert text.count('href="http://localhost:3000/r/') == 1


def stopped(database: Database) -> tuple[str | None, int]:
    with database.reading() as read:
        cause = read.scalar(select(Customer.contact_stopped))
        return cause, read.scalar(select(func.count()).select_from(Suppression)) or 0


def test_a_scanner_that_opens_the_unsubscribe_link_stops_nothing(
    client: FlaskClient, unsubscribe: str, database: Database
) -> None:
    assert client.get(unsubscribe).status_code == 200
    assert stopped(database) == (None, 0)


def test_one_click_stops_reminders_and_may_be_repeated(
    client: FlaskClient, unsubscribe: str, database: Database
) -> None:
    for _ in range(2):
        answer = client.post(unsubscribe, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        assert "Reminders are stopped" in answer.get_data(as_text=True)
    assert stopped(database) == ("opted_out", 1)


@pytest.mark.parametrize("forged", ["/unsubscribe/token1", "/unsubscribe/token1.AAAA", "/unsubscribe/%00"])
def test_a_forged_unsubscribe_link_stops_nothing(
    client: FlaskClient, unsubscribe: str, forged: str, database: Database
) -> None:
    assert client.post(forged).status_code == 404
    assert stopped(database) == (None, 0)


def test_unsubscribing_works_after_the_case_is_over(
    client: FlaskClient, database: Database, clock: FixedClock, tokens: Tokens
) -> None:
    token = add_case(database, clock, state="recovered", reason="paid")
    assert client.post(f"/unsubscribe/{tokens.sign(Purpose.UNSUBSCRIBE, token)}").status_code == 200
    assert stopped(database) == ("opted_out", 1)
