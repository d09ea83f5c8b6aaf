"""A wish for a time at its last moment, and what there is to choose for each kind of decline."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.recovery.decline import DeclineClass
from app.recovery.learning import AS_PLANNED, Choice, Decision
from app.recovery.wish import NO_WISH, Wish, next_hour, open_decisions

BERLIN = ZoneInfo("Europe/Berlin")
FAILED = datetime(2026, 11, 20, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
EVENING = Choice(Decision.SEND_HOUR, "18", 0.3)
LATER = Choice(Decision.FIRST_DELAY, "12", 0.2)
CHAT = Choice(Decision.FIRST_CHANNEL, "whop_chat", 0.5)


def moved(
    wish: Wish, hours: float, position: str = "first", name: DeclineClass = DeclineClass.FUNDS
) -> tuple[float, tuple[Choice, ...]]:
    at, by = wish.moved(
        FAILED + hours * HOUR, position, decline_class=name, failed_at=FAILED, zone=ZoneInfo("UTC")
    )
    return (at - FAILED) / HOUR, by


def test_choices_of_the_default_wish_for_nothing_and_each_other_for_its_own() -> None:
    assert Wish.of([Choice(decision, AS_PLANNED, 0.5) for decision in Decision]) == NO_WISH
    found = Wish.of([LATER, CHAT, EVENING])
    assert (found.hour, found.delay, found.channel) == (EVENING, LATER, CHAT)
    assert found.plain == ("18", "12")
    assert NO_WISH.plain == (None, None)


def test_the_first_message_waits_up_to_two_days_and_not_a_moment_more() -> None:
    delayed = Wish(delay=LATER)
    assert moved(delayed, 35.5) == (47.5, (LATER,))
    assert moved(delayed, 36) == (36, ())
    assert moved(Wish(hour=EVENING), 32.5) == (33, (EVENING,))
    assert moved(Wish(hour=EVENING), 33.5) == (33.5, ())
    nine = Choice(Decision.SEND_HOUR, "9", 0.3)
    assert moved(Wish(hour=nine), 25) == (25, ())  # nine o'clock comes just when the two days are over
    assert moved(Wish(nine, LATER), 23.9) == (24, (nine,))
    assert moved(Wish(nine, LATER), 24.5) == (36.5, (LATER,))
    assert moved(Wish(EVENING, LATER), 20) == (33, (LATER, EVENING))


def test_the_second_message_waits_up_to_four_days_for_the_hour_alone() -> None:
    nine = Choice(Decision.SEND_HOUR, "9", 0.3)
    assert moved(Wish(EVENING, LATER), 72, "second") == (81, (EVENING,))
    assert moved(Wish(nine), 72.5, "second") == (72.5, ())  # only at ninety-six hours
    assert moved(Wish(nine), 71.5, "second") == (72, (nine,))
    assert moved(Wish(delay=LATER), 72, "second") == (72, ())


@pytest.mark.parametrize("position", ["last", "note", "offer"])
def test_no_other_message_waits(position: str) -> None:
    assert moved(Wish(EVENING, LATER), 24, position) == (24, ())


def test_a_channel_moves_nothing() -> None:
    assert moved(Wish(channel=CHAT), 24) == (24, ())


def test_what_there_is_to_choose_hangs_on_what_can_wait() -> None:
    found = {name.value: open_decisions(name) for name in DeclineClass}
    for letter in "ABCU":
        assert found[letter] == (Decision.SEND_HOUR, Decision.FIRST_CHANNEL, Decision.FIRST_DELAY)
    for letter in "DEFG":
        assert found[letter] == (Decision.FIRST_CHANNEL,)
    for letter in "HIJ":
        assert found[letter] == ()


@pytest.mark.parametrize(
    ("channels", "tried"),
    [
        (None, True),
        (("email", "whop_chat"), True),
        (("telegram", "email", "whop_chat"), True),
        (("whop_chat", "email"), False),
        (("whop_chat",), False),
        (("email", "telegram"), False),
    ],
)
def test_no_channel_is_tried_that_the_campaign_leaves_out_or_asks_first_anyway(
    channels: tuple[str, ...] | None, tried: bool
) -> None:
    for decline_class in (DeclineClass.FUNDS, DeclineClass.CARD_DATA):
        found = open_decisions(decline_class, channels=channels)
        assert (Decision.FIRST_CHANNEL in found) is tried
        assert set(found) >= set(open_decisions(decline_class)) - {Decision.FIRST_CHANNEL}


def test_an_hour_that_has_just_struck_is_now_and_a_moment_later_it_is_tomorrow() -> None:
    ten = datetime(2026, 11, 20, 9, tzinfo=UTC)  # in Berlin
    assert next_hour(ten, 10, BERLIN) == ten
    assert next_hour(ten + timedelta(seconds=1), 10, BERLIN) == ten + 24 * HOUR
    assert next_hour(ten, 9, BERLIN) == ten + 23 * HOUR
    assert next_hour(ten, 10, BERLIN).tzinfo is next_hour(ten, 9, BERLIN).tzinfo is UTC


def test_the_day_is_the_customers_too() -> None:
    night = datetime(2026, 11, 20, 2, tzinfo=UTC)
    assert (
        next_hour(night, 16, ZoneInfo("Pacific/Pago_Pago")) == night + HOUR
    )  # three in the afternoon of the day before
