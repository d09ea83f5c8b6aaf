"""The customer's own page: only a press changes anything, only for this customer, and it hides nothing from them."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.cases import links
from app.db import Database
from app.delivery.suppression import suppress
from app.models import Case, Customer, LinkCode, Merchant, Suppression
from app.security.tokens import Purpose
from app.services import EXTENSION
from app.telegram.bot_name import EXTENSION as BOT_NAME
from tests.support import seeded
from tests.support.clock import FixedClock
from tests.web.conftest import MakeApp
from tests.web.linking import BOT, LINKING, Shop, shop, tokens_of

NOT_OURS = ["/preferences/x", "/preferences/a.b", "/preferences/%00", "/preferences/%F0%9F%92%B3"]


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app(**LINKING)


@pytest.fixture
def maria(app: Flask, database: Database, clock: FixedClock) -> Shop:
    return shop(app, database, clock, name="Maria Silva", email="maria@example.com")


def link(one: Shop, clock: FixedClock, channel: str = "discord", label: str = "@maria") -> None:
    with one.database.transaction() as write:
        customer = write.get_one(Customer, one.customer_id)
        links.link(write, customer, channel, address="80351110224678912", label=label, now=clock.now())


def suppressions(database: Database) -> list[str]:
    with database.reading() as read:
        return list(read.scalars(select(Suppression.reason).order_by(Suppression.id)))


def test_the_page_shows_where_reminders_go_and_reads_no_session(maria: Shop, clock: FixedClock) -> None:
    link(maria, clock)
    answer = maria.client.get(f"{maria.path}?lang=ru", headers={"Cookie": "sid=made-up"})
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers and "Cookie" not in answer.headers.get("Vary", "")
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert 'lang="ru"' in answer.get_data(as_text=True)
    page = maria.page()
    for said in ("maria@example.com", "@maria", "Unlink Discord", "Get reminders in Telegram", "$49.00"):
        assert said in page
    assert "Get reminders in Discord" not in page, "it is linked already"


def test_a_scanner_that_opens_every_address_changes_nothing(maria: Shop, clock: FixedClock) -> None:
    link(maria, clock)
    before = maria.acts()
    for query in ("", "?act=stop", "?done=stopped", "?act=unlink&channel=discord", "?done=allowed"):
        maria.page(query)
    maria.client.head(maria.path)
    customer = maria.customer()
    assert (customer.contact_stopped, customer.preferred_channel, customer.locale) == (None, None, None)
    assert (len(maria.accounts()), maria.acts()) == (1, before)


def test_nothing_waits_for_telegram_while_a_transaction_is_open(app: Flask, maria: Shop) -> None:
    pool = app.extensions[EXTENSION].database.engine.pool
    taken: list[int] = []

    def name() -> str:
        taken.append(pool.checkedout())
        return BOT

    app.extensions[BOT_NAME] = name
    link = f"/connect/{tokens_of(app).sign(Purpose.CONNECT, 'biz_shop')}"
    maria.page()
    maria.press("telegram")
    assert maria.client.get(link).status_code == 200
    assert len(taken) >= 3 and set(taken) == {0}


@pytest.mark.parametrize("path", NOT_OURS)
def test_a_forged_token_opens_and_changes_nothing(maria: Shop, path: str) -> None:
    for answer in (maria.client.get(path), maria.client.post(path, data={"act": "stop"})):
        assert answer.status_code == 404
        assert "not complete" in answer.get_data(as_text=True)
    assert maria.customer().contact_stopped is None


def test_no_other_links_token_opens_the_page(maria: Shop, app: Flask) -> None:
    name = maria.customer().token or ""
    for purpose in (Purpose.FIX, Purpose.UNSUBSCRIBE, Purpose.CONNECT):
        assert maria.client.get(f"/preferences/{tokens_of(app).sign(purpose, name)}").status_code == 404
    case = tokens_of(app).sign(Purpose.PREFERENCES, maria.case_token)
    assert maria.client.post(f"/preferences/{case}", data={"act": "stop"}).status_code == 404


def test_stopping_all_and_allowing_again_takes_back_the_wish_and_its_suppression(
    maria: Shop, database: Database
) -> None:
    for _ in range(2):
        assert maria.press("stop") == f"{maria.path}?done=stopped"
    assert maria.customer().contact_stopped == "opted_out"
    assert suppressions(database) == ["opted_out"]
    page = maria.page("?done=stopped")
    assert "Reminders are stopped" in page and "Allow reminders again" in page
    assert "Stop reminders for this payment" not in page
    for _ in range(2):
        assert maria.press("allow") == f"{maria.path}?done=allowed"
    assert maria.customer().contact_stopped is None
    assert suppressions(database) == []
    assert "Reminders are allowed again" in maria.page("?done=allowed")
    assert [act for act, _ in maria.acts()] == ["opted_out", "opted_in"]


@pytest.mark.parametrize(("cause", "reason"), [("disputed", "opted_out"), (None, "no_mailbox")])
def test_allowing_again_frees_nobody_from_a_dispute_or_a_bounce(
    maria: Shop, database: Database, clock: FixedClock, cause: str | None, reason: str
) -> None:
    with database.transaction() as write:
        customer = write.get_one(Customer, maria.customer_id)
        customer.contact_stopped = cause
        suppress(
            write, customer.merchant, channel="email", address="maria@example.com", reason=reason,
            now=clock.now(),
        )  # fmt: skip
    maria.press("allow")
    assert maria.customer().contact_stopped == cause
    assert suppressions(database) == [reason]
    assert "Allow reminders again" not in maria.page("?done=allowed")


def test_an_address_that_was_silenced_under_another_row_can_be_freed_by_its_owner(
    maria: Shop, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as write:
        merchant = write.get_one(Customer, maria.customer_id).merchant
        suppress(
            write, merchant, channel="email", address="maria@example.com", reason="opted_out", now=clock.now()
        )
    assert "Allow reminders again" in maria.page()
    maria.press("allow")
    assert (suppressions(database), [act for act, _ in maria.acts()]) == ([], ["opted_in"])


def test_one_payment_is_stopped_and_its_page_says_so(maria: Shop, app: Flask, database: Database) -> None:
    assert maria.press("stop_case", payment=maria.case_token) == f"{maria.path}?done=case_stopped"
    assert maria.press("stop_case", payment=maria.case_token).endswith("case_stopped")
    with database.reading() as read:
        case = read.scalars(select(Case).where(Case.token == maria.case_token)).one()
        assert (case.state, case.reason) == ("lost", "stopped_by_customer")
    fix = maria.client.get(f"/r/{tokens_of(app).sign(Purpose.FIX, maria.case_token)}")
    assert "We no longer ask for this payment" in fix.get_data(as_text=True)
    assert [act for act, _ in maria.acts()] == ["case_stopped_by_customer"]


def test_nobody_stops_another_customers_payment(
    maria: Shop, app: Flask, database: Database, clock: FixedClock
) -> None:
    same_shop = shop(app, database, clock, name="Bob", email="bob@example.com")
    other_shop = shop(app, database, clock, biz_id="biz_other", name="Eve", email="eve@example.com")
    for foreign in (same_shop, other_shop):
        answer = maria.client.post(maria.path, data={"act": "stop_case", "payment": foreign.case_token})
        assert answer.status_code == 400
        page = maria.page()
        assert "Bob" not in page and "Eve" not in page and foreign.case_token not in page
    with database.reading() as read:
        assert read.scalars(select(Case.state)).all() == ["open"] * 3


def test_channel_and_language_are_kept_and_follow_the_customer_to_the_next_page(
    maria: Shop, clock: FixedClock
) -> None:
    link(maria, clock, "telegram")
    for _ in range(2):
        assert maria.press("save", channel="telegram", language="ru") == f"{maria.path}?done=saved"
    customer = maria.customer()
    assert (customer.preferred_channel, customer.locale) == ("telegram", "ru")
    assert 'lang="ru"' in maria.page()
    assert maria.acts()[-1] == (
        "preferences_changed",
        {"customer": maria.customer_id, "fields": ["preferred_channel", "locale"]},
    )
    assert [act for act, _ in maria.acts()].count("preferences_changed") == 1
    maria.press("save", channel="", language="")
    assert (maria.customer().preferred_channel, maria.customer().locale) == (None, None)


@pytest.mark.parametrize(
    "form",
    [
        {"act": "save", "channel": "discord"},
        {"act": "save", "channel": "sms"},
        {"act": "save", "language": "xx"},
        {"act": "save", "language": "../en"},
        {"act": "delete"},
        {"act": "\x00"},
        {"act": "stop_case"},
        {"act": "stop_case", "payment": "\x00"},
        {},
    ],
)
def test_what_the_page_does_not_offer_is_refused(maria: Shop, form: dict[str, str]) -> None:
    assert maria.client.post(maria.path, data=form).status_code == 400
    assert maria.acts() == []


def test_unlinking_forgets_the_account_and_may_be_repeated(maria: Shop, clock: FixedClock) -> None:
    link(maria, clock)
    maria.press("save", channel="discord", language="")
    for _ in range(2):
        assert maria.press("unlink", channel="discord") == f"{maria.path}?done=unlinked"
    assert (maria.accounts(), maria.customer().preferred_channel) == ([], None)
    assert [act for act, _ in maria.acts()] == ["account_linked", "preferences_changed", "account_unlinked"]
    assert "8035" not in str(maria.acts()), "an audit line holds no address"


def test_telegram_is_reached_with_a_code_of_this_customer(
    maria: Shop, database: Database, clock: FixedClock
) -> None:
    place, _, code = maria.press("telegram").partition("?start=")
    assert place == f"https://t.me/{BOT}"
    with database.transaction() as write:
        found = links.use_code(write, code, "telegram", wall=clock.wall())
        assert found is not None and found.id == maria.customer_id
    policy = maria.client.get(maria.path).headers["Content-Security-Policy"]
    assert "https://t.me" in policy.partition("form-action")[2].partition(";")[0]


@pytest.mark.parametrize("name", [None, "", "evil/../x", "a b", "x?y=1", 7])
def test_without_a_usable_bot_nothing_is_offered_and_nothing_broken(
    maria: Shop, app: Flask, database: Database, name: object
) -> None:
    app.extensions[BOT_NAME] = lambda: name
    assert "Get reminders in Telegram" not in maria.page()
    assert maria.client.post(maria.path, data={"act": "telegram"}).status_code == 400
    with database.reading() as read:
        assert read.scalars(select(LinkCode)).all() == []


def test_what_is_stored_is_shown_and_nothing_of_anybody_else(
    maria: Shop, app: Flask, database: Database, clock: FixedClock
) -> None:
    other = shop(app, database, clock, biz_id="biz_other", name="Eve Other", product="Secret Club")
    with database.transaction() as write:
        for one, subject in ((maria, "Your card expired"), (other, "For Eve alone")):
            case = write.scalars(select(Case).where(Case.token == one.case_token)).one()
            step = seeded.step(write, case, due_at=clock.now())
            content = {**seeded.MESSAGE, "subject": subject}
            seeded.delivery(write, step, at=clock.now() - timedelta(hours=1), content=content)
        customer = write.get_one(Customer, maria.customer_id)
        customer.country, customer.username = "PT", "maria"
    page = maria.page()
    for said in ("Maria Silva, @maria", "Portugal", "Your card expired", "Options Lab", "Known since"):
        assert said in page
    for hidden in ("Eve", "Secret Club", "funds.first", f"user_{maria.customer_id}"):
        assert hidden not in page


def test_hostile_names_and_labels_are_shown_as_text(
    maria: Shop, database: Database, clock: FixedClock
) -> None:
    hostile = "<script>alert(1)</script>{{7*7}}\u202e"
    link(maria, clock, label=hostile)
    with database.transaction() as write:
        write.get_one(Customer, maria.customer_id).name = hostile
        write.scalars(select(Merchant)).one().title = hostile + "{merchant.__class__}"
    for query in ("", "?lang=ru", "?done=<script>", "?done=linked"):
        page = maria.page(query)
        assert "<script>alert" not in page and "\u202e" not in page
        assert "{{7*7}}" in page and "49</" not in page.replace("$49", "")


def test_a_press_after_all_is_over_still_works(maria: Shop, database: Database) -> None:
    with database.transaction() as write:
        case = write.scalars(select(Case)).one()
        case.state, case.reason, case.closed_at = "recovered", "paid", case.opened_at
    assert "Stop reminders for this payment" not in maria.page()
    assert maria.press("stop_case", payment=maria.case_token).endswith("case_stopped")
    maria.press("stop")
    assert maria.customer().contact_stopped == "opted_out"
    with database.reading() as read:
        assert read.scalar(select(Case.reason)) == "paid"


def test_the_payments_pages_lead_there_and_make_one_name(
    app: Flask, database: Database, clock: FixedClock
) -> None:
    one = shop(app, database, clock)
    with database.transaction() as write:
        write.get_one(Customer, one.customer_id).token = None
    paths = [
        f"/{place}/{tokens_of(app).sign(purpose, one.case_token)}"
        for place, purpose in (("r", Purpose.FIX), ("unsubscribe", Purpose.UNSUBSCRIBE))
    ]
    pages = [one.client.get(path).get_data(as_text=True) for path in paths]
    pages.append(one.client.post(paths[1]).get_data(as_text=True))
    name = one.customer().token
    assert name is not None
    wanted = f"http://localhost:3000/preferences/{tokens_of(app).sign(Purpose.PREFERENCES, name)}"
    assert all(f'href="{wanted}"' in page for page in pages)


def test_offers_are_asked_for_by_a_tick_of_their_own_and_taken_back_by_another(
    maria: Shop, database: Database
) -> None:
    assert 'name="offers"' not in maria.page(), "this merchant makes none"
    with database.transaction() as write:
        write.get_one(Customer, maria.customer_id).merchant.winback_on = True
    box = 'id="offers" name="offers" value="1" aria-describedby'
    assert box in maria.page() and "Tell me of an offer from" in maria.page()
    maria.press(act="save", channel="", language="")
    assert maria.customer().winback_consent_at is None
    maria.press(act="offers", offers="1")
    assert maria.customer().winback_consent_at is not None
    with database.transaction() as write:
        write.get_one(Customer, maria.customer_id).merchant.winback_on = False
    assert 'value="1" checked' in maria.page(), "it can be taken back, whatever the merchant does meanwhile"
    maria.press(act="offers")
    assert maria.customer().winback_consent_at is None
    assert [detail["consent"] for _, detail in maria.acts()] == [True, False]


def test_whoever_stops_all_reminders_has_asked_for_no_offer_either(maria: Shop, database: Database) -> None:
    with database.transaction() as write:
        write.get_one(Customer, maria.customer_id).merchant.winback_on = True
    maria.press(act="offers", offers="1")
    maria.press(act="stop")
    assert maria.customer().winback_consent_at is None
    assert 'name="offers"' not in maria.page()
    maria.press(act="allow")
    assert maria.customer().winback_consent_at is None
