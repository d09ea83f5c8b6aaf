"""Another saved card as a table: when it is charged, to which card, and every rule that keeps it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.recovery.campaign import LIMITS
from app.recovery.decline import POLICIES, DeclineClass
from app.recovery.ladder import MOST_FAILED
from app.recovery.reasons import Reason, Why
from app.recovery.switch import (
    AWAKE,
    NOT_ASKED,
    Keep,
    Method,
    Outlook,
    Switch,
    Undoing,
    decide,
    due,
    other_card,
    why_no_undo,
)

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
FAILED = Method(method_id="payt_failed", brand="visa", last4="4242", exp_month=10, exp_year=2026)
OTHER = Method(method_id="payt_other", brand="mastercard", last4="4444", exp_month=11, exp_year=2026)
ALLOWED = ("A", "B", "C", "D", "G")
NEVER = ("E", "F", "H", "I", "J", "U")


def outlook(decline_class: str = "D", **changes: object) -> Outlook:
    values: dict[str, object] = {
        "decline_class": DeclineClass(decline_class),
        "failed_at": MONDAY,
        "whops_at": changes.get("failed_at", MONDAY),
        "next_attempt_at": None,
        "now": changes.get("failed_at", MONDAY),
        "zone": ZoneInfo("UTC"),
        "on": True,
        "consented": True,
        "failed": FAILED,
    }
    return Outlook(**{**values, **changes})  # type: ignore[arg-type]


def at(**changes: object) -> float:
    """Hours after the first failure."""
    found = decide(outlook(**changes))  # type: ignore[arg-type]
    assert isinstance(found, Switch), found
    return (found.at - MONDAY) / HOUR


def kept(decline_class: str = "D", **changes: object) -> Why:
    found = decide(outlook(decline_class, **changes))
    assert isinstance(found, Keep), found
    return found.why.code


@pytest.mark.parametrize("decline_class", ALLOWED)
def test_a_class_that_allows_it_has_it_a_day_after_the_failure(decline_class: str) -> None:
    found = decide(outlook(decline_class))
    assert isinstance(found, Switch)
    assert (found.at, found.method, found.why.code) == (MONDAY + 24 * HOUR, None, Why.SWITCH_AGREED)


@pytest.mark.parametrize("decline_class", NEVER)
def test_every_other_class_never_has_it_whatever_was_agreed(decline_class: str) -> None:
    assert kept(decline_class) is Why.SWITCH_NEVER
    assert kept(decline_class, methods=(OTHER,)) is Why.SWITCH_NEVER


def test_the_classes_are_those_of_the_policy_table() -> None:
    assert sorted((*ALLOWED, *NEVER)) == sorted(DeclineClass)
    assert {name for name in DeclineClass if POLICIES[name].method_switch_allowed} == set(ALLOWED)
    assert {"F", "H", "I"} <= NOT_ASKED <= set(NEVER)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"spent": True}, Why.SWITCH_SPENT),
        ({"forbidden": Reason(Why.CONTROL_GROUP)}, Why.CONTROL_GROUP),
        ({"on": False}, Why.SWITCH_OFF),
        ({"consented": False}, Why.SWITCH_NO_CONSENT),
        ({"reachable": False}, Why.SWITCH_UNTOLD),
        ({"payments_failed": MOST_FAILED}, Why.RETRY_TOO_MANY),
        ({"methods": (OTHER,), "failed": None}, Why.SWITCH_CARD_UNKNOWN),
        ({"none_at": MONDAY}, Why.SWITCH_NO_OTHER_CARD),
        ({"methods": ()}, Why.SWITCH_NO_OTHER_CARD),
        ({"now": MONDAY + 119 * HOUR}, Why.SWITCH_NO_TIME),
    ],
)
def test_each_rule_alone_keeps_it(changes: dict[str, object], why: Why) -> None:
    assert kept(**changes) is why  # type: ignore[arg-type]


@pytest.mark.parametrize("agreed", [{"on": False}, {"consented": False}, {"on": False, "consented": False}])
def test_nothing_replaces_an_agreement(agreed: dict[str, object]) -> None:
    for decline_class in DeclineClass:
        assert isinstance(decide(outlook(decline_class, methods=(OTHER,), **agreed)), Keep)


@pytest.mark.parametrize(
    ("changes", "hours"),
    [
        ({"whops_at": MONDAY + 30 * HOUR}, 54.0),
        ({"next_attempt_at": MONDAY + 30 * HOUR}, 54.0),
        ({"next_attempt_at": MONDAY + 48 * HOUR}, 72.0),
        # A gap of a day before the announced attempt is enough, and not a minute less.
        ({"next_attempt_at": MONDAY + 48 * HOUR + 10 * MINUTE}, 24.0),
        ({"next_attempt_at": MONDAY + 48 * HOUR + 9 * MINUTE}, 72.15),
        ({"retry_at": MONDAY + 28 * HOUR}, 34.0),
        ({"ours_at": MONDAY + 28 * HOUR}, 34.0),
        ({"ours_at": MONDAY + 28 * HOUR, "retry_at": MONDAY + 50 * HOUR}, 56.0),
        ({"not_before": MONDAY + 26 * HOUR}, 26.0),
        ({"now": MONDAY + 37 * HOUR}, 47.0),  # 22 o'clock: in the morning
    ],
)
def test_it_keeps_its_distance(changes: dict[str, object], hours: float) -> None:
    assert at(**changes) == pytest.approx(hours)


def test_a_whop_that_tries_every_day_leaves_no_moment() -> None:
    tries = {"whops_at": MONDAY + 24 * HOUR, "next_attempt_at": MONDAY + 48 * HOUR, "now": MONDAY + 25 * HOUR}
    assert at(**tries) == pytest.approx(72.0)
    later = {"whops_at": MONDAY + 96 * HOUR, "next_attempt_at": None, "now": MONDAY + 97 * HOUR}
    assert kept(**later) is Why.SWITCH_NO_TIME  # type: ignore[arg-type]


def test_a_newer_failure_asks_for_the_cards_again() -> None:
    assert kept(none_at=MONDAY + HOUR) is Why.SWITCH_NO_OTHER_CARD
    assert at(none_at=MONDAY + HOUR, whops_at=MONDAY + 2 * HOUR) == pytest.approx(26.0)


@pytest.mark.parametrize(
    ("changes", "usable"),
    [
        ({}, True),
        ({"exp_month": 10}, False),
        ({"exp_month": None, "exp_year": None}, True),
        ({"method_id": "payt_failed"}, False),
        ({"brand": "visa", "last4": "4242"}, False),
        ({"brand": "mastercard", "last4": "4242"}, True),
        ({"kind": "us_bank_account"}, False),
        ({"kind": None}, False),
        ({"last4": None}, False),
    ],
)
def test_which_card_may_be_charged(changes: dict[str, object], usable: bool) -> None:
    values = {name: getattr(OTHER, name) for name in OTHER.__slots__}
    card = Method(**{**values, **changes})
    assert (other_card(outlook(methods=(card,))) == card) is usable


def test_the_same_card_saved_twice_is_known_by_its_fingerprint() -> None:
    listed = Method(method_id="payt_failed", brand="visa", last4="4242", fingerprint="fp1")
    renewed = Method(method_id="payt_new", brand="visa", last4="9999", fingerprint="fp1")
    assert other_card(outlook(methods=(listed, renewed))) is None


def test_of_several_the_newest_is_taken_in_whatever_order_they_come() -> None:
    cards = [
        Method(method_id=f"payt_{day}", brand="visa", last4=f"000{day}", created_at=MONDAY - day * 24 * HOUR)
        for day in (3, 1, 2)
    ]
    for order in (cards, cards[::-1]):
        found = decide(outlook(methods=tuple(order), now=MONDAY + 24 * HOUR))
        assert isinstance(found, Switch) and found.method is not None
        assert found.method.method_id == "payt_1"


@given(
    failed=st.integers(0, 24 * 60),
    zone=st.sampled_from(
        ["UTC", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "Asia/Kathmandu"]
    ),
    whops=st.integers(0, 110),
    following=st.none() | st.integers(0, 130),
    ours=st.none() | st.integers(6, 110),
    passed=st.integers(0, 125),
    share=st.floats(0, 0.999),
)
def test_no_moment_breaks_a_rule_in_any_zone(
    failed: int, zone: str, whops: int, following: int | None, ours: int | None, passed: int, share: float
) -> None:
    first = MONDAY + failed * MINUTE
    seen = outlook(
        failed_at=first,
        whops_at=first + whops * HOUR,
        next_attempt_at=first + following * HOUR if following is not None else None,
        ours_at=first + ours * HOUR if ours is not None else None,
        now=first + passed * HOUR,
        zone=ZoneInfo(zone),
        share=share,
    )
    found = decide(seen)
    if isinstance(found, Keep):
        assert found.why.code is Why.SWITCH_NO_TIME
        assert not due(seen)
        return
    for attempt in (seen.failed_at, seen.whops_at, seen.next_attempt_at):
        assert attempt is None or abs(found.at - attempt) >= 24 * HOUR
    assert seen.ours_at is None or found.at >= seen.ours_at + 6 * HOUR
    assert seen.now <= found.at < first + LIMITS.runway - HOUR
    assert AWAKE[0] <= found.at.astimezone(seen.zone).time() < AWAKE[1]


def undoing(**changes: object) -> Why | None:
    values: dict[str, object] = {"taken": True, "former": OTHER, "now": MONDAY, **changes}
    found = why_no_undo(Undoing(**values))  # type: ignore[arg-type]
    return found.code if found else None


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, None),
        ({"taken": False}, Why.UNDO_NOTHING),
        ({"asked": True}, Why.UNDO_ASKED),
        ({"left": True}, Why.UNDO_ENDED),
        ({"open_payment": True}, Why.UNDO_WOULD_CHARGE),
        ({"former": None}, Why.UNDO_CARD_UNKNOWN),
        ({"former": FAILED}, Why.UNDO_CARD_EXPIRED),
        ({"forbidden": Reason(Why.RETRY_NO_KEY)}, Why.RETRY_NO_KEY),
    ],
)
def test_the_way_back_is_open_only_where_it_charges_nothing(
    changes: dict[str, object], why: Why | None
) -> None:
    assert undoing(**changes) is why
