"""A campaign's written form at its ends: what is just allowed is kept, what is just not says between which figures."""

from datetime import time, timedelta
from typing import Any

import pytest

from app.recovery.campaign import DEFAULT_CAMPAIGN, HOUR, Campaign
from app.recovery.campaign_json import Fault, Wrong, campaign_from_json, campaign_to_json, stored_campaign
from app.recovery.decline import DeclineClass

ONE_MESSAGE = {**{name: {"first": 5} for name in "ABCDEFGU"}, "H": {}}


def written(**changes: Any) -> dict[str, Any]:
    return {**campaign_to_json(DEFAULT_CAMPAIGN), **changes}


def only_fault(value: object) -> Wrong:
    found = campaign_from_json(value)
    assert isinstance(found, tuple)
    (one,) = found
    return one


def test_a_campaign_of_the_merchants_own_comes_back_as_it_was_saved() -> None:
    saved = written(
        messages=1,
        gap_hours=72,
        quiet_from="18:00",
        quiet_until="12:00",
        quiet_email=True,
        offsets=ONE_MESSAGE,
    )
    found = stored_campaign(saved)
    assert campaign_to_json(found) == saved
    assert (found.messages, found.gap, found.quiet_email) == (1, 72 * HOUR, True)
    assert (found.quiet_from, found.quiet_until) == (time(18), time(12))
    assert [one.after for one in found.offsets[DeclineClass.CARD_DATA]] == [timedelta(hours=5)]


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"messages": "3"}, {"least": 1, "most": 3}),
        ({"messages": 4}, {"least": 1, "most": 3}),
        ({"gap_hours": 73}, {"least": 18, "most": 72}),
        ({"gap_hours": None}, {"least": 18, "most": 72}),
        ({"offsets": {"A": {"first": 120}}}, {"least": 0, "most": 119}),
        ({"quiet_from": "17:59"}, {"first": "18:00", "last": "22:00"}),
        ({"quiet_from": "22:01"}, {"first": "18:00", "last": "22:00"}),
        ({"quiet_from": "9 pm"}, {"first": "18:00", "last": "22:00"}),
        ({"quiet_until": "06:59"}, {"first": "07:00", "last": "12:00"}),
        ({"quiet_until": "12:01"}, {"first": "07:00", "last": "12:00"}),
        ({"offsets": {"A": {"first": 48, "second": 24}}}, {"hours": 48}),
        ({"offsets": {"A": {"first": 24, "second": 30}}}, {"hours": 18}),
        ({"quiet_email": 1}, {}),
    ],
)
def test_a_fault_says_what_would_be_right(changes: dict[str, Any], detail: dict[str, object]) -> None:
    assert only_fault(written(**changes)).detail == detail


def test_one_message_too_many_says_how_many_there_may_be() -> None:
    found = only_fault(written(messages=1, offsets={**ONE_MESSAGE, "A": {"first": 5, "second": 40}}))
    assert found == Wrong("offsets.A.second", Fault.MORE_THAN_THE_LIMIT, {"most": 1})


@pytest.mark.parametrize(
    "chosen", [["email"], ["whop_chat", "telegram"], [f"c{n}" for n in range(20)], ["a" * 40]]
)
def test_the_channels_of_a_campaign_come_back_in_their_order(chosen: list[str]) -> None:
    found = campaign_from_json(written(channels=chosen))
    assert isinstance(found, Campaign)
    assert (found.channels, campaign_to_json(found)["channels"]) == (tuple(chosen), chosen)
    assert stored_campaign(campaign_to_json(found)) == found


def test_a_campaign_of_all_channels_is_written_as_it_was_before_there_was_a_choice() -> None:
    assert DEFAULT_CAMPAIGN.channels is None
    assert "channels" not in campaign_to_json(DEFAULT_CAMPAIGN)
    assert stored_campaign(written()) == stored_campaign(written(channels=None)) == DEFAULT_CAMPAIGN


@pytest.mark.parametrize(
    ("channels", "fault", "detail"),
    [
        ("email", Fault.NOT_A_LIST, {}),
        ({"email": 1}, Fault.NOT_A_LIST, {}),
        ([], Fault.NONE_CHOSEN, {}),
        ([f"c{n}" for n in range(21)], Fault.TOO_MANY, {"most": 20}),
        (["email", 7], Fault.NO_SUCH_CHANNEL, {}),
        (["E-mail"], Fault.NO_SUCH_CHANNEL, {}),
        (["a" * 41], Fault.NO_SUCH_CHANNEL, {}),
        ([""], Fault.NO_SUCH_CHANNEL, {}),
        (["email", "telegram", "email"], Fault.TWICE, {}),
    ],
)
def test_channels_that_cannot_be_used_say_why(
    channels: object, fault: Fault, detail: dict[str, object]
) -> None:
    assert only_fault(written(channels=channels)) == Wrong("channels", fault, detail)


@pytest.mark.parametrize(
    "changes",
    [{"quiet_from": "18:00"}, {"quiet_from": "22:00"}, {"quiet_until": "07:00"}, {"quiet_until": "12:00"}],
)
def test_the_quiet_hours_may_begin_and_end_with_the_last_minute_that_is_allowed(
    changes: dict[str, str],
) -> None:
    assert isinstance(campaign_from_json(written(**changes)), Campaign)
