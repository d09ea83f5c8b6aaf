"""A campaign is a value with a written form; whatever anybody writes, the limits of the product hold."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.recovery.campaign import DEFAULT_CAMPAIGN, HOUR, Campaign, positions_of
from app.recovery.campaign_json import Fault, Wrong, campaign_from_json, campaign_to_json, stored_campaign
from app.recovery.decline import DeclineClass
from app.recovery.plan import Situation, after_quiet_hours, plan
from app.recovery.reasons import Why

FRIDAY = datetime(2026, 11, 20, 9, tzinfo=UTC)
WRITABLE = [decline_class for decline_class in DeclineClass if positions_of(decline_class)]


def written(**changes: Any) -> dict[str, Any]:
    return {**campaign_to_json(DEFAULT_CAMPAIGN), **changes}


def funds(**hours: Any) -> dict[str, Any]:
    return written(offsets={"A": hours})


def wrong(value: object) -> list[Wrong]:
    found = campaign_from_json(value)
    assert isinstance(found, tuple)
    return list(found)


def test_the_default_is_written_and_read_back_as_it_was() -> None:
    assert campaign_from_json(campaign_to_json(DEFAULT_CAMPAIGN)) == DEFAULT_CAMPAIGN
    assert campaign_from_json({}) == DEFAULT_CAMPAIGN
    assert campaign_to_json(DEFAULT_CAMPAIGN) == {
        "offsets": {
            **{name: {"first": 24, "second": 72, "last": 105} for name in "ABCU"},
            **{name: {"first": 1, "second": 24, "last": 105} for name in "DEFG"},
            "H": {"note": 24},
        },
        "messages": 3, "gap_hours": 18, "quiet_from": "21:00", "quiet_until": "08:00", "quiet_email": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "field", "fault"),
    [
        ([], "campaign", Fault.NOT_AN_OBJECT),
        (written(messages=4), "messages", Fault.OUT_OF_RANGE),
        (written(messages=0), "messages", Fault.OUT_OF_RANGE),
        (written(messages="3"), "messages", Fault.NOT_A_NUMBER),
        (written(messages=True), "messages", Fault.NOT_A_NUMBER),
        (written(gap_hours=17), "gap_hours", Fault.OUT_OF_RANGE),
        (written(gap_hours=18.5), "gap_hours", Fault.NOT_A_NUMBER),
        (written(quiet_from="23:00"), "quiet_from", Fault.OUT_OF_RANGE),
        (written(quiet_from="9 pm"), "quiet_from", Fault.NOT_A_TIME),
        (written(quiet_until="06:59"), "quiet_until", Fault.OUT_OF_RANGE),
        (written(quiet_until=8), "quiet_until", Fault.NOT_A_TIME),
        (written(quiet_email="yes"), "quiet_email", Fault.NOT_YES_OR_NO),
        (written(runway=200), "runway", Fault.NO_SUCH_FIELD),
        (written(offsets=3), "offsets", Fault.NOT_AN_OBJECT),
        (written(offsets={"Z": {}}), "offsets.Z", Fault.NO_SUCH_FIELD),
        (written(offsets={"I": {"first": 1}}), "offsets.I", Fault.NO_SUCH_FIELD),
        (written(offsets={"A": 24}), "offsets.A", Fault.NOT_AN_OBJECT),
        (written(offsets={"H": {"first": 24}}), "offsets.H.first", Fault.NO_SUCH_FIELD),
        (funds(fourth=1), "offsets.A.fourth", Fault.NO_SUCH_FIELD),
        (funds(first=120), "offsets.A.first", Fault.OUT_OF_RANGE),
        (funds(first=-1), "offsets.A.first", Fault.OUT_OF_RANGE),
        (funds(first=48, second=24), "offsets.A.second", Fault.NOT_AFTER_THE_ONE_BEFORE),
        (funds(first=24, second=24), "offsets.A.second", Fault.NOT_AFTER_THE_ONE_BEFORE),
        (funds(first=24, second=41), "offsets.A.second", Fault.TOO_CLOSE),
    ],
)
def test_what_cannot_be_is_named_with_its_field(value: object, field: str, fault: Fault) -> None:
    assert [(one.name, one.fault) for one in wrong(value)] == [(field, fault)]


def test_everything_that_is_wrong_is_named_at_once() -> None:
    found = wrong({"messages": 9, "gap_hours": 1, "offsets": {name: {"first": 500} for name in "ABCDEFGU"}})
    named = [one.name for one in found]
    assert named == ["messages", "gap_hours", *(f"offsets.{name}.first" for name in "ABCDEFGU")]


def test_more_messages_than_the_campaign_allows_are_refused() -> None:
    found = wrong(written(messages=2))
    assert {one.fault for one in found} == {Fault.MORE_THAN_THE_LIMIT}
    assert {one.name for one in found} == {f"offsets.{name}.last" for name in "ABCDEFGU"}


def test_a_longer_gap_is_kept_by_the_classes_too_that_are_left_as_they_are() -> None:
    found = wrong({"gap_hours": 50, "offsets": {"A": {"first": 10, "second": 60}}})
    assert {(one.name, one.fault) for one in found} == {
        *((f"offsets.{name}.second", Fault.TOO_CLOSE) for name in "BCUDEFG"),
        *((f"offsets.{name}.last", Fault.TOO_CLOSE) for name in "BCU"),
    }


def test_what_a_later_release_no_longer_allows_counts_as_the_default() -> None:
    assert stored_campaign(written(messages=7)) == DEFAULT_CAMPAIGN
    assert stored_campaign(None) == DEFAULT_CAMPAIGN


def test_an_hour_that_is_not_the_defaults_says_that_the_merchant_chose_it() -> None:
    found = campaign_from_json(funds(first=24, second=60))
    assert isinstance(found, Campaign)
    whys = [offset.why for offset in found.offsets[DeclineClass.FUNDS]]
    assert whys == [Why.QUIET_DAY_OVER, Why.OWN_CAMPAIGN]


def test_a_class_without_a_message_says_so() -> None:
    found = campaign_from_json(funds())
    assert isinstance(found, Campaign)
    laid_out = plan(
        Situation(
            decline_class=DeclineClass.FUNDS, failed_at=FRIDAY, now=FRIDAY, first_delay=timedelta(),
            zone=ZoneInfo("UTC"), campaign=found,
        )
    )  # fmt: skip
    assert (laid_out.steps, [why.code for why in laid_out.left_out]) == ((), [Why.NOT_IN_CAMPAIGN])


def test_the_quiet_hours_are_the_campaigns_own() -> None:
    found = campaign_from_json(written(quiet_from="19:00", quiet_until="11:00"))
    assert isinstance(found, Campaign)
    at = FRIDAY.replace(hour=10)
    assert after_quiet_hours(at, ZoneInfo("UTC")) == at
    assert after_quiet_hours(at, ZoneInfo("UTC"), found) == FRIDAY.replace(hour=11)
    assert (
        after_quiet_hours(FRIDAY.replace(hour=19), ZoneInfo("UTC"), found)
        == FRIDAY.replace(hour=11) + 24 * HOUR
    )


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 200) | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
hours = st.dictionaries(
    st.sampled_from(["first", "second", "last", "note"]), st.integers(-1, 121) | anything, max_size=3
)
nearly = st.fixed_dictionaries(
    {},
    optional={
        "offsets": st.dictionaries(st.sampled_from([one.value for one in DeclineClass]), hours, max_size=3)
        | anything,
        "messages": st.integers(-1, 5) | anything,
        "gap_hours": st.integers(0, 100) | anything,
        "quiet_from": st.sampled_from(["18:00", "21:30", "22:00", "23:59", "24:00", "+1:00"]) | anything,
        "quiet_until": st.sampled_from(["07:00", "08:15", "12:00", "00:00"]) | anything,
        "quiet_email": st.booleans() | anything,
    },
)


@pytest.mark.long
@given(nearly | anything)
def test_whatever_is_written_becomes_a_campaign_within_the_limits_or_a_list_of_faults(value: object) -> None:
    found = campaign_from_json(value)
    if not isinstance(found, Campaign):
        assert found and all(one.fault in list(Fault) for one in found)
        return
    assert set(found.offsets) == set(DeclineClass)
    assert 1 <= found.messages <= 3 and found.gap >= 18 * HOUR
    assert time(18) <= found.quiet_from <= time(22) and time(7) <= found.quiet_until <= time(12)
    for decline_class, offsets in found.offsets.items():
        assert len(offsets) <= found.messages
        assert [one.position for one in offsets] == [
            position
            for position in positions_of(decline_class)
            if position in {one.position for one in offsets}
        ]
        assert all(timedelta() <= one.after < 120 * HOUR for one in offsets)
        assert all(later.after - earlier.after >= found.gap for earlier, later in pairwise(offsets))
    assert campaign_from_json(campaign_to_json(found)) == found


@st.composite
def campaigns(draw: st.DrawFn) -> Campaign:
    gap = draw(st.integers(18, 40))
    offsets: dict[str, dict[str, int]] = {}
    for decline_class in WRITABLE:
        at, chosen = 0, {}
        for position in positions_of(decline_class):
            at += draw(st.integers(0, 40)) + (gap if chosen else 0)
            if at < 120 and draw(st.booleans()):
                chosen[position.value] = at
        offsets[decline_class.value] = chosen
    found = campaign_from_json({"offsets": offsets, "gap_hours": gap})
    assert isinstance(found, Campaign)
    return found


@given(
    campaigns(),
    st.sampled_from(DeclineClass),
    st.sampled_from(["UTC", "Pacific/Kiritimati", "America/New_York"]),
    st.integers(-60, 130 * 60),
    st.integers(0, 300),
    st.lists(st.integers(0, 119 * 60), max_size=4),
)
def test_no_plan_of_any_campaign_goes_beyond_three_messages_one_a_day_and_its_gap(
    campaign: Campaign, decline_class: DeclineClass, zone: str, heard: int, delay: int, earlier: list[int]
) -> None:
    minute = timedelta(minutes=1)
    now, contacts = FRIDAY + heard * minute, sorted(FRIDAY + minutes * minute for minutes in earlier)
    found = plan(
        Situation(
            decline_class=decline_class, failed_at=FRIDAY, now=now, first_delay=delay * minute,
            zone=ZoneInfo(zone), contacts=contacts, last_contact=max(contacts, default=None),
            campaign=campaign,
        )
    )  # fmt: skip
    due = [step.due_at for step in found.steps]
    assert len(due) + len(contacts) <= max(3, len(contacts))
    assert all(max(now, FRIDAY) + delay * minute <= at < FRIDAY + 120 * HOUR for at in due)
    spoken = [*contacts[-1:], *due]
    assert all(later - before >= campaign.gap for before, later in pairwise(spoken))
    days = [at.astimezone(ZoneInfo(zone)).date() for at in spoken]
    assert len(set(days)) == len(days)
