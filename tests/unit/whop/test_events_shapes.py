"""Every event in both payload shapes: the facts are equal except where one shape says more."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

import pytest

from app.recovery.facts import (
    CardSetupChanged,
    ComplaintChanged,
    CustomerView,
    Fact,
    InvoiceChanged,
    MemberChanged,
    MembershipChanged,
    MembershipStatus,
    MembershipView,
    PaymentDisputed,
    PaymentFailed,
    PaymentNeedsAction,
    PaymentNoted,
    PaymentPending,
    PaymentRefunded,
    PaymentSucceeded,
    PaymentView,
    PaymentVoided,
)
from app.recovery.money import Money
from app.whop.events import parse
from tests.support import whop_events as whop
from tests.unit.whop.sample_views import (
    CLEAR,
    DISPUTE_AT,
    ENDED_AT,
    FAILED,
    FAILED_AT,
    LONG_TEXT,
    MEMBERSHIP,
    NO_COUNTRY,
    NO_EMAIL,
    OBJECT_AT,
    OBJECT_CREATED,
    OBJECT_SENT,
    PAID,
    PAID_AT,
    REFUND_AT,
    SHOP,
    TITLED,
    at,
)

RECEIVED = datetime(2026, 12, 1, tzinfo=UTC)


class Row(NamedTuple):
    name: str
    build: Callable[..., whop.Event]
    pinned: Fact
    legacy: Fact


def payment_row(
    name: str,
    build: Callable[..., whop.Event],
    fact: Callable[..., Fact],
    payment: PaymentView,
    *,
    when: datetime = FAILED_AT,
) -> Row:
    """Legacy payments carry the merchant's title; the two sample files word the failure differently."""
    worded = replace(payment, failure_message=LONG_TEXT) if payment.failure_message else payment
    return Row(name, build, fact(SHOP, when, worded), fact(TITLED, when, payment))


def membership_row(name: str, build: Callable[..., whop.Event], membership: MembershipView) -> Row:
    """Pinned memberships carry the person's ids only."""
    named = replace(membership, customer=NO_COUNTRY)
    return Row(
        name,
        build,
        MembershipChanged(TITLED, ENDED_AT, membership),
        MembershipChanged(TITLED, ENDED_AT, named),
    )


def member_row(verb: str) -> Row:
    fact = MemberChanged(SHOP, OBJECT_AT, NO_COUNTRY)
    return Row(f"member.{verb}", partial(whop.member, verb), fact, replace(fact, merchant=TITLED))


def refund_row(name: str, build: Callable[..., whop.Event], *, when: datetime, status: str) -> Row:
    """`refund.*` carries the legacy object on every webhook."""
    amount = Money("usd", 4900)
    fact = PaymentRefunded(SHOP, when, FAILED.payment_id, "rf_6BdV2hYp8TnQz", amount, status)
    return Row(name, build, fact, fact)


def dispute_row(name: str, build: Callable[..., whop.Event], *, status: str, legacy_at: datetime) -> Row:
    fact = PaymentDisputed(SHOP, DISPUTE_AT, FAILED.payment_id, "dspt_7MzN1qXc5LkPr", status, NO_COUNTRY)
    return Row(name, build, fact, replace(fact, merchant=TITLED, at=legacy_at))


def alert_row() -> Row:
    """Pinned alerts do not say who paid; legacy ones have no time of change."""
    fact = PaymentDisputed(
        SHOP, OBJECT_AT, FAILED.payment_id, "dspa_5KtB7yVn2MzQe", None, CustomerView(), warning=True
    )
    legacy = replace(fact, at=OBJECT_CREATED, customer=NO_COUNTRY)
    return Row("dispute_alert.created", whop.dispute_alert_created, fact, legacy)


def complaint_row(verb: str, *, is_open: bool) -> Row:
    """Legacy cases carry no e-mail."""
    fact = ComplaintChanged(
        TITLED, OBJECT_AT, "reso_8NcY4gPw1RsLv", FAILED.payment_id, None, NO_COUNTRY, open=is_open
    )
    build = partial(whop.resolution_center_case, verb, is_open=is_open)
    return Row(f"resolution_center_case.{verb}.{is_open}", build, fact, replace(fact, customer=NO_EMAIL))


def setup_row(status: str, *, saved: str | None) -> Row:
    """Pinned ones carry no e-mail; legacy ones no time of change."""
    fact = CardSetupChanged(
        SHOP, OBJECT_AT, "sint_3JdR8wTq5NbXc", saved, NO_EMAIL, succeeded=saved is not None
    )
    legacy = replace(fact, merchant=TITLED, at=OBJECT_SENT, customer=NO_COUNTRY)
    return Row(f"setup_intent.{status}", partial(whop.setup_intent, status), fact, legacy)


def invoice_row(verb: str, status: str) -> Row:
    fact = InvoiceChanged(SHOP, at("2026-11-16T00:00:05"), "inv_4TgB9wQk2XsVd", status)
    return Row(f"invoice.{verb}", partial(whop.invoice, verb), fact, fact)


def standing(status: str, substatus: str) -> PaymentView:
    return replace(CLEAR, status=status, substatus=substatus)


