"""What `autocharge check` says of the key for Whop's API: account by account, permission by permission."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from app.checks import Finding, findings, invariant_findings
from app.db import Database
from app.invariants.rules import RULES
from app.models import Merchant
from app.services import Services
from app.whop.permissions import NEEDED, OPTIONAL
from tests.component import ruled
from tests.component.ruled import BREAKS, open_shop
from tests.conftest import MakeSettings
from tests.support.clock import FixedClock
from tests.support.json_peer import Reply
from tests.support.whop_api import API, KEY, WhopApi

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
OURS = "whop api, biz_ours"


@pytest.fixture
def api() -> Iterator[WhopApi]:
    with WhopApi() as peer:
        peer.grants = {*NEEDED, *OPTIONAL}
        yield peer


@pytest.fixture
def services(database: Database, make_settings: MakeSettings, api: WhopApi) -> Iterator[Services]:
    settings = make_settings(WHOP_API_KEY=KEY, WHOP_API_URL=api.url, ENABLE_EMAIL="false")
    made = Services.make(settings, database=database)
    yield made
    made.close()


def know(database: Database, *accounts: str) -> None:
    with database.transaction() as write:
        write.add_all(Merchant(**Merchant.fresh(biz_id, title=None, now=NOW)) for biz_id in accounts)


def about_whop(services: Services) -> list[Finding]:
    return [found for found in findings(services) if found.name.startswith("whop api")]


def test_a_key_that_may_do_everything_is_said_to(database: Database, services: Services) -> None:
    know(database, "biz_ours", "biz_dev")
    assert about_whop(services) == [Finding(OURS, True, "the key may do all that is needed")]


def test_each_permission_that_the_key_lacks_is_named_with_what_it_costs(
    database: Database, services: Services, api: WhopApi
) -> None:
    know(database, "biz_ours")
    api.grants -= {"payment:manage", "member:email:read", "promo_code:create"}
    assert about_whop(services) == [
        Finding(OURS, False, "the key lacks payment:manage: no charge can be tried again"),
        Finding(
            OURS,
            False,
            "the key lacks member:email:read: payments come without the customer's e-mail address",
        ),
        Finding(
            OURS,
            True,
            "without promo_code:create, which is optional: no promo code can be made for customers who left",
        ),
    ]


def test_each_account_is_asked_about(database: Database, services: Services, api: WhopApi) -> None:
    know(database, "biz_ours", "biz_theirs")
    about_whop(services)
    assert [call.query["resource_id"] for call in api.calls] == ["biz_ours", "biz_theirs"]


def test_a_key_of_another_account_is_one_line(database: Database, services: Services, api: WhopApi) -> None:
    know(database, "biz_ours")
    api.grants.clear()
    (found,) = about_whop(services)
    assert not found.ok and "sees nothing of this account" in found.text


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(401), "Whop refuses the key; check WHOP_API_KEY"),
        (Reply(503), "Whop does not say what the key may do (permissions answered 503); try again later"),
        (Reply(fault="cut"), "RemoteProtocolError"),
        (Reply(429), "permissions answered 429"),
    ],
)
def test_a_whop_that_does_not_answer_is_one_clear_line(
    database: Database, services: Services, api: WhopApi, reply: Reply, said: str
) -> None:
    know(database, "biz_ours", "biz_theirs")
    api.replies[f"GET {API}/permissions"] = reply
    (found,) = about_whop(services)
    assert not found.ok and said in found.text


def test_without_an_account_or_a_key_nobody_is_asked(
    database: Database, services: Services, api: WhopApi, make_settings: MakeSettings
) -> None:
    (found,) = about_whop(services)
    assert found.ok and "once an account is known here" in found.text
    keyless = Services.make(make_settings(ENABLE_EMAIL="false"), database=database)
    (found,) = about_whop(keyless)
    assert found.ok and "WHOP_API_KEY is not set" in found.text
    keyless.accounts.close()
    assert api.calls == []


def test_a_look_at_all_records_has_a_line_for_each_rule(
    database: Database, make_settings: MakeSettings
) -> None:
    services = Services.make(make_settings(), FixedClock(ruled.NOW), database=database)
    with database.transaction() as write:
        shop = open_shop(write)
    found = {one.name: one for one in invariant_findings(services)}
    assert set(found) == {"database", *(rule.name for rule in RULES)}
    assert [one.name for one in found.values() if not one.ok] == []
    with database.transaction() as write:
        row = BREAKS["no_work_for_idle_cases"](write, shop)
        BREAKS["figures_are_sums"](write, shop)
    wrong = [one for one in invariant_findings(services) if not one.ok]
    assert [one.name for one in wrong] == ["no_work_for_idle_cases", "figures_are_sums"]
    assert f"Not so: 1 ({row}). None goes out" in wrong[0].text and wrong[0].sign == "FAIL"
    mended = [one for one in invariant_findings(services, fix=True) if not one.ok or one.name == "figures"]
    assert [(one.name, one.ok) for one in mended] == [("figures", True), ("no_work_for_idle_cases", False)]
    assert mended[0].text == "1 put right"


def test_without_tables_the_key_is_left_alone(make_settings: MakeSettings, api: WhopApi) -> None:
    fresh = Services.make(make_settings(WHOP_API_KEY=KEY, WHOP_API_URL=api.url, ENABLE_EMAIL="false"))
    found = {one.name: one.ok for one in findings(fresh)}
    fresh.close()
    assert (found["database"], found["whop api"], api.calls) == (False, True, [])
