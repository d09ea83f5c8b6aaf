"""Tests one thing of the set-up for real and keeps what came of it. No transaction is open while somebody is asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.alerts.trial import Trial, check_channel, send_test
from app.cases.audit import Act, note
from app.cases.proofs import keep_proof
from app.dashboard.desk import acting, reading
from app.inbox.hooks import ours_among
from app.inbox.reconcile import trouble_of
from app.models import Merchant
from app.security.tenancy import signed_in
from app.services import services
from app.whop.client import WhopClient
from app.whop.errors import WhopError
from app.whop.permissions import NEEDED, OPTIONAL

TEST_EVENT = "payment.succeeded"
"""Harmless: a payment that never failed here opens no case, so a sample of it reminds nobody."""


@dataclass(frozen=True, slots=True)
class Tested:
    ok: bool
    code: str | None = None
    text: str | None = None


def run(name: str) -> Tested:
    """Raises `KeyError` for a thing that cannot be tested. What goes wrong is in the answer."""
    test = TESTS[name]
    with reading() as desk:
        merchant = desk.merchant
    tested = test(merchant)
    with acting() as desk:
        keep_proof(
            desk.session,
            desk.merchant,
            name,
            ok=tested.ok,
            code=tested.code,
            text=tested.text,
            wall=services().clock.wall(),
        )
        if tested.code == "asked" or (name == "email" and tested.ok):
            act = Act.TEST_EVENT_ASKED if name == "webhook" else Act.TEST_MESSAGE_SENT
            note(desk.session, act, merchant_id=merchant.id, actor=signed_in().actor, at=desk.now)
    return tested


def _webhook(merchant: Merchant) -> Tested:
    return _asked(lambda whop: _ask_for_event(whop, merchant))


def _ask_for_event(whop: WhopClient, merchant: Merchant) -> Tested:
    host = urlsplit(services().settings.app_host).netloc
    hook = ours_among(whop.webhooks(merchant.biz_id), host=host)
    if hook is None:
        return Tested(False, "none")
    if not hook.enabled:
        return Tested(False, "disabled")
    whop.test_webhook(hook.webhook_id, TEST_EVENT)
    return Tested(True, "asked")


def _key(merchant: Merchant) -> Tested:
    return _asked(lambda whop: _look_at(whop, merchant))


def _look_at(whop: WhopClient, merchant: Merchant) -> Tested:
    granted = whop.permissions(merchant.biz_id, (*NEEDED, *OPTIONAL))
    if not any(granted.values()):
        return Tested(False, "not_found")
    lacking = [name for name, may in granted.items() if not may]
    return Tested(all(granted[name] for name in NEEDED), " ".join(lacking) or None)


def _asked(question: Callable[[WhopClient], Tested]) -> Tested:
    whop = services().whop
    if whop is None:
        return Tested(False, "refused")
    try:
        return question(whop)
    except WhopError as error:
        return Tested(False, trouble_of(error)[0])


def _email(merchant: Merchant) -> Tested:
    address = signed_in().email or merchant.alert_email
    if address is None:
        return Tested(False, "no_place")
    result = send_test("email", address, merchant, services().settings)
    if result.trial is Trial.NOT_SENT:
        return Tested(False, result.reason, result.advice)
    return Tested(result.trial in (Trial.SENT, Trial.KEPT), result.trial.value)


def _channel(name: str) -> Callable[[Merchant], Tested]:
    def check(_merchant: Merchant) -> Tested:
        found = check_channel(name, services().settings)
        if found is None:
            return Tested(False, Trial.NO_ANSWER.value)
        return Tested(found.ok, None, found.text)

    return check


def _profile(_merchant: Merchant) -> Tested:
    """Somebody says that it is right as it is."""
    return Tested(True)


TESTS: Mapping[str, Callable[[Merchant], Tested]] = {
    "webhook": _webhook,
    "key": _key,
    "email": _email,
    "telegram": _channel("telegram"),
    "discord": _channel("discord"),
    "whop_chat": _channel("whop_chat"),
    "profile": _profile,
}
CALLS_OUT = frozenset(TESTS) - {"profile"}
"""Those that call somebody else's server."""
