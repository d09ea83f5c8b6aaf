"""Which policy a case falls under: all conditions hold, what is unknown matches nothing, the first one counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.recovery.money import Money
from app.recovery.segments import LONGEST_TENURE, Condition, Fault, Matches, Subject, choose, faults

SUBJECT = Subject(
    plan_id="plan_a", price=Money("usd", 4900), tenure_days=40, country="DE", first_renewal=True
)


@pytest.mark.parametrize(
    ("matches", "expected"),
    [
        (Matches(), True),
        (Matches(plans=("plan_b", "plan_a")), True),
        (Matches(plans=("plan_b",)), False),
        (Matches(currency="usd"), True),
        (Matches(currency="eur"), False),
        (Matches(currency="usd", min_minor=4900, max_minor=4900), True),
        (Matches(currency="usd", min_minor=4901), False),
        (Matches(currency="usd", max_minor=4899), False),
        (Matches(currency="eur", max_minor=9900), False),
        (Matches(min_days=40, max_days=40), True),
        (Matches(min_days=41), False),
        (Matches(max_days=39), False),
        (Matches(countries=("FR", "DE")), True),
        (Matches(countries=("FR",)), False),
        (Matches(first_renewal_only=True), True),
        (Matches(plans=("plan_a",), countries=("FR",)), False),
    ],
)
def test_every_condition_that_is_set_must_hold(matches: Matches, expected: bool) -> None:
    assert matches.match(SUBJECT) is expected


@pytest.mark.parametrize(
    "matches",
    [
        Matches(plans=("plan_a",)),
        Matches(currency="usd"),
        Matches(min_days=0),
        Matches(max_days=900),
        Matches(countries=("DE",)),
        Matches(first_renewal_only=True),
    ],
)
def test_what_is_not_known_of_a_case_matches_no_condition(matches: Matches) -> None:
    assert not matches.match(Subject())
    assert Matches().match(Subject())


def test_a_later_renewal_is_not_the_first() -> None:
    assert not Matches(first_renewal_only=True).match(Subject(first_renewal=False))


def test_the_first_that_matches_in_the_merchants_order_counts_and_else_none() -> None:
    narrow, wide, other = Matches(countries=("DE",)), Matches(), Matches(countries=("FR",))
    assert choose([("narrow", narrow), ("wide", wide)], SUBJECT) == "narrow"
    assert choose([("wide", wide), ("narrow", narrow)], SUBJECT) == "wide"
    assert choose([("other", other)], SUBJECT) is None
    assert choose([], SUBJECT) is None


@pytest.mark.parametrize(
    ("matches", "found"),
    [
        (Matches(), {}),
        (Matches(currency="usd", min_minor=1, max_minor=1, min_days=0, max_days=0), {}),
        (Matches(min_minor=1), {Condition.PRICE: Fault.NO_CURRENCY}),
        (Matches(currency="xxq", max_minor=1), {Condition.PRICE: Fault.NO_CURRENCY}),
        (Matches(currency="usd", min_minor=2, max_minor=1), {Condition.PRICE: Fault.UPSIDE_DOWN}),
        (Matches(min_days=2, max_days=1), {Condition.TENURE: Fault.UPSIDE_DOWN}),
    ],
)
def test_a_condition_that_could_hold_for_nobody_is_named(
    matches: Matches, found: dict[Condition, Fault]
) -> None:
    assert faults(matches) == found


@given(
    st.builds(
        Matches,
        plans=st.lists(st.text(max_size=4), max_size=2).map(tuple),
        currency=st.sampled_from([None, "usd"]),
        min_minor=st.none() | st.integers(0, 9),
        min_days=st.none() | st.integers(0, 9),
        countries=st.lists(st.text(max_size=2), max_size=2).map(tuple),
        first_renewal_only=st.booleans(),
    )
)
def test_what_is_stored_is_read_back_as_it_was(matches: Matches) -> None:
    assert Matches.of(matches.stored()) == matches


def test_what_nobody_says_is_not_known_and_not_asked_for() -> None:
    assert Subject() == Subject(
        plan_id=None, price=None, tenure_days=None, country=None, first_renewal=None
    )  # fmt: skip
    assert Matches().stored() == {
        "plans": [], "currency": None, "min_minor": None, "max_minor": None, "min_days": None, "max_days": None,
        "countries": [], "first_renewal_only": False,
    }  # fmt: skip
    assert not Matches(plans=("",), countries=("",)).match(Subject())
    assert LONGEST_TENURE == 36_500
