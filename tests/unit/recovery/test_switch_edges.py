"""What a decision about another saved card says, word for word as it is stored, its last moments, and what is unknown."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from app.recovery.decline import DeclineClass
from app.recovery.reasons import Reason, Why
from app.recovery.switch import (
    CARD,
    KIND,
    UNDO,
    Keep,
    Method,
    Outlook,
    Switch,
    Undoing,
    decide,
    due,
    expired,
    other_card,
    why_no_undo,
)

from .test_switch import FAILED, HOUR, MINUTE, MONDAY, OTHER, at, outlook

DAY_LATER = MONDAY + 24 * HOUR
EVENING = MONDAY + 36 * HOUR
"""Nine in the evening of the next day by UTC: the notice would wake the customer."""


def test_the_words_that_are_stored_stay() -> None:
    assert (KIND, UNDO, CARD) == ("switch", "undo", "card")


@pytest.mark.parametrize(
    ("zone", "hours", "hour"),
    [("UTC", 24, "09:00"), ("Europe/Berlin", 24, "10:00"), ("America/New_York", 28, "08:00")],
)
def test_a_planned_switch_is_stored_with_its_hours_and_the_customers_clock(
    zone: str, hours: int, hour: str
) -> None:
    found = decide(outlook(zone=ZoneInfo(zone)))
    assert isinstance(found, Switch)
    assert found.at == MONDAY + hours * HOUR
    assert found.why.stored() == {"code": "switch_agreed", "hours": hours, "hour": hour, "zone": zone}


def test_a_switch_that_is_kept_names_the_class_or_the_figure_that_keeps_it() -> None:
    assert decide(outlook("F")) == Keep(Reason(Why.SWITCH_NEVER, {"class": "F"}))
    assert decide(outlook(payments_failed=9)) == Keep(Reason(Why.RETRY_TOO_MANY, {"failed": 9, "limit": 8}))
    assert at(payments_failed=7) == at(payments_failed=0) == at(payments_failed=None)


@pytest.mark.parametrize("share", [0.0, 0.5, 0.999])
def test_once_its_hours_have_begun_it_is_due_whatever_its_place_in_them(share: float) -> None:
    assert due(outlook(now=DAY_LATER, share=share))
    assert due(outlook(now=DAY_LATER + MINUTE, share=share))
    assert not due(outlook(now=DAY_LATER - MINUTE, share=share))
    assert not due(outlook(now=EVENING, share=share))


def test_what_is_kept_is_never_due() -> None:
    assert not due(outlook(now=DAY_LATER, consented=False))


@pytest.mark.parametrize(
    ("minutes_left", "share", "minutes_later"),
    [(70, 0.5, 30), (50, 0.5, 20), (30, 0.5, 10), (30, 0.0, 0), (10, 0.5, 0), (9, 0.0, 9 + 11 * 60)],
)
def test_payments_are_spread_over_an_hour_and_what_is_left_of_the_evening(
    minutes_left: int, share: float, minutes_later: int
) -> None:
    now = EVENING - minutes_left * MINUTE
    found = decide(outlook(now=now, share=share))
    assert isinstance(found, Switch)
    assert found.at == now + minutes_later * MINUTE


@pytest.mark.parametrize(
    ("year", "month", "over"),
    [
        (2026, 10, True),
        (2026, 11, False),
        (2025, 12, True),
        (2027, 1, False),
        (2025, None, False),
        (None, 10, False),
        (None, None, False),
    ],
)
def test_a_card_is_expired_only_by_a_whole_date(year: int | None, month: int | None, over: bool) -> None:
    card = replace(OTHER, exp_year=year, exp_month=month)
    assert expired(card, now=MONDAY) is over
    assert other_card(outlook(methods=(card,))) == (None if over else card)


def test_a_card_of_an_unknown_day_comes_after_every_one_of_a_known_day() -> None:
    undated = replace(OTHER, method_id="payt_z")
    dated = replace(OTHER, method_id="payt_a", created_at=datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    assert other_card(outlook(methods=(undated, dated))) == dated
    assert other_card(outlook(methods=(dated, undated))) == dated
    assert other_card(outlook(methods=(replace(OTHER, method_id="payt_y"), undated))) == undated


def test_of_a_way_to_pay_nothing_is_known_but_that_it_is_a_card() -> None:
    assert Method(method_id="payt_1") == Method(
        method_id="payt_1",
        kind="card",
        brand=None,
        last4=None,
        exp_month=None,
        exp_year=None,
        fingerprint=None,
        created_at=None,
    )
    assert other_card(outlook(methods=(Method(method_id="payt_1"),))) is None


def test_of_a_payment_nothing_is_taken_for_granted_but_that_its_customer_can_be_told() -> None:
    least = Outlook(
        decline_class=DeclineClass("D"),
        failed_at=MONDAY,
        whops_at=MONDAY,
        next_attempt_at=None,
        now=MONDAY,
        zone=ZoneInfo("UTC"),
        on=True,
        consented=True,
    )
    assert least == replace(
        least,
        ours_at=None,
        retry_at=None,
        reachable=True,
        failed=None,
        methods=None,
        none_at=None,
        payments_failed=None,
        not_before=None,
        spent=False,
        forbidden=None,
        share=0.0,
    )
    assert decide(least) == decide(replace(least, failed=FAILED))


def test_the_way_back_needs_a_former_card_and_takes_nothing_else_for_granted() -> None:
    least = Undoing(taken=True, now=MONDAY)
    assert least == replace(least, asked=False, open_payment=False, left=False, former=None, forbidden=None)
    assert why_no_undo(least) == Reason(Why.UNDO_CARD_UNKNOWN)
    assert why_no_undo(replace(least, former=OTHER)) is None
