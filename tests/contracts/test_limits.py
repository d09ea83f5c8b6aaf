"""How many calls a channel begins, and when it stops: with a clock that stands still until it is moved."""

from datetime import timedelta

import pytest

from notifiers.limits import CallPace, Refusals, wish


class Hand:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_place_is_free_a_second_after_its_call_ended() -> None:
    hand = Hand()
    pace = CallPace(2, clock=hand)
    assert (pace.begin(), pace.begin()) == (0, 0)
    assert pace.begin() == 1.0, "both run: nobody knows when they end"
    hand.now += 5
    pace.end()
    assert pace.begin() == 1.0, "the call may have reached the peer only now"
    hand.now += 0.75
    assert pace.begin() == 0.25
    hand.now += 0.25
    assert pace.begin() == 0
    assert pace.begin() > 0


def test_without_a_limit_everything_begins() -> None:
    pace = CallPace(None, clock=Hand())
    assert {pace.begin() for _ in range(1000)} == {0.0}


def test_held_means_held_for_everybody_but_never_longer_than_an_hour() -> None:
    hand = Hand()
    pace = CallPace(None, clock=hand)
    pace.hold(30)
    pace.hold(10)
    assert pace.begin() == 30
    hand.now += 30
    assert pace.begin() == 0
    pace.hold(1e9)
    assert pace.begin() == 3600


def test_refusals_count_within_their_window() -> None:
    hand = Hand()
    refusals = Refusals(3, window=600, clock=hand)
    for _ in range(3):
        assert not refusals.too_many()
        refusals.note()
        hand.now += 100
    assert refusals.too_many()
    hand.now += 299
    assert refusals.too_many()
    hand.now += 1
    assert not refusals.too_many(), "the first is ten minutes old"
    refusals.note()
    assert refusals.too_many()


@pytest.mark.parametrize(
    ("said", "understood"),
    [
        (35, timedelta(seconds=35)),
        (0.5, timedelta(seconds=0.5)),
        ("7", timedelta(seconds=7)),
        (0, timedelta()),
        (35000, timedelta(hours=1)),
        (float("inf"), timedelta(hours=1)),
        ("1e400", timedelta(hours=1)),
        (float("nan"), None),
        (-1, None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
        (True, None),
        (None, None),
        ([1], None),
        ({}, None),
    ],
)
def test_a_peers_wish_is_understood_or_passed_over(said: object, understood: timedelta | None) -> None:
    assert wish(said) == understood


@pytest.mark.parametrize(("calls", "sharers", "each"), [(9, 1, 9), (9, 4, 2), (9, 9, 1), (600, 7, 85)])
def test_processes_that_share_a_limit_have_its_parts(calls: int, sharers: int, each: int) -> None:
    pace = CallPace(calls, sharers=sharers, clock=Hand())
    assert [pace.begin() for _ in range(each)] == [0.0] * each
    assert pace.begin() > 0


def test_more_processes_than_calls_have_one_each_less_often() -> None:
    pace = CallPace(2, sharers=5, clock=Hand())
    assert pace.begin() == 0.0
    pace.end()
    assert pace.begin() == 2.5
