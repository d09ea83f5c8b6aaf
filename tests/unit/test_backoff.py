"""How long a failed job waits: doubling from half a minute to an hour, spread, and never against the peer's wish."""

from datetime import timedelta

import pytest

from app.claims import BACKOFF_FIRST, BACKOFF_MOST, backoff

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("tries", "whole"),
    [(-1, 30), (0, 30), (1, 30), (2, 60), (3, 120), (4, 240), (5, 480), (7, 1920), (8, 3600), (99, 3600)],
)
def test_waits_double_up_to_an_hour_and_spread_over_their_upper_half(tries: int, whole: int) -> None:
    assert backoff(tries, share=1.0) == whole * SECOND
    assert backoff(tries, share=0.0) == whole * SECOND / 2
    assert backoff(tries, share=0.5) == whole * SECOND * 0.75


@pytest.mark.parametrize(("wish", "pause"), [(1, 30), (30, 30), (35, 35), (3600, 3600), (86_400, 3600)])
def test_a_wait_is_never_shorter_than_the_peers_wish_up_to_an_hour(wish: int, pause: int) -> None:
    assert backoff(1, share=1.0, wish=wish * SECOND) == pause * SECOND


def test_the_shortest_wait_is_half_a_minute_and_the_longest_an_hour() -> None:
    assert (BACKOFF_FIRST, BACKOFF_MOST) == (30 * SECOND, 3600 * SECOND)


@pytest.mark.parametrize("wish", [0, 29, 30])
def test_a_peer_that_wishes_less_than_the_pause_changes_nothing(wish: int) -> None:
    assert backoff(2, share=0.0, wish=wish * SECOND) == 30 * SECOND


def test_the_share_spreads_the_longest_wait_too() -> None:
    assert backoff(99, share=0.0) == 1800 * SECOND
    assert backoff(99, share=0.0, wish=2000 * SECOND) == 2000 * SECOND
