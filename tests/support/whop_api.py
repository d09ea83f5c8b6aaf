"""Whop's API on loopback as one account's key sees it: payments, memberships, saved methods, preferences, webhooks.

Tests put native objects in and say what a retry brings. A client that sends no version gets the legacy shape, as from
a key that was made before versions. Paths, filters and permissions are those of whop-sdk 2.6.0 and of its docstrings.
"""

import copy
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from tests.support import whop_objects
from tests.support.json_peer import Call, Reply
from tests.support.whop_legacy import legacy_membership, legacy_payment
from tests.support.whop_peer import API, KEY, VERSION, WhopPeer, refused, rows
from tests.support.whop_shapes import NO_FAULT, iso, load

__all__ = ["ACCOUNT", "API", "GRANTS", "KEY", "WhopApi", "a_membership", "a_method", "a_payment", "a_webhook"]

ACCOUNT = whop_objects.ACCOUNT
GRANTS = frozenset(
    (
        "payment:basic:read",
        "payment:manage",
        "member:basic:read",
        "member:email:read",
        "member:manage",
        "member:payment_methods:read",
        "member:payment_methods:manage",
        "company:manage_checkout",
        "developer:manage_webhook",
    )
)
Outcome = Literal["paid", "failed", "refused"]
RETRIES_UNDER = frozenset(("active", "trialing", "past_due"))
CYCLE = frozenset(("subscription_cycle", "subscription_update"))
"""What Whop's filter `subscription_cycle` finds."""


def a_payment(payment_id: str = whop_objects.PAYMENT, **changes: Any) -> dict[str, Any]:
    """Native; a renewal that failed once, with these fields instead."""
    data: dict[str, Any] = load("payment_failed.pinned")["data"]
    return data | {"id": payment_id} | changes


def a_membership(membership_id: str = whop_objects.MEMBERSHIP, **changes: Any) -> dict[str, Any]:
    """Native; past due, with these fields instead."""
    data: dict[str, Any] = load("membership_deactivated.pinned")["data"]
    return data | {"id": membership_id, "status": "past_due", "canceled_at": None} | changes


def a_method(method_id: str, *, last4: str = "1881", **card: Any) -> dict[str, Any]:
    """A saved card that is good until 2031."""
    icons = load("payment_failed.pinned")["data"]["payment_instrument"]["icons"]
    plain = {"brand": "visa", "last4": last4, "exp_month": 9, "exp_year": 31, "expired": False}
    plain |= {"fingerprint": f"fp{last4}", "funding_type": "credit", "three_ds_verified": False}
    both = {"id": method_id, "created_at": "2026-10-01T08:00:00.000Z", "payment_method_type": "card"}
    return both | {
        "typename": "CardPaymentMethod",
        "has_payer_document": False,
        "icons": icons,
        "card": plain | card,
    }


def a_webhook(webhook_id: str = "hook_1", **changes: Any) -> dict[str, Any]:
    data = {"id": webhook_id, "url": "https://pay.example.com/webhooks/whop", "enabled": True}
    data |= {
        "events": ["payment.failed", "payment.succeeded"],
        "api_version": "v1",
        "api_version_date": VERSION,
    }
    data |= {
        "child_resource_events": False,
        "consecutive_failures": 0,
        "created_at": "2026-01-02T03:04:05.000Z",
    }
    data |= {"disabled_at": None, "disabled_reason": None, "failing_since": None, "last_failure_at": None}
    return data | {"resource_id": ACCOUNT, "testable_events": [], "webhook_secret": None} | changes


