"""Which channel a message takes, and why: the campaign's choice, the customer's own, and what is being tried."""

import pytest

from app.recovery.channels import EMAIL, OWN, WHOP_CHAT, Wanted, usual, ways, why_none
from app.recovery.reasons import Reason, Why

ALL = ["discord", "telegram", "email", "whop_chat"]
"""Somebody who linked Discord after Telegram."""
SILENCE = Reason(Why.SUPPRESSED, {"channel": "telegram", "cause": "opted_out"})
OFF = Reason(Why.NO_CHANNEL, {"channel": "discord"})


@pytest.mark.parametrize(
    ("wanted", "order"),
    [
        (Wanted(), ALL),
        (Wanted(campaign=("email", "telegram")), ["email", "telegram", "discord", "whop_chat"]),
        (Wanted(campaign=("whop_chat",)), ["whop_chat", "discord", "telegram", "email"]),
        (Wanted(preferred="telegram"), ["telegram", "discord", "email", "whop_chat"]),
        (
            Wanted(campaign=("email", "telegram"), preferred="telegram"),
            ["telegram", "email", "discord", "whop_chat"],
        ),
        (Wanted(tried="whop_chat"), ["whop_chat", "discord", "telegram", "email"]),
        (Wanted(tried="whop_chat", preferred="email"), ["email", "discord", "telegram", "whop_chat"]),
        (Wanted(preferred="postal"), ALL),
    ],
)
def test_the_customers_channel_comes_first_then_the_campaigns_order_then_the_usual_one(
    wanted: Wanted, order: list[str]
) -> None:
    assert wanted.order(ALL) == order


def test_a_campaign_leaves_out_what_it_does_not_name_and_the_usual_one_nothing() -> None:
    assert not Wanted().leaves_out("email")
    assert Wanted(campaign=("email",)).leaves_out("telegram")
    assert not Wanted(campaign=("email",)).leaves_out("email")


@pytest.mark.parametrize(
    ("wanted", "channel", "reason"),
    [
        (Wanted(), "discord", Reason(Why.CHANNEL_USUAL, {"channel": "discord"})),
        (Wanted(preferred="email"), "email", Reason(Why.CHANNEL_PREFERRED, {"channel": "email"})),
        (Wanted(preferred="email"), "discord", Reason(Why.CHANNEL_USUAL, {"channel": "discord"})),
        (Wanted(tried="whop_chat"), "whop_chat", Reason(Why.CHANNEL_TRIED, {"channel": "whop_chat"})),
        (
            Wanted(tried="whop_chat", preferred="email"),
            "whop_chat",
            Reason(Why.CHANNEL_USUAL, {"channel": "whop_chat"}),
        ),
        (
            Wanted(campaign=("discord",)),
            "discord",
            Reason(Why.CHANNEL_OF_CAMPAIGN, {"channel": "discord"}),
        ),
        (
            Wanted(campaign=("email", "whop_chat"), preferred="telegram"),
            "email",
            Reason(Why.CHANNEL_OF_CAMPAIGN, {"channel": "email", "left_out": ["telegram", "discord"]}),
        ),
        (
            Wanted(campaign=("email", "discord")),
            "discord",
            Reason(Why.CHANNEL_OF_CAMPAIGN, {"channel": "discord"}),
        ),
        (
            Wanted(campaign=("email",)), "whop_chat",
            Reason(Why.CHANNEL_USUAL, {"channel": "whop_chat", "left_out": ["discord", "telegram"]}),
        ),
    ],
)  # fmt: skip
def test_the_reason_says_whose_wish_it_was_and_what_the_campaign_kept_from_it(
    wanted: Wanted, channel: str, reason: Reason
) -> None:
    assert wanted.why(channel, ALL) == reason


@pytest.mark.parametrize(
    ("wanted", "able", "reason"),
    [
        (
            Wanted(campaign=("whop_chat", "email")),
            ["email", "whop_chat"],
            Reason(Why.CHANNEL_OF_CAMPAIGN, {"channel": "whop_chat"}),
        ),
        (Wanted(campaign=("telegram",)), ["email"], Reason(Why.CHANNELS_LEFT_OUT, {"left_out": ["email"]})),
        (
            Wanted(campaign=("telegram",), preferred="email"),
            ["email"],
            Reason(Why.CHANNELS_LEFT_OUT, {"left_out": ["email"]}),
        ),
        (Wanted(), [], Reason(Why.NO_ADDRESS, {"channel": "email"})),
    ],
)
def test_nobody_makes_a_campaign_use_what_it_leaves_out(
    wanted: Wanted, able: list[str], reason: Reason
) -> None:
    assert wanted.choose(able) == reason


@pytest.mark.parametrize(
    ("closed", "left_out", "reason"),
    [
        ([], [], Reason(Why.NO_ADDRESS, {"channel": "email"})),
        ([OFF, SILENCE], [], SILENCE),
        ([OFF], [], OFF),
        ([OFF], ["email"], Reason(Why.CHANNELS_LEFT_OUT, {"left_out": ["email"]})),
        (
            [OFF, SILENCE],
            ["email"],
            Reason(Why.SUPPRESSED, {"channel": "telegram", "cause": "opted_out", "left_out": ["email"]}),
        ),
    ],
)
def test_a_wish_for_silence_says_more_than_the_campaign_and_that_more_than_a_switch(
    closed: list[Reason], left_out: list[str], reason: Reason
) -> None:
    assert why_none(closed, left_out) == reason


@pytest.mark.parametrize(
    ("email", "user_id", "here", "found"),
    [
        (True, True, {"email", "whop_chat"}, ["discord", "telegram", "email", "whop_chat"]),
        (True, True, {"email", "sms", "postal"}, ["discord", "telegram", "email", "postal", "sms"]),
        (False, True, {"email", "sms", "whop_chat"}, ["discord", "telegram", "whop_chat"]),
        (True, False, {"whop_chat"}, ["discord", "telegram", "email"]),
    ],
)
def test_what_leads_to_a_customer_comes_in_the_usual_order(
    email: bool, user_id: bool, here: set[str], found: list[str]
) -> None:
    linked = ["discord", "telegram"]
    assert ways(linked, email=email, user_id=user_id, here=frozenset(here)) == found


def test_the_usual_order_of_names_puts_other_packages_after_our_mail() -> None:
    assert OWN == ("telegram", "discord", EMAIL, WHOP_CHAT)
    assert usual(["sms", "email", "postal", "sms"]) == (
        "telegram", "discord", "email", "postal", "sms", "whop_chat",
    )  # fmt: skip
