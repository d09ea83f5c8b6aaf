"""What Whop does with unpaid memberships: shown as it is, in the merchant's own money, and changed with one press."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app import create_app
from app.db import Database
from app.models import Audit, Case, MerchantUser
from app.services import EXTENSION
from tests.conftest import MakeSettings
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.json_peer import Reply
from tests.support.whop_api import API, KEY, WhopApi
from tests.support.world import World
from tests.web.conftest import csrf_token, signed_in

PAGE = "/dashboard/whop"
PREFERENCES = f"{API}/accounts/biz_A/preferences"
KEEP, CANCEL = "Keep unpaid memberships past due", "Let Whop cancel unpaid memberships"


@pytest.fixture
def api() -> Iterator[WhopApi]:
    with WhopApi() as peer:
        peer.account = "biz_A"
        yield peer


@pytest.fixture
def app(database: Database, clock: FixedClock, make_settings: MakeSettings, api: WhopApi) -> Iterator[Flask]:
    dsn = database.engine.url.render_as_string(hide_password=False)
    made = create_app(make_settings(DATABASE_URL=dsn, WHOP_API_KEY=KEY, WHOP_API_URL=api.url), clock)
    yield made
    made.extensions[EXTENSION].close()


@pytest.fixture
def page(signed_in_client: FlaskClient) -> FlaskClient:
    return signed_in_client


def text_of(client: FlaskClient) -> str:
    answer = client.get(PAGE)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def press(client: FlaskClient, behavior: str) -> int:
    data = {"behavior": behavior, "csrf_token": csrf_token(client)}
    return client.post(PAGE, data=data).status_code


def audited(database: Database) -> list[dict[str, object]]:
    with database.reading() as read:
        return list(read.scalars(select(Audit.detail).where(Audit.action == "whop_window_changed")))


def test_the_setting_is_shown_and_can_be_changed_and_changed_back(
    page: FlaskClient, api: WhopApi, database: Database
) -> None:
    assert "Set at Whop now: cancel." in text_of(page) and KEEP in text_of(page)
    assert press(page, "none") == 303
    assert api.preferences["subscription_failure_behavior"] == "none"
    after = text_of(page)
    assert "Changed at Whop." in after and "Set at Whop now: keep." in after and CANCEL in after
    assert press(page, "cancel") == 303
    assert api.preferences["subscription_failure_behavior"] == "cancel"
    assert audited(database) == [
        {"behavior": "none", "clear": True},
        {"behavior": "cancel", "clear": True},
    ]


def test_the_cost_is_told_in_the_merchants_own_money(
    page: FlaskClient, database: Database, clock: FixedClock
) -> None:
    assert "no membership ended while its renewal was unpaid" in text_of(page)
    world = World(database, clock)
    for one, (amount, currency) in enumerate([("49.00", "usd"), ("51.50", "usd"), ("20.00", "eur")]):
        who = {"payment_id": f"pay_{one}", "membership_id": f"mem_{one}", "user_id": f"user_{one}"}
        world.hear(
            whop.payment_failed(
                **who,
                member_id=f"mber_{one}",
                account_id="biz_A",
                amount=amount,
                currency=currency,
                at=world.now,
            ),
            whop.membership_deactivated(
                membership_id=f"mem_{one}", account_id="biz_A", at=world.now + timedelta(days=5)
            ),
        )
    with database.transaction() as write:
        assert set(write.scalars(select(Case.reason))) == {"membership_ended"}
    told = text_of(page)
    assert "In the last 90 days 3 memberships ended while their renewals were unpaid." in told
    assert "$100.50, €20.00" in told
    with database.transaction() as write:
        write.execute(update(Case).values(closed_at=clock.now() - timedelta(days=91)))
    assert "no membership ended while its renewal was unpaid" in text_of(page)


def test_another_merchants_money_is_not_counted(
    page: FlaskClient, database: Database, clock: FixedClock
) -> None:
    world = World(database, clock)
    world.hear(
        whop.payment_failed(account_id="biz_B", at=world.now),
        whop.membership_deactivated(account_id="biz_B", at=world.now + timedelta(days=5)),
    )
    assert world.case().reason == "membership_ended"
    assert "no membership ended while its renewal was unpaid" in text_of(page)


def test_the_settings_do_not_wait_for_whop(page: FlaskClient, api: WhopApi) -> None:
    settings = page.get("/dashboard/settings").get_data(as_text=True)
    assert f'hx-get="{PAGE}"' in settings and f'<a href="{PAGE}">' in settings
    assert api.calls == []
    assert text_of(page).count('id="whop-window"') == 1, "what the settings fetch"


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (Reply(401), "does not accept the key"),
        (Reply(403), "lacks the permission company:manage_checkout"),
        (Reply(404), "the key belongs to another account"),
        (Reply(429), "asked too often"),
        (Reply(500), "does not answer at the moment"),
        (Reply(fault="cut"), "does not answer at the moment"),
        (Reply(200, b"<html>"), "cannot be used (preferences.retrieve answered not_json)"),
        (
            Reply(400, {"error": {"message": "Dana said so"}}),
            "cannot be used (preferences.retrieve answered 400)",
        ),
        (Reply(200, {"subscription_failure_behavior": "maybe"}), "a setting that this release does not know"),
    ],
)
def test_whatever_goes_wrong_at_whop_is_a_sentence_on_a_page_that_loads(
    page: FlaskClient, api: WhopApi, reply: Reply, sentence: str
) -> None:
    api.replies[f"GET {PREFERENCES}"] = reply
    told = text_of(page)
    assert sentence in told.replace("&#39;", "'")
    assert KEEP not in told and "Set at Whop now" not in told and "Dana" not in told
    assert "In the last 90 days" in told, "our own figures need no answer of Whop's"


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (Reply(403), "lacks the permission company:manage_checkout"),
        (Reply(503), "does not answer at the moment"),
        (Reply(429), "asked too often"),
    ],
)
def test_a_change_that_was_refused_is_said_and_not_noted(
    page: FlaskClient, api: WhopApi, database: Database, reply: Reply, sentence: str
) -> None:
    api.replies[f"PATCH {PREFERENCES}"] = reply
    assert press(page, "none") == 303
    assert sentence in text_of(page)
    assert audited(database) == []


def test_a_change_whose_answer_was_lost_is_noted_as_that(
    page: FlaskClient, api: WhopApi, database: Database
) -> None:
    api.replies[f"PATCH {PREFERENCES}"] = Reply(fault="cut")
    assert press(page, "none") == 303
    told = text_of(page)
    assert "did not say whether it made the change" in told and "Set at Whop now: cancel." in told
    assert audited(database) == [{"behavior": "none", "clear": False}]
    assert api.count("PATCH", PREFERENCES) == 1


def test_without_the_permission_it_is_shown_and_said_what_to_do(page: FlaskClient, api: WhopApi) -> None:
    api.grants.discard("company:manage_checkout")
    told = text_of(page)
    assert "Set at Whop now: cancel." in told
    assert "It cannot be changed here" in told and "company:manage_checkout" in told
    assert KEEP not in told


def test_where_the_permission_cannot_be_asked_the_attempt_tells(page: FlaskClient, api: WhopApi) -> None:
    api.replies[f"GET {API}/permissions"] = Reply(500)
    assert KEEP in text_of(page)


@pytest.mark.parametrize("role", ["payment:manage", "support"])
def test_who_is_no_owner_or_admin_may_look_but_not_change(
    page: FlaskClient, api: WhopApi, database: Database, role: str
) -> None:
    with database.transaction() as write:
        write.execute(update(MerchantUser).values(role=role))
    told = text_of(page)
    assert "Only an owner or admin of the account may change it." in told and KEEP not in told
    assert press(page, "none") == 403
    assert api.count("PATCH", PREFERENCES) == 0


def test_only_the_two_choices_are_taken_and_no_forged_request(
    page: FlaskClient, api: WhopApi, app: Flask
) -> None:
    assert [press(page, word) for word in ("", "unknown", "delete")] == [400, 400, 400]
    assert page.post(PAGE, data={"behavior": "none"}).status_code == 400
    assert app.test_client().get(PAGE).status_code in (302, 401)
    assert api.count("PATCH", PREFERENCES) == 0


def test_without_a_key_the_page_says_so(
    database: Database, clock: FixedClock, make_settings: MakeSettings
) -> None:
    dsn = database.engine.url.render_as_string(hide_password=False)
    made = create_app(make_settings(DATABASE_URL=dsn), clock)
    client = signed_in(made, "biz_A")
    assert "has no key for Whop" in text_of(client)
    assert press(client, "none") == 303
    assert audited(database) == []
    made.extensions[EXTENSION].close()
