"""The draw of the control group: by chance, the same for ever, and fair whatever the share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.recovery.control import LAUNCH_SHARE, in_control, share_now

KEY = b"k" * 32
PEOPLE = [f"user_{number}" for number in range(4000)]
shares = st.floats(0, 0.5)


@given(st.text(max_size=60), shares, st.binary(min_size=16, max_size=80))
def test_asking_again_gives_the_same_answer(identity: str, share: float, key: bytes) -> None:
    assert in_control(key, identity, share) is in_control(key, identity, share)


@given(st.text(max_size=60), shares, shares)
def test_a_larger_share_only_adds_people(identity: str, one: float, other: float) -> None:
    smaller, larger = sorted((one, other))
    assert in_control(KEY, identity, larger) or not in_control(KEY, identity, smaller)


@pytest.mark.parametrize("share", [0.01, 0.1, 0.2, 0.5])
def test_the_group_is_as_large_as_its_share(share: float) -> None:
    drawn = sum(in_control(KEY, person, share) for person in PEOPLE)
    # Four standard deviations.
    assert abs(drawn - 4000 * share) < 4 * (4000 * share * (1 - share)) ** 0.5


def test_without_a_share_nobody_is_left_alone() -> None:
    assert not any(in_control(KEY, person, 0) for person in PEOPLE)


def test_each_merchant_draws_by_itself() -> None:
    here, there = ({p for p in PEOPLE if in_control(key, p, 0.5)} for key in (KEY, b"m" * 32))
    assert 800 < len(here & there) < 1200


def test_the_launch_test_comes_first_and_then_the_steady_share() -> None:
    assert [share_now(steady=0.1, launch_cases=2, launch_drawn=drawn) for drawn in (0, 1, 2, 3)] == [
        LAUNCH_SHARE, LAUNCH_SHARE, 0.1, 0.1,
    ]  # fmt: skip
    assert share_now(steady=0.0, launch_cases=0, launch_drawn=0) == 0
