"""Whop's API with the install's own key: each question as a method, typed answers, one tree of errors.

It keeps within Whop's limits and asks nothing by itself a second time but reads that broke off. It never sleeps,
decides nothing about cases and must be called with no transaction open. Every method raises `WhopError`s alone.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Literal
from urllib.parse import quote

from app.outgoing import WHOLE_CALL_S
from app.whop import answers
from app.whop.answers import FailureBehavior, Page, Preferences, SavedMethod, Seen, Webhook
from app.whop.asking import Asking, Question, moment_text
from app.whop.errors import WhopBusy
from app.whop.fields import word
from app.whop.json_body import JsonObject
from notifiers.limits import CallPace

CALLS_A_MINUTE = 600
"""Whop's limit for one key and one kind of call (docs.whop.com, developer/troubleshooting)."""
PAGE_SIZE = 50
MOST_PAGES = 20
"""Of a short list, such as a customer's cards, that is read to its end."""


class WhopClient:
    """Safe to use from many threads, one a process; close it with the process."""

    def __init__(
        self,
        api_url: str,
        key: str,
        *,
        calls_a_minute: int | None = CALLS_A_MINUTE,
        sharers: int = 1,
        seconds: float = WHOLE_CALL_S,
    ) -> None:
        """`seconds` limits one call with all its tries. `sharers` processes have the calls together."""
        self._asking = Asking(api_url, seconds=seconds)
        self._key = key
        self._calls, self._sharers = calls_a_minute, sharers
        self._paces: dict[str, CallPace] = {}
        self._lock = threading.Lock()

    def payment(self, payment_id: str) -> Seen:
        """With the `recovery_url` that lists leave out. Needs `payment:basic:read`."""
        return answers.seen(self._ask(Question("payments.retrieve", f"/payments/{_part(payment_id)}")))

    def membership(self, membership_id: str) -> Seen:
        """Needs `member:basic:read`; `manage_url` is null without `member:manage`."""
        return answers.seen(
            self._ask(Question("memberships.retrieve", f"/memberships/{_part(membership_id)}"))
        )

    def payments(
        self,
        biz_id: str,
        *,
        status: str | None = None,
        billing_reason: str | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
        order: Literal["created_at", "paid_at"] = "created_at",
        direction: Literal["asc", "desc"] = "desc",
        after: str | None = None,
    ) -> Page:
        """One page of an account's payments. Whop's `subscription_cycle` finds `subscription_update` as well."""
        query = {
            "account_id": biz_id,
            "status": status,
            "billing_reason": billing_reason,
            "created_after": moment_text(created_after) if created_after else None,
            "created_before": moment_text(created_before) if created_before else None,
            "order": order,
            "direction": direction,
        }
        return self._page(Question("payments.list", "/payments", query=_given(query)), after)

    def memberships(self, biz_id: str, *, status: str | None = None, after: str | None = None) -> Page:
        """One page of an account's memberships."""
        query = _given({"account_id": biz_id, "status": status})
        return self._page(Question("memberships.list", "/memberships", query=query), after)

    def retry(self, payment_id: str, *, key: str) -> Seen:
        """Charges the same stored method again; the payment as it is afterwards. Needs `payment:manage`.

        Whop lets a payment typically be retried once. `WhopConflict`: not now, or not any more. `WhopUnclear`: it
        may have been charged; look at the payment, or ask again with the same key.
        """
        path = f"/payments/{_part(payment_id)}/retry"
        return answers.seen(self._ask(Question("payments.retry", path, "POST", key=key)))

    def switch_method(self, membership_id: str, payment_method_id: str, *, key: str) -> Seen:
        """Renewals are charged to this method from now on, and an open past-due payment at once.

        Only with the customer's consent. Needs `member:manage` and `member:payment_methods:manage`. The key goes
        along, but Whop promises for POST alone to heed it: after `WhopUnclear` look before asking again.
        """
        path, body = f"/memberships/{_part(membership_id)}", {"payment_method_id": payment_method_id}
        return answers.seen(self._ask(Question("memberships.update", path, "PATCH", body=body, key=key)))

    def payment_methods(self, member_id: str) -> tuple[SavedMethod, ...]:
        """Those that can be charged still. Needs `member:payment_methods:read`."""
        query = {"member_id": member_id, "expired": "false", "broken": "false"}
        rows = self._rows(Question("payment_methods.list", "/payment_methods", query=query))
        return tuple(filter(None, map(answers.saved_method, rows)))

    def preferences(self, biz_id: str) -> Preferences:
        path = f"/accounts/{_part(biz_id)}/preferences"
        return answers.preferences(self._ask(Question("preferences.retrieve", path)))

    def keep_when_failing(self, biz_id: str, behavior: FailureBehavior) -> Preferences:
        """Says what becomes of a membership after Whop's last retry. Needs `company:manage_checkout`."""
        path, body = (
            f"/accounts/{_part(biz_id)}/preferences",
            {"subscription_failure_behavior": behavior.value},
        )
        return answers.preferences(self._ask(Question("preferences.update", path, "PATCH", body=body)))

    def permissions(self, biz_id: str, actions: Iterable[str]) -> Mapping[str, bool]:
        """For each action whether the key may do it with this account."""
        asked = tuple(actions)
        query = {"resource_id": biz_id, "actions": ",".join(asked)}
        rows = answers.rows_of(self._ask(Question("permissions", "/permissions", query=query)))
        granted = {word(row.get("action")) for row in rows if row.get("granted") is True}
        return {action: action in granted for action in asked}

    def webhooks(self, biz_id: str) -> tuple[Webhook, ...]:
        """The account's own and those of its apps. Needs `developer:manage_webhook`."""
        query = {"account_id": biz_id, "include_app_webhooks": "true"}
        rows = self._rows(Question("webhooks.list", "/webhooks", query=query))
        return tuple(filter(None, map(answers.webhook, rows)))

    def replay(
        self, webhook_id: str, *, sent_after: datetime, sent_before: datetime, failed_only: bool, key: str
    ) -> None:
        """Has Whop send the deliveries of that time again, later and under their old message ids."""
        body = {
            "sent_after": moment_text(sent_after),
            "sent_before": moment_text(sent_before),
            "failed_only": failed_only,
        }
        self._ask(
            Question("webhooks.replay", f"/webhooks/{_part(webhook_id)}/replay", "POST", body=body, key=key)
        )

    def test_webhook(self, webhook_id: str, event: str) -> None:
        """Has Whop send a sample of this event now. Needs `developer:manage_webhook`."""
        path = f"/webhooks/{_part(webhook_id)}/test"
        self._ask(Question("webhooks.test", path, "POST", body={"event": event}))

    def close(self) -> None:
        self._asking.close()

    def _rows(self, question: Question) -> Iterator[JsonObject]:
        """Of all pages of a short list."""
        after: str | None = None
        for _ in range(MOST_PAGES):
            page = self._page(question, after)
            yield from page.rows
            after = page.next
            if after is None:
                return

    def _page(self, question: Question, after: str | None) -> Page:
        query = {**question.query, "first": str(PAGE_SIZE), **_given({"after": after})}
        return answers.page_of(
            self._ask(Question(question.operation, question.path, query=query)), after=after
        )

    def _pace(self) -> CallPace:
        return CallPace(self._calls, seconds=60.0, sharers=self._sharers)

    def _ask(self, question: Question) -> JsonObject:
        with self._lock:
            pace = self._paces.setdefault(question.operation, self._pace())
        if wait := pace.begin():
            raise WhopBusy(f"{question.operation} is held back here", after=wait)
        try:
            return self._asking.ask(question, credential=self._key, again=True)
        except WhopBusy as busy:
            pace.hold(busy.after)
            raise
        finally:
            pace.end()


def _part(identifier: str) -> str:
    """An id as one part of a path, whatever is in it."""
    return quote(identifier, safe="")


def _given(query: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in query.items() if value is not None}