class WhopApi(WhopPeer):
    """Everything in it may be changed by a test before or between calls."""

    def __init__(self) -> None:
        super().__init__()
        self.account = ACCOUNT
        self.grants = set(GRANTS)
        self.payments: dict[str, dict[str, Any]] = {}
        self.memberships: dict[str, dict[str, Any]] = {}
        self.methods: dict[str, list[dict[str, Any]]] = {}
        """By member."""
        self.preferences = whop_objects.preferences()
        self.webhooks: dict[str, dict[str, Any]] = {}
        self.replayed: list[dict[str, Any]] = []
        """What was asked to be sent again, with the webhook's id."""
        self.tested: list[tuple[str, str]] = []
        """Webhooks that were asked for a sample, and of which event."""
        self.outcomes: dict[str, Outcome] = {}
        """By payment, what a charge brings; where nothing is said it fails. `refused`: 409."""
        self.charges: list[tuple[str, str | None]] = []
        """Each charge that was really tried: the payment and the method."""
        self.loses_answers = False
        """A card is changed, and the answer to it gets lost."""
        self.page_size = 2
        """So small that whoever reads only the first page is found out."""
        self.now = datetime.fromisoformat("2026-11-21T12:00:00+00:00")

    def add(self, *objects: Mapping[str, Any]) -> None:
        """Payments, memberships and webhooks, by their ids' prefixes."""
        shelves = {"pay": self.payments, "mem": self.memberships, "hook": self.webhooks}
        for one in objects:
            shelves[one["id"].partition("_")[0]][one["id"]] = copy.deepcopy(dict(one))

    def first(self, call: Call) -> Reply:
        match call.method, call.path.removeprefix(f"{API}/").split("/"):
            case "GET", ["permissions"]:
                return self.permissions(call)
            case "GET", ["payments"]:
                return self._needs("payment:basic:read") or self._list_payments(call)
            case "GET", ["payments", one]:
                return self._needs("payment:basic:read") or self._one(self.payments, one, call)
            case "POST", ["payments", one, "retry"]:
                return self._needs("payment:manage") or self._retry(one, call)
            case "GET", ["memberships"]:
                return self._needs("member:basic:read") or self._list_memberships(call)
            case "GET", ["memberships", one]:
                return self._needs("member:basic:read") or self._one(self.memberships, one, call)
            case "PATCH", ["memberships", one]:
                return self._needs("member:manage", "member:payment_methods:manage") or self._switch(
                    one, call
                )
            case "GET", ["payment_methods"]:
                return self._needs("member:payment_methods:read") or self._list_methods(call)
            case method, ["accounts", biz_id, "preferences"] if biz_id == self.account:
                return self._of_preferences(method, call)
            case "GET", ["webhooks"]:
                return self._needs("developer:manage_webhook") or self._list_webhooks(call)
            case "POST", ["webhooks", one, "replay"]:
                return self._needs("developer:manage_webhook") or self._replay(one, call)
            case "POST", ["webhooks", one, "test"]:
                return self._needs("developer:manage_webhook") or self._test(one, call)
        return refused(404, "not_found")

    def _test(self, webhook_id: str, call: Call) -> Reply:
        self.tested.append((webhook_id, call.body["event"]))
        return Reply(200, {"success": True, "status": 200, "body": "{}"})

    def _needs(self, *actions: str) -> Reply | None:
        return None if self.allowed(*actions) else refused(403, "forbidden")

    def _one(self, shelf: dict[str, dict[str, Any]], one: str, call: Call) -> Reply:
        return Reply(200, _shaped(shelf[one], call)) if one in shelf else refused(404, "not_found")

    def _list_payments(self, call: Call) -> Reply:
        asked = call.query
        reasons = (
            CYCLE if asked.get("billing_reason") == "subscription_cycle" else {asked.get("billing_reason")}
        )
        order = asked.get("order", "created_at")
        found = [
            {**data, "recovery_url": None}
            for data in self.payments.values()
            if data["account_id"] == asked.get("account_id", self.account)
            and data["status"] == asked.get("status", data["status"])
            and ("billing_reason" not in asked or data["billing_reason"] in reasons)
            and asked.get("created_after", "") < data["created_at"] < asked.get("created_before", "9")
            and data.get(order)
        ]
        found.sort(key=lambda data: str(data[order]), reverse=asked.get("direction", "desc") == "desc")
        return rows([_shaped(data, call) for data in found], call, page_size=self.page_size)

    def _list_memberships(self, call: Call) -> Reply:
        asked = call.query
        found = [
            _shaped(data, call)
            for data in self.memberships.values()
            if data["account"]["id"] == asked.get("account_id", self.account)
            and data["status"] == asked.get("status", data["status"])
        ]
        return rows(found, call, page_size=self.page_size)

    def _list_methods(self, call: Call) -> Reply:
        found = [
            one
            for one in self.methods.get(call.query["member_id"], [])
            if call.query.get("expired") != "false" or not one["card"].get("expired")
        ]
        return rows(found, call, page_size=self.page_size)

    def _list_webhooks(self, call: Call) -> Reply:
        return rows(list(self.webhooks.values()), call, page_size=self.page_size)

    def _retry(self, payment_id: str, call: Call) -> Reply:
        payment = self.payments.get(payment_id)
        if payment is None:
            return refused(404, "not_found")
        membership = self.memberships.get(payment["membership_id"])
        ended = membership is not None and membership["status"] not in RETRIES_UNDER
        if ended or not payment["retryable"] or self.outcomes.get(payment_id) == "refused":
            return refused(409, "not_retryable")
        self._charge(payment, payment["payment_method_id"])
        return Reply(200, _shaped(payment, call))

    def _switch(self, membership_id: str, call: Call) -> Reply:
        membership, method_id = self.memberships.get(membership_id), call.body["payment_method_id"]
        if membership is None:
            return refused(404, "not_found")
        theirs = [one["id"] for one in self.methods.get(membership["member_id"], [])]
        if method_id not in theirs:
            return refused(422, "unknown_payment_method")
        for payment in self.payments.values():
            if payment["membership_id"] == membership_id and payment["status"] == "open":
                self._charge(payment, method_id)
        membership["updated_at"] = iso(self.now)
        return Reply(200, _shaped(membership, call), fault="torn" if self.loses_answers else "")

    def _charge(self, payment: dict[str, Any], method_id: str | None) -> None:
        """As `outcomes` says for this payment; the payment changes as Whop would change it."""
        self.charges.append((payment["id"], method_id))
        at = iso(self.now)
        payment |= {"last_payment_attempt_at": at, "updated_at": at, "payment_method_id": method_id}
        if self.outcomes.get(payment["id"]) == "paid":
            payment |= {"status": "paid", "substatus": "succeeded", "paid_at": at, **NO_FAULT}
            payment.pop("next_payment_attempt")
            if payment["membership_id"] in self.memberships:
                self.memberships[payment["membership_id"]] |= {"status": "active", "updated_at": at}
        else:
            payment |= {"payments_failed": payment["payments_failed"] + 1, "retryable": False}

    def _of_preferences(self, method: str, call: Call) -> Reply:
        if method == "PATCH":
            if not self.allowed("company:manage_checkout"):
                return refused(403, "forbidden")
            if call.body.get("subscription_failure_behavior", "none") not in ("cancel", "none"):
                return refused(400, "invalid_parameter")
            self.preferences |= call.body
        return Reply(200, self.preferences)

    def _replay(self, webhook_id: str, call: Call) -> Reply:
        hook = self.webhooks.get(webhook_id)
        if hook is None:
            return refused(404, "not_found")
        if not hook["enabled"]:
            return refused(422, "webhook_disabled")
        self.replayed.append({"id": webhook_id, **call.body})
        return Reply(200, {"queued": True})


def _shaped(data: dict[str, Any], call: Call) -> dict[str, Any]:
    """Native where the call pins a version; else as the oldest keys get it."""
    if "api-version-date" in call.headers:
        return data
    return legacy_payment(data) if data["id"].startswith("pay_") else legacy_membership(data)
