"""One renewal of each decline class, day by day: what Whop told, what went out and why, and how it ended.

Every charge fails on Friday the 20th at nine; the worker hears of it ten seconds later. `->` is a message.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from app.db import Database
from app.recovery.decline import DeclineClass, classify
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.diary import calendar, diary
from tests.support.world import World

FRIDAY = datetime(2026, 11, 20, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
WINDOW = 14 * 24
"""Hours without a word from Whop after which a case is given up; the chore that does it comes an hour later."""

Told = dict[float, Callable[[datetime], whop.Event]]
"""By hours after Friday nine."""


def failed(code: str | None, attempt: int = 1) -> Callable[[datetime], whop.Event]:
    def event(at: datetime) -> whop.Event:
        data = {"created_at": whop.iso(FRIDAY)}
        return whop.payment_failed(decline_code=code, payments_failed=attempt, at=at, data=data)

    return event


def paid(at: datetime) -> whop.Event:
    return whop.payment_succeeded(at=at)


def live(world: World, story: Told) -> None:
    for hours, event in story.items():
        at = FRIDAY + hours * HOUR
        world.until(at + timedelta(seconds=10))
        world.hear(event(at))
    for hours in (WINDOW, WINDOW + 1, WINDOW + 48, WINDOW + 49):
        world.until(FRIDAY + hours * HOUR)


STORIES: dict[str, tuple[Told, str]] = {
    "funds or limits: a quiet day, then the words of the day on which Whop's own tries have failed too": (
        {0: failed("insufficient_funds"), 48: failed("insufficient_funds", 2), 83: paid},
        """
        Fri 20 09:00  payment failed: insufficient_funds
        Sat 21 09:00  -> funds.first: quiet_day_over
        Sun 22 09:00  payment failed: insufficient_funds  # no case and no message of its own
        Mon 23 09:00  -> funds.second: second_reminder
        Mon 23 20:00  payment succeeded
        Mon 23 20:00  case recovered: paid                # the last notice is never sent
        """,
    ),
    "declined by the bank: three messages, and silence once Whop has ended the membership": (
        {0: failed("generic_decline"), 120: lambda at: whop.membership_deactivated(at=at)},
        """
        Fri 20 09:00  payment failed: generic_decline
        Sat 21 09:00  -> issuer.first: quiet_day_over
        Mon 23 09:00  -> issuer.second: second_reminder
        Tue 24 18:00  -> issuer.last: last_notice
        Wed 25 09:00  membership canceled
        Wed 25 09:00  case lost: membership_ended
        """,
    ),
    "a technical problem: it goes through by itself, and nobody is told of it": (
        {0: failed("issuer_unavailable"), 3: paid},
        """
        Fri 20 09:00  payment failed: issuer_unavailable
        Fri 20 12:00  payment succeeded
        Fri 20 12:00  case recovered: paid
        """,
    ),
    "card details out of date: told within the hour, for only the customer can help": (
        {0: failed("expired_card"), 26: paid},
        """
        Fri 20 09:00  payment failed: expired_card
        Fri 20 10:00  -> card.first: needs_customer
        Sat 21 09:00  -> card.second: second_reminder
        Sat 21 11:00  payment succeeded
        Sat 21 11:00  case recovered: paid
        """,
    ),
    "the bank asks for confirmation: one message, one tap, done": (
        {0: failed("authentication_required"), 1.5: paid},
        """
        Fri 20 09:00  payment failed: authentication_required
        Fri 20 10:00  -> confirm.first: needs_customer
        Fri 20 10:30  payment succeeded
        Fri 20 10:30  case recovered: paid
        """,
    ),
    "a blocked card: three messages that speak of another card, then given up after two silent weeks": (
        {0: failed("stolen_card")},
        """
        Fri 20 09:00  payment failed: stolen_card
        Fri 20 10:00  -> other_card.first: needs_customer
        Sat 21 09:00  -> other_card.second: second_reminder
        Tue 24 18:00  -> other_card.last: last_notice
        Fri 04 10:00  case lost: window_ended
        """,
    ),
    "a card that cannot pay: a customer who leaves hears nothing more": (
        {
            0: failed("card_not_supported"),
            23: lambda at: whop.membership_cancel_at_period_end_changed(at=at),
        },
        """
        Fri 20 09:00  payment failed: card_not_supported
        Fri 20 10:00  -> card_type.first: needs_customer
        Sat 21 08:00  membership active, leaving
        Sat 21 08:00  case lost: customer_canceled        # an hour before the second message
        """,
    ),
    "stopped by the customer: one plain note, whatever Whop tries after that": (
        {0: failed("blocked_by_cardholder"), 48: failed("blocked_by_cardholder", 2)},
        """
        Fri 20 09:00  payment failed: blocked_by_cardholder
        Sat 21 09:00  -> stopped.note: plain_note
        Sun 22 09:00  payment failed: blocked_by_cardholder
        Sun 06 10:00  case lost: window_ended
        """,
    ),
    "a death: nobody is written to, and the merchant is told at once": (
        {0: failed("bank_account_holder_deceased")},
        """
        Fri 20 09:00  payment failed: bank_account_holder_deceased
        Fri 20 09:00  merchant alert
        Fri 04 10:00  case lost: window_ended
        """,
    ),
    "a test card: nothing has happened": ({0: failed("test_mode_decline")}, ""),
    "a code that nobody knows: as by the bank, and the merchant is told; money given back counts no more": (
        {0: failed("brand_new_code"), 27: paid, 200: lambda at: whop.refund_created(at=at)},
        """
        Fri 20 09:00  payment failed: brand_new_code
        Fri 20 09:00  merchant alert
        Sat 21 09:00  -> issuer.first: quiet_day_over
        Sat 21 12:00  payment succeeded
        Sat 21 12:00  case recovered: paid
        Sat 28 17:00  payment refunded
        Sat 28 17:00  case reversed: refunded
        """,
    ),
}


@pytest.mark.parametrize("promise", STORIES)
def test_a_renewal_of_each_class_lives_by_its_calendar(
    promise: str, database: Database, clock: FixedClock
) -> None:
    world = World(database, clock)
    story, expected = STORIES[promise]
    live(world, story)
    assert diary(world) == calendar(expected)


def test_every_class_has_a_calendar() -> None:
    told = [event for story, _ in STORIES.values() for event in story.values()]
    codes = {event(FRIDAY)["data"].get("decline_code") for event in told}
    assert {classify(code) for code in codes if code} == set(DeclineClass)
