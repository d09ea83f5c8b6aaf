"""The one offer to come back: only to who asked for it, and what weighs most against it is what is said."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.recovery.decline import DeclineClass
from app.recovery.reasons import Reason, Why
from app.recovery.winback import AFTER, CAME_BACK_WITHIN, KEY, KIND, NEVER, NOT_AGAIN_FOR, Outlook, why_not

DAY = timedelta(days=1)
WELCOME = Outlook(
    on=True, consented=True, decline_class=DeclineClass.FUNDS, hands_off=None, no_contact=None,
    offered_lately=False, came_back=False,
)  # fmt: skip


def test_who_asked_for_it_gets_it_where_the_merchant_has_it_on() -> None:
    assert why_not(WELCOME) is None


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"on": False}, Why.OFFERS_OFF),
        ({"consented": False}, Why.NO_CONSENT),
        ({"came_back": True}, Why.CAME_BACK),
        ({"offered_lately": True}, Why.OFFERED_LATELY),
        ({"hands_off": Why.CONTROL_GROUP}, Why.CONTROL_GROUP),
    ],
)
def test_each_thing_alone_is_enough_against_it(changes: dict[str, object], why: Why) -> None:
    assert why_not(replace(WELCOME, **changes)) == Reason(why)  # type: ignore[arg-type]


@pytest.mark.parametrize("decline_class", DeclineClass)
def test_a_thief_a_customer_who_stopped_and_a_death_are_asked_nothing(decline_class: DeclineClass) -> None:
    found = why_not(replace(WELCOME, decline_class=decline_class))
    refused = decline_class.value in {"F", "H", "I", "J"}
    assert found == (Reason(Why.CLASS_GETS_NO_OFFER) if refused else None)
    assert (decline_class in NEVER) is refused


def test_a_stop_is_told_with_its_cause_and_weighs_more_than_the_merchants_switch() -> None:
    stopped = replace(WELCOME, no_contact="unsubscribed", on=False, consented=False)
    assert why_not(stopped) == Reason(Why.CONTACT_STOPPED, {"cause": "unsubscribed"})
    assert why_not(replace(stopped, hands_off=Why.BACKFILLED)) == Reason(Why.BACKFILLED)


def test_all_against_it_is_told_in_the_order_of_its_weight() -> None:
    none = replace(
        WELCOME,
        on=False,
        consented=False,
        came_back=True,
        offered_lately=True,
        decline_class=DeclineClass.FRAUD,
    )
    said = []
    for change in (
        {"on": True},
        {"decline_class": DeclineClass.FUNDS},
        {"consented": True},
        {"came_back": False},
    ):
        said.append(why_not(none))
        none = replace(none, **change)  # type: ignore[arg-type]
    assert [*said, why_not(none)] == [
        Reason(why)
        for why in (
            Why.OFFERS_OFF,
            Why.CLASS_GETS_NO_OFFER,
            Why.NO_CONSENT,
            Why.CAME_BACK,
            Why.OFFERED_LATELY,
        )
    ]


def test_it_comes_three_days_after_the_end_and_not_again_for_ninety() -> None:
    assert (AFTER, NOT_AGAIN_FOR, CAME_BACK_WITHIN) == (3 * DAY, 90 * DAY, 30 * DAY)
    assert (KIND, KEY) == ("winback", "winback.offer")