ACTION_URL = "https://whop.com/pay/confirm/pay_9Jr3bXw7QeVnTk"
NEEDS_ACTION = replace(FAILED, decline_code="authentication_required", recovery_url=ACTION_URL)
THREE_D_SECURE = replace(FAILED, decline_code="three_d_secure_success")
GOING = replace(MEMBERSHIP, canceled_at=None)
ACTIVE = replace(GOING, status=MembershipStatus.ACTIVE)
ENDING = replace(MEMBERSHIP, status=MembershipStatus.ACTIVE, cancel_at_period_end=True)
REFUND_SENT, DISPUTE_SENT = at("2026-11-26T08:05:02.455"), at("2026-11-28T12:31:02.118")

ROWS = [
    payment_row("payment.failed", whop.payment_failed, PaymentFailed, FAILED),
    payment_row(
        "payment.failed.three_d_secure_success",
        partial(whop.payment_failed, decline_code="three_d_secure_success"),
        PaymentFailed,
        THREE_D_SECURE,
    ),
    payment_row("payment.requires_action", whop.payment_requires_action, PaymentNeedsAction, NEEDS_ACTION),
    payment_row("payment.succeeded", whop.payment_succeeded, PaymentSucceeded, PAID, when=PAID_AT),
    payment_row("payment.pending", whop.payment_pending, PaymentPending, standing("pending", "pending")),
    payment_row("payment.canceled", whop.payment_canceled, PaymentVoided, standing("void", "canceled")),
    payment_row("payment.created", whop.payment_created, PaymentNoted, standing("open", "incomplete")),
    payment_row(
        "payment.authorized",
        whop.payment_authorized,
        PaymentNoted,
        standing("authorized", "requires_capture"),
    ),
    membership_row("membership.activated", whop.membership_activated, ACTIVE),
    membership_row("membership.deactivated", whop.membership_deactivated, MEMBERSHIP),
    membership_row(
        "membership.updated", whop.membership_updated, replace(GOING, status=MembershipStatus.PAST_DUE)
    ),
    membership_row(
        "membership.trial_ending_soon",
        whop.membership_trial_ending_soon,
        replace(GOING, status=MembershipStatus.TRIALING),
    ),
    membership_row("membership.ending", whop.membership_cancel_at_period_end_changed, ENDING),
    membership_row(
        "membership.staying", partial(whop.membership_cancel_at_period_end_changed, ending=False), ACTIVE
    ),
    member_row("created"),
    member_row("updated"),
    refund_row("refund.created", whop.refund_created, when=REFUND_AT, status="pending"),
    refund_row(
        "refund.updated", partial(whop.refund_updated, status="failed"), when=REFUND_SENT, status="failed"
    ),
    dispute_row("dispute.created", whop.dispute_created, status="needs_response", legacy_at=DISPUTE_AT),
    dispute_row(
        "dispute.updated",
        partial(whop.dispute_updated, status="lost"),
        status="lost",
        legacy_at=DISPUTE_SENT,
    ),
    alert_row(),
    complaint_row("created", is_open=True),
    complaint_row("updated", is_open=True),
    complaint_row("updated", is_open=False),
    complaint_row("decided", is_open=False),
    setup_row("succeeded", saved="payt_0YhR4mKc8DsLp"),
    setup_row("requires_action", saved=None),
    setup_row("canceled", saved=None),
    invoice_row("created", "open"),
    invoice_row("paid", "paid"),
    invoice_row("past_due", "past_due"),
    invoice_row("marked_uncollectible", "uncollectible"),
    invoice_row("voided", "void"),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_pinned_event_gives_exactly_its_fact(row: Row) -> None:
    assert parse(whop.encoded(row.build(shape="pinned")), received_at=RECEIVED) == row.pinned


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_legacy_event_gives_exactly_its_fact(row: Row) -> None:
    assert parse(whop.encoded(row.build(shape="legacy")), received_at=RECEIVED) == row.legacy


def test_builders_move_times_people_and_amounts_in_both_shapes() -> None:
    when = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
    for shape in ("pinned", "legacy"):
        event = whop.payment_failed(
            shape=shape,
            at=when,
            account_id="biz_2",
            payment_id="pay_2",
            membership_id="mem_2",
            member_id="mber_2",
            user_id="user_2",
            name="Ola Berg",
            email="ola@example.com",
            amount="5000",
            currency="jpy",
            payments_failed=3,
            next_attempt_at=None,
        )
        fact = parse(whop.encoded(event), received_at=RECEIVED)
        assert isinstance(fact, PaymentFailed)
        assert (fact.merchant.biz_id, fact.at, fact.payment.payment_id) == ("biz_2", when, "pay_2")
        assert fact.payment.amount == Money("jpy", 5000)
        assert (fact.payment.membership_id, fact.payment.payments_failed) == ("mem_2", 3)
        assert (fact.payment.last_attempt_at, fact.payment.next_attempt_at) == (when, None)
        assert fact.payment.customer == CustomerView(
            "user_2", "mber_2", "Ola Berg", "danareyes", "ola@example.com", "US"
        )


def test_a_new_event_has_a_new_message_id_and_the_same_event_the_same() -> None:
    assert whop.payment_failed()["id"] == whop.payment_failed()["id"]
    assert whop.payment_failed()["id"] != whop.payment_failed(payment_id="pay_2")["id"]
    assert whop.payment_failed(message_id="msg_7")["id"] == "msg_7"
