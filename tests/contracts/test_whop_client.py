"""Our client beside Whop's own package: for each call that we make, the same request and the same values out of it.

Both ask the same server. The package is the reference for paths, parameters, bodies, headers and types.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from whop_sdk import Whop
from whop_sdk.core.api_error import ApiError
from whop_sdk.environment import WhopEnvironment
from whop_sdk.types.membership import Membership
from whop_sdk.types.payment import Payment

from app.recovery.money import Money
from app.whop.answers import FailureBehavior, SavedMethod, Seen, Webhook
from app.whop.client import PAGE_SIZE, WhopClient
from app.whop.errors import (
    WhopAway,
    WhopBadRequest,
    WhopBusy,
    WhopConflict,
    WhopError,
    WhopForbids,
    WhopNotFound,
    WhopRefuses,
    WhopUnclear,
)
from app.whop.fields import moment
from app.whop.json_body import JsonObject
from app.whop.memberships import membership_view
from app.whop.payments import payment_view
from tests.support.json_peer import Call, Reply
from tests.support.whop_api import ACCOUNT, API, KEY, WhopApi, a_membership, a_method, a_payment, a_webhook
from tests.support.whop_objects import MEMBER, MEMBERSHIP, PAYMENT

FROM = datetime(2026, 11, 1, tzinfo=UTC)
UNTIL = datetime(2026, 11, 30, 12, 30, tzinfo=UTC)
WANTED = ("authorization", "api-version-date", "idempotency-key", "content-type")


def with_key(key: str) -> Any:
    """The package sends a key that its caller gives, and asks once."""
    return {"additional_headers": {"Idempotency-Key": key}, "max_retries": 0}


@pytest.fixture
def api() -> Iterator[WhopApi]:
    with WhopApi() as peer:
        peer.add(
            *(a_payment(f"pay_{one}", created_at=f"2026-11-0{one}T09:00:00.000Z") for one in range(1, 6))
        )
        peer.add(a_payment(), a_payment("pay_cycle", billing_reason="subscription_update"))
        peer.add(a_membership(), a_membership("mem_2"), a_membership("mem_3", status="active"))
        peer.add(a_webhook(), a_webhook("hook_2", enabled=False, api_version_date=None), a_webhook("hook_3"))
        peer.methods[MEMBER] = [a_method("payt_1"), a_method("payt_2", last4="4444"), a_method("payt_3")]
        peer.outcomes[PAYMENT] = "paid"
        yield peer


@pytest.fixture
def ours(api: WhopApi) -> Iterator[WhopClient]:
    made = WhopClient(api.url, KEY)
    yield made
    made.close()


@pytest.fixture
def theirs(api: WhopApi) -> Iterator[Whop]:
    address = f"{api.url}{API}"
    with httpx.Client() as http:
        environment = WhopEnvironment(api=address, vault=address)
        yield Whop(environment=environment, token=KEY, max_retries=0, httpx_client=http)


@dataclass(frozen=True)
class Pair:
    """One call of our client, and the same one of the package."""

    ours: Callable[[WhopClient], object]
    theirs: Callable[[Whop], object]


def every_page(ask: Callable[[str | None], Any]) -> list[JsonObject]:
    found, after = [], None
    while True:
        page = ask(after)
        found += page.rows
        after = page.next
        if after is None:
            return found


CALLS = {
    "payment": Pair(lambda our: our.payment(PAYMENT), lambda their: their.payments.retrieve(PAYMENT)),
    "membership": Pair(
        lambda our: our.membership(MEMBERSHIP), lambda their: their.memberships.retrieve(MEMBERSHIP)
    ),
    "retry": Pair(
        lambda our: our.retry(PAYMENT, key="k"),
        lambda their: their.payments.retry(PAYMENT, request_options=with_key("k")),
    ),
    "switch_method": Pair(
        lambda our: our.switch_method(MEMBERSHIP, "payt_2", key="k"),
        lambda their: their.memberships.update(
            MEMBERSHIP, payment_method_id="payt_2", request_options=with_key("k")
        ),
    ),
    "preferences": Pair(
        lambda our: our.preferences(ACCOUNT), lambda their: their.accounts.preferences.retrieve(ACCOUNT)
    ),
    "keep_when_failing": Pair(
        lambda our: our.keep_when_failing(ACCOUNT, FailureBehavior.NONE),
        lambda their: their.accounts.preferences.update(ACCOUNT, subscription_failure_behavior="none"),
    ),
    "permissions": Pair(
        lambda our: our.permissions(ACCOUNT, ("payment:manage", "promo_code:create")),
        lambda their: their.permissions.list(resource_id=ACCOUNT, actions="payment:manage,promo_code:create"),
    ),
    "test_webhook": Pair(
        lambda our: our.test_webhook("hook_1", "payment.succeeded"),
        lambda their: their.webhooks.test("hook_1", event="payment.succeeded"),
    ),
    "replay": Pair(
        lambda our: our.replay("hook_1", sent_after=FROM, sent_before=UNTIL, failed_only=True, key="k"),
        lambda their: their.webhooks.replay(
            "hook_1",
            sent_after="2026-11-01T00:00:00Z",
            sent_before="2026-11-30T12:30:00Z",
            failed_only=True,
            request_options=with_key("k"),
        ),
    ),
}
LISTS = {
    "payments": Pair(
        lambda our: every_page(
            lambda after: our.payments(
                ACCOUNT,
                status="open",
                billing_reason="subscription_cycle",
                created_after=FROM,
                created_before=UNTIL,
                direction="asc",
                after=after,
            )
        ),
        lambda their: list(
            their.payments.list(
                account_id=ACCOUNT,
                status="open",
                billing_reason="subscription_cycle",
                created_after=FROM,
                created_before=UNTIL,
                order="created_at",
                direction="asc",
                first=PAGE_SIZE,
            )
        ),
    ),
    "memberships": Pair(
        lambda our: every_page(lambda after: our.memberships(ACCOUNT, status="past_due", after=after)),
        lambda their: list(
            their.memberships.list(account_id=ACCOUNT, status="past_due", first=PAGE_SIZE)
        ),
    ),
    "payment_methods": Pair(
        lambda our: our.payment_methods(MEMBER),
        lambda their: list(
            their.payment_methods.list(member_id=MEMBER, expired=False, broken=False, first=PAGE_SIZE)
        ),
    ),
    "webhooks": Pair(
        lambda our: our.webhooks(ACCOUNT),
        lambda their: list(
            their.webhooks.list(account_id=ACCOUNT, include_app_webhooks=True, first=PAGE_SIZE)
        ),
    ),
}  # fmt: skip


def told(call: Call) -> dict[str, object]:
    """All that Whop can see of a request but the name of the program."""
    headers = {name: call.headers.get(name) for name in WANTED}
    return {"line": (call.method, call.path), "query": call.query, "body": call.body, "headers": headers}


def test_every_call_of_the_client_is_compared() -> None:
    public = {name for name in vars(WhopClient) if not name.startswith("_")} - {"close"}
    assert public == CALLS.keys() | LISTS.keys()


@pytest.mark.parametrize("name", CALLS)
def test_one_request_is_the_same(name: str, api: WhopApi, ours: WhopClient, theirs: Whop) -> None:
    CALLS[name].ours(ours)
    api.forget_keys()
    api.payments[PAYMENT] = a_payment()
    CALLS[name].theirs(theirs)
    our, their = api.calls
    assert told(our) == told(their)


@pytest.mark.parametrize("name", LISTS)
def test_each_page_is_asked_for_in_the_same_way(
    name: str, api: WhopApi, ours: WhopClient, theirs: Whop
) -> None:
    LISTS[name].ours(ours)
    our = [told(call) for call in api.calls]
    api.calls.clear()
    LISTS[name].theirs(theirs)
    their = [told(call) for call in api.calls]
    assert len(our) > 1 or name == "memberships"
    assert our == their[: len(our)]
    # The package asks until there is no cursor, we until Whop says that there is no further page.
    assert len(their) - len(our) == 1


def assert_payment(data: JsonObject, their: Payment) -> None:
    assert Payment.model_validate(data) == their, "nothing is lost or changed on the way"
    view = payment_view(data)
    assert view is not None and their.total is not None and their.user is not None
    assert their.payment_instrument is not None and their.payment_instrument.card is not None
    card = their.payment_instrument.card
    assert view.amount is not None
    assert (view.amount.currency, view.amount.plain()) == (their.currency, their.total.amount)
    assert isinstance(view.amount, Money)
    assert (view.payment_id, view.status, view.billing_reason) == (
        their.id,
        their.status,
        their.billing_reason,
    )
    assert (view.decline_code, view.retryable) == (their.decline_code, their.retryable)
    assert (view.payments_failed, view.membership_id) == (their.payments_failed, their.membership_id)
    assert (view.product_id, view.plan_id) == (their.product_id, their.plan_id)
    assert view.product_title == their.line_items[0].product_title
    assert (view.customer.email, view.customer.user_id) == (their.customer_email, their.user.id)
    assert (view.customer.member_id, view.customer.name) == (their.member_id, their.user.name)
    assert (view.card.brand, view.card.last4) == (card.brand, card.last4)
    for our_time, their_time in (
        (view.last_attempt_at, their.last_payment_attempt_at),
        (view.next_attempt_at, their.next_payment_attempt_at),
        (view.created_at, their.created_at),
        (view.paid_at, their.paid_at),
    ):
        assert our_time == moment(their_time)


def assert_membership(data: JsonObject, their: Membership) -> None:
    assert Membership.model_validate(data) == their, "nothing is lost or changed on the way"
    view = membership_view(data)
    assert view is not None
    assert (view.membership_id, view.status.value) == (their.id, their.status)
    assert (view.customer.user_id, view.customer.member_id) == (their.user_id, their.member_id)
    assert view.cancel_at_period_end == their.cancel_at_period_end
    assert view.manage_url == their.manage_url
    assert (view.product_id, view.product_title) == (their.product_id, their.product.title)
    assert view.plan_id == their.plan_id
    assert view.current_period_end == moment(their.current_period_end)
    assert view.canceled_at == moment(their.canceled_at)
    assert view.created_at == moment(their.created_at)


@pytest.mark.parametrize(
    "changes", [{}, {"recovery_url": "https://whop.com/pay/x"}, {"payments_failed": 3.0}]
)
def test_a_payment_says_the_same(
    api: WhopApi, ours: WhopClient, theirs: Whop, changes: dict[str, Any]
) -> None:
    api.add(a_payment(**changes))
    seen, their = ours.payment(PAYMENT), theirs.payments.retrieve(PAYMENT)
    assert_payment(seen.data, their)
    assert seen.at == moment(their.updated_at)


def test_a_retried_payment_says_the_same(api: WhopApi, ours: WhopClient, theirs: Whop) -> None:
    seen = ours.retry(PAYMENT, key="one")
    their = theirs.payments.retry(PAYMENT, request_options=with_key("one"))
    assert_payment(seen.data, their)
    assert their.status == "paid"
    assert len(api.charges) == 1


def test_a_membership_says_the_same(ours: WhopClient, theirs: Whop) -> None:
    assert_membership(ours.membership(MEMBERSHIP).data, theirs.memberships.retrieve(MEMBERSHIP))
    switched: Seen = ours.switch_method(MEMBERSHIP, "payt_2", key="k")
    assert_membership(switched.data, theirs.memberships.update(MEMBERSHIP, payment_method_id="payt_2"))


def test_lists_hold_the_same(ours: WhopClient, theirs: Whop) -> None:
    payments, memberships = (
        every_page(lambda after: ours.payments(ACCOUNT, after=after)),
        every_page(lambda after: ours.memberships(ACCOUNT, after=after)),
    )
    for payment, their_payment in zip(
        payments, theirs.payments.list(account_id=ACCOUNT, order="created_at", direction="desc"), strict=True
    ):
        assert_payment(payment, their_payment)
    for membership, their_membership in zip(
        memberships, theirs.memberships.list(account_id=ACCOUNT), strict=True
    ):
        assert_membership(membership, their_membership)


def test_saved_methods_say_the_same(ours: WhopClient, theirs: Whop) -> None:
    found: list[Any] = list(theirs.payment_methods.list(member_id=MEMBER))
    assert ours.payment_methods(MEMBER) == tuple(
        SavedMethod(
            their.id,
            kind=their.payment_method_type,
            brand=their.card.brand,
            last4=their.card.last4,
            exp_month=their.card.exp_month,
            exp_year=2000 + their.card.exp_year,
            fingerprint=their.card.fingerprint,
            created_at=their.created_at,
        )
        for their in found
    )


def test_preferences_and_permissions_say_the_same(ours: WhopClient, theirs: Whop) -> None:
    retrieved = theirs.accounts.preferences.retrieve(ACCOUNT)
    assert ours.preferences(ACCOUNT).failure_behavior == retrieved.subscription_failure_behavior == "cancel"
    updated = theirs.accounts.preferences.update(ACCOUNT, subscription_failure_behavior="none")
    kept = ours.keep_when_failing(ACCOUNT, FailureBehavior.NONE)
    assert kept.failure_behavior == updated.subscription_failure_behavior == "none"
    asked = ("payment:manage", "promo_code:create")
    listed = theirs.permissions.list(resource_id=ACCOUNT, actions=",".join(asked)).data
    assert ours.permissions(ACCOUNT, asked) == {row.action: row.granted for row in listed}
    assert {row.granted for row in listed} == {True, False}


def test_webhooks_say_the_same(ours: WhopClient, theirs: Whop) -> None:
    assert ours.webhooks(ACCOUNT) == tuple(
        Webhook(
            their.id,
            url=their.url,
            enabled=their.enabled,
            events=tuple(their.events),
            pinned_to=their.api_version_date,
            failing_since=moment(their.failing_since),
            disabled_at=moment(their.disabled_at),
        )
        for their in theirs.webhooks.list(account_id=ACCOUNT)
    )


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, WhopBadRequest), (401, WhopRefuses), (403, WhopForbids), (404, WhopNotFound), (409, WhopConflict),
        (422, WhopBadRequest), (429, WhopBusy), (500, WhopUnclear), (503, WhopAway),
    ],
)  # fmt: skip
def test_what_the_package_raises_we_raise(
    api: WhopApi, ours: WhopClient, theirs: Whop, status: int, kind: type[WhopError]
) -> None:
    api.replies[f"POST {API}/payments/{PAYMENT}/retry"] = Reply(
        status, {"error": {"type": "refused", "message": "No."}}
    )
    with pytest.raises(ApiError) as their:
        theirs.payments.retry(PAYMENT, request_options=with_key("k"))
    assert their.value.status_code == status
    with pytest.raises(kind):
        ours.retry(PAYMENT, key="k")
